"""What people see: listings, the story of one order, and figures."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from providers.domain.results import Absent, Declined, Issued, Lost, Unseen, Unsent
from providers.domain.steps import LookUp, Rest, Stop, Wait
from tasks.ledger.ledger import Ledger
from tasks.ledger.tables import EventState
from tasks.ledger.turn import Turn
from tests.builders import BOOK, INVOICE, NOON, SHOP, a_paid_order, a_remote_document, an_event, an_order
from tests.ledger.desk import Desk, creating, paying, waiting

DONE = Rest(state=OrderState.DONE)
UNREADABLE = Reason(code=Code.UNREADABLE, text="no order", field="total")


def listed(desk: Desk, **filters: str) -> list[str]:
    return [line.order for line in desk.ledger.views.orders(**filters)]  # type: ignore[arg-type]


def paid_invoice(desk: Desk, choice: object = DONE) -> Turn:
    turn = desk.invoice(choice=paying)
    return desk.pay(turn, replace(paying(replace(turn, known=before_payment(turn)))), choice)  # type: ignore[arg-type]


def before_payment(turn: Turn) -> object:
    document = replace(turn.known.documents[0], payments=())
    return replace(turn.known, documents=(document,), operation=None)


def unreadable(desk: Desk, order_id: str = "", shop: str = SHOP) -> None:
    event = an_event(shop=shop, received_at=desk.clock.now)
    desk.ledger.inbox.set_aside(event, EventState.UNREADABLE, UNREADABLE, order_id=order_id)


class TestListing:
    def test_an_order_is_told_with_its_documents(self, desk: Desk) -> None:
        paid_invoice(desk)
        (line,) = desk.ledger.views.orders()
        assert (line.shop, line.order, line.book, line.state) == (SHOP, "1001", BOOK, "done")
        assert (line.total, line.currency, line.reason, line.event) == (Decimal("123.00"), "EUR", None, None)
        (document,) = line.documents
        assert (document.kind, document.reference, document.state) == ("invoice", "garden/1001", "issued")
        assert (document.remote_id, document.number, document.verified) == ("r1", "FV 1/2026", True)
        assert (document.gross, document.paid, document.currency) == (Decimal("123.00"), Decimal("123.00"), "EUR")
        assert desk.ledger.views.order(SHOP, "1001") == line

    def test_a_payment_under_way_is_not_told_as_paid(self, desk: Desk) -> None:
        desk.invoice(choice=paying)
        (line,) = desk.ledger.views.orders()
        assert line.documents[0].paid == 0

    def test_an_order_that_stopped_says_why(self, desk: Desk) -> None:
        desk.bring()
        reason = Reason(code=Code.TOTAL_MISMATCH, text="off", field="total", value="1", remedy="Correct it.")
        desk.take(Stop(reason=reason))
        (line,) = desk.ledger.views.orders(state=OrderState.ATTENTION)
        assert line.reason == reason

    def test_orders_come_as_they_arrived_and_can_be_filtered(self, desk: Desk) -> None:
        for number in ("b", "a"):
            desk.bring(an_order(order_id=number))
        desk.ledger.inbox.apply(an_event(shop="kiosk"), an_order(order_id="k"), book=BOOK)
        desk.take(DONE, "a")
        assert listed(desk) == ["b", "a", "k"]
        assert listed(desk, state="done") == ["a"]
        assert listed(desk, shop="kiosk") == ["k"]
        assert listed(desk, state="done", shop="kiosk") == []

    def test_more_orders_than_a_page_holds_stream_through(self, desk: Desk) -> None:
        numbers = [f"o{number}" for number in range(201)]
        for number in numbers:
            desk.bring(an_order(order_id=number))
        assert listed(desk) == numbers

    def test_an_unknown_order_is_none(self, ledger: Ledger) -> None:
        assert ledger.views.order(SHOP, "1001") is None
        assert ledger.views.story(SHOP, "1001") is None


class TestUnreadableDeliveries:
    def test_they_need_attention(self, desk: Desk) -> None:
        desk.bring()
        unreadable(desk)
        for filters in ({}, {"state": OrderState.ATTENTION}):
            *_, line = desk.ledger.views.orders(**filters)
            assert (line.order, line.state, line.reason) == ("", "attention", UNREADABLE)
            found = desk.ledger.views.event(line.event or 0)
            assert found is not None
            assert found.body == b"{}"
        assert listed(desk, state="done") == []

    def test_they_belong_to_their_shop(self, desk: Desk) -> None:
        unreadable(desk, "7", shop="kiosk")
        assert listed(desk, shop=SHOP) == []
        assert listed(desk, shop="kiosk") == ["7"]

    def test_a_later_delivery_that_was_applied_settles_them(self, desk: Desk) -> None:
        unreadable(desk, "1001")
        assert listed(desk) == ["1001"]
        desk.bring()
        assert [line.event for line in desk.ledger.views.orders()] == [None]
        assert desk.ledger.views.figures(now=NOON).unreadable == 0

    def test_an_earlier_delivery_does_not_nor_one_of_another_order(self, desk: Desk) -> None:
        desk.bring()
        unreadable(desk, "1001")
        unreadable(desk, "1002")
        unreadable(desk)
        unreadable(desk)
        assert listed(desk, state="attention") == ["1001", "1002", "", ""]

    def test_a_later_one_that_was_stale_does_not(self, desk: Desk) -> None:
        desk.bring()
        unreadable(desk, "1001")
        assert desk.bring(an_order()) is EventState.STALE
        assert listed(desk, state="attention") == ["1001"]


class TestStory:
    def told(self, desk: Desk) -> list[tuple[str, str]]:
        story = desk.ledger.views.story(SHOP, "1001")
        assert story is not None
        return [(moment.what, moment.text) for moment in story.moments]

    def test_it_tells_everything_from_the_first_event_to_the_payment(self, desk: Desk) -> None:
        paid_invoice(desk)
        assert self.told(desk) == [
            ("received", "order.updated by webhook: the order was brought up to it"),
            ("sent", "create was sent to the provider (generation 1, try 1)"),
            ("done", "create is done"),
            ("sent", "pay was sent to the provider (generation 1, try 1)"),
            ("done", "pay is done"),
        ]

    def test_it_shows_what_was_sent_and_what_came_back(self, desk: Desk) -> None:
        paid_invoice(desk)
        story = desk.ledger.views.story(SHOP, "1001")
        assert story is not None
        assert story.snapshot is not None
        assert story.snapshot["total"] == "123.00"
        assert story.moments[2].data["answer"]["remote_id"] == "r1"
        assert story.moments[3].data["request"]["amount"] == "123.00"

    def test_it_tells_a_lost_answer_a_look_and_the_proof_of_absence(self, desk: Desk) -> None:
        desk.bring()
        key = creating().operation_key
        turn = desk.take(creating())
        desk.clock.move(seconds=1)
        turn, _ = desk.settle(turn, Lost(operation_key=key, at=desk.clock.now, text="time-out"), look_up)
        desk.clock.move(seconds=1)
        turn, _ = desk.settle(turn, Unseen(operation_key=key, at=desk.clock.now), look_up)
        desk.clock.move(seconds=1)
        desk.settle(turn, Absent(operation_key=key), replace(creating(), generation=2))
        assert self.told(desk)[2:] == [
            ("lost", "no usable answer: time-out"),
            ("looked", "a look-up found nothing yet"),
            ("absent", "create is proved to have had no effect"),
            ("sent", "create was sent to the provider (generation 2, try 1)"),
        ]

    def test_it_tells_refusals_adoptions_and_what_was_not_sent(self, desk: Desk) -> None:
        desk.bring()
        key = creating().operation_key
        no = Reason(code=Code.REFUSED, text="tax number is wrong")
        desk.settle(desk.take(creating()), Unsent(operation_key=key, text="no route"), waiting(NOON))
        assert self.told(desk)[-1] == ("unsent", "create did not happen: no route")
        turn = desk.take(creating())
        turn, _ = desk.settle(turn, Declined(operation_key=key, reason=no), replace(creating(), generation=2))
        assert ("refused", "create was refused: tax number is wrong") in self.told(desk)
        key = replace(creating(), generation=2).operation_key
        found = Issued(operation_key=key, document=INVOICE, remote=a_remote_document(), adopted=True)
        desk.settle(turn, found, DONE)
        assert self.told(desk)[-1] == ("done", "create is done (found by a look-up)")

    def test_it_tells_events_that_came_too_late(self, desk: Desk) -> None:
        desk.bring(a_paid_order())
        desk.bring(an_order())
        assert self.told(desk)[1] == ("received", "order.updated by webhook: the order was newer already")


def look_up(turn: Turn) -> LookUp:
    assert turn.known.operation is not None
    return LookUp(operation=turn.known.operation, document=turn.known.at(INVOICE))


class TestFigures:
    def test_an_empty_ledger_has_nothing_to_tell(self, ledger: Ledger) -> None:
        figures = ledger.views.figures(now=NOON)
        assert (figures.orders, figures.due, figures.overdue_seconds) == ({}, 0, 0.0)
        assert (figures.unreadable, figures.unknown, figures.documents, figures.payments) == (0, 0, {}, {})

    def test_they_count_what_is_there(self, desk: Desk) -> None:
        paid_invoice(desk)
        desk.bring(a_paid_order(order_id="late"))
        desk.clock.move(seconds=30)
        lost = creating(a_paid_order(order_id="lost"))
        desk.bring(a_paid_order(order_id="lost"))
        until = NOON + timedelta(hours=1)
        later = Wait(until=until, reason=UNREADABLE)
        at = desk.clock.now
        desk.settle(desk.take(lost, "lost"), Lost(operation_key=lost.operation_key, at=at, text="x"), later)
        unreadable(desk)
        figures = desk.ledger.views.figures(now=desk.clock.now)
        assert figures.orders == {"done": 1, "due": 2}
        assert (figures.due, figures.overdue_seconds) == (1, 30.0)
        assert (figures.unknown, figures.unreadable) == (1, 1)
        assert figures.documents == {"issued": 1, "unknown": 1}
        assert figures.payments == {"recorded": 1}
