"""Who makes the calls of a book's orders, so that one thread can write the ledger for all of them."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol


class Callers(Protocol):
    """Makes calls of books. Safe to be shared by threads."""

    def most(self, book: str) -> int:
        """How many calls of the book are made at the same time."""
        ...

    def call(self, book: str, work: Callable[[], object]) -> None:
        """Have the work done, which raises nothing: now, or soon in another thread."""
        ...


class CallerThreads:
    """Threads of each book's own, made as they are needed: no book waits for another one's provider."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._threads: dict[str, ThreadPoolExecutor] = {}

    def most(self, book: str) -> int:
        return self._limits[book]

    def call(self, book: str, work: Callable[[], object]) -> None:
        with self._lock:
            threads = self._threads.get(book)
            if threads is None:
                threads = ThreadPoolExecutor(self._limits[book], thread_name_prefix=f"calls of {book}")
                self._threads[book] = threads
        threads.submit(work)

    def close(self) -> None:
        """Wait for the calls under way, and end the threads."""
        with self._lock:
            threads, self._threads = self._threads, {}
        for each in threads.values():
            each.shutdown()


class InTurn:
    """Makes each call at once, in the thread that asks for it: one order after the other, the same in every run."""

    def __init__(self, most: int = 1) -> None:
        self._most = most

    def most(self, book: str) -> int:  # noqa: ARG002  (as `Callers` says it)
        return self._most

    def call(self, book: str, work: Callable[[], object]) -> None:  # noqa: ARG002  (likewise)
        work()
