"""Which order comes next, and whose bell is rung again."""

from datetime import timedelta

from providers.domain.orders import OrderState
from providers.domain.steps import Rest
from tests.builders import BOOK, NOON, SHOP, a_paid_order
from tests.ledger.desk import LEASE, Desk, creating, waiting

DONE = Rest(state=OrderState.DONE)
CREATE = creating()


class TestTheNext:
    def test_the_one_that_is_due_longest_comes_first(self, desk: Desk) -> None:
        for number in ("b", "a", "c"):
            desk.bring(a_paid_order(order_id=number))
            desk.clock.move(seconds=1)
        taken = [desk.begin_next(DONE) for _ in range(4)]
        assert [begun and begun[0].order_id for begun in taken] == ["b", "a", "c", None]

    def test_other_books_and_orders_in_hand_are_passed_over(self, desk: Desk) -> None:
        desk.bring(a_paid_order(order_id="other"), book="other")
        desk.bring(a_paid_order(order_id="held"))
        desk.take(creating(a_paid_order(order_id="held")), "held")
        assert desk.begin_next(DONE) is None
        assert not desk.ledger.turns.next_due(BOOK, now=NOON)
        assert desk.ledger.turns.next_due("other", now=NOON)


class TestBells:
    def ring(self, desk: Desk, *, limit: int = 10, heard: timedelta = timedelta(seconds=15)) -> list[str]:
        now = desk.clock.now
        rung = desk.ledger.turns.ring(BOOK, now=now, limit=limit, heard_before=now - heard)
        assert {shop for shop, _ in rung} <= {SHOP}
        return [order_id for _, order_id in rung]

    def test_a_bell_that_rang_lately_counts_as_heard(self, desk: Desk) -> None:
        desk.bring()
        assert self.ring(desk) == []
        desk.clock.move(seconds=16)
        assert self.ring(desk) == ["1001"]
        assert self.ring(desk) == []
        assert desk.order_row()["rung_at"] == desk.clock.now

    def test_a_bell_that_rang_before_the_order_fell_due_was_for_something_else(self, desk: Desk) -> None:
        desk.bring()
        desk.take(waiting(NOON + timedelta(seconds=5)))
        desk.clock.move(seconds=4)
        assert self.ring(desk) == []
        desk.clock.move(seconds=1)
        assert self.ring(desk) == ["1001"]

    def test_an_event_rings_the_bell_of_an_order_that_is_free(self, desk: Desk) -> None:
        desk.bring()
        desk.take(DONE)
        desk.clock.move(minutes=1)
        desk.bring()
        assert self.ring(desk) == []

    def test_an_event_cannot_be_heard_while_the_order_is_in_hand(self, desk: Desk) -> None:
        desk.bring()
        desk.take(CREATE)
        desk.clock.move(LEASE - timedelta(seconds=1))
        desk.bring()
        desk.clock.move(seconds=1)
        assert self.ring(desk) == ["1001"]

    def test_a_persons_word_is_rung_at_once(self, desk: Desk) -> None:
        desk.bring()
        desk.ledger.turns.make_due(SHOP, "1001", now=NOON)
        assert self.ring(desk) == ["1001"]

    def test_orders_in_hand_at_rest_or_of_other_books_are_left_alone(self, desk: Desk) -> None:
        for number in ("held", "resting"):
            desk.bring(a_paid_order(order_id=number))
        desk.bring(a_paid_order(order_id="other"), book="other")
        desk.clock.move(seconds=16)
        desk.take(creating(a_paid_order(order_id="held")), "held")
        desk.take(DONE, "resting")
        assert self.ring(desk) == []

    def test_an_order_whose_worker_died_is_rung_when_the_lease_is_over(self, desk: Desk) -> None:
        desk.bring()
        desk.take(CREATE)
        desk.clock.move(LEASE)
        assert self.ring(desk) == ["1001"]

    def test_those_due_longest_come_first_and_no_more_than_asked_for(self, desk: Desk) -> None:
        for number in ("c", "a", "b"):
            desk.bring(a_paid_order(order_id=number))
            desk.clock.move(seconds=1)
        desk.clock.move(seconds=16)
        assert self.ring(desk, limit=2) == ["c", "a"]
        assert self.ring(desk, limit=2) == ["b"]
