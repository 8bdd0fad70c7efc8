"""Courtesy: a reconciliation lets today's orders go first, and never takes more of a provider than it allows."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from tasks.ledger.ledger import Ledger
from tasks.paused import PausedBooks
from tasks.ports import Clock, Slots

_LOOKS = 50
_LOOK_SECONDS = 0.1
"""So long, in all, a page waits for orders that are due: then it goes first, for a busy book must be proved, too."""
_TRIES = 300
_TRY_SECONDS = 0.05


class GaveWay(Exception):
    """The book's provider may not be asked now; the run goes on later, where it stands."""


class Courtesy:
    """What one slice of a run does before each page, and after it. Not shared between slices."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        slots: Slots,
        paused: PausedBooks,
        clock: Clock,
        idle: Callable[[float], object] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._slots = slots
        self._paused = paused
        self._clock = clock
        self._idle = idle
        self._held = ExitStack()

    def before(self, book: str) -> None:
        """Wait a while for the book's orders, then take one of its provider's slots.

        Raises `GaveWay` where the book is shut, or no slot falls free; `LedgerUnavailable`.
        """
        self.after()
        for _ in range(_LOOKS):
            if self._paused.is_paused(book):
                raise GaveWay(f"book {book} is paused, or rests")
            if self._ledger.turns.next_due(book, now=self._clock()) is None:
                break
            self._idle(_LOOK_SECONDS)
        if self._slots.bounded(book):
            self._take(book)

    def after(self, *_: object) -> None:
        """Give the slot back."""
        self._held.close()

    def _take(self, book: str) -> None:
        for _ in range(_TRIES):
            if self._held.enter_context(self._slots.take(book)):
                return
            self._held.close()
            self._idle(_TRY_SECONDS)
        raise GaveWay(f"orders keep every slot of book {book}")
