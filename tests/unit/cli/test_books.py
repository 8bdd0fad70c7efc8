"""`book list`, `book pause`, `book resume`: the switch, and who threw it."""

import getpass

import pytest

from providers.domain.reasons import Code, Reason
from tasks.paused import BY_ITSELF
from tests.builders import NOON
from tests.unit.cli.desk import Desk

DENIED = Reason(code=Code.ACCESS_DENIED, text="InvoiceOcean does not let the account in")


def test_an_open_book_is_listed_with_its_provider(desk: Desk) -> None:
    said = desk.type("book", "list", "--json")
    assert said.code == 0
    assert said.json == [
        {"book": "main", "provider": "invoiceocean", "state": "open", "since": None, "by": None, "reason": None}
    ]


def test_a_pause_keeps_who_and_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    assert desk.type("book", "pause", "main", "--why", "moving").code == 0
    said = desk.type("book", "list", "--json")
    assert said.code == 1
    (book,) = said.json
    assert (book["state"], book["by"], book["reason"]["text"]) == ("paused", "ada", "moving")
    assert "moving" in desk.type("book", "list").out


def test_a_pause_without_a_word_says_that_it_was_by_hand(desk: Desk) -> None:
    desk.type("book", "pause", "main")
    assert desk.type("book", "list", "--json").json[0]["reason"]["text"] == "Paused by hand"


def test_a_second_pause_leaves_the_first_as_it_is(desk: Desk) -> None:
    desk.type("book", "pause", "main", "--why", "first")
    said = desk.type("book", "pause", "main", "--why", "second")
    assert said.code == 0
    assert "already" in said.out
    assert desk.ledger.books.paused()[0].reason.text == "first"


def test_a_persons_pause_replaces_one_that_would_end_by_itself(desk: Desk) -> None:
    desk.ledger.books.pause("main", DENIED, by=BY_ITSELF, now=NOON)
    desk.type("book", "pause", "main", "--why", "stays shut")
    (paused,) = desk.ledger.books.paused()
    assert paused.by != BY_ITSELF
    assert paused.reason.text == "stays shut"


def test_an_account_of_the_same_name_is_not_taken_for_the_program(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", BY_ITSELF)
    desk.type("book", "pause", "main")
    assert desk.ledger.books.paused()[0].by == f"{BY_ITSELF} (by hand)"


def test_an_account_without_a_name_is_told_by_its_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr(getpass, "getuser", nameless)
    desk.type("book", "pause", "main")
    assert desk.ledger.books.paused()[0].by.startswith("user ")


def test_a_book_is_opened_again(desk: Desk) -> None:
    desk.type("book", "pause", "main")
    said = desk.type("book", "resume", "main")
    assert said.code == 0
    assert "open again" in said.out
    assert desk.ledger.books.paused() == ()
    assert "was not paused" in desk.type("book", "resume", "main").out


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_an_unknown_book_names_those_that_there_are(desk: Desk, command: str) -> None:
    said = desk.type("book", command, "mian")
    assert said.code == 2
    assert "'mian'" in said.err
    assert "Books: main" in said.err


def test_a_paused_book_that_left_the_configuration_is_listed_and_can_be_opened(desk: Desk) -> None:
    desk.ledger.books.pause("former", DENIED, by="ada", now=NOON)
    listed = {book["book"]: book["provider"] for book in desk.type("book", "list", "--json").json}
    assert listed == {"main": "invoiceocean", "former": None}
    assert desk.type("book", "resume", "former").code == 0
