"""When books are compared by themselves. Pure: what is due follows from the newest runs and the time."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tasks.ledger.run import Scope
from tasks.reconcile.classes import FindingClass, Repair

OVERLAP = timedelta(minutes=10)
"""Changes are read again from so long before the last run began: the provider's clock is not ours."""
_SPREAD = timedelta(hours=1)
"""Nightly runs of many books begin one after the other within this time."""


class Round(StrEnum):
    """The runs that a book gets by itself, in the order of their urgency."""

    NIGHT = "night"
    """The whole current month."""
    MONTH = "month"
    """The whole last month."""
    CHANGES = "changes"
    """What changed since the last time."""

    @property
    def by(self) -> str:
        """Who asks for such a run, as runs tell it."""
        return f"schedule: {self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a new run shall cover, and who wants it."""

    scope: Scope = Scope.ALL
    start: date | None = None
    end: date | None = None
    changed_since: datetime | None = None
    by: str = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When one book is compared. Times of day and months are those of `zone`."""

    changes_every: timedelta = timedelta(minutes=15)
    changes_days: int = 2
    nightly_at: time = time(2, 30)
    month_day: int = 2
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def moment(self, each: Round, book: str, now: datetime) -> datetime:
        """The last moment until now at which such a run of the book fell due. Every book has moments of its own."""
        match each:
            case Round.CHANGES:
                offset = _share(book, self.changes_every)
                past = (now - _EPOCH - offset) % self.changes_every
                return now - past
            case Round.NIGHT:
                today = now.astimezone(self.zone).date()
                return self._last(book, now, [today - timedelta(days=back) for back in range(3)])
            case Round.MONTH:
                this = now.astimezone(self.zone).date().replace(day=1)
                before = (this - timedelta(days=1)).replace(day=1)
                earlier = (before - timedelta(days=1)).replace(day=1)
                return self._last(book, now, [each.replace(day=self.month_day) for each in (this, before, earlier)])

    def _last(self, book: str, now: datetime, days: list[date]) -> datetime:
        """The book's newest moment on one of the days, the last of which is over for sure."""
        offset = _share(book, _SPREAD)
        moments = [datetime.combine(day, self.nightly_at, self.zone).astimezone(UTC) + offset for day in days]
        return next((moment for moment in moments if moment <= now), moments[-1])

    def interval(self, each: Round) -> timedelta:
        """The longest time between two such runs that is as it should be."""
        match each:
            case Round.CHANGES:
                return self.changes_every
            case Round.NIGHT:
                return timedelta(days=1)
            case Round.MONTH:
                return timedelta(days=31)

    def covers(self, each: Round, book: str, now: datetime) -> Asked:
        """The month that such a run covers which begins now. Changes cover none."""
        last = _last_day(now.astimezone(self.zone).date())
        if each is Round.MONTH:
            last = self.moment(each, book, now).astimezone(self.zone).date().replace(day=1) - timedelta(days=1)
        return Asked(scope=Scope.PERIOD, start=last.replace(day=1), end=last, by=each.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How books are compared by themselves. A book without a timetable is not."""

    timetables: Mapping[str, Timetable] = field(default_factory=dict)
    repairs: Mapping[str, Mapping[FindingClass, Repair]] = field(default_factory=dict)
    """By book: what is done about findings. Of a book that is not among them, findings are only told."""
    repair_at_most: int = 20
    keep_runs: int = 400


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _share(book: str, whole: timedelta) -> timedelta:
    """A share of the time that is the book's own, and the same in every process."""
    return whole * (zlib.crc32(book.encode()) % 997) / 997


def _last_day(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
