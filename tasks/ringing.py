"""Bells of a rush, rung together: for a process that takes orders and leaves them to others.

::

    ring ──nothing was rung for the book a moment ago──> rung at once
      └────something was──> kept; at the end of the moment one bell is rung for every few that were kept
                            └──and as long as more come, the next moment is twice as long

Who answers a bell goes on with what is due in the book, and stays for a while (`tasks.driving`), so that in a rush most
of them say what another one says.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from time import monotonic, sleep
from typing import TypeAlias

from tasks.ports import Bell, ShopFronts

Later: TypeAlias = Callable[[Callable[[], None]], None]
"""Has something called a moment later, in another thread."""

MOMENT = 0.05
"""Seconds. A single order never waits for it; with fewer than twenty a second, hardly any does."""
_LONGEST = 8
"""Moments that are one in a rush that goes on. Whoever drives a book stays for longer than that."""
_RINGS_TO_A_BELL = 8
"""So many may wait for each other."""
_MOST_BELLS = 4
"""At the end of a moment: there is one for each of several workers."""


@dataclass(slots=True)
class _Rush:
    """`wait` is how many moments are one, `left` how many of these are to pass before bells are rung."""

    kept: list[tuple[str, str]] = field(default_factory=list)
    wait: int = 1
    left: int = 1


class RungTogether:
    """Rings for others. Safe to be shared by threads."""

    def __init__(self, bell: Bell, *, fronts: ShopFronts, later: Later) -> None:
        self._bell = bell
        self._book_of = {name: front.book for name, front in fronts.items()}
        self._later = later
        self._lock = threading.Lock()
        self._rushes: dict[str, _Rush] = {}

    def ring(self, shop: str, order_id: str) -> None:
        """As `Bell.ring`."""
        book = self._book_of.get(shop, "")
        with self._lock:
            rush = self._rushes.get(book)
            if rush is not None:
                rush.kept.append((shop, order_id))
                return
            self._rushes[book] = _Rush()
        self._bell.ring(shop, order_id)
        self._later(lambda: self._go_on(book))

    def _go_on(self, book: str) -> None:
        """A moment is over; another one begins, unless nothing was kept."""
        with self._lock:
            rush = self._rushes[book]
            rush.left -= 1
            if not rush.left and not rush.kept:
                del self._rushes[book]
                return
            kept: list[tuple[str, str]] = []
            if not rush.left:
                kept, rush.kept = rush.kept, []
                rush.left = rush.wait = min(rush.wait * 2, _LONGEST)
        for shop, order_id in kept[:: max(_RINGS_TO_A_BELL, -(-len(kept) // _MOST_BELLS))]:
            self._bell.ring(shop, order_id)
        self._later(lambda: self._go_on(book))


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
