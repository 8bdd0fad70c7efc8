"""Rounds: books are compared by themselves, slice by slice, one run of a book at a time.

Any number of schedulers and workers may call in here: what is due stands in the ledger, and so does where a run has
come to. A slice is short, so that a worker can be stopped and a long list holds no thread.
"""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice

import structlog

from providers.domain.errors import AccessDenied, ProviderError, Throttled
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Run, RunLost, RunState, RunUnderWay, Scope
from tasks.paused import BY_ITSELF
from tasks.ports import Book
from tasks.reasons import denied
from tasks.reconcile.classes import Repair
from tasks.reconcile.courtesy import Courtesy, GaveWay
from tasks.reconcile.punctuality import due, standings
from tasks.reconcile.reconciler import Reconciler
from tasks.reconcile.repairs import Repairer, wanted
from tasks.reconcile.report import Finding, findings_of
from tasks.reconcile.timetable import OVERLAP, Asked, Habits, Round, Timetable
from tasks.world import World

log = structlog.get_logger()

_SLICE_SECONDS = 5.0
_STALE = timedelta(days=1)
"""A run that was begun so long ago proves nothing any more."""
_AFTER_A_FAILURE = timedelta(minutes=1)
_TOLD_EVERY = timedelta(hours=1)


class Rounds:
    """Compares books by themselves. Both methods raise `LedgerUnavailable`."""

    def __init__(
        self, world: World, *, habits: Habits, at_once: int = 4, idle: Callable[[float], object] = time.sleep
    ) -> None:
        self._world = world
        self._idle = idle
        self._ledger = world.ledger
        self._habits = habits
        self._lanes = threading.BoundedSemaphore(at_once)
        self._not_before: dict[str, datetime] = {}
        self._told: dict[tuple[str, Round], datetime] = {}

    def due(self) -> list[str]:
        """The books that have an unfinished run, or for which one is due. Tells of runs that did not happen."""
        self._tell_late()
        return [name for name, timetable in self._habits.timetables.items() if self._wants_work(name, timetable)]

    def drive(self, name: str) -> bool:
        """Drive the book's run for some seconds, or begin one that is due. True: there is more of it to do at once."""
        book, timetable = self._world.books.get(name), self._habits.timetables.get(name)
        if book is None or timetable is None or not self._may_ask(name) or not self._lanes.acquire(blocking=False):
            return False
        try:
            run = self._run(book, timetable)
            return run is not None and self._slice(book, run)
        finally:
            self._lanes.release()

    def _wants_work(self, name: str, timetable: Timetable) -> bool:
        if not self._may_ask(name):
            return False
        return self._ledger.runs.working(name) is not None or (
            due(self._ledger, name, timetable, now=self._world.clock()) is not None
        )

    def _may_ask(self, name: str) -> bool:
        now = self._world.clock()
        return now >= self._not_before.get(name, now) and not self._world.paused.is_paused(name)

    def _run(self, book: Book, timetable: Timetable) -> Run | None:
        """The unfinished run of the book, or a new one; None when none is due."""
        now = self._world.clock()
        left = self._ledger.runs.working(book.name)
        if left is not None and now - left.started_at <= _STALE:
            return left
        if left is not None:
            self._ledger.runs.abandon(left, why="it was not finished within a day", now=now)
            log.warning("book.run_abandoned", book=book.name, run=left.pk, pages=left.pages, error=left.error)
        each = due(self._ledger, book.name, timetable, now=now)
        if each is None:
            return None
        asked = asked_for(self._ledger, book, timetable, each, now=now)
        return self._reconciler().begin(book, asked)

    def _reconciler(self, courtesy: Courtesy | None = None) -> Reconciler:
        world = self._world
        pause = courtesy.before if courtesy else lambda _book: None
        return Reconciler(self._ledger, fronts=world.fronts, clock=world.clock, owner=world.owner, pause=pause)

    def _courtesy(self) -> Courtesy:
        world = self._world
        return Courtesy(world.ledger, slots=world.slots, paused=world.paused, clock=world.clock, idle=self._idle)

    def _slice(self, book: Book, run: Run) -> bool:
        courtesy = self._courtesy()
        try:
            reconciler = self._reconciler(courtesy)
            run = reconciler.work(book, run, seconds=_SLICE_SECONDS, on_page=courtesy.after)
            courtesy.after()
            if run.state is RunState.FINISHED:
                self._finished(book, run, courtesy)
        except (RunUnderWay, RunLost, GaveWay):
            return False
        except ProviderError as error:
            self._unread(book, error)
            return False
        finally:
            courtesy.after()
        return run.state is RunState.RUNNING

    def _unread(self, book: Book, error: ProviderError) -> None:
        """The run stays where it is; the book is left alone for a while."""
        now = self._world.clock()
        if isinstance(error, AccessDenied):
            self._world.paused.pause(book.name, denied(book, str(error)), now=now)
        named = error.retry_after if isinstance(error, Throttled) else None
        self._not_before[book.name] = now + max(named or _AFTER_A_FAILURE, _AFTER_A_FAILURE)
        log.warning("book.unread", book=book.name, error=f"{type(error).__name__}: {error}")

    def _finished(self, book: Book, run: Run, courtesy: Courtesy) -> None:
        self._ledger.history.prune(book.name, keep=self._habits.keep_runs, often=Round.CHANGES.by)
        if run.by not in {each.by for each in Round}:
            return  # a person asked, and only for a report
        repairer = Repairer(self._ledger, fronts=self._world.fronts, bell=self._world.bell, clock=self._world.clock)
        most = self._habits.repair_at_most
        todo = list(islice(self._to_repair(repairer, run), most + 1))
        if len(todo) > most:
            log.warning("book.too_much_to_repair", book=book.name, run=run.pk, at_most=most)
            return
        for finding, repair in todo:
            courtesy.before(book.name)
            told = repairer.repair(book, finding, repair, by=BY_ITSELF, why=f"reconciliation {run.pk}")
            courtesy.after()
            if not told.done:
                log.info("finding.left", book=book.name, finding=finding.kind, repair=repair, why=told.text)

    def _to_repair(self, repairer: Repairer, run: Run) -> Iterator[tuple[Finding, Repair]]:
        """What the owner lets be repaired; but nothing that was repaired in this way today and differs again."""
        policy = self._habits.repairs.get(run.book, {})
        for finding, repair in wanted(findings_of(self._ledger, run), policy):
            if not repairer.tried(finding, repair, by=BY_ITSELF):
                yield finding, repair

    def _tell_late(self) -> None:
        now = self._world.clock()
        for standing in standings(self._ledger, self._habits.timetables, now=now):
            key = standing.book, standing.round
            if not standing.late or now < self._told.get(key, now):
                continue
            self._told[key] = now + _TOLD_EVERY
            log.error(
                "book.not_reconciled",
                book=standing.book,
                round=standing.round,
                since=standing.since.isoformat(),
                seconds=round(standing.age.total_seconds()),
            )


def asked_for(ledger: Ledger, book: Book, timetable: Timetable, each: Round, *, now: datetime) -> Asked:
    """What such a run of the book covers that begins now. Raises `LedgerUnavailable`."""
    if each is not Round.CHANGES:
        return timetable.covers(each, book.name, now)
    return changes_of(ledger, book, days=timetable.changes_days, by=each.by, now=now, zone=timetable.zone)


def changes_of(ledger: Ledger, book: Book, *, days: int, by: str, now: datetime, zone: tzinfo = UTC) -> Asked:
    """What changed at the provider since the last run that saw all changes until then; where it does not tell that,
    the documents of the last days. Raises `LedgerUnavailable`."""
    back = timedelta(days=days)
    if not book.card.lists_changes:
        today = now.astimezone(zone).date()
        return Asked(scope=Scope.PERIOD, start=today - back, end=today + timedelta(days=1), by=by)
    looked = [run for scope in (Scope.CHANGES, Scope.ALL) for run in ledger.runs.newest(book.name, scope)]
    since = max((run.started_at for run in looked), default=now - back)
    return Asked(scope=Scope.CHANGES, changed_since=since - OVERLAP, by=by)
