"""`counterfoil provider call`: a provider's interface by hand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from providers.registry import build_sandbox
from providers.sandbox import SandboxServer, Script, faults
from tests.unit.cli.desk import TOKEN, TOML, Desk
from worker.cli.provider_call import _hidden

INVOICE = {
    "kind": "vat",
    "oid": "by-hand/1",
    "buyer_name": "Ada Example",
    "currency": "EUR",
    "positions": [{"name": "Can", "quantity": "1", "tax": "23", "total_price_gross": "12.30"}],
}


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """These tests talk to loopback."""


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def provider(script: Script) -> Iterator[SandboxServer]:
    with SandboxServer(build_sandbox("invoiceocean", token=TOKEN, faults=script)) as server:
        yield server


@pytest.fixture
def connected(bare: Desk, provider: SandboxServer) -> Desk:
    """A desk whose book is at the sandbox. There is no ledger: a call by hand needs none."""
    bare.configure(TOML.replace("http://127.0.0.1:1", provider.url))
    return bare


def called(desk: Desk, *arguments: str, data: Any = None) -> Any:
    """Call with this data, given on standard input."""
    more = () if data is None else ("--data", "-")
    return desk.type("provider", "call", "main", *arguments, *more, given=json.dumps(data).encode())


def documents(provider: SandboxServer) -> list[Any]:
    found = provider.sandbox.state()["documents"]
    assert isinstance(found, list)
    return found


def test_without_an_operation_all_of_them_are_listed(connected: Desk) -> None:
    said = connected.type("provider", "call", "main", "--json")
    assert said.code == 0
    by_name = {each["name"]: each for each in said.json}
    assert by_name["create_invoice"]["writes"] is True
    assert by_name["invoices"]["writes"] is False
    assert by_name["invoices"]["parameters"][0].startswith("page: int")
    assert all(each["summary"] for each in said.json)


def test_the_table_says_what_reads_and_what_writes(connected: Desk) -> None:
    said = called(connected)
    told = {line.split()[0]: line.split()[1] for line in said.out.splitlines()[1:]}
    assert (told["invoices"], told["create_invoice"]) == ("reads", "writes")


def test_what_reads_is_called_and_its_answer_is_json(connected: Desk) -> None:
    said = called(connected, "invoices", data={"page": 1})
    assert (said.code, said.json) == (0, [])


def test_what_writes_does_nothing_without_the_word(connected: Desk, provider: SandboxServer) -> None:
    said = called(connected, "create_invoice", data={"invoice": INVOICE})
    assert (said.code, said.out) == (2, "")
    assert "--write" in said.err
    assert documents(provider) == []


def test_what_writes_is_called_once_with_the_word(connected: Desk, provider: SandboxServer) -> None:
    said = called(connected, "create_invoice", "--write", data={"invoice": INVOICE})
    assert said.code == 0
    assert said.json["oid"] == "by-hand/1"
    assert [each["reference"] for each in documents(provider)] == ["by-hand/1"]


def test_data_may_stand_in_a_file(connected: Desk) -> None:
    file = connected.write("call.json", '{"page": 2, "per_page": 5}')
    assert connected.type("provider", "call", "main", "invoices", "--data", file).json == []


def test_a_file_goes_where_it_is_told_to(connected: Desk, provider: SandboxServer) -> None:
    made = called(connected, "create_invoice", "--write", data={"invoice": INVOICE}).json
    said = called(connected, "pdf", "--out", "invoice.pdf", data={"invoice_id": made["id"]})
    assert said.code == 0
    assert (connected.folder / "invoice.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_that_is_told_to_go_nowhere_is_not_fetched(connected: Desk, provider: SandboxServer) -> None:
    said = called(connected, "pdf", data={"invoice_id": 1})
    assert said.code == 2
    assert "--out FILE" in said.err
    assert not provider.sandbox.log


def test_an_operation_that_there_is_not_names_those_that_may_be_meant(connected: Desk) -> None:
    said = called(connected, "invoces")
    assert said.code == 2
    assert "Did you mean invoices" in said.err
    assert "counterfoil provider call main" in said.err


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (b"{", "this is not JSON"),
        (b"[1]", "no JSON object"),
        (b'{"page": "first"}', "--data page"),
        (b'{"pages": 1}', "pages"),
    ],
)
def test_wrong_data_is_told_before_anything_is_sent(
    connected: Desk, provider: SandboxServer, given: bytes, complaint: str
) -> None:
    said = connected.type("provider", "call", "main", "invoices", "--data", "-", given=given)
    assert (said.code, said.out) == (2, "")
    assert complaint in said.err
    assert not provider.sandbox.log


def test_a_refusal_is_told_in_the_providers_words(connected: Desk) -> None:
    said = called(connected, "invoice", data={"invoice_id": 4711})
    assert (said.code, said.out) == (1, "")
    assert "Not Found" in said.err


def test_a_lost_answer_is_told_and_nothing_is_repeated(
    connected: Desk, provider: SandboxServer, script: Script
) -> None:
    script.after_acting(faults.dropped(), method="POST")
    said = called(connected, "create_invoice", "--write", data={"invoice": INVOICE})
    assert (said.code, said.out) == (1, "")
    assert len(documents(provider)) == 1


def test_a_book_that_there_is_not_names_those_that_there_are(connected: Desk) -> None:
    said = connected.type("provider", "call", "mian")
    assert said.code == 2
    assert "Books: main" in said.err


def test_what_is_named_like_a_secret_is_not_shown() -> None:
    told = _hidden({"name": "garden", "api_token": "abc", "users": [{"password": "p", "token": ""}], "file": b"123"})
    assert told == {
        "name": "garden",
        "api_token": "[redacted]",
        "users": [{"password": "[redacted]", "token": ""}],
        "file": "3 bytes",
    }
