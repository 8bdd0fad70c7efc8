"""Drains: who works off what is due in a book, in this process, and which bells need not be rung for it.

Whoever answers a bell goes on with whatever comes next in the book, until nothing is due. So a bell says no more than
"look at the book", and under load most of them say it twice::

    ring ──nobody is at work─────> a bell is sent, and whoever answers it begins to drain
      ├────a bell is on its way──> nothing: who answers that one sees this order too
      └────somebody is at work───> told so, and looks once more before it leaves
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from tasks.ports import Bell, ShopFronts

_LOST_SECONDS = 1.0
"""A bell that nobody answered for so long is not waited for: another may be sent."""


@dataclass(slots=True)
class _Book:
    rings: int = 0
    turned_away: tuple[str, str] | None = None
    sent: deque[float] = field(default_factory=deque)
    at_work: list["Drain"] = field(default_factory=list)


class Drain:
    """One thread that drains a book. `on_news` is called, from any thread, when somebody rang since the last look."""

    def __init__(self, drains: "Drains", book: str) -> None:
        self._drains = drains
        self._book = book
        self._seen = -1
        self._told = False
        self.on_news: Callable[[], None] = lambda: None
        self.over = False

    def look(self) -> None:
        """Called before each look for what is due: what was rung for until now will be seen by it."""
        self._told = False
        self._seen = self._drains.rings(self._book)

    def leave(self) -> bool:
        """Called when the last look found nothing. False: somebody rang since, and it needs another look."""
        self.over = self._drains.leave(self, self._book, seen=self._seen)
        return self.over

    def stop(self) -> None:
        """Called when there is more, and it is time to end: a bell that is rung after this is sent."""
        self.over = self._drains.leave(self, self._book, seen=None)

    def tell(self) -> None:
        """Somebody rang. Said once until the next look."""
        if not self._told:
            self._told = True
            self.on_news()


class Drains:
    """Counts drains, and is the bell that they make the most of.

    `most` is how many may drain a book of this process at a time. Only where bells are answered `here`, in the process
    that rings them, need one not be sent: nobody else can tell what is on its way.
    """

    def __init__(
        self,
        bell: Bell,
        *,
        fronts: ShopFronts,
        here: bool,
        most: int = 1,
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self._bell = bell
        self._steady = steady
        self._book_of = {name: front.book for name, front in fronts.items()}
        self._most = most
        self._here = here
        self._lock = threading.Lock()
        self._books: dict[str, _Book] = {}

    def ring(self, shop: str, order_id: str) -> None:
        """As `Bell.ring`."""
        book = self._book_of.get(shop)
        if book is None or not self._here or self._must_be_sent(book):
            self._bell.ring(shop, order_id)

    @contextmanager
    def begin(self, book: str, *, named: tuple[str, str] | None = None) -> Iterator[Drain | None]:
        """A drain for the length of the block; None when there are enough, which will look again.

        `named` is the order whose bell is answered.
        """
        drain = self._enter(book, named)
        try:
            yield drain
        finally:
            if drain is not None and not drain.over:
                self.leave(drain, book, seen=None)

    def rings(self, book: str) -> int:
        """How often was rung for the book."""
        with self._lock:
            return self._of(book).rings

    def turned_away(self, book: str) -> tuple[str, str] | None:
        """An order whose bell found as many draining as there may be, since this was asked the last time; another
        process may have hands free for it."""
        with self._lock:
            found = self._of(book)
            told, found.turned_away = found.turned_away, None
            return told

    def leave(self, drain: Drain, book: str, *, seen: int | None) -> bool:
        """A drain ends; not, when somebody rang and it has not `seen` it."""
        with self._lock:
            found = self._of(book)
            if seen is not None and found.rings != seen:
                return False
            found.at_work.remove(drain)
            return True

    def _of(self, book: str) -> _Book:
        found = self._books.get(book)
        if found is None:
            found = self._books[book] = _Book()
        return found

    def _must_be_sent(self, book: str) -> bool:
        with self._lock:
            found, now = self._of(book), self._steady()
            found.rings += 1
            while found.sent and now - found.sent[0] > _LOST_SECONDS:
                found.sent.popleft()
            at_work = list(found.at_work)
            must = not found.sent and len(at_work) < self._most
            if must:
                found.sent.append(now)
        for drain in at_work:
            drain.tell()
        return must

    def _enter(self, book: str, named: tuple[str, str] | None) -> Drain | None:
        with self._lock:
            found = self._of(book)
            if found.sent:
                found.sent.popleft()
            if len(found.at_work) < self._most:
                drain = Drain(self, book)
                found.at_work.append(drain)
                return drain
            found.rings += 1
            found.turned_away = None if self._here else named
            at_work = list(found.at_work)
        for drain in at_work:
            drain.tell()
        return None
