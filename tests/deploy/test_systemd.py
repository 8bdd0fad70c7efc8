"""The units: read here in any case, and verified by systemd itself where it is installed."""

import configparser
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy import verifiers
from tests.deploy.reading import UNITS, is_command, loaded, longest_call, seconds, secrets_in, unit
from tests.deploy.verifiers import CONFINED, Verifier

SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
FILES = sorted(path.name for path in UNITS.iterdir() if path.suffix in {".service", ".timer", ".target"})
LASTING = ["counterfoil.service", "counterfoil-web.service", "counterfoil-worker@.service", "counterfoil-beat.service"]
_OF_SYSTEMD = ("sysinit", "basic", "shutdown", "network-online", "timers", "time-set", "time-sync", "multi-user")


@pytest.mark.parametrize("name", FILES)
def test_a_unit_has_the_sections_of_its_kind(name: str) -> None:
    sections = set(unit(UNITS / name))
    assert {"Unit", "Service" if name.endswith(".service") else "Timer" if name.endswith(".timer") else "Install"} <= (
        sections
    )
    assert sections <= {"Unit", "Service", "Timer", "Install"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined_alike(name: str) -> None:
    service = unit(UNITS / name)["Service"]
    assert {key: service.get(key) for key in CONFINED} == CONFINED
    assert (service["User"], service["Group"]) == (["counterfoil"], ["counterfoil"])
    assert service["MemoryMax"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"counterfoil-backup.service"}))
def test_every_service_runs_a_real_command_with_the_configuration_that_it_is_given(name: str) -> None:
    service = unit(UNITS / name)["Service"]
    (command,) = service["ExecStart"]
    program, *words = command.split()
    assert program == "/opt/counterfoil/bin/counterfoil"
    assert is_command(words)
    assert "COUNTERFOIL_CONFIG=%d/counterfoil.toml" in service["Environment"]
    assert service["LoadCredential"] == [
        "counterfoil.toml:/etc/counterfoil/counterfoil.toml",
        "secret:/etc/counterfoil/secrets",
    ]


