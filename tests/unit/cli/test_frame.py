"""What all commands share: the configuration option, exit codes, and mistakes told in one text."""

import importlib
import shutil

import pytest

from providers.domain.errors import AccessDenied
from tests.unit.cli.desk import SECRET, TOKEN, TOML, Desk
from worker.cli import errors
from worker.cli.app import app, main
from worker.cli.errors import Complaint, explained


def test_the_version_is_told(desk: Desk) -> None:
    said = desk.type("--version")
    assert said.code == 0
    assert said.out.startswith("counterfoil 0.")


def test_without_a_command_the_help_is_shown(desk: Desk) -> None:
    said = desk.type()
    assert "Run it" in said.out + said.err


def test_an_unknown_command_is_wrong_usage(desk: Desk) -> None:
    said = desk.type("invent")
    assert said.code == 2
    assert "invent" in said.err


def test_an_unknown_option_is_wrong_usage(desk: Desk) -> None:
    assert desk.type("orders", "--statte", "done").code == 2


def test_an_unknown_state_names_the_states(desk: Desk) -> None:
    said = desk.type("orders", "--state", "finished")
    assert said.code == 2
    assert "attention" in said.err


@pytest.mark.parametrize("place", ["before", "behind", "environment"])
def test_the_configuration_is_named_before_the_command_behind_it_or_in_the_environment(desk: Desk, place: str) -> None:
    elsewhere = desk.folder / "etc"
    elsewhere.mkdir()
    (elsewhere / "mine.toml").write_text(TOML)
    shutil.copy(desk.folder / "ledger.sqlite3", elsewhere)
    (desk.folder / "counterfoil.toml").unlink()
    named = ("--config", str(elsewhere / "mine.toml"))
    match place:
        case "before":
            said = desk.type(*named, "db", "status", "--json")
        case "behind":
            said = desk.type("db", "status", "--json", *named)
        case _:
            said = desk.type("db", "status", "--json", environ={"COUNTERFOIL_CONFIG": named[1]})
    assert said.code == 0
    assert said.json["ledger"] == f"sqlite:///{elsewhere}/ledger.sqlite3"


def test_the_configuration_behind_the_command_wins(desk: Desk) -> None:
    said = desk.type("--config", "nowhere.toml", "orders", "--config", "counterfoil.toml")
    assert said.code == 0


def test_a_file_that_is_not_there_is_told_with_the_remedy(desk: Desk) -> None:
    said = desk.type("orders", "--config", "nowhere.toml")
    assert (said.code, said.out) == (2, "")
    assert "nowhere.toml" in said.err
    assert "cp counterfoil.example.toml nowhere.toml" in said.err


def test_without_any_file_the_default_one_is_missed(desk: Desk) -> None:
    (desk.folder / "counterfoil.toml").unlink()
    said = desk.type("orders")
    assert said.code == 2
    assert "counterfoil.toml" in said.err


def test_the_environment_alone_is_a_configuration(desk: Desk) -> None:
    (desk.folder / "counterfoil.toml").unlink()
    said = desk.type("orders", "--json", environ={"COUNTERFOIL_LEDGER__URL": "sqlite:///ledger.sqlite3"})
    assert (said.code, said.json) == (0, [])


def test_every_mistake_is_told_with_its_key_and_remedy(desk: Desk) -> None:
    desk.configure(TOML.replace('book = "main"', 'book = "mian"').replace("[ledger]", "[ledger]\nurll = 1"))
    said = desk.type("orders")
    assert said.code == 2
    assert "ledger.urll" in said.err
    assert 'shops.garden.book = "mian"' in said.err
    assert 'book = "main"' in said.err


def test_broken_toml_is_told_with_line_and_column(desk: Desk) -> None:
    desk.configure('[ledger]\nurl = "sqlite')
    said = desk.type("orders")
    assert said.code == 2
    assert "line 2" in said.err


def test_a_provider_that_there_is_not_is_told_like_any_other_mistake(desk: Desk) -> None:
    desk.configure(TOML.replace("invoiceocean", "invoicelake"))
    said = desk.type("check")
    assert said.code == 2
    assert "books.main.provider" in said.err
    assert "invoicelake" in said.err
    assert "invoiceocean" in said.err


def test_a_ledger_that_is_not_there_yet_is_told_and_not_made(bare: Desk) -> None:
    said = bare.type("orders")
    assert said.code == 2
    assert "counterfoil db upgrade" in said.err
    assert not (bare.folder / "ledger.sqlite3").exists()


def test_a_ledger_that_cannot_be_opened_is_told_with_its_address(desk: Desk) -> None:
    said = desk.type("db", "upgrade", environ={"COUNTERFOIL_LEDGER__URL": "sqlite:////nowhere/at/all.db"})
    assert said.code == 1
    assert "/nowhere/at/all.db" in said.err
    assert "url in [ledger]" in said.err


def test_every_error_that_is_told_by_name_exists() -> None:
    for name in errors._ATTENTION:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), kind), Exception)


def test_a_subclass_is_told_as_its_own_kind() -> None:
    told = explained(AccessDenied("the token is not accepted"))
    assert told is not None
    assert told.exit_code == 1
    assert "token, plan" in told.text


def test_what_nobody_expected_is_not_told_as_if_somebody_had() -> None:
    assert explained(ZeroDivisionError()) is None


def test_a_complaint_never_holds_a_secret(desk: Desk) -> None:
    desk.type("orders")  # reads the configuration, and with it the secrets
    told = explained(Complaint(f"{TOKEN} and {SECRET}", remedy="https://me:hidden@host/?token=hidden"))
    assert told is not None
    assert TOKEN not in told.text
    assert SECRET not in told.text
    assert "hidden" not in told.text


def test_a_fault_of_ours_is_told_without_secrets(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.type("orders")
    monkeypatch.setattr("sys.argv", ["counterfoil", "fail"])

    def fail() -> None:
        raise RuntimeError(f"Bearer {TOKEN}")

    registered = app.registered_commands[:]
    app.command("fail")(fail)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        app.registered_commands[:] = registered
    err = capsys.readouterr().err
    assert ended.value.code == 1
    assert "RuntimeError" in err
    assert "report it" in err
    assert TOKEN not in err
