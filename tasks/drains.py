"""Drains: who goes on with what is due in a book, in this process, and which bells need not be rung for it.

Whoever answers a bell drives its order and then whatever comes next in the book, until nothing is due. So a bell says
no more than "look at the book", and under load most of them say it twice::

    ring ──nobody was called──────────────> a bell is sent, and a thread begins to drain
      ├────a bell is on its way───────────> kept: who answers that one looks after this
      └────as many drain as there may be──> kept: the last of them looks once more before it leaves

Whoever begins to drain calls the next one while rings are kept, so that a rush has as many threads as it needs and a
single order has one.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from tasks.ports import Bell, ShopFronts

_LOST_SECONDS = 1.0
"""A bell that nobody answered for so long is not waited for: another may be sent."""


@dataclass(slots=True)
class _Book:
    most: int
    draining: int = 0
    rings: int = 0
    turned_away: bool = False
    sent: deque[float] = field(default_factory=deque)
    kept: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=100))


class Drain:
    """One thread that drains a book."""

    def __init__(self, drains: "Drains", book: str) -> None:
        self._drains = drains
        self._book = book
        self._seen = -1
        self.over = False

    def look(self) -> None:
        """Called before each look for what is due: what was rung for until now will be seen by it."""
        self._seen = self._drains.rings(self._book)

    def leave(self) -> bool:
        """Called when the last look found nothing. False: a bell was kept since, and needs another look."""
        self.over = self._drains.leave(self._book, seen=self._seen)
        return self.over

    def stop(self) -> int:
        """Called when there is more, and it is time for others. So many bells are rung after this: two, where one was
        turned away here since the last stop, for another process may have a thread for it."""
        self.over = self._drains.leave(self._book, seen=None)
        return 2 if self._drains.turned_away(self._book) else 1


class Drains:
    """Counts drains, and is the bell that they make the most of.

    `limits` is how many threads of this process may drain a book. Bells are kept only where they are answered `here`,
    in the process that rings them: nobody else can tell what is on its way.
    """

    def __init__(
        self,
        bell: Bell,
        *,
        fronts: ShopFronts,
        limits: Mapping[str, int],
        here: bool,
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self._bell = bell
        self._steady = steady
        self._book_of = {name: front.book for name, front in fronts.items()}
        self._limits = limits
        self._here = here
        self._lock = threading.Lock()
        self._books: dict[str, _Book] = {}

    def ring(self, shop: str, order_id: str) -> None:
        """As `Bell.ring`."""
        book = self._book_of.get(shop)
        if book is None or not self._here or self._must_be_sent(book, shop, order_id):
            self._bell.ring(shop, order_id)

    @contextmanager
    def begin(self, book: str) -> Iterator[Drain | None]:
        """A drain for the length of the block; None when there are enough, one of which will look again."""
        if not self._enter(book):
            yield None
            return
        drain = Drain(self, book)
        try:
            self._call_another(book)
            yield drain
        finally:
            if not drain.over:
                self.leave(book, seen=None)

    def rings(self, book: str) -> int:
        """How often was rung for the book."""
        with self._lock:
            return self._of(book).rings

    def turned_away(self, book: str) -> bool:
        """Whether a bell found as many draining as there may be, since this was asked the last time."""
        with self._lock:
            found = self._of(book)
            told, found.turned_away = found.turned_away, False
            return told

    def leave(self, book: str, *, seen: int | None) -> bool:
        """A drain ends; not, when bells were kept that it has not `seen`."""
        with self._lock:
            found = self._of(book)
            if seen is not None:
                if found.rings != seen:
                    return False
                found.kept.clear()
            found.draining -= 1
            return True

    def _of(self, book: str) -> _Book:
        found = self._books.get(book)
        if found is None:
            found = self._books[book] = _Book(most=self._limits.get(book, 1_000_000))
        return found

    def _must_be_sent(self, book: str, shop: str, order_id: str) -> bool:
        with self._lock:
            found, now = self._of(book), self._steady()
            found.rings += 1
            while found.sent and now - found.sent[0] > _LOST_SECONDS:
                found.sent.popleft()
            if found.sent or found.draining >= found.most:
                found.kept.append((shop, order_id))
                return False
            found.sent.append(now)
            return True

    def _enter(self, book: str) -> bool:
        with self._lock:
            found = self._of(book)
            if found.sent:
                found.sent.popleft()
            if found.draining >= found.most:
                found.rings += 1
                found.turned_away = not self._here
                return False
            found.draining += 1
            return True

    def _call_another(self, book: str) -> None:
        with self._lock:
            found = self._of(book)
            if not found.kept or found.sent or found.draining >= found.most:
                return
            found.sent.append(self._steady())
            shop, order_id = found.kept.pop()
        self._bell.ring(shop, order_id)