@pytest.mark.parametrize("name", LASTING)
def test_what_must_run_comes_back_for_ever(name: str) -> None:
    sections = unit(UNITS / name)
    assert sections["Service"]["Restart"] == ["on-failure"]
    assert sections["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert sections["Install"]["WantedBy"]


@pytest.mark.parametrize("name", ["counterfoil.service", "counterfoil-worker@.service"])
def test_who_calls_providers_has_time_to_finish_the_longest_call(name: str) -> None:
    (time,) = unit(UNITS / name)["Service"]["TimeoutStopSec"]
    assert seconds(time) > longest_call() + 10


def test_the_target_brings_all_three_up_and_down_together() -> None:
    for name in ("counterfoil-web.service", "counterfoil-worker@.service", "counterfoil-beat.service"):
        sections = unit(UNITS / name)
        assert sections["Install"]["WantedBy"] == ["counterfoil.target"]
        assert sections["Unit"]["PartOf"] == ["counterfoil.target"]
        assert "counterfoil-migrate.service" in sections["Unit"]["After"][0]
    assert (UNITS / "counterfoil.target").is_file()


def test_units_that_are_named_as_ours_exist() -> None:
    for name in FILES:
        for named in re.findall(r"counterfoil[\w@-]*\.(?:service|target|timer)", (UNITS / name).read_text()):
            assert (UNITS / named).is_file()


def test_the_embedded_ledger_lies_in_the_folder_that_systemd_makes(tmp_path: Path) -> None:
    service = unit(UNITS / "counterfoil.service")["Service"]
    assert service["StateDirectory"] == ["counterfoil"]
    settings = loaded(UNITS / "counterfoil.systemd.toml", tmp_path)
    assert settings.ledger.url.get_secret_value() == "sqlite:////var/lib/counterfoil/counterfoil.sqlite3"
    assert settings.broker.in_process


def test_the_configuration_names_secrets_as_systemd_hands_them_out() -> None:
    """A file NAME of a folder that is loaded as `secret` is the credential secret_NAME, beside the configuration."""
    assert all(name.startswith("secret_") for name in secrets_in(UNITS / "counterfoil.systemd.toml"))


def test_the_backup_copies_the_ledger_of_the_configuration_with_a_script_that_is_there(tmp_path: Path) -> None:
    service = unit(UNITS / "counterfoil-backup.service")["Service"]
    assert service["ExecStart"] == ["/bin/sh /opt/counterfoil/backup/backup.sh"]
    assert (UNITS.parent / "backup" / "backup.sh").is_file()
    environ = dict(line.split("=", 1) for line in service["Environment"])
    settings = loaded(UNITS / "counterfoil.systemd.toml", tmp_path)
    assert settings.ledger.url.get_secret_value() == f"sqlite:///{environ['LEDGER']}"
    folders = {f"/var/lib/{folder}" for folder in service["StateDirectory"][0].split()}
    assert {environ["FOLDER"], str(Path(environ["LEDGER"]).parent)} == folders


def test_the_timer_belongs_to_the_backup_and_catches_up() -> None:
    timer = unit(UNITS / "counterfoil-backup.timer")
    assert timer["Timer"]["Persistent"] == ["yes"]
    assert timer["Timer"]["OnCalendar"]
    assert timer["Install"]["WantedBy"] == ["timers.target"]


def test_commands_by_hand_get_what_the_services_get() -> None:
    script = (UNITS / "counterfoil-run").read_text(encoding="utf-8")
    service = unit(UNITS / "counterfoil.service")["Service"]
    for key in ("LoadCredential", "User", "Group", "UMask", "StateDirectory"):
        for value in service[key]:
            assert f"--property={key}={value}" in script


def test_the_user_is_made_by_a_line_that_names_its_home() -> None:
    lines = (UNITS / "counterfoil.sysusers.conf").read_text(encoding="utf-8").splitlines()
    assert [line.split()[:2] for line in lines if not line.startswith("#")] == [["u", "counterfoil"]]


def test_no_key_is_written_twice_by_mistake() -> None:
    """Lists may be continued; anything else counts once."""
    lists = {"Environment", "LoadCredential", "SystemCallFilter", "After", "Wants"}
    for name in FILES:
        for keys in unit(UNITS / name).values():
            assert {key for key, values in keys.items() if len(values) > 1} <= lists
        configparser.RawConfigParser(strict=False, interpolation=None).read(UNITS / name)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a machine with our units and just enough of systemd's own."""
    root = tmp_path_factory.mktemp("machine")
    units, own = root / "etc/systemd/system", root / "usr/lib/systemd/system"
    for folder in (units, own, root / "opt/counterfoil/bin", root / "bin"):
        folder.mkdir(parents=True)
    for program in (root / "opt/counterfoil/bin/counterfoil", root / "bin/sh"):
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    for name in _OF_SYSTEMD:
        (own / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    for name in FILES:
        shutil.copy(UNITS / name, units)
    return root


@pytest.fixture(params=verifiers.HERE)
def verifier(request: pytest.FixtureRequest, machine: Path) -> Verifier:
    made: Verifier = request.param(machine)
    return made


def test_a_verifier_finds_nothing_to_say_of_any_unit(verifier: Verifier) -> None:
    assert verifier.complaints(FILES) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("ProtectSystem=", "ProtectSystm=", "ProtectSystm"),
        ("/opt/counterfoil/bin/counterfoil", "/opt/counterfoil/bin/counterfeit", "/opt/counterfoil/bin/counterfeit"),
    ],
)
def test_a_verifier_says_so_when_a_unit_is_wrong(
    verifier: Verifier, machine: Path, right: str, wrong: str, said: str
) -> None:
    """What the test above relies on."""
    with installed(machine, (UNITS / "counterfoil.service").read_text().replace(right, wrong)) as name:
        assert said in verifier.complaints([name])


@pytest.mark.parametrize("name", SERVICES)
def test_a_verifier_counts_every_service_among_the_well_confined(verifier: Verifier, name: str) -> None:
    assert verifier.is_well_confined(name)


def test_a_verifier_does_not_count_an_open_service_among_them(verifier: Verifier, machine: Path) -> None:
    text = (UNITS / "counterfoil.service").read_text()
    opened = "\n".join(line for line in text.splitlines() if line.partition("=")[0] not in CONFINED)
    with installed(machine, opened) as name:
        assert not verifier.is_well_confined(name)


def test_a_verifier_understands_when_the_backup_is_due(verifier: Verifier) -> None:
    (when,) = unit(UNITS / "counterfoil-backup.timer")["Timer"]["OnCalendar"]
    assert verifier.understands(when)
    assert not verifier.understands("*-*-* 25/4:15:00")


@contextmanager
def installed(machine: Path, text: str) -> Iterator[str]:
    """A unit more on the machine; its name."""
    file = machine / "etc/systemd/system/another.service"
    file.write_text(text)
    yield file.name
    file.unlink()
