"""Slots shared by all processes on one PostgreSQL ledger: session-level advisory locks.

The locks belong to a connection. A process that is killed loses it, and with it its slots, at once: nobody
waits for a time-out, and a long call needs no renewal.
"""

import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, text

from tasks.ledger.store import LedgerUnavailable, Store, available

log = structlog.get_logger()

_SPACE = 0x636F
"""The first key of the two that a lock has: tells our slots from other uses of the database."""


class PostgresSlots:
    """Counts over every process that uses the ledger; `tasks.slots.LocalSlots` is for one process."""

    def __init__(self, store: Store, limits: Mapping[str, int | None]) -> None:
        self._store = store
        self._limits = {book: limit for book, limit in limits.items() if limit is not None}
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        self._held: dict[int, str] = {}

    def bounded(self, book: str) -> bool:
        return book in self._limits

    @contextmanager
    def take(self, book: str) -> Iterator[bool]:
        """Raises `LedgerUnavailable`."""
        if not self.bounded(book):
            yield True
            return
        key = self._lock(book)
        try:
            yield key is not None
        finally:
            if key is not None:
                self._unlock(key)

    def close(self) -> None:
        with self._guard:
            self._drop()

    def _lock(self, book: str) -> int | None:
        """The key of a slot, now ours; None when all are taken. A session may take a lock twice: ours are skipped."""
        with self._guard, self._usable() as connection:
            for number in range(self._limits[book]):
                key = zlib.crc32(f"{book}#{number}".encode()) - 2**31
                if key in self._held:
                    continue
                taken = connection.execute(_TRY, {"space": _SPACE, "key": key}).scalar()
                if taken:
                    self._held[key] = book
                    return key
        return None

    def _unlock(self, key: int) -> None:
        with self._guard:
            if self._held.pop(key, None) is None:
                return
            try:
                with self._usable() as connection:
                    connection.execute(_GIVE, {"space": _SPACE, "key": key})
            except LedgerUnavailable as error:
                log.warning("slots.connection_lost", error=str(error))

    @contextmanager
    def _usable(self) -> Iterator[Connection]:
        """The connection that holds the locks; a broken one is let go, and with it every slot it held."""
        try:
            if self._connection is None:
                self._connection = self._store.session()
            with available():
                yield self._connection
        except LedgerUnavailable:
            self._drop()
            raise

    def _drop(self) -> None:
        self._held.clear()
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


_TRY = text("SELECT pg_try_advisory_lock(:space, :key)")
_GIVE = text("SELECT pg_advisory_unlock(:space, :key)")
