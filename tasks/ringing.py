"""Bells of a rush, rung together: for a process that takes orders and leaves them to others.

::

    ring ──nothing was rung for the book a moment ago──> rung at once
      └────something was──> kept; at the end of the moment one bell is rung for every few that were kept

Who answers a bell goes on with what is due in the book, so that in a rush most of them say what another one says.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import monotonic, sleep
from typing import TypeAlias

from tasks.ports import Bell, ShopFronts

Later: TypeAlias = Callable[[Callable[[], None]], None]
"""Has something called a moment later, in another thread."""

MOMENT = 0.05
"""Seconds. A single order never waits for it; with fewer than twenty a second, hardly any does."""
_RINGS_TO_A_BELL = 8
"""So many may wait for each other."""


class RungTogether:
    """Rings for others. Safe to be shared by threads."""

    def __init__(self, bell: Bell, *, fronts: ShopFronts, later: Later) -> None:
        self._bell = bell
        self._book_of = {name: front.book for name, front in fronts.items()}
        self._later = later
        self._lock = threading.Lock()
        self._kept: dict[str, list[tuple[str, str]]] = {}

    def ring(self, shop: str, order_id: str) -> None:
        """As `Bell.ring`."""
        book = self._book_of.get(shop, "")
        with self._lock:
            kept = self._kept.get(book)
            if kept is not None:
                kept.append((shop, order_id))
                return
            self._kept[book] = []
        self._bell.ring(shop, order_id)
        self._later(lambda: self._ring_kept(book))

    def _ring_kept(self, book: str) -> None:
        """The moment is over; another one begins, unless nothing was kept."""
        with self._lock:
            kept = self._kept.pop(book)
            if kept:
                self._kept[book] = []
        for shop, order_id in kept[::_RINGS_TO_A_BELL]:
            self._bell.ring(shop, order_id)
        if kept:
            self._later(lambda: self._ring_kept(book))


class AfterAMoment:
    """Calls what it is given `seconds` later, one after the other, in a thread that ends with the process."""

    def __init__(self, seconds: float = MOMENT) -> None:
        self._seconds = seconds
        self._calls: SimpleQueue[tuple[float, Callable[[], None]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._begun = False

    def __call__(self, call: Callable[[], None]) -> None:
        self._calls.put((monotonic() + self._seconds, call))
        with self._lock:
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._run, name="moments", daemon=True).start()

    def _run(self) -> None:
        while True:
            at, call = self._calls.get()
            sleep(max(0.0, at - monotonic()))
            call()
