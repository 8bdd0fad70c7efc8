"""Runs, what they saw, found and added up: one worker at a time, all of a step or nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from providers.domain.facts import Facts
from providers.domain.orders import OrderState
from providers.domain.results import Lost
from providers.domain.steps import Rest
from tasks.ledger.findings import Judgement, Suspicion
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Phase, Progress, Run, RunLost, RunState, RunUnderWay, Scope, Sighting
from tasks.ledger.totals import Side, Sum
from tests.builders import BOOK, NOON, a_paid_order
from tests.ledger.desk import Desk, creating, waiting

LEASE = timedelta(minutes=3)
LATER = NOON + LEASE
DONE = Rest(state=OrderState.DONE)


@pytest.fixture
def run(ledger: Ledger) -> Run:
    """A run that a worker has in hand."""
    return claimed(ledger, ledger.runs.begin(BOOK, Scope.ALL, now=NOON, by="test"))


def claimed(ledger: Ledger, run: Run, *, now: object = NOON) -> Run:
    return ledger.runs.claim(run, owner="test", now=now, lease=LEASE)  # type: ignore[arg-type]


def step(ledger: Ledger, run: Run, phase: Phase = Phase.LISTING, **progress: object) -> Run:
    return ledger.runs.advance(run, Progress(phase=phase, **progress), now=NOON, lease=LEASE)  # type: ignore[arg-type]


def suspicion(number: int = 1, **changes: object) -> Suspicion:
    told = Suspicion(
        kind="amount_different",
        reference=f"garden/{number}",
        remote_id=f"r{number}",
        expected="gross 2",
        found="gross 3",
        money=Decimal(1),
        currency="EUR",
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def a_sum(gross: str, **changes: object) -> Sum:
    one = Decimal(gross)
    told = Sum(
        side=Side.LEDGER,
        day=date(2026, 3, 4),
        rate="23",
        currency="EUR",
        documents=1,
        net=one,
        tax=Decimal(0),
        gross=one,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def sightings(*ids: str, reference: str = "") -> list[Sighting]:
    return [Sighting(remote_id=each, reference=reference) for each in ids]


def finish(ledger: Ledger, run: Run) -> Run:
    return ledger.runs.finish(run, compared=2, differing=["amount_different"], still_open=1, now=LATER)


def test_a_book_has_one_unfinished_run_at_a_time(ledger: Ledger) -> None:
    first = ledger.runs.begin(BOOK, Scope.PERIOD, now=NOON, by="ada", start=date(2026, 3, 1), end=date(2026, 3, 31))
    again = ledger.runs.begin(BOOK, Scope.ALL, now=LATER, by="ben")
    assert again == first
    assert (first.by, first.days, first.phase) == ("ada", ("2026-03-01", "2026-03-31"), Phase.LISTING)
    assert ledger.runs.begin("another", Scope.ALL, now=NOON, by="ada").pk != first.pk
    assert ledger.runs.working(BOOK) == first


def test_a_run_is_in_one_workers_hand_until_its_lease_runs_out(ledger: Ledger, run: Run) -> None:
    with pytest.raises(RunUnderWay):
        claimed(ledger, run, now=LATER - timedelta(seconds=1))
    taken = claimed(ledger, run, now=LATER)
    assert taken.fence == run.fence + 1
    with pytest.raises(RunLost):
        step(ledger, run)


def test_each_step_renews_the_lease_and_a_late_one_writes_nothing(ledger: Ledger, run: Run) -> None:
    almost = LATER - timedelta(seconds=1)
    ledger.runs.advance(run, Progress(phase=Phase.LISTING, cursor="a", pages=1), now=almost, lease=LEASE)
    ledger.runs.renew(run, now=almost + LEASE - timedelta(seconds=1), lease=LEASE)
    late = almost + 2 * LEASE
    told = Progress(
        phase=Phase.UNSEEN, sightings=sightings("x"), suspicions=[suspicion()], sums=[a_sum("5")], cursor="b", pages=1
    )
    with pytest.raises(RunLost):
        ledger.runs.advance(run, told, now=late, lease=LEASE)
    with pytest.raises(RunLost):
        ledger.runs.renew(run, now=late, lease=LEASE)
    left = ledger.runs.run(run.pk)
    assert left is not None
    assert (left.phase, left.cursor, left.pages) == (Phase.LISTING, "a", 1)
    assert ledger.sightings.known(run, ["x"]) == {}
    assert ledger.findings.suspected(run.pk, after=0, limit=9) == []
    assert ledger.totals.of(run.pk) == []


def test_a_run_that_is_given_back_is_free_and_tells_why(ledger: Ledger, run: Run) -> None:
    ledger.runs.give_back(run, error="502")
    left = ledger.runs.working(BOOK)
    assert left is not None
    assert left.error == "502"
    taken = claimed(ledger, left)
    ledger.runs.give_back(run, error="from one who lost it")
    assert step(ledger, taken).error == ""


def test_documents_are_seen_once_and_known_by_their_ids(ledger: Ledger, run: Run) -> None:
    ours = Sighting(remote_id="a", reference="garden/1", document_pk=7)
    step(ledger, run, sightings=[ours, *sightings("b")])
    step(ledger, run, sightings=[ours, *sightings("c")])
    assert ledger.sightings.known(run, ["a", "b", "c", "d"]) == {"a": "garden/1", "b": "", "c": ""}
    assert ledger.sightings.seen(run) == 1


def test_an_id_that_is_given_again_stands_for_what_was_seen_last(ledger: Ledger, run: Run) -> None:
    step(ledger, run, sightings=[Sighting(remote_id="a", reference="garden/1", document_pk=7)])
    step(ledger, run, sightings=[Sighting(remote_id="a", reference="garden/2")])
    assert ledger.sightings.known(run, ["a"]) == {"a": "garden/2"}
    assert (ledger.sightings.seen(run), ledger.sightings.carriers(run, "garden/1")) == (0, [])


def test_references_that_several_carry_are_told_page_by_page(ledger: Ledger, run: Run) -> None:
    for number in (1, 2, 3):
        step(ledger, run, sightings=sightings(f"a{number}", f"b{number}", reference=f"garden/{number}"))
    step(ledger, run, sightings=[*sightings("x", "y"), *sightings("z", reference="garden/4")])
    assert ledger.sightings.doubles(run, after="", limit=2) == [
        ("garden/1", ("a1", "b1")),
        ("garden/2", ("a2", "b2")),
    ]
    assert ledger.sightings.doubles(run, after="garden/2", limit=2) == [("garden/3", ("a3", "b3"))]
    assert ledger.sightings.doubles(run, after="garden/3", limit=2) == []
    assert ledger.sightings.carriers(run, "garden/3") == ["a3", "b3"]


def test_references_are_told_by_what_they_begin_with(ledger: Ledger, run: Run) -> None:
    for reference in ("garden/1", "garden/1/credit_note/7", "garden/1/credit_note/8", "garden/1/creditXnote/9"):
        step(ledger, run, sightings=sightings(f"{reference} a", f"{reference} b", reference=reference))
    told = ledger.sightings.told_below(run, "garden/1/credit_note/")
    assert told == ["garden/1/credit_note/7", "garden/1/credit_note/8"]


def test_as_many_doubles_as_a_book_has_documents_are_told(ledger: Ledger, run: Run) -> None:
    twice = [each for number in range(3000) for each in sightings(f"a{number}", f"b{number}", reference=f"g/{number}")]
    step(ledger, run, sightings=twice)
    after, told = "", 0
    while found := ledger.sightings.doubles(run, after=after, limit=500):
        after, told = found[-1][0], told + len(found)
    assert told == 3000


def test_a_suspicion_counts_once_it_was_looked_at_again(ledger: Ledger, run: Run) -> None:
    step(ledger, run, suspicions=[suspicion(1), suspicion(2), suspicion(1), suspicion(3, certain=True)])
    one, two = ledger.findings.suspected(run.pk, after=0, limit=9)
    assert ledger.findings.suspected(run.pk, after=one.pk, limit=9) == [two]
    step(ledger, run, Phase.CONFIRMING, judgement=Judgement(one.pk, ()))
    step(ledger, run, Phase.CONFIRMING, judgement=Judgement(two.pk, (suspicion(2, found="gross 4"), suspicion(3))))
    assert ledger.findings.suspected(run.pk, after=0, limit=9) == []
    found = [(kept.suspicion.reference, kept.suspicion.found) for kept in ledger.findings.confirmed(run.pk)]
    assert found == [("garden/3", "gross 3"), ("garden/2", "gross 4")]


def test_a_verdict_and_what_it_saw_are_written_with_the_step_or_not_at_all(ledger: Ledger, run: Run) -> None:
    step(ledger, run, suspicions=[suspicion()])
    (suspected,) = ledger.findings.suspected(run.pk, after=0, limit=9)
    look = Progress(
        phase=Phase.CONFIRMING, sightings=sightings("r1"), judgement=Judgement(suspected.pk, (suspicion(),))
    )
    with pytest.raises(RunLost):
        ledger.runs.advance(run, look, now=LATER, lease=LEASE)
    assert ledger.findings.suspected(run.pk, after=0, limit=9) == [suspected]
    assert ledger.sightings.known(run, ["r1"]) == {}


def test_sums_are_added_to_those_of_their_place(ledger: Ledger, run: Run) -> None:
    step(ledger, run, sums=[a_sum("1.10"), a_sum("2.20"), a_sum("5", rate="8")])
    step(ledger, run, sums=[a_sum("3.30"), a_sum("7", side=Side.PROVIDER), a_sum("9", day=date(2026, 3, 3))])
    told = [(each.day.day, each.rate, each.side, each.documents, each.gross) for each in ledger.totals.of(run.pk)]
    assert told == [
        (3, "23", Side.LEDGER, 1, Decimal(9)),
        (4, "23", Side.LEDGER, 3, Decimal("6.60")),
        (4, "23", Side.PROVIDER, 1, Decimal(7)),
        (4, "8", Side.LEDGER, 1, Decimal(5)),
    ]


def test_a_finished_run_is_counted_and_over(ledger: Ledger, run: Run) -> None:
    step(ledger, run, sightings=[*sightings("x", "y"), *sightings("z", reference="garden/1")])
    two_of_one = [suspicion(1, certain=True), suspicion(1, certain=True, remote_id="r9")]
    step(ledger, run, Phase.OVER, suspicions=[*two_of_one, suspicion(2, kind="duplicate", certain=True)])
    over = finish(ledger, run)
    assert (over.state, over.compared, over.equal, over.foreign, over.open) == (RunState.FINISHED, 2, 1, 2, 1)
    assert over.counts == {"amount_different": 2, "duplicate": 1}
    assert over.finished_at == LATER
    assert ledger.runs.working(BOOK) is None
    assert ledger.runs.newest(BOOK) == [over]
    for late in (lambda: finish(ledger, run), lambda: step(ledger, run), lambda: claimed(ledger, run, now=LATER)):
        with pytest.raises(RunLost):
            late()


def test_a_run_that_another_worker_has_is_not_finished_by_this_one(ledger: Ledger, run: Run) -> None:
    claimed(ledger, run, now=LATER)
    with pytest.raises(RunLost):
        finish(ledger, run)
    assert ledger.runs.newest(BOOK) == []


def test_what_runs_saw_that_are_over_is_forgotten_bit_by_bit_and_nothing_else(ledger: Ledger, run: Run) -> None:
    many = [str(number) for number in range(6000)]
    step(ledger, run, sightings=sightings(*many))
    ledger.runs.abandon(run, why="too old", now=NOON)
    other = claimed(ledger, ledger.runs.begin("another", Scope.ALL, now=NOON, by="test"))
    step(ledger, other, sightings=sightings("x"))
    finish(ledger, other)
    working = claimed(ledger, ledger.runs.begin(BOOK, Scope.ALL, now=NOON, by="test"))
    step(ledger, working, sightings=sightings("x"))
    assert ledger.history.forget_some(BOOK)
    assert 0 < len(ledger.sightings.known(run, many)) < 6000
    while ledger.history.forget_some(BOOK):
        continue
    assert ledger.sightings.known(run, many) == {}
    assert ledger.sightings.known(working, ["x"]) == ledger.sightings.known(other, ["x"]) == {"x": ""}


def test_an_abandoned_run_is_over_and_tells_why(ledger: Ledger, run: Run) -> None:
    ledger.runs.abandon(run, why="too old", now=LATER)
    left = ledger.runs.run(run.pk)
    assert left is not None
    assert (left.state, left.error, left.finished_at) == (RunState.ABANDONED, "too old", LATER)
    assert ledger.runs.working(BOOK) is None
    assert ledger.runs.newest(BOOK) == []


def test_issued_documents_that_a_run_did_not_see_are_told_page_by_page(desk: Desk) -> None:
    for number in range(5):
        desk.invoice(
            a_paid_order(order_id=f"{number}"), choice=DONE, remote_id=f"r{number}", reference=f"garden/{number}"
        )
    desk.bring(a_paid_order(order_id="sent"))
    desk.take(creating(a_paid_order(order_id="sent")), "sent")
    ledger = desk.ledger
    run = claimed(ledger, ledger.runs.begin(BOOK, Scope.ALL, now=NOON, by="test"))
    step(ledger, run, sightings=[Sighting(remote_id=f"r{number}", reference=f"garden/{number}") for number in (1, 3)])
    given_again = [Sighting(remote_id="r0", reference="garden/9"), *sightings("r2")]
    step(ledger, run, sightings=given_again)
    day = NOON.date().isoformat()
    first = ledger.matching.unseen(run.pk, BOOK, after=0, limit=2, days=(day, day))
    assert [row.remote_id for row in first] == ["r0", "r2"]
    rest = ledger.matching.unseen(run.pk, BOOK, after=first[-1].pk, limit=2, days=None)
    assert [row.remote_id for row in rest] == ["r4"]
    assert ledger.matching.unseen(run.pk, BOOK, after=0, limit=2, days=("2026-01-01", "2026-02-01")) == []
    assert ledger.matching.unseen(run.pk, "another", after=0, limit=2, days=None) == []
    assert [row.remote_id for row in ledger.matching.in_window(BOOK, after=0, limit=9, days=(day, day))] == [
        f"r{number}" for number in range(5)
    ]


def test_what_a_provider_told_stands_with_the_document(desk: Desk) -> None:
    desk.invoice(choice=DONE)
    ledger = desk.ledger
    (row,) = ledger.matching.in_window(BOOK, after=0, limit=9, days=None)
    run = claimed(ledger, ledger.runs.begin(BOOK, Scope.ALL, now=NOON, by="test"))
    step(ledger, run, facts={row.pk: Facts(emailed_at=NOON, tax_office="ok")})
    (again,) = ledger.matching.in_window(BOOK, after=0, limit=9, days=None)
    assert again.facts is not None
    assert (again.facts.emailed_at, again.facts.tax_office) == (NOON, "ok")


def test_calls_without_an_end_and_orders_without_a_document_are_overdue(desk: Desk) -> None:
    for number in ("sent", "lost"):
        order = a_paid_order(order_id=number)
        desk.bring(order)
        desk.take(creating(order), number)
    desk.clock.move(minutes=2)
    lost = creating(a_paid_order(order_id="lost")).operation_key
    turn = desk.take(creating(a_paid_order(order_id="lost")), "lost")
    desk.settle(turn, Lost(operation_key=lost, at=desk.clock.now, text="time-out"), waiting(desk.clock.now))
    desk.invoice(a_paid_order(order_id="done"), choice=DONE)
    desk.bring(a_paid_order(order_id="new"))
    overdue, now = desk.ledger.overdue, desk.clock.now

    def calls(seconds: int) -> list[tuple[str, str]]:
        moment = now + timedelta(seconds=seconds)
        found = overdue.calls(BOOK, sent_before=moment, lost_before=moment)
        return [(each.order_id, each.state) for each in found]

    assert calls(1) == [("sent", "sent"), ("lost", "unknown")]
    assert calls(0) == [("sent", "sent")]
    assert list(overdue.calls("another", sent_before=now + LEASE, lost_before=now + LEASE)) == []
    due = {each.order_id for each in overdue.orders(BOOK, due_before=now + timedelta(hours=1))}
    assert {"new", "sent"} <= due
    assert "done" not in due
    assert list(overdue.orders(BOOK, due_before=NOON)) == []
