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

    def sweep(self) -> int:
        """Ring the orders that are due, free and not rung a moment ago; those due longest first.

        Returns for how many orders. Raises `LedgerUnavailable`.
        """
        heard_before = self._clock() - _AGAIN_AFTER
        return sum(self._ring(book, heard_before) for book in self._open_books())

    def wake(self) -> int:
        """Ring the first due orders of each book, whenever they were rung: for a process that begins to work.

        The broker may have forgotten all bells, and those that were answered by a process that died count as heard for
        a while. Who answers these goes on with what is due behind them; with others at work, they are a look too many.
        Returns for how many orders. Raises `LedgerUnavailable`.
        """
        now = self._clock()
        return sum(self._ring(book, now, limit=_BELLS) for book in self._open_books())

    def _open_books(self) -> Iterator[str]:
        return (book for book in self._books if not self._paused.is_paused(book))

    def _ring(self, book: str, heard_before: datetime, *, limit: int = _AT_ONCE) -> int:
        due = self._ledger.turns.ring(book, now=self._clock(), limit=limit, heard_before=heard_before)
        for shop, order_id in due[:_BELLS]:
            self._bell.ring(shop, order_id)
        if due:
            log.info("sweep.rang", book=book, orders=len(due))
        return len(due)
