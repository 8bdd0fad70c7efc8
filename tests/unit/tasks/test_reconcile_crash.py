"""A run whose process dies at any point is taken up by another one, and ends as if nobody had died."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Run, RunLost, RunUnderWay
from tasks.reconcile import Asked, Reconciler, Report
from tasks.reconcile.reconciler import lease_of
from tasks.reconcile.report import report_of
from tests.builders import BOOK
from tests.simulation.points import Crash, CrashingStore, DeadlyWire, Points
from tests.unit.tasks.account import World

COUNT = 9

Worlds = Callable[[str, int], World]


class MortalStore(CrashingStore):
    """Whoever is dead writes nothing any more."""

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if self._points.fired:
            raise Crash("dead already")
        with super().write() as connection:
            yield connection


class Process:
    """One worker; it may die at a point."""

    def __init__(self, world: World, *crashes: int) -> None:
        self.world = world
        self.points = Points(crashes)
        self.ledger = Ledger(MortalStore(world.store, self.points))
        engine = world.engine
        self.reconciler = Reconciler(self.ledger, fronts=engine.fronts, clock=engine.clock, owner="test")
        self.book = engine.books[BOOK]
        world.account.bench.sandbox.faults = DeadlyWire(self.points)

    def run(self, on_page: Callable[[Run], object] = lambda _run: None) -> Report:
        """The unfinished run is brought to its end, else a new one."""
        run = self.reconciler.begin(self.book, Asked())
        run = self.reconciler.work(self.book, run, on_page=lambda run, _progress: on_page(run))
        return report_of(self.ledger, run)


def comes_to(report: Report) -> tuple[object, ...]:
    """What a report says, whoever wrote it."""
    findings = sorted(
        (replace(each, pk=0) for each in report.findings), key=lambda each: (each.kind, each.reference, each.remote_id)
    )
    run = report.run
    counts = (run.compared, run.equal, run.foreign, run.open, dict(run.counts))
    return tuple(findings), report.totals, counts, report.proof


def taken_up(world: World, *crashes: int) -> Report:
    """What another worker makes of the run that was left, once its lease has run out."""
    ledger = world.engine.ledger
    world.engine.clock.move(lease_of(world.engine.books[BOOK].card))
    if ledger.runs.working(BOOK) is not None:
        return Process(world, *crashes).run()
    (over,) = ledger.history.past(BOOK, limit=1)
    return report_of(ledger, over)


@pytest.fixture
def world(worlds: Worlds) -> Iterator[World]:
    """A book in which five things differ."""
    found = worlds("invoiceocean", COUNT)
    found.back()
    account, own = found.account, list(found.own.values())
    account.delete(own[1])
    account.other_currency(own[3])
    account.add(own[5], "garden/1006")
    account.add(own[0], "garden/7001")
    account.add(own[0], "by hand")
    account.take_back(own[6], 0)
    yield found
    found.account.bench.sandbox.faults = found.account.meanwhile


def test_a_run_that_dies_at_any_commit_or_call_ends_as_one_that_did_not(world: World) -> None:
    undisturbed = Process(world)
    whole = comes_to(undisturbed.run())
    assert len(undisturbed.points.passed) > 40
    for place in range(len(undisturbed.points.passed)):
        with pytest.raises(Crash):
            Process(world, place).run()
        report = taken_up(world)
        assert comes_to(report) == whole, (place, undisturbed.points.passed[place])


def test_a_run_whose_workers_die_again_and_again_comes_to_its_end(world: World) -> None:
    whole = comes_to(Process(world).run())
    deaths, report = 0, None
    while report is None and deaths < 100:
        try:
            report = taken_up(world, 11) if deaths else Process(world, 11).run()
        except Crash:
            deaths += 1
    assert report is not None
    assert deaths > 5
    assert comes_to(report) == whole


def test_nobody_takes_up_a_run_that_a_worker_has_in_hand(world: World) -> None:
    refused = []

    def another(_run: Run) -> None:
        with pytest.raises(RunUnderWay):
            Process(world).run()
        refused.append(True)

    whole = comes_to(Process(world).run())
    assert comes_to(Process(world).run(another)) == whole
    assert len(refused) > 10


def test_a_worker_whose_lease_ran_out_writes_nothing_more_at_whatever_step(world: World) -> None:
    steps: list[Run] = []
    whole = comes_to(Process(world).run(steps.append))
    lease = lease_of(world.engine.books[BOOK].card)
    for number in range(1, len(steps)):
        passed: list[Run] = []
        reports: list[Report] = []

        def stalls(run: Run, number: int = number, passed: list[Run] = passed, out: list[Report] = reports) -> None:
            passed.append(run)
            if len(passed) == number:
                world.engine.clock.move(lease)
                out.append(Process(world).run())

        with pytest.raises(RunLost):
            Process(world).run(stalls)
        assert len(passed) == number
        assert [comes_to(report) for report in reports] == [whole], number


def test_a_worker_that_was_away_for_long_is_too_late_even_where_nobody_took_its_run(world: World) -> None:
    lease = lease_of(world.engine.books[BOOK].card)
    with pytest.raises(RunLost):
        Process(world).run(lambda _run: world.engine.clock.move(lease))
    left = world.engine.ledger.runs.working(BOOK)
    assert left is not None
    assert left.pages == 1
    assert comes_to(Process(world).run()) == comes_to(Process(world).run())


def test_a_run_is_driven_slice_by_slice_to_the_same_end(world: World) -> None:
    whole = comes_to(Process(world).run())
    process = Process(world)
    run = process.reconciler.begin(process.book, Asked())
    slices = 0
    while run.finished_at is None:
        run = Process(world).reconciler.work(process.book, run, seconds=timedelta(0).total_seconds())
        slices += 1
    assert slices > 10
    assert comes_to(report_of(process.ledger, run)) == whole
