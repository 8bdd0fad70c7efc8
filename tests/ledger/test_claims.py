"""One worker has an order in hand at a time, and one whose lease ran out can write nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from providers.domain.results import Issued, Unsent
from providers.domain.steps import LookUp, Rest, Step, Stop
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.ledger.tables import OperationRow
from tasks.ledger.turn import Effort, LeaseLost, Turn
from tests.builders import BOOK, INVOICE, NOON, SHOP, a_paid_order, a_remote_document, an_event, an_order
from tests.ledger.desk import LEASE, Desk, creating, paying, waiting

DONE = Rest(state=OrderState.DONE)
MOMENT = timedelta(microseconds=1)
CREATE = creating()
ISSUED = Issued(operation_key=CREATE.operation_key, document=INVOICE, remote=a_remote_document())


def test_a_due_order_is_taken_with_its_newest_snapshot(desk: Desk) -> None:
    desk.bring(an_order())
    desk.bring(a_paid_order())
    turn = desk.take(CREATE)
    assert (turn.order, turn.book, turn.fence, turn.revision) == (a_paid_order(), BOOK, 1, 2)
    assert (turn.renewed, turn.crashes, turn.attempts) == (False, 0, 0)


@pytest.mark.parametrize(
    ("step", "state", "due"),
    [
        (waiting(NOON + timedelta(minutes=1)), OrderState.DUE, NOON + timedelta(minutes=1)),
        (Stop(reason=Reason(code=Code.REFUSED, text="no")), OrderState.ATTENTION, None),
        (Rest(state=OrderState.WAITING), OrderState.WAITING, None),
        (DONE, OrderState.DONE, None),
    ],
    ids=["wait", "stop", "waiting", "done"],
)
def test_a_turn_that_ends_gives_the_order_back(desk: Desk, step: Step, state: OrderState, due: object) -> None:
    desk.bring()
    desk.take(step)
    row = desk.order_row()
    assert (row["state"], row["due_at"], row["owner"]) == (state, due, None)
    assert row["lease_until"] < NOON
    assert desk.begin(DONE) is None


def test_an_order_that_waits_is_taken_when_it_is_due_and_not_before(desk: Desk) -> None:
    desk.bring()
    desk.take(waiting(NOON + timedelta(minutes=1)))
    desk.clock.move(timedelta(minutes=1) - MOMENT)
    assert desk.begin(DONE) is None
    desk.clock.move(MOMENT)
    assert desk.begin(DONE) is not None


def test_an_order_that_nobody_knows_cannot_be_taken(desk: Desk) -> None:
    assert desk.begin(DONE, "no such order") is None
    assert desk.begin_next(DONE) is None


def test_an_order_in_hand_is_not_taken_by_another_until_the_lease_ends(desk: Desk) -> None:
    desk.bring()
    first = desk.take(CREATE)
    desk.clock.move(LEASE - MOMENT)
    assert desk.begin(DONE) is None
    assert desk.begin_next(DONE) is None
    desk.clock.move(MOMENT)
    assert desk.take(waiting(NOON)).fence == first.fence + 1


def test_each_write_begins_the_lease_anew(desk: Desk) -> None:
    desk.bring()
    turn = desk.take(CREATE)
    desk.clock.move(seconds=40)
    turn, _ = desk.settle(turn, ISSUED, paying)
    desk.clock.move(seconds=40)
    assert desk.begin(DONE) is None
    assert desk.order_row()["lease_until"] == NOON + timedelta(seconds=40) + LEASE


@pytest.mark.parametrize("taken_over", [False, True], ids=["free", "taken over"])
def test_a_worker_whose_lease_ran_out_writes_nothing(desk: Desk, taken_over: bool) -> None:
    desk.bring()
    late = desk.take(CREATE)
    desk.clock.move(LEASE)
    if taken_over:
        desk.take(LookUp(operation=late.known.operation, document=late.known.at(INVOICE)))  # type: ignore[arg-type]
    before = desk.everything()
    with pytest.raises(LeaseLost):
        desk.settle(late, ISSUED, DONE)
    assert desk.everything() == before


def test_a_worker_that_was_replaced_writes_nothing_even_while_its_own_lease_would_run(desk: Desk) -> None:
    desk.bring()
    turn = desk.take(waiting(NOON))
    desk.take(CREATE)
    with pytest.raises(LeaseLost):
        desk.settle(turn, Unsent(operation_key="", text=""), DONE)


@pytest.mark.parametrize("next_one", [False, True], ids=["by name", "the next"])
def test_of_many_that_reach_for_one_order_exactly_one_has_it(desk: Desk, next_one: bool) -> None:
    desk.bring()
    together = Barrier(8)

    def reach(number: int) -> tuple[Turn, Step] | None:
        hand = replace(desk, owner=f"worker {number}")
        together.wait()
        return hand.begin_next(CREATE) if next_one else hand.begin(CREATE)

    with ThreadPoolExecutor(8) as pool:
        begun = [turn for turn in pool.map(reach, range(8)) if turn]
    assert len(begun) == 1
    assert len(desk.rows(OperationRow)) == 1


def test_many_that_take_the_next_take_different_ones(desk: Desk) -> None:
    orders = [a_paid_order(order_id=f"o{number}") for number in range(6)]
    for order in orders:
        desk.bring(order)
    together = Barrier(6)

    def reach(_: int) -> str | None:
        together.wait()
        begun = desk.begin_next(lambda turn: creating(turn.order))
        return begun[0].order_id if begun else None

    with ThreadPoolExecutor(6) as pool:
        taken = [order_id for order_id in pool.map(reach, range(6)) if order_id]
    while begun := desk.begin_next(lambda turn: creating(turn.order)):
        taken.append(begun[0].order_id)
    assert sorted(taken) == [order.order_id for order in orders]


def test_a_worker_that_dies_is_counted_and_one_that_ends_well_is_not(desk: Desk) -> None:
    desk.bring()
    counts = []
    for _ in range(3):
        counts.append(desk.take(CREATE).crashes)
        desk.clock.move(LEASE)
    counts.append(desk.take(waiting(desk.clock.now)).crashes)
    counts.append(desk.take(DONE).crashes)
    assert counts == [0, 1, 2, 3, 0]


def test_the_retry_budget_is_kept_with_the_order(desk: Desk) -> None:
    desk.bring()
    turn = desk.take(CREATE)
    unsent = Unsent(operation_key=CREATE.operation_key, text="no route")
    desk.settle(turn, unsent, waiting(NOON), effort=Effort(attempts=3, first_tried_at=NOON))
    turn = desk.take(CREATE)
    assert (turn.attempts, turn.first_tried_at) == (3, NOON)
    desk.settle(turn, ISSUED, waiting(NOON), effort=Effort())
    assert (desk.order_row()["attempts"], desk.order_row()["first_tried_at"]) == (0, None)


class TestNews:
    """What comes in while an order is in hand."""

    def test_it_is_seen_when_the_call_is_settled(self, desk: Desk) -> None:
        desk.bring(an_order())
        turn = desk.take(CREATE)
        desk.bring(a_paid_order())
        turn, _ = desk.settle(turn, ISSUED, paying)
        assert (turn.order, turn.renewed, turn.revision) == (a_paid_order(), True, 2)
        assert desk.settle(turn, Unsent(operation_key="", text=""), DONE)[0].renewed is False

    def test_a_removal_is_seen_likewise(self, desk: Desk) -> None:
        desk.bring()
        turn = desk.take(CREATE)
        desk.ledger.inbox.remove(an_event(), "1001", book=BOOK)
        assert desk.settle(turn, ISSUED, DONE)[0].known.deleted

    def test_it_keeps_its_fresh_retry_budget(self, desk: Desk) -> None:
        desk.bring(an_order())
        turn = desk.take(CREATE)
        desk.bring(a_paid_order())
        unsent = Unsent(operation_key=CREATE.operation_key, text="no route")
        desk.settle(turn, unsent, waiting(NOON), effort=Effort(attempts=12, first_tried_at=NOON))
        row = desk.order_row()
        assert (row["attempts"], row["first_tried_at"], row["state"]) == (0, None, OrderState.DUE)

    def test_it_wakes_an_order_that_was_just_given_back(self, desk: Desk) -> None:
        desk.bring(an_order())
        desk.take(Rest(state=OrderState.WAITING))
        desk.bring(a_paid_order())
        assert desk.take(CREATE).order == a_paid_order()


class TestMakeDue:
    def test_it_wakes_an_order_with_a_fresh_budget(self, desk: Desk) -> None:
        desk.bring()
        turn = desk.take(CREATE)
        unsent = Unsent(operation_key=CREATE.operation_key, text="no route")
        stop = Stop(reason=Reason(code=Code.EXHAUSTED, text="enough"))
        desk.settle(turn, unsent, stop, effort=Effort(attempts=12, first_tried_at=NOON))
        assert desk.begin(DONE) is None
        assert desk.ledger.turns.make_due(SHOP, "1001", now=NOON)
        row = desk.order_row()
        assert (row["state"], row["attempts"], row["first_tried_at"]) == (OrderState.DUE, 0, None)
        assert desk.begin(DONE) is not None

    def test_it_forgives_crashes(self, desk: Desk) -> None:
        desk.bring()
        for _ in range(3):
            desk.take(CREATE)
            desk.clock.move(LEASE)
        desk.ledger.turns.make_due(SHOP, "1001", now=desk.clock.now)
        assert desk.take(CREATE).crashes <= 1

    def test_an_order_in_hand_is_planned_anew_when_its_call_is_settled(self, desk: Desk) -> None:
        desk.bring()
        turn = desk.take(CREATE)
        desk.ledger.turns.make_due(SHOP, "1001", now=NOON)
        assert desk.settle(turn, ISSUED, DONE)[0].renewed

    def test_an_order_that_nobody_knows_is_told(self, ledger: Ledger) -> None:
        assert not ledger.turns.make_due(SHOP, "1001", now=NOON)


def test_a_lone_worker_that_starts_takes_every_lease_back(desk: Desk) -> None:
    desk.bring()
    dead = desk.take(CREATE)
    desk.clock.move(seconds=1)
    assert desk.ledger.turns.recover(now=desk.clock.now) == 1
    turn = desk.take(waiting(NOON))
    assert turn.known.operation is not None
    assert turn.known.operation.lost_at is None
    with pytest.raises(LeaseLost):
        desk.settle(dead, ISSUED, DONE)
    assert desk.ledger.turns.recover(now=desk.clock.now) == 0


def test_turns_of_two_stores_on_one_database_exclude_each_other(store: Store, desk: Desk) -> None:
    desk.bring()
    other_store = Store(store.engine.url.render_as_string(hide_password=False))
    other = Desk(other_store, Ledger(other_store), desk.clock, owner="another process")
    assert desk.begin(CREATE) is not None
    assert other.begin(CREATE) is None
    other_store.close()
