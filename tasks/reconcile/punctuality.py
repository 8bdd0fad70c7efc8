"""Whether books are compared as often as they should be. A run that did not happen is an alarm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Run
from tasks.reconcile.timetable import Round, Timetable

_PATIENCE = 2
"""So many times the interval may pass before a run counts as not having happened."""
_GRACE = timedelta(minutes=2)
"""And so long besides: the schedule looks twice a minute, and the run before it may take its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """When a book was last compared in one way. `newest` is None when that never happened; then `age` counts from the
    book's first document, since which there is something to compare."""

    book: str
    round: Round
    newest: Run | None
    since: datetime
    age: timedelta
    late: bool

    @property
    def findings(self) -> int:
        """What the newest run found."""
        return sum(self.newest.counts.values()) if self.newest else 0


def standings(ledger: Ledger, timetables: Mapping[str, Timetable], *, now: datetime) -> Iterator[Standing]:
    """How each book with a timetable stands. Books without documents are left out. Raises `LedgerUnavailable`."""
    for book, timetable in timetables.items():
        working = ledger.runs.working(book)
        at_work = working is not None and not working.error
        first: datetime | None = None
        for each in Round:
            newest = next(iter(ledger.runs.newest(book, by=each.by)), None)
            if newest is None:
                first = first or ledger.matching.first_issued(book)
            since = newest.started_at if newest else first
            if since is None:
                continue
            age = max(now - since, timedelta(0))
            late = age > _PATIENCE * timetable.interval(each) + _GRACE and not at_work
            yield Standing(book=book, round=each, newest=newest, since=since, age=age, late=late)


def due(ledger: Ledger, book: str, timetable: Timetable, *, now: datetime) -> Round | None:
    """The most urgent run that the book needs now. Raises `LedgerUnavailable`."""
    for standing in standings(ledger, {book: timetable}, now=now):
        if standing.since < timetable.moment(standing.round, book, now):
            return standing.round
    return None
