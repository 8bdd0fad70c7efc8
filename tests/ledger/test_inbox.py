"""What comes in: each event once, and of two snapshots the newer one."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from providers.domain.orders import Order, OrderState
from providers.domain.reasons import Code, Reason
from tasks.ledger.inbox import Arrival, Inbox
from tasks.ledger.ledger import Ledger
from tasks.ledger.tables import EventRow, EventState, OrderRow
from tests.builders import BOOK, NOON, SHOP, a_paid_order, an_event, an_order
from tests.ledger.desk import Desk, creating, waiting

NO_ORDER = Reason(code=Code.UNREADABLE, text="no order")


def newer(**changes: object) -> Order:
    return a_paid_order(**{"modified_at": NOON + timedelta(minutes=5), **changes})


def older(**changes: object) -> Order:
    return a_paid_order(**{"modified_at": NOON - timedelta(minutes=5), **changes})


def test_an_event_is_kept_as_it_came(desk: Desk) -> None:
    event = an_event(body=b"\x00\xff{", headers={"x-topic": "ü", "authorization": "secret", "cookie": "secret"})
    desk.ledger.inbox.apply(event, an_order(), book=BOOK)
    (row,) = desk.rows(EventRow)
    found = desk.ledger.views.event(row["id"])
    assert found is not None
    assert found.body == b"\x00\xff{"
    assert json.loads(row["headers"]) == {"x-topic": "ü"}
    assert (row["state"], row["order_id"], row["received_at"]) == ("applied", "1001", NOON)
    assert desk.ledger.views.event(row["id"] + 1) is None


def test_an_order_is_due_as_soon_as_its_event_is_in(desk: Desk) -> None:
    assert desk.bring(an_order()) is EventState.APPLIED
    row = desk.order_row()
    assert (row["state"], row["due_at"], row["rung_at"], row["book"]) == (OrderState.DUE, NOON, NOON, BOOK)
    assert (row["number"], row["total"], row["currency"]) == ("1001", Decimal("123.00"), "EUR")


@pytest.mark.parametrize(
    "again",
    [
        lambda inbox, event: inbox.apply(event, newer(), book=BOOK),
        lambda inbox, event: inbox.remove(event, "1001", book=BOOK),
        lambda inbox, event: inbox.set_aside(event, EventState.IGNORED, NO_ORDER),
    ],
    ids=["apply", "remove", "set aside"],
)
def test_a_repeated_event_changes_nothing(desk: Desk, again: Callable[[Inbox, object], EventState | None]) -> None:
    event = an_event()
    desk.ledger.inbox.apply(event, an_order(), book=BOOK)
    before = desk.everything()
    assert again(desk.ledger.inbox, event) is None
    assert desk.everything() == before


def test_equal_ids_of_two_shops_are_two_events(desk: Desk) -> None:
    for shop in (SHOP, "kiosk"):
        state = desk.ledger.inbox.apply(an_event(shop=shop, event_id="same"), an_order(), book=BOOK)
        assert state is EventState.APPLIED
    assert len(desk.rows(OrderRow)) == 2


def test_a_newer_snapshot_replaces_an_older_one(desk: Desk) -> None:
    desk.bring(an_order())
    assert desk.bring(newer(number="2002")) is EventState.APPLIED
    assert (desk.order_row()["number"], desk.order_row()["revision"]) == ("2002", 2)


def test_an_older_snapshot_is_kept_but_changes_no_order(desk: Desk) -> None:
    desk.bring(newer())
    before = desk.order_row()
    assert desk.bring(older(number="2002")) is EventState.STALE
    assert desk.order_row() == before
    assert [row["state"] for row in desk.rows(EventRow)] == ["applied", "stale"]


def test_of_equal_stamps_the_one_that_has_come_further_wins(desk: Desk) -> None:
    unpaid = an_order(modified_at=NOON)
    desk.bring(a_paid_order())
    assert desk.bring(unpaid) is EventState.STALE
    assert desk.bring(a_paid_order()) is EventState.APPLIED
    assert desk.order_row()["version"] == a_paid_order().version


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(5)), st.data())
def test_in_whatever_order_they_arrive_the_newest_is_what_stays(
    desk: Desk, arrival: list[int], data: st.DataObject
) -> None:
    order_id = f"o{len(desk.rows(OrderRow))}"
    for age in arrival:
        for _ in range(data.draw(st.integers(1, 2))):
            desk.bring(a_paid_order(order_id=order_id, number=str(age), modified_at=NOON + timedelta(seconds=age)))
    assert desk.order_row(order_id)["number"] == "4"


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """Up to ten of three orders, some of them twice, with all that an event can say."""
    told = []
    for number in range(draw(st.integers(2, 10))):
        order_id, seconds = draw(st.sampled_from("abc")), draw(st.integers(0, 3))
        says = draw(st.sampled_from(("snapshot", "snapshot", "restored", "removed", "nothing")))
        order = a_paid_order(order_id=order_id, number=str(number), modified_at=NOON + timedelta(seconds=seconds))
        told.append(
            Arrival(
                event=an_event(event_id=f"e{draw(st.integers(0, 9))}", rings=draw(st.booleans())),
                order_id="" if says == "nothing" else order_id,
                book=BOOK,
                order=order if says in {"snapshot", "restored"} else None,
                restored=says == "restored",
                removed=says == "removed",
            )
        )
    return told


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals())
def test_what_comes_together_becomes_what_it_would_become_one_after_the_other(
    desk: Desk, arrivals: list[Arrival]
) -> None:
    run = len(desk.rows(EventRow))
    together, singly = (
        [replace(each, event=replace(each.event, shop=f"{name}{run}")) for each in arrivals] for name in ("g", "s")
    )
    places = sorted(range(len(singly)), key=lambda place: singly[place].place)
    one_by_one = {place: desk.ledger.inbox.take([singly[place]])[0] for place in places}
    assert desk.ledger.inbox.take(together) == [one_by_one[place] for place in range(len(singly))]

    def rows(model: type[SQLModel], shop: str) -> list[dict[str, object]]:
        kept = [row for row in desk.rows(model) if row["shop"] == shop]
        return [{name: value for name, value in row.items() if name not in {"id", "shop"}} for row in kept]

    for model in (EventRow, OrderRow):
        assert rows(model, f"g{run}") == rows(model, f"s{run}")


def test_an_event_gives_a_fresh_retry_budget_and_leaves_the_lease_alone(desk: Desk) -> None:
    desk.bring()
    held = desk.take(creating())
    before = desk.order_row()
    desk.clock.move(seconds=1)
    desk.bring(newer())
    row = desk.order_row()
    assert (row["lease_until"], row["fence"], row["owner"]) == (before["lease_until"], held.fence, "desk")
    assert (row["attempts"], row["first_tried_at"], row["revision"]) == (0, None, 2)


def test_an_event_wakes_an_order_that_rests(desk: Desk) -> None:
    desk.bring()
    desk.take(waiting(NOON + timedelta(days=1)))
    desk.clock.move(minutes=1)
    desk.bring(newer())
    assert desk.order_row()["due_at"] == NOON + timedelta(minutes=1)


class TestRemoval:
    def remove(self, desk: Desk) -> EventState | None:
        return desk.ledger.inbox.remove(an_event(), "1001", book=BOOK)

    def test_a_removed_order_is_due_to_be_looked_at(self, desk: Desk) -> None:
        desk.bring()
        assert self.remove(desk) is EventState.APPLIED
        row = desk.order_row()
        assert (row["deleted"], row["state"], row["revision"]) == (True, OrderState.DUE, 2)
        assert row["snapshot"] is not None

    def test_an_order_may_be_removed_before_it_was_told(self, desk: Desk) -> None:
        assert self.remove(desk) is EventState.APPLIED
        row = desk.order_row()
        assert (row["deleted"], row["snapshot"], row["number"]) == (True, None, "1001")
        assert desk.bring() is EventState.APPLIED
        row = desk.order_row()
        assert row["deleted"]
        assert row["snapshot"] is not None

    def test_only_a_restored_order_comes_back(self, desk: Desk) -> None:
        desk.bring()
        self.remove(desk)
        desk.bring(newer())
        assert desk.order_row()["deleted"]
        desk.bring(newer(), restored=True)
        assert not desk.order_row()["deleted"]

    def test_an_older_snapshot_restores_the_order_and_not_its_content(self, desk: Desk) -> None:
        desk.bring(newer(number="2002"))
        self.remove(desk)
        assert desk.bring(older(number="1"), restored=True) is EventState.APPLIED
        row = desk.order_row()
        assert (row["deleted"], row["number"], row["state"]) == (False, "2002", OrderState.DUE)

    def test_an_order_that_is_first_told_as_restored_is_there(self, desk: Desk) -> None:
        assert desk.bring(restored=True) is EventState.APPLIED
        assert not desk.order_row()["deleted"]


@pytest.mark.parametrize("state", [EventState.IGNORED, EventState.UNREADABLE])
def test_what_holds_no_order_is_kept_with_its_reason(desk: Desk, state: EventState) -> None:
    assert desk.ledger.inbox.set_aside(an_event(), state, NO_ORDER, order_id="77") is state
    (row,) = desk.rows(EventRow)
    assert (row["state"], row["order_id"]) == (state, "77")
    assert "no order" in row["reason"]
    assert desk.rows(OrderRow) == []


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", "long" * 100])
def test_whatever_an_event_says_of_itself_can_be_stored(ledger: Ledger, text: str) -> None:
    event = an_event(event_id=text, topic=text, headers={"x-any": text})
    assert ledger.inbox.set_aside(event, EventState.UNREADABLE, NO_ORDER, order_id=text) is EventState.UNREADABLE
    assert ledger.inbox.set_aside(event, EventState.UNREADABLE, NO_ORDER, order_id=text) is None


def test_long_ids_that_begin_alike_are_two_events(ledger: Ledger) -> None:
    for ending in "ab":
        event = an_event(event_id="x" * 200 + ending)
        assert ledger.inbox.set_aside(event, EventState.IGNORED, NO_ORDER) is EventState.IGNORED


def test_a_currency_that_is_none_can_be_stored(desk: Desk) -> None:
    assert desk.bring(an_order(currency="dollars and cents")) is EventState.APPLIED
