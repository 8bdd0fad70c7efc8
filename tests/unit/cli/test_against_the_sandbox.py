"""Commands that ask a provider: here the sandbox, on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from providers.domain.card import Card
from providers.ports import Probe
from providers.registry import build_sandbox
from providers.sandbox.server import SandboxServer
from tasks.ports import Book
from tests.builders import NOON, a_card
from tests.unit.cli.desk import TOKEN, TOML, Desk
from worker.checks import Result, _book, _clock
from worker.cli.opening import build

DENIED = 'token = "env:OTHER_TOKEN"'


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """These tests talk to loopback."""


@pytest.fixture
def provider() -> Iterator[SandboxServer]:
    with SandboxServer(build_sandbox("invoiceocean", token=TOKEN)) as server:
        yield server


@pytest.fixture
def connected(desk: Desk, provider: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose book is at the sandbox."""
    monkeypatch.setenv("OTHER_TOKEN", "another-token")
    desk.configure(TOML.replace("http://127.0.0.1:1", provider.url))
    return desk


def results(said: object) -> dict[str, str]:
    return {check["check"]: check["result"] for check in said}  # type: ignore[attr-defined]


def test_all_is_well(connected: Desk) -> None:
    connected.configure(
        (connected.folder / "counterfoil.toml").read_text() + '[web]\npublic_url = "https://shop.example/"\n'
    )
    said = connected.type("check", "--json")
    assert said.code == 0
    assert results(said.json) == {
        "configuration": "ok",
        "ledger": "ok",
        "broker": "ok",
        "book main": "ok",
        "book main's clock": "ok",
        "shop garden": "ok",
        "shop kiosk": "ok",
    }
    assert said.json[-2]["text"].endswith("https://shop.example/webhooks/garden")


def test_every_check_has_one_line_and_the_remedy_where_one_is_needed(connected: Desk) -> None:
    said = connected.type("check")
    assert said.code == 0
    assert "ok    book main" in said.out
    assert "warn  shop garden" in said.out
    assert "public_url" in said.out


def test_a_token_that_is_not_accepted_fails(connected: Desk) -> None:
    text = (connected.folder / "counterfoil.toml").read_text()
    connected.configure(text.replace('token = "env:MAIN_TOKEN"', DENIED))
    said = connected.type("check")
    assert said.code == 1
    assert "fail  book main" in said.out
    assert "token of [books.main]" in said.out


def test_a_provider_that_is_not_there_fails(desk: Desk) -> None:
    said = desk.type("check", "--json")
    assert said.code == 1
    (book,) = [check for check in said.json if check["check"] == "book main"]
    assert book["result"] == "fail"
    assert "base_url in [books.main]" in book["remedy"]


def test_a_broker_that_is_not_there_fails_without_its_password(connected: Desk) -> None:
    for url in ("redis://:hidden-word@127.0.0.1:1/0", "amqp://me:hidden-word@127.0.0.1:1//"):
        said = connected.type("check", "--json", environ={"COUNTERFOIL_BROKER__URL": url})
        assert said.code == 1
        (broker,) = [check for check in said.json if check["check"] == "broker"]
        assert broker["result"] == "fail"
        assert "url in [broker]" in broker["remedy"]
        assert "hidden-word" not in said.out + said.err


def test_a_ledger_that_is_not_made_yet_is_a_warning_where_up_makes_it(connected: Desk) -> None:
    (connected.folder / "ledger.sqlite3").unlink()
    said = connected.type("check", "--json")
    assert said.code == 0
    assert results(said.json)["ledger"] == "warn"
    assert not (connected.folder / "ledger.sqlite3").exists()


def test_a_ledger_that_cannot_be_reached_fails(connected: Desk) -> None:
    url = "postgresql://me:hidden-word@127.0.0.1:1/counterfoil"
    said = connected.type("check", "--json", environ={"COUNTERFOIL_LEDGER__URL": url})
    assert said.code == 1
    assert results(said.json)["ledger"] == "fail"
    assert "hidden-word" not in said.out + said.err


def test_a_paused_book_is_a_warning(connected: Desk) -> None:
    connected.type("book", "pause", "main", "--why", "moving")
    said = connected.type("check")
    assert said.code == 0
    assert "moving" in said.out


@pytest.mark.parametrize(
    ("seconds", "result"), [(29, Result.OK), (-29, Result.OK), (31, Result.WARN), (-31, Result.WARN)]
)
def test_a_clock_may_be_half_a_minute_off(seconds: int, result: Result) -> None:
    assert _clock("clock", NOON, NOON + timedelta(seconds=seconds)).result is result


def test_a_clock_that_is_off_says_in_which_direction() -> None:
    assert "120 s ahead of it" in _clock("clock", NOON, NOON + timedelta(minutes=2)).text
    assert "120 s behind it" in _clock("clock", NOON, NOON - timedelta(minutes=2)).text


class Late:
    """A provider whose clock is five minutes slow."""

    card: Card = a_card()

    def probe(self) -> Probe:
        return Probe(account="test", server_time=datetime.now(UTC) - timedelta(minutes=5))


def test_the_providers_clock_is_held_against_ours(desk: Desk) -> None:
    wired = build(None, quiet=True, rings=False)
    reached, clock = _book(wired, Book(name="main", provider=Late()))  # type: ignore[arg-type]
    wired.close()
    assert (reached.result, clock.result) == (Result.OK, Result.WARN)
    assert "300 s ahead of it" in clock.text
