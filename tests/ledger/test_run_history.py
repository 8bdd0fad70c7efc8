"""Past runs are kept for the trend, and forgotten after long; repairs leave their mark on findings."""

from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.mending import Due, Mend
from providers.domain.orders import OrderState
from tasks.ledger.decisions import Decision, InHand
from tasks.ledger.findings import Suspicion
from tasks.ledger.proof_tables import FindingRow, RunRow
from tasks.ledger.run import Phase, Progress, Run, RunState, Scope
from tasks.ledger.turn import Turn
from tests.builders import BOOK, SHOP
from tests.ledger.desk import Desk, creating, waiting

SOON = timedelta(minutes=5)


def a_run(desk: Desk, by: str, *, finished: bool = True) -> Run:
    """A run with one finding."""
    runs = desk.ledger.runs
    run = runs.begin(BOOK, Scope.ALL, now=desk.clock.move(seconds=1), by=by)
    run = runs.claim(run, owner="test", now=desk.clock.now, lease=SOON)
    found = Suspicion(
        kind="amount_different",
        reference=f"garden/{run.pk}",
        remote_id="r1",
        expected="1",
        found="2",
        money=Decimal(1),
        currency="EUR",
        certain=True,
    )
    progress = Progress(phase=Phase.CONFIRMING, suspicions=[found])
    run = runs.advance(run, progress, now=desk.clock.now, lease=SOON)
    if not finished:
        return run
    return runs.finish(run, compared=1, differing=(), still_open=0, now=desk.clock.now)


def test_the_newest_of_each_sort_are_kept_with_what_they_found(desk: Desk) -> None:
    often = [a_run(desk, "often") for _ in range(4)]
    seldom = [a_run(desk, by) for by in ("night", "ada", "night")]
    assert desk.ledger.history.prune(BOOK, keep=2, often="often") == 3
    kept = [run.pk for run in desk.ledger.history.past(BOOK, limit=99)]
    assert kept == [run.pk for run in (*seldom[:0:-1], *often[:1:-1])]
    assert {row["run_pk"] for row in desk.rows(FindingRow)} == set(kept)


def test_what_is_under_way_is_never_forgotten(desk: Desk) -> None:
    for _ in range(3):
        a_run(desk, "night")
    working = a_run(desk, "night", finished=False)
    desk.ledger.history.prune(BOOK, keep=1, often="often")
    assert [row["id"] for row in desk.rows(RunRow) if row["state"] == RunState.RUNNING] == [working.pk]


def test_the_newest_run_can_be_asked_for_by_who_asked_for_it(desk: Desk) -> None:
    night, _ = a_run(desk, "night"), a_run(desk, "often")
    assert [run.pk for run in desk.ledger.runs.newest(BOOK, by="night")] == [night.pk]
    assert desk.ledger.runs.newest(BOOK, by="nobody") == []


def test_a_book_begins_with_its_first_document(desk: Desk) -> None:
    assert desk.ledger.matching.first_issued(BOOK) is None
    desk.invoice(choice=waiting(desk.clock.now))
    assert desk.ledger.matching.first_issued(BOOK) == desk.clock.now


def decision(desk: Desk) -> Decision:
    what = "repair amount_different reread"
    return Decision(at=desk.clock.now, by="ada", what=what, shop=SHOP, order_id="1001", book=BOOK, detail={})


def due(_turn: Turn) -> Mend:
    return Due()


class TestARepair:
    def test_makes_its_order_due_and_marks_its_finding(self, desk: Desk) -> None:
        desk.invoice(choice=waiting(desk.clock.now + SOON))
        run = a_run(desk, "night")
        (found,) = desk.ledger.findings.confirmed(run.pk)
        assert desk.ledger.mending.mend(decision(desk), due, finding=found.pk)
        row = desk.order_row()
        assert (row["state"], row["due_at"]) == (OrderState.DUE, desk.clock.now)
        assert [kept.repaired for kept in desk.ledger.findings.confirmed(run.pk)] == ["reread"]
        assert desk.ledger.decisions.trail() == (decision(desk),)

    def test_that_is_refused_leaves_everything_as_it_was(self, desk: Desk) -> None:
        desk.invoice(choice=waiting(desk.clock.now + SOON))
        before = desk.everything()

        def refuse(turn: Turn) -> Mend:
            raise ValueError(turn.order_id)

        with pytest.raises(ValueError, match="1001"):
            desk.ledger.mending.mend(decision(desk), refuse)
        assert (desk.everything(), desk.ledger.decisions.trail()) == (before, ())

    def test_never_touches_an_order_that_a_worker_has_in_hand(self, desk: Desk) -> None:
        desk.bring()
        desk.take(creating())
        with pytest.raises(InHand):
            desk.ledger.mending.mend(decision(desk), due)
        assert desk.ledger.decisions.trail() == ()

    def test_of_an_unknown_order_is_none(self, desk: Desk) -> None:
        assert not desk.ledger.mending.mend(decision(desk), due)
        assert desk.ledger.mending.look(SHOP, "1001") is None
