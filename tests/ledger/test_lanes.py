"""Today's orders never wait behind an import, nor one shop behind another one's rush."""

from collections.abc import Sequence

import pytest

from providers.domain.orders import OrderState
from providers.domain.steps import Rest
from tasks.ledger.inbox import Arrival
from tasks.ledger.tables import EventState, Lane
from tests.builders import BOOK, SHOP, a_paid_order, an_event
from tests.ledger.desk import Desk

DONE = Rest(state=OrderState.DONE)
MANY = 1_000


def arrive(desk: Desk, *order_ids: str, lane: Lane = Lane.LIVE, shop: str = SHOP) -> list[EventState | None]:
    """Orders come in together, a second later than the last ones."""
    desk.clock.move(seconds=1)
    return desk.ledger.inbox.take(
        [
            Arrival(
                event=an_event(shop=shop, received_at=desk.clock.now, lane=lane),
                order_id=order_id,
                book=BOOK,
                order=a_paid_order(order_id=order_id),
            )
            for order_id in order_ids
        ]
    )


def next_one(desk: Desk, shops: Sequence[str] = (SHOP,)) -> tuple[str, str] | None:
    begun = desk.begin_next(DONE, shops=shops)
    return (begun[0].shop, begun[0].order_id) if begun else None


def lane(desk: Desk, order_id: str) -> Lane:
    return Lane(desk.order_row(order_id)["lane"])


def test_a_live_order_is_next_though_a_thousand_imported_ones_have_been_due_for_longer(desk: Desk) -> None:
    arrive(desk, *(f"old {number}" for number in range(MANY)), lane=Lane.BACKLOG)
    arrive(desk, "today")
    assert next_one(desk) == (SHOP, "today")
    found = next_one(desk)
    assert found is not None
    assert found[1].startswith("old")


def test_news_of_what_is_invoiced_come_before_the_backlog_and_after_what_is_not(desk: Desk) -> None:
    arrive(desk, "invoiced")
    assert next_one(desk) == (SHOP, "invoiced")
    arrive(desk, "old", lane=Lane.BACKLOG)
    arrive(desk, "invoiced")
    arrive(desk, "new")
    assert [next_one(desk) for _ in range(4)] == [(SHOP, "new"), (SHOP, "invoiced"), (SHOP, "old"), None]


@pytest.mark.parametrize(("first", "second"), [(Lane.LIVE, Lane.BACKLOG), (Lane.BACKLOG, Lane.LIVE)])
def test_an_order_that_comes_by_two_ways_takes_the_better_one(desk: Desk, first: Lane, second: Lane) -> None:
    arrive(desk, "both", lane=first)
    arrive(desk, "both", lane=second)
    assert lane(desk, "both") is Lane.LIVE


def test_an_order_that_a_person_tries_again_waits_for_no_backlog(desk: Desk) -> None:
    arrive(desk, "old", lane=Lane.BACKLOG)
    desk.ledger.turns.make_due(SHOP, "old", now=desk.clock.now)
    assert lane(desk, "old") is Lane.LIVE


def test_the_shop_that_is_named_first_comes_first_whatever_the_others_have(desk: Desk) -> None:
    arrive(desk, "r1", "r2", "r3", shop="rush")
    arrive(desk, "c1", shop="calm")
    assert next_one(desk, ("calm", "rush")) == ("calm", "c1")
    assert next_one(desk, ("calm", "rush")) == ("rush", "r1")


def test_a_lane_comes_before_a_shop(desk: Desk) -> None:
    arrive(desk, "old", shop="calm", lane=Lane.BACKLOG)
    arrive(desk, "new", shop="rush")
    assert next_one(desk, ("calm", "rush")) == ("rush", "new")


def test_orders_of_shops_that_nobody_names_come_last_but_they_come(desk: Desk) -> None:
    arrive(desk, "left", shop="closed")
    arrive(desk, "old", lane=Lane.BACKLOG)
    assert [next_one(desk) for _ in range(3)] == [(SHOP, "old"), ("closed", "left"), None]


class TestWhatComesTogether:
    def test_is_told_in_the_order_in_which_it_came(self, desk: Desk) -> None:
        event = an_event(received_at=desk.clock.now)
        same = Arrival(event=event, order_id="b", book=BOOK, order=a_paid_order(order_id="b"))
        other = Arrival(
            event=an_event(received_at=desk.clock.now), order_id="a", book=BOOK, order=a_paid_order(order_id="a")
        )
        aside = Arrival(event=an_event(received_at=desk.clock.now), order_id="", aside=EventState.IGNORED)
        told = desk.ledger.inbox.take([same, other, same, aside])
        assert told == [EventState.APPLIED, EventState.APPLIED, None, EventState.IGNORED]

    def test_is_nothing_at_all_where_one_cannot_be_kept(self, desk: Desk) -> None:
        good = Arrival(
            event=an_event(received_at=desk.clock.now), order_id="a", book=BOOK, order=a_paid_order(order_id="a")
        )
        bad = Arrival(event=an_event(received_at=desk.clock.now, topic=None), order_id="b")
        with pytest.raises(AttributeError):
            desk.ledger.inbox.take([good, bad])
        assert desk.everything() == [[], [], [], [], []]
