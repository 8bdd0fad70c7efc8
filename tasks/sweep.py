"""The sweeper: rings what is due and was not heard. It is why a lost message costs time and never work."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from tasks.ledger.ledger import Ledger
from tasks.paused import PausedBooks
from tasks.ports import Bell, Books, Clock

log = structlog.get_logger()

_AT_ONCE = 500
_BELLS = 64
"""Of so many orders at once, the bells of the first: who answers one goes on with what is due in the book."""
_AGAIN_AFTER = timedelta(seconds=15)


class Sweeper:
    """Rings due orders, book by book. Safe to run anywhere, any number of times."""

    def __init__(self, ledger: Ledger, *, books: Books, paused: PausedBooks, bell: Bell, clock: Clock) -> None:
        self._ledger = ledger
        self._books = books
        self._paused = paused
        self._bell = bell
        self._clock = clock

    def sweep(self, *, again_after: timedelta = _AGAIN_AFTER) -> int:
        """Ring the orders that are due, free and not rung within `again_after`; those due longest first.

        Returns for how many orders. Raises `LedgerUnavailable`.
        """
        heard_before = self._clock() - again_after
        return sum(self._ring(book, heard_before) for book in self._open_books())

    def sweep_all(self) -> int:
        """Ring what is due, whenever it was rung: at start, when the broker may have forgotten all.

        Returns for how many orders. Raises `LedgerUnavailable`.
        """
        started, total = self._clock(), 0
        for book in self._open_books():
            while rung := self._ring(book, started):
                total += rung
        return total

    def _open_books(self) -> Iterator[str]:
        return (book for book in self._books if not self._paused.is_paused(book))

    def _ring(self, book: str, heard_before: datetime) -> int:
        due = self._ledger.turns.ring(book, now=self._clock(), limit=_AT_ONCE, heard_before=heard_before)
        for shop, order_id in due[:_BELLS]:
            self._bell.ring(shop, order_id)
        if due:
            log.info("sweep.rang", book=book, orders=len(due))
        return len(due)
