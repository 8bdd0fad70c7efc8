"""Hints: a provider's own, unsigned word that a document changed. Nothing of it is believed but that it may be worth
a look: the document is read again at the provider, which says the same sooner or later anyway.

::

    POST /hints/BOOK/TOKEN ──> Hints ──a message, which may be lost──> Rereader ──> the provider is read
"""

import hmac
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog

from providers.domain.equality import is_another
from providers.domain.errors import ProviderError
from providers.domain.facts import facts_of
from tasks.ledger.ledger import Ledger
from tasks.paused import PausedBooks
from tasks.ports import Books, Clock, Slots

log = structlog.get_logger()

_A_MINUTE: Final = 120
"""Hints of one book that one process follows in a minute; a flood is worth no more requests than that."""
_LONGEST_ID: Final = 100
_OUR_OWN = timedelta(seconds=10)
"""What changed just now was changed from here: its provider only echoes it."""


class Heard(StrEnum):
    """What became of a hint. Whoever sent it is not told."""

    FOLLOWED = "followed"
    NOTHING = "nothing"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the hints of one book come in. `document` reads a body: the id of the document that it names, or ""."""

    token: str = field(repr=False)
    document: Callable[[bytes], str]


class Hints:
    """Takes hints. `steady` counts seconds; `follow` lets a worker read the document again: (book, id)."""

    def __init__(
        self, doors: Mapping[str, Door], *, follow: Callable[[str, str], object], steady: Callable[[], float]
    ) -> None:
        self._doors = doors
        self._follow = follow
        self._steady = steady
        self._lock = threading.Lock()
        self._followed: dict[str, deque[float]] = {book: deque() for book in doors}

    def __bool__(self) -> bool:
        """Whether there is any door at all."""
        return bool(self._doors)

    def lets_in(self, book: str, token: str) -> bool:
        """Whether this is the address of a book's hints; compared in constant time."""
        door = self._doors.get(book)
        expected = door.token if door else ""
        return hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode()) and door is not None

    def take(self, book: str, body: bytes) -> Heard:
        """Follow a hint that was let in, as far as it names a document."""
        remote_id = self._doors[book].document(body)
        heard = Heard.NOTHING
        if remote_id and len(remote_id) <= _LONGEST_ID:
            heard = Heard.FOLLOWED if self._in_measure(book) else Heard.TOO_MANY
        if heard is Heard.FOLLOWED:
            self._follow(book, remote_id)
        log.debug("hint.heard", book=book, remote_id=remote_id[:_LONGEST_ID], verdict=heard)
        return heard

    def _in_measure(self, book: str) -> bool:
        with self._lock:
            now, followed = self._steady(), self._followed[book]
            while followed and followed[0] <= now - 60:
                followed.popleft()
            if len(followed) >= _A_MINUTE:
                return False
            followed.append(now)
            return True


class Rereader:
    """Reads documents again. What cannot be read now is left to the next comparison of what changed."""

    def __init__(self, ledger: Ledger, *, books: Books, paused: PausedBooks, slots: Slots, clock: Clock) -> None:
        self._ledger = ledger
        self._books = books
        self._paused = paused
        self._slots = slots
        self._clock = clock

    def reread(self, name: str, remote_id: str) -> bool:
        """Read the document again, if it is one of ours and nobody has it in hand. Raises `LedgerUnavailable`."""
        book = self._books.get(name)
        if book is None or self._paused.is_paused(name):
            return False
        now = self._clock()
        placed = self._ledger.notices.document(name, remote_id, now=now)
        if placed is None or placed.in_hand or abs(now - placed.touched_at) < _OUR_OWN:
            return False
        with self._slots.take(name) as taken:
            if not taken:
                return False
            try:
                remote = book.provider.read(remote_id)
            except ProviderError as error:
                log.info("document.unread", book=name, error=str(error))
                return False
        if is_another(remote, placed.reference):
            return False
        self._ledger.notices.learn(placed.pk, facts_of(remote), now=self._clock())
        log.info("document.reread", book=name, shop=placed.shop, order=placed.order)
        return True
