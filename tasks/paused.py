"""Shut books, as this process sees them: asked of the ledger at most twice a second."""

import threading
from datetime import UTC, datetime, timedelta

import structlog

from providers.domain.reasons import Reason
from tasks.ledger.books import Books
from tasks.ports import Clock

log = structlog.get_logger()

_FRESH = timedelta(seconds=0.5)
BY_ITSELF = "counterfoil"
"""Who paused a book when no person did."""


class PausedBooks:
    """Remembers which books are paused or resting, so that a bell need not ask the ledger each time."""

    def __init__(self, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock
        self._lock = threading.Lock()
        self._names: frozenset[str] = frozenset()
        self._asked_at = datetime.min.replace(tzinfo=UTC)

    def is_paused(self, book: str) -> bool:
        """Whether the book's provider may not be asked now. Raises `LedgerUnavailable`."""
        with self._lock:
            now = self._clock()
            if abs(now - self._asked_at) > _FRESH:
                self._names = self._books.shut(now=now)
                self._asked_at = now
            return book in self._names

    def pause(self, book: str, reason: Reason, *, now: datetime, by: str = BY_ITSELF) -> None:
        """Pause the book: one line of attention, however many orders found out."""
        if self._books.pause(book, reason, by=by, now=now):
            log.error("book.paused", book=book, reason=reason.code, text=reason.text, by=by)
        self._note(book)

    def rest(self, book: str, reason: Reason, *, until: datetime, now: datetime) -> None:
        """Leave the book alone until then: its provider named a wait."""
        if self._books.rest(book, reason, until=until, by=BY_ITSELF, now=now):
            log.warning("book.rests", book=book, until=until.isoformat(), text=reason.text)
        self._note(book)

    def resume(self, book: str, *, paused_by: str | None = None) -> bool:
        """Open the book again; with `paused_by`, only if it was that one who shut it. False: nothing changed."""
        resumed = self._books.resume(book, paused_by=paused_by)
        if resumed:
            with self._lock:
                self._names -= {book}
            log.info("book.resumed", book=book)
        return resumed

    def _note(self, book: str) -> None:
        with self._lock:
            self._names |= {book}
