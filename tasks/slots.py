"""Slots in one process: how many orders of a book are at the provider at the same time."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


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
