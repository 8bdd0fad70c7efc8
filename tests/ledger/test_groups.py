"""Several orders of a book in one hand: taken together, each with an intent of its own, and given back together."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from providers.domain.documents import DocumentKey, DocumentKind
from providers.domain.known import OperationState
from providers.domain.orders import OrderState
from providers.domain.results import Issued, Lost
from providers.domain.steps import Rest, Step
from tasks.ledger.tables import Lane, OperationRow
from tasks.ledger.turn import Ending, More, Turn, Wish
from tests.builders import BOOK, SHOP, a_remote_document
from tests.ledger.desk import LEASE, Choice, Desk, creating, paying, waiting
from tests.ledger.test_lanes import arrive

DONE = Rest(state=OrderState.DONE)


def make(turn: Turn) -> Step:
    return creating(turn.order)


def together(desk: Desk, *, most: int = 10, choice: Choice = make, lane: Lane = Lane.LIVE) -> list[Turn]:
    """The first order with those that its call is filled up with."""
    wish = Wish(book=BOOK, shops=(SHOP,), hands=1, fill=lambda begun: [More(lane, SHOP, most)] if begun else [])
    return [turn for turn, _ in desk.begin_some(choice, wish)]


def behind(desk: Desk, *, most: int = 10, choice: Choice = make) -> list[str]:
    return [turn.order_id for turn in together(desk, most=most, choice=choice)][1:]


def ids(desk: Desk, state: OperationState) -> set[str]:
    return {row["key"].split("/")[1] for row in desk.rows(OperationRow) if row["state"] == state}


def issued(turn: Turn) -> Issued:
    key = DocumentKey(turn.shop, turn.order_id, DocumentKind.INVOICE)
    told = a_remote_document(reference=key.reference(), remote_id=f"r-{turn.order_id}")
    return Issued(operation_key=f"{key}:create:g1", document=key, remote=told)


@pytest.fixture
def group(desk: Desk) -> Sequence[Turn]:
    """Three orders in hand whose documents are under way."""
    arrive(desk, "o1", "o2", "o3")
    return sorted(together(desk), key=lambda turn: turn.order_id)


def test_those_behind_the_first_are_taken_with_their_intents(desk: Desk) -> None:
    arrive(desk, "o1", "o2", "o3")
    assert len(behind(desk)) == 2
    assert ids(desk, OperationState.SENT) == {"o1", "o2", "o3"}
    assert desk.begin_next(DONE) is None


def test_no_more_are_taken_than_are_asked_for(desk: Desk) -> None:
    arrive(desk, "o1", "o2", "o3", "o4")
    assert len(behind(desk, most=2)) == 2
    assert len(ids(desk, OperationState.SENT)) == 3


def test_those_of_another_shop_or_lane_are_left_alone(desk: Desk) -> None:
    arrive(desk, "o1")
    arrive(desk, "elsewhere", shop="yard")
    arrive(desk, "old", lane=Lane.BACKLOG)
    assert behind(desk) == []
    assert ids(desk, OperationState.SENT) == {"o1"}


def test_what_was_in_hand_before_goes_alone(desk: Desk) -> None:
    arrive(desk, "o1", "o2", "o3")
    desk.take(waiting(desk.clock.now), "o2")
    assert behind(desk) == ["o3"]


def test_what_is_not_to_be_made_is_released_as_its_step_says(desk: Desk) -> None:
    arrive(desk, "o1", "o2", "o3")
    rest = Rest(state=OrderState.WAITING)
    told = together(desk, choice=lambda turn: rest if turn.order_id == "o2" else make(turn))
    assert [turn.order_id for turn in told] == ["o1", "o2", "o3"]
    row = desk.order_row("o2")
    assert (row["state"], row["due_at"], row["owner"]) == (OrderState.WAITING, None, None)


def test_how_it_ended_is_written_of_each_and_all_are_free_in_their_old_places(
    desk: Desk, group: Sequence[Turn]
) -> None:
    due = [desk.order_row(turn.order_id)["due_at"] for turn in group]
    lost = Lost(operation_key=f"{SHOP}/o2/invoice/1:create:g1", at=desk.clock.now, text="dropped")
    results = (issued(group[0]), lost, issued(group[2]))
    endings = [
        Ending(
            turn,
            result,
            paying if isinstance(result, Issued) else (lambda _: waiting(desk.clock.now)),
            given_back=True,
        )
        for turn, result in zip(group, results, strict=True)
    ]
    assert None not in desk.settle_all(endings)
    assert (ids(desk, OperationState.DONE), ids(desk, OperationState.UNKNOWN)) == ({"o1", "o3"}, {"o2"})
    assert [desk.order_row(turn.order_id)["owner"] for turn in group] == [None] * 3
    kept = [desk.order_row(order_id)["due_at"] for order_id in ("o1", "o3")]
    assert kept == [due[0], due[2]]
    assert not ids(desk, OperationState.SENT)  # the payment's intent is its own turn's


def test_of_one_whose_lease_ran_out_nothing_is_written_and_of_the_others_all(desk: Desk, group: Sequence[Turn]) -> None:
    desk.clock.move(LEASE)
    stolen = desk.begin(waiting(desk.clock.now), "o2")
    assert stolen is not None
    desk.clock.move(-LEASE)
    endings = [Ending(turn, issued(turn), lambda _: DONE) for turn in group]
    assert [settled is None for settled in desk.settle_all(endings)] == [False, True, False]
    assert (ids(desk, OperationState.DONE), ids(desk, OperationState.SENT)) == ({"o1", "o3"}, {"o2"})


def test_groups_of_several_workers_share_no_order(desk: Desk) -> None:
    arrive(desk, *(f"o{number}" for number in range(40)))
    at_once = Barrier(4)

    def reach(_: int) -> list[str]:
        at_once.wait()
        return [turn.order_id for turn in together(desk, most=9)]

    with ThreadPoolExecutor(4) as pool:
        groups = list(pool.map(reach, range(4)))
    taken = [each for group in groups for each in group]
    assert len(taken) == len(set(taken)) > 10
    assert max(map(len, groups)) <= 10
    assert ids(desk, OperationState.SENT) == set(taken)
