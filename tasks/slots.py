"""Slots: how many orders of a book are at the provider at the same time."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tasks.ports import Slots


class LocalSlots:
    """Counts in this process only; right where there is one worker process, as in the embedded shape."""

    def __init__(self, limits: Mapping[str, int | None]) -> None:
        self._semaphores = {
            book: threading.BoundedSemaphore(limit) for book, limit in limits.items() if limit is not None
        }

    def bounded(self, book: str) -> bool:
        return book in self._semaphores

    @contextmanager
    def take(self, book: str) -> Iterator[bool]:
        semaphore = self._semaphores.get(book)
        if semaphore is None:
            yield True
            return
        taken = semaphore.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                semaphore.release()


@dataclass
class HeldSlots:
    """The slots of a book that a drive holds; where the book's provider takes any number, they cost nothing."""

    slots: Slots
    book: str
    _held: list[ExitStack] = field(default_factory=list)
    _free: int = 0

    @property
    def bounded(self) -> bool:
        return self.slots.bounded(self.book)

    @property
    def count(self) -> int:
        return len(self._held) if self.bounded else self._free

    def fit(self, count: int) -> int:
        """Hold so many, or as many as there are. Returns how many are held."""
        if not self.bounded:
            self._free = count
            return count
        while len(self._held) > count:
            self._held.pop().close()
        while len(self._held) < count:
            stack = ExitStack()
            if not stack.enter_context(self.slots.take(self.book)):
                stack.close()
                break
            self._held.append(stack)
        return len(self._held)

    def __enter__(self) -> "HeldSlots":
        return self

    def __exit__(self, *_: object) -> None:
        self.fit(0)
