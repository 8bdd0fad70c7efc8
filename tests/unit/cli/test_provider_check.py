"""`counterfoil provider check`: an account held against its provider's card."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.registry import build_sandbox
from providers.sandbox import SandboxServer
from tests.unit.cli.desk import TOKEN, TOML, Desk

EXAMPLE = Path(__file__).parents[3] / "docs" / "example-order.json"


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """These tests talk to loopback."""


@pytest.fixture
def provider() -> Iterator[SandboxServer]:
    with SandboxServer(build_sandbox("invoiceocean", token=TOKEN)) as server:
        yield server


@pytest.fixture
def connected(bare: Desk, provider: SandboxServer) -> Desk:
    """A desk whose book is at the sandbox. There is no ledger: a check needs none."""
    bare.configure(TOML.replace("http://127.0.0.1:1", provider.url))
    return bare


def references(provider: SandboxServer) -> list[str]:
    found = provider.sandbox.state()["documents"]
    assert isinstance(found, list)
    return [each["reference"] for each in found]


def test_the_harmless_part_leaves_nothing_behind(connected: Desk, provider: SandboxServer) -> None:
    said = connected.type("provider", "check", "main", "--json")
    assert said.code == 0
    assert (said.json["book"], said.json["provider"], said.json["left_behind"]) == ("main", "invoiceocean", [])
    assert {line["verdict"] for line in said.json["lines"]} == {"ok"}
    assert set(said.json["lines"][0]) == {"what", "expected", "observed", "verdict", "seconds"}
    assert references(provider) == []
    assert {each.method for each in provider.sandbox.log} == {"GET"}


def test_all_of_it_warns_and_names_what_it_leaves_behind(connected: Desk, provider: SandboxServer) -> None:
    said = connected.type("provider", "check", "main", "--write", "--yes", "--json")
    assert said.code == 0
    assert "Use a test account" in said.err
    assert [each["reference"] for each in said.json["left_behind"]] == references(provider)
    assert references(provider)


def test_people_read_what_was_expected_and_what_was_observed(connected: Desk) -> None:
    said = connected.type("provider", "check", "main", "--write", "--yes")
    assert said.code == 0
    assert "ok         find it by its reference" in said.out
    assert "expected  found at once\n           observed  found at once" in said.out
    assert "Left behind\nreference" in said.out
    assert ", 0 otherwise, " in said.out


def test_where_nobody_can_be_asked_nothing_is_written(connected: Desk, provider: SandboxServer) -> None:
    said = connected.type("provider", "check", "main", "--write")
    assert (said.code, said.out) == (2, "")
    assert "--yes" in said.err
    assert not provider.sandbox.log


def test_an_order_of_ones_own_is_what_is_made(connected: Desk, provider: SandboxServer) -> None:
    options = ("--write", "--yes", "--order", str(EXAMPLE), "--json")
    said = connected.type("provider", "check", "main", *options)
    assert said.code == 0
    (created,) = (line for line in said.json["lines"] if line["what"] == "create a document")
    assert created["expected"] == "made, 59.43 EUR"
    assert all(reference.startswith("counterfoil-check/") for reference in references(provider))


@pytest.mark.parametrize("option", ["--order", "--email-to"])
def test_what_is_made_is_said_only_where_something_is_made(connected: Desk, option: str) -> None:
    said = connected.type("provider", "check", "main", option, "x")
    assert said.code == 2
    assert "--write" in said.err


def test_an_order_that_cannot_be_read_is_wrong_usage(connected: Desk, provider: SandboxServer) -> None:
    file = connected.write("order.json", "{}")
    said = connected.type("provider", "check", "main", "--write", "--yes", "--order", file)
    assert said.code == 2
    assert f"--order {file}" in said.err
    assert references(provider) == []


def test_an_account_that_does_not_let_us_in_differs_and_gets_nothing(
    connected: Desk, provider: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIN_TOKEN", "another-token-than-that")
    said = connected.type("provider", "check", "main", "--write", "--yes", "--json")
    assert said.code == 1
    assert [line["verdict"] for line in said.json["lines"]] == ["differs", "not tried"]
    assert references(provider) == []


def test_a_provider_that_is_not_there_differs(bare: Desk) -> None:
    said = bare.type("provider", "check", "main")
    assert said.code == 1
    assert "differs    answers and lets us in" in said.out
    assert "NotSent" in said.out


def test_a_book_that_there_is_not_names_those_that_there_are(connected: Desk) -> None:
    said = connected.type("provider", "check", "mian")
    assert said.code == 2
    assert "Books: main" in said.err
