"""Books are compared by themselves: when it is due, slice by slice, and never in the way of today's orders."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from providers.domain.documents import RemoteState
from providers.domain.errors import AccessDenied, Throttled, Unavailable
from providers.domain.reasons import Code, Reason
from tasks.ledger.run import RunState, Scope
from tasks.paused import PausedBooks
from tasks.reconcile import Asked, FindingClass, Reconciler, Repair
from tasks.reconcile.courtesy import Courtesy, GaveWay
from tasks.reconcile.punctuality import Standing, standings
from tasks.reconcile.rounds import Rounds
from tasks.reconcile.timetable import OVERLAP, Habits, Round, Timetable
from tests.builders import BOOK, SHOP, a_card, a_paid_order, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider
from worker.web.metrics import Metrics

TIMETABLE = Timetable()
AN_HOUR = timedelta(hours=1)
SHUT = Reason(code=Code.BOOK_PAUSED, text="by hand")


def rounds(engine: Engine, **changes: object) -> Rounds:
    habits = Habits(**{"timetables": {BOOK: TIMETABLE}, **changes})  # type: ignore[arg-type]
    return Rounds(engine.sync._world, habits=habits, idle=lambda _seconds: None)


def make(engine: Engine, each: Round) -> None:
    """Time passes until such a run is due, and what is due is driven."""
    engine.clock.move(TIMETABLE.interval(each))
    drive_all(engine, rounds(engine))


def drive_all(engine: Engine, driver: Rounds) -> list[str]:
    """Whatever is due is driven to its end. The rounds that were made."""
    before = {run.pk for run in engine.ledger.history.past(BOOK, limit=100)}
    for _ in range(50):
        if not driver.due():
            break
        while driver.drive(BOOK):
            pass
    return [run.by for run in reversed(engine.ledger.history.past(BOOK, limit=100)) if run.pk not in before]


def stands(engine: Engine) -> Mapping[Round, Standing]:
    return {each.round: each for each in standings(engine.ledger, {BOOK: TIMETABLE}, now=engine.clock.now)}


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider(card=a_card(lists_changes=True))


@pytest.fixture
def invoiced(engine: Engine) -> Engine:
    engine.drive()
    return engine


def test_an_empty_book_is_left_alone_and_never_late(engine: Engine) -> None:
    engine.drive(an_order())
    engine.clock.move(days=90)
    assert rounds(engine).due() == []
    assert stands(engine) == {}


def test_each_round_is_made_once_its_moment_has_come(invoiced: Engine) -> None:
    driver = rounds(invoiced)
    assert driver.due() == []
    invoiced.clock.move(minutes=16)
    assert drive_all(invoiced, driver) == ["schedule: changes"]
    assert driver.due() == []
    invoiced.clock.move(hours=20)
    assert drive_all(invoiced, driver) == ["schedule: night", "schedule: changes"]
    invoiced.clock.move(days=40)
    assert drive_all(invoiced, driver) == ["schedule: night", "schedule: month", "schedule: changes"]


def test_two_schedulers_and_two_workers_make_one_run(invoiced: Engine) -> None:
    first, second = rounds(invoiced), rounds(invoiced)
    invoiced.clock.move(minutes=16)
    assert first.due() == second.due() == [BOOK]
    first.drive(BOOK)
    assert second.drive(BOOK) is False
    assert [run.by for run in invoiced.ledger.history.past(BOOK, limit=9)] == ["schedule: changes"]


def test_a_run_that_another_worker_has_in_hand_is_left_to_it(invoiced: Engine, provider: FakeProvider) -> None:
    reconciler = Reconciler(invoiced.ledger, fronts=invoiced.fronts, clock=invoiced.clock)
    run = reconciler.begin(invoiced.books[BOOK], Asked())
    invoiced.ledger.runs.claim(run, owner="another", now=invoiced.clock.now, lease=AN_HOUR)
    assert rounds(invoiced).due() == [BOOK]
    assert rounds(invoiced).drive(BOOK) is False
    assert provider.made("listing") == []


def test_changes_are_read_from_a_little_before_the_last_run_that_saw_them_all(invoiced: Engine) -> None:
    make(invoiced, Round.CHANGES)
    (first,) = invoiced.ledger.runs.newest(BOOK)
    assert first.changed_since == first.started_at - timedelta(days=2) - OVERLAP
    invoiced.clock.move(days=1)
    drive_all(invoiced, rounds(invoiced))  # the night, which saw one month only, and changes
    (second,) = invoiced.ledger.runs.newest(BOOK, Scope.CHANGES)
    assert second.changed_since == first.started_at - OVERLAP


def test_where_changes_are_not_told_the_last_days_are_compared(invoiced: Engine, provider: FakeProvider) -> None:
    provider.card = a_card()
    make(invoiced, Round.CHANGES)
    (run,) = invoiced.ledger.runs.newest(BOOK)
    today = invoiced.clock.now.date()
    assert (run.scope, run.start) == (Scope.PERIOD, today - timedelta(days=2))


def test_a_run_is_made_in_slices_and_goes_on_where_it_stood(invoiced: Engine, provider: FakeProvider) -> None:
    invoiced.clock.move(minutes=16)
    provider.card = replace(provider.card, page_size=1)
    provider.fails("listing", Unavailable("502"), after=1)
    driver = rounds(invoiced)
    assert driver.drive(BOOK) is False
    left = invoiced.ledger.runs.working(BOOK)
    assert left is not None
    assert (left.pages, "502" in left.error) == (1, True)
    assert driver.due() == [], "a provider that failed is left alone for a minute"
    invoiced.clock.move(minutes=1)
    assert drive_all(invoiced, driver) == []
    assert invoiced.ledger.runs.newest(BOOK)[0].pk == left.pk


def test_a_wait_that_the_provider_names_is_kept(invoiced: Engine, provider: FakeProvider) -> None:
    invoiced.clock.move(minutes=16)
    provider.fails("listing", Throttled("slowly", retry_after=timedelta(minutes=10)))
    driver = rounds(invoiced)
    driver.drive(BOOK)
    invoiced.clock.move(minutes=9)
    assert driver.due() == []
    invoiced.clock.move(minutes=1)
    assert driver.due() == [BOOK]


def test_a_provider_that_lets_us_not_in_pauses_its_book(invoiced: Engine, provider: FakeProvider) -> None:
    invoiced.clock.move(minutes=16)
    provider.fails("listing", AccessDenied("no"))
    rounds(invoiced).drive(BOOK)
    assert [paused.reason.code for paused in invoiced.ledger.books.paused()] == [Code.ACCESS_DENIED]


def test_nothing_is_asked_while_the_book_is_shut(invoiced: Engine, provider: FakeProvider) -> None:
    invoiced.clock.move(minutes=16)
    invoiced.paused.pause(BOOK, SHUT, now=invoiced.clock.now, by="ada")
    assert rounds(invoiced).due() == []
    assert rounds(invoiced).drive(BOOK) is False
    assert provider.made("listing") == []


def test_a_run_that_was_left_unfinished_for_a_day_is_given_up_and_begun_anew(invoiced: Engine) -> None:
    reconciler = Reconciler(invoiced.ledger, fronts=invoiced.fronts, clock=invoiced.clock)
    left = reconciler.begin(invoiced.books[BOOK], Asked())
    invoiced.clock.move(hours=25)
    drive_all(invoiced, rounds(invoiced))
    given_up = invoiced.ledger.runs.run(left.pk)
    assert given_up is not None
    assert (given_up.state, given_up.error) == (RunState.ABANDONED, "it was not finished within a day")
    assert invoiced.ledger.runs.newest(BOOK, by=Round.NIGHT.by)


def test_old_runs_are_forgotten_each_sort_by_itself(invoiced: Engine) -> None:
    for _ in range(3):
        make(invoiced, Round.NIGHT)
    for _ in range(4):
        make(invoiced, Round.CHANGES)
    assert invoiced.ledger.history.prune(BOOK, keep=2, often=Round.CHANGES.by) > 0
    kept = [run.by for run in invoiced.ledger.history.past(BOOK, limit=99)]
    assert sorted(kept) == ["schedule: changes"] * 2 + ["schedule: night"] * 2


class TestARunThatDidNotHappen:
    def test_is_an_alarm_after_twice_its_interval(self, invoiced: Engine) -> None:
        make(invoiced, Round.CHANGES)
        invoiced.clock.move(minutes=32)
        assert not stands(invoiced)[Round.CHANGES].late
        invoiced.clock.move(seconds=1)
        assert stands(invoiced)[Round.CHANGES].late
        assert not stands(invoiced)[Round.NIGHT].late

    def test_is_told_in_the_log_once_an_hour(self, invoiced: Engine) -> None:
        driver = rounds(invoiced)
        invoiced.clock.move(minutes=33)
        with capture_logs() as logs:
            driver.due()
            driver.due()
        assert [(log["event"], log["round"]) for log in logs] == [("book.not_reconciled", Round.CHANGES)]

    def test_is_none_while_a_long_one_is_under_way(self, invoiced: Engine) -> None:
        reconciler = Reconciler(invoiced.ledger, fronts=invoiced.fronts, clock=invoiced.clock)
        reconciler.begin(invoiced.books[BOOK], Asked())
        invoiced.clock.move(hours=5)
        assert not stands(invoiced)[Round.CHANGES].late

    def test_counts_from_the_books_first_document(self, invoiced: Engine) -> None:
        invoiced.clock.move(days=3)
        assert stands(invoiced)[Round.NIGHT].newest is None
        assert stands(invoiced)[Round.NIGHT].age == timedelta(days=3)
        assert stands(invoiced)[Round.NIGHT].late

    def test_stands_in_the_metrics(self, invoiced: Engine) -> None:
        invoiced.clock.move(days=3)
        text = Metrics(invoiced.ledger, invoiced.clock, {BOOK: TIMETABLE}).text().decode()
        assert 'counterfoil_reconcile_age_seconds{book="main",round="night"} 259200.0' in text
        assert 'counterfoil_reconcile_late{book="main",round="night"} 1.0' in text
        assert 'counterfoil_reconcile_late{book="main",round="month"} 0.0' in text


class TestScheduledRepairs:
    POLICY: Mapping[FindingClass, Repair] = {FindingClass.MISSING_AT_PROVIDER: Repair.PLAN_AGAIN}

    def night(self, engine: Engine, **changes: object) -> None:
        engine.clock.move(days=1)
        drive_all(engine, rounds(engine, repairs={BOOK: self.POLICY}, **changes))

    def test_are_made_for_the_classes_that_the_owner_names(self, invoiced: Engine, provider: FakeProvider) -> None:
        provider.documents.clear()
        self.night(invoiced)
        invoiced.run()
        assert provider.made("create")[-1] == "garden/1001/invoice/1:create:g2"
        (decision,) = invoiced.ledger.decisions.trail(shop=SHOP, order_id="1001")
        assert (decision.by, decision.what) == ("counterfoil", "repair missing_at_provider plan_again")

    def test_are_made_for_no_other_class(self, invoiced: Engine, provider: FakeProvider) -> None:
        provider.documents["r1"] = replace(provider.documents["r1"], state=RemoteState.CANCELLED, gross=Decimal(1))
        self.night(invoiced)
        assert invoiced.ledger.decisions.trail() == ()

    def test_are_made_in_no_other_book(self, invoiced: Engine, provider: FakeProvider) -> None:
        provider.documents.clear()
        invoiced.clock.move(days=1)
        drive_all(invoiced, rounds(invoiced, repairs={"another": self.POLICY}))
        assert invoiced.ledger.decisions.trail() == ()

    def test_are_not_made_when_a_person_only_asked_for_a_report(self, invoiced: Engine, provider: FakeProvider) -> None:
        provider.documents.clear()
        reconciler = Reconciler(invoiced.ledger, fronts=invoiced.fronts, clock=invoiced.clock)
        reconciler.begin(invoiced.books[BOOK], Asked(by="ada"))
        while rounds(invoiced, repairs={BOOK: self.POLICY}).drive(BOOK):
            pass
        assert invoiced.ledger.runs.newest(BOOK)[0].by == "ada"
        assert invoiced.ledger.decisions.trail() == ()

    def test_are_not_repeated_within_a_day_when_they_do_not_help(
        self, invoiced: Engine, provider: FakeProvider
    ) -> None:
        for _ in range(2):
            provider.documents.clear()
            invoiced.clock.move(hours=12)
            drive_all(invoiced, rounds(invoiced, repairs={BOOK: self.POLICY}))
            make(invoiced, Round.NIGHT)
            invoiced.run()
        assert len(invoiced.ledger.decisions.trail()) == 1

    def test_are_none_at_all_when_so_much_differs_that_something_else_is_wrong(
        self, engine: Engine, provider: FakeProvider
    ) -> None:
        for number in range(4):
            engine.drive(a_paid_order(order_id=str(number)))
        provider.documents.clear()
        with capture_logs() as logs:
            self.night(engine, repair_at_most=3)
        assert "book.too_much_to_repair" in [log["event"] for log in logs]
        assert engine.ledger.decisions.trail() == ()


@dataclass
class Gate:
    """Slots of one book that a test opens and shuts."""

    free: int = 1
    held: int = 0
    asked: int = 0
    opens_after: int = field(default=10**6)

    def bounded(self, book: str) -> bool:
        return True

    @contextmanager
    def take(self, book: str) -> Iterator[bool]:
        self.asked += 1
        if self.asked > self.opens_after:
            self.free = max(self.free, 1)
        taken = self.held < self.free
        self.held += taken
        try:
            yield taken
        finally:
            self.held -= taken


class TestCourtesy:
    @pytest.fixture
    def gate(self) -> Gate:
        return Gate()

    @pytest.fixture
    def idled(self) -> list[float]:
        return []

    @pytest.fixture
    def courtesy(self, engine: Engine, gate: Gate, idled: list[float]) -> Courtesy:
        paused = PausedBooks(engine.ledger.books, engine.clock)
        return Courtesy(engine.ledger, slots=gate, paused=paused, clock=engine.clock, idle=idled.append)

    def test_a_page_holds_a_slot_and_gives_it_back(self, courtesy: Courtesy, gate: Gate) -> None:
        courtesy.before(BOOK)
        assert gate.held == 1
        courtesy.before(BOOK)
        assert gate.held == 1, "the last page's slot is given back first"
        courtesy.after()
        assert gate.held == 0

    def test_a_page_waits_a_while_for_orders_that_are_due_and_no_longer(
        self, engine: Engine, courtesy: Courtesy, idled: list[float]
    ) -> None:
        engine.bring()
        courtesy.before(BOOK)
        assert 1 <= sum(idled) <= 6

    def test_a_page_goes_at_once_when_nothing_is_due(self, courtesy: Courtesy, idled: list[float]) -> None:
        courtesy.before(BOOK)
        assert idled == []

    def test_a_slot_that_falls_free_is_taken(self, courtesy: Courtesy, gate: Gate, idled: list[float]) -> None:
        gate.free, gate.opens_after = 0, 7
        courtesy.before(BOOK)
        assert (gate.held, len(idled)) == (1, 7)

    def test_without_a_slot_no_page_is_asked_for(self, courtesy: Courtesy, gate: Gate) -> None:
        gate.free = 0
        with pytest.raises(GaveWay, match="every slot"):
            courtesy.before(BOOK)
        assert gate.held == 0

    def test_of_a_shut_book_no_page_is_asked_for(self, engine: Engine, courtesy: Courtesy) -> None:
        engine.ledger.books.pause(BOOK, SHUT, by="ada", now=engine.clock.now)
        with pytest.raises(GaveWay, match="paused"):
            courtesy.before(BOOK)


def test_a_run_gives_every_slot_back(sqlite_ledger: object, invoiced: Engine) -> None:
    gate = Gate()
    world = replace(invoiced.sync._world, slots=gate)
    invoiced.clock.move(minutes=16)
    driver = Rounds(world, habits=Habits(timetables={BOOK: TIMETABLE}))
    while driver.drive(BOOK):
        pass
    assert gate.asked > 0
    assert gate.held == 0


def test_only_so_many_books_are_compared_at_once_in_one_process(invoiced: Engine, provider: FakeProvider) -> None:
    driver = Rounds(invoiced.sync._world, habits=Habits(timetables={BOOK: TIMETABLE}), at_once=1)
    invoiced.clock.move(minutes=16)
    inner: list[bool] = []
    provider.meanwhile = lambda: inner.append(driver.drive(BOOK))
    driver.drive(BOOK)
    assert inner == [False]
    assert len(provider.made("listing")) == 1
