"""Paused books, and what should stand in a book."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from providers.domain.orders import Order, OrderState
from providers.domain.reasons import Code, Reason
from providers.domain.results import Absent, Declined, Lost
from providers.domain.steps import Rest
from tasks.ledger.ledger import Ledger
from tests.builders import BOOK, NOON, SHOP, a_paid_order, a_payment
from tests.ledger.desk import Desk, creating, paying, waiting

DENIED = Reason(code=Code.ACCESS_DENIED, text="token", field="books.main.token", remedy="Put it right.")
DONE = Rest(state=OrderState.DONE)


def test_a_book_is_paused_once_and_the_first_reason_stands(ledger: Ledger) -> None:
    assert ledger.books.pause(BOOK, DENIED, by="counterfoil", now=NOON)
    assert not ledger.books.pause(BOOK, Reason(code=Code.BOOK_PAUSED, text="by hand"), by="ada", now=NOON)
    (paused,) = ledger.books.paused()
    assert (paused.name, paused.reason, paused.by, paused.since) == (BOOK, DENIED, "counterfoil", NOON)


def test_a_book_is_resumed_once(ledger: Ledger) -> None:
    ledger.books.pause(BOOK, DENIED, by="counterfoil", now=NOON)
    ledger.books.pause("another", DENIED, by="counterfoil", now=NOON)
    assert ledger.books.resume(BOOK)
    assert not ledger.books.resume(BOOK)
    assert [paused.name for paused in ledger.books.paused()] == ["another"]


def test_a_resting_book_opens_by_itself(ledger: Ledger) -> None:
    until = NOON + timedelta(minutes=1)
    assert ledger.books.rest(BOOK, DENIED, until=until, by="counterfoil", now=NOON)
    assert ledger.books.shut(now=NOON) == {BOOK}
    assert ledger.books.shut(now=until) == set()
    assert ledger.books.paused() == ()


def test_a_pause_outlives_a_rest_and_not_the_other_way_round(ledger: Ledger) -> None:
    until = NOON + timedelta(minutes=1)
    ledger.books.rest(BOOK, DENIED, until=until, by="counterfoil", now=NOON)
    assert ledger.books.pause(BOOK, DENIED, by="ada", now=NOON)
    assert not ledger.books.rest(BOOK, DENIED, until=until, by="counterfoil", now=NOON)
    assert ledger.books.shut(now=until) == {BOOK}


def order(number: str) -> Order:
    halves = (a_payment(amount=Decimal("61.50")), a_payment(payment_id="p2", amount=Decimal("61.50")))
    return a_paid_order(order_id=number, payments=halves)


def test_what_is_or_may_be_in_a_book_is_expected_there(desk: Desk) -> None:
    turn = desk.invoice(order("issued"), choice=paying)
    first = paying(replace(turn, known=replace(turn.known, operation=None)))
    desk.pay(turn, first, DONE)
    for number in ("sent", "lost", "refused", "absent"):
        desk.bring(order(number))
        desk.take(creating(order(number)), number)
    keys = {number: creating(order(number)).operation_key for number in ("lost", "refused", "absent")}
    desk.clock.move(minutes=2)
    results = {
        "lost": Lost(operation_key=keys["lost"], at=NOON, text="time-out"),
        "refused": Declined(operation_key=keys["refused"], reason=DENIED),
        "absent": Absent(operation_key=keys["absent"]),
    }
    for number, result in results.items():
        desk.settle(desk.take(creating(order(number)), number), result, waiting(NOON))
    matching = desk.ledger.matching
    assert [row.order_id for row in matching.in_window(BOOK, after=0, limit=10, days=None)] == ["issued"]
    assert matching.under_way(BOOK) == 2
    references = [f"garden/{number}" for number in ("issued", *results, "never told")]
    found = matching.by_references(BOOK, references)
    assert {row.order_id: row.issued for row in found.values()} == {
        "issued": True,
        "lost": False,
        "refused": False,
        "absent": False,
    }
    row = found["garden/issued"]
    assert (row.reference, row.shop, row.remote_id) == ("garden/issued", SHOP, "r1")
    assert (row.gross, row.paid, row.currency) == (Decimal("123.00"), Decimal("61.50"), "EUR")


def test_other_books_are_not_expected_here(desk: Desk) -> None:
    desk.bring(order("1"), book="other")
    desk.take(creating(order("1")), "1")
    assert desk.ledger.matching.by_references(BOOK, ["garden/1"]) == {}
    assert desk.ledger.matching.under_way(BOOK) == 0
    assert desk.ledger.matching.under_way("other") == 1
