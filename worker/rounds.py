"""How books are compared by themselves, as the settings say it."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from config.sections import BookSettings, ReconcileSettings
from config.settings import Settings
from providers import registry
from tasks.ports import Book
from tasks.reconcile.classes import FindingClass, Repair
from tasks.reconcile.timetable import Habits, Timetable

_REPORT = "report"


def habits(settings: Settings, books: Mapping[str, Book]) -> Habits:
    """When each book is compared, and what is done about what differs."""
    told = settings.reconcile
    return Habits(
        timetables=_timetables(settings, (name for name, book in books.items() if book.card.lists)),
        repairs={name: _repairs(told, book) for name, book in settings.books.items()},
        repair_at_most=told.repair_at_most,
        keep_runs=told.keep_runs,
    )


def _repairs(told: ReconcileSettings, book: BookSettings) -> dict[FindingClass, Repair]:
    """What is done in the book: what it says itself, else what is said for all."""
    policy = told.repair.model_dump() | book.reconcile.repair.model_dump(exclude_none=True)
    return {FindingClass(kind): Repair(repair) for kind, repair in policy.items() if repair != _REPORT}


def timetables(settings: Settings) -> dict[str, Timetable]:
    """When each book is compared that can be, and is to be; for commands that build no provider."""
    return _timetables(settings, (name for name, book in settings.books.items() if _lists(name, book)))


def _lists(name: str, book: BookSettings) -> bool:
    try:
        return registry.card(book.provider, book=name).lists
    except registry.Misconfigured:
        return False  # told by whoever needs the provider


def _timetables(settings: Settings, names: Iterable[str]) -> dict[str, Timetable]:
    told = settings.reconcile
    return {name: _timetable(told, settings.books[name]) for name in names if _enabled(told, settings.books[name])}


def _enabled(told: ReconcileSettings, book: BookSettings) -> bool:
    return told.enabled if book.reconcile.enabled is None else book.reconcile.enabled


def _timetable(told: ReconcileSettings, book: BookSettings) -> Timetable:
    own = book.reconcile
    return Timetable(
        changes_every=own.changes_every or told.changes_every,
        changes_days=told.changes_days,
        nightly_at=told.nightly_at if own.nightly_at is None else own.nightly_at,
        month_day=own.month_day or told.month_day,
        zone=ZoneInfo(told.timezone),
    )
