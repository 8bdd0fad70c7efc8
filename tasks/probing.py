"""Probing: paused books are asked a harmless question now and then, and open again when it is answered."""

from datetime import datetime, timedelta

import structlog

from providers.domain.errors import ProviderError
from providers.domain.reasons import Code
from providers.ports import Probe
from tasks.ledger.books import PausedBook
from tasks.ledger.ledger import Ledger
from tasks.paused import BY_ITSELF, PausedBooks
from tasks.ports import Book, Books, Clock

log = structlog.get_logger()

_OFTEN = timedelta(seconds=2)
_SELDOM = timedelta(minutes=1)


class Prober:
    """Opens books again that Counterfoil paused by itself; what a person paused stays paused."""

    def __init__(self, ledger: Ledger, *, books: Books, paused: PausedBooks, clock: Clock) -> None:
        self._ledger = ledger
        self._books = books
        self._paused = paused
        self._clock = clock

    def probe_paused(self) -> int:
        """Probe every book that Counterfoil paused and whose time it is. Returns how many are open again.

        A provider that is down is asked every two seconds at first, then ever more seldom, up to once a
        minute; one that does not let us in, once a minute. Raises `LedgerUnavailable`.
        """
        opened = 0
        for paused in self._ledger.books.paused():
            book = self._books.get(paused.name)
            if book is None or paused.by != BY_ITSELF or not _is_time(paused, self._clock()):
                continue
            self._ledger.books.probed(paused.name, now=self._clock())
            error = probe(book)[1]
            if error is None and self._paused.resume(book.name, paused_by=BY_ITSELF):
                opened += 1
            elif error is not None:
                log.info("book.still_paused", book=book.name, error=str(error))
        return opened


def _is_time(paused: PausedBook, now: datetime) -> bool:
    growing = min(max((now - paused.since) / 8, _OFTEN), _SELDOM)
    wait = _SELDOM if paused.reason.code is Code.ACCESS_DENIED else growing
    return abs(now - (paused.probed_at or paused.since)) >= wait


def probe(book: Book) -> tuple[Probe | None, ProviderError | None]:
    """Ask the book's provider one harmless question."""
    try:
        return book.provider.probe(), None
    except ProviderError as error:
        return None, error
