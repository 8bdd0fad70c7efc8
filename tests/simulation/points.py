"""Points at which a process may die, or stand still while the rest of the world goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Connection

from providers.sandbox import Fault, Reply, Request
from tasks.ledger.store import Store

BEFORE_COMMIT = "before commit"
AFTER_COMMIT = "after commit"
BEFORE_CALL = "before call"
AFTER_CALL = "after call"
AMID_A_CALL = ", amid another call"


class Crash(BaseException):
    """The process dies here. Nothing in the engine may catch it, as nothing catches kill -9."""


class Points:
    """Counts the points that are passed, and makes the process die or stall at those that were chosen."""

    def __init__(self, crashes: tuple[int, ...] = (), *, stall: int | None = None) -> None:
        self.passed: list[str] = []
        self.fired = 0
        self.on_stall: Callable[[], None] = lambda: None
        self.amid_a_call: Callable[[], bool] = lambda: False
        self._crashes = set(crashes)
        self._stall = stall
        self._muted = 0

    def reach(self, kind: str) -> None:
        """Pass one point. Raises `Crash` at a chosen one."""
        if self._muted:
            return
        place = len(self.passed)
        self.passed.append(f"{kind}{AMID_A_CALL}" if self.amid_a_call() else kind)
        if place in self._crashes:
            self.fired += 1
            raise Crash(f"at point {place}, {kind}")
        if place == self._stall:
            self.fired += 1
            with self.muted():
                self.on_stall()

    def crash_after(self, more: int) -> None:
        """Die once so many more points were passed."""
        self._crashes.add(len(self.passed) + more)

    def spare(self) -> None:
        """Die no more."""
        self._crashes.clear()

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Nothing is counted, and nobody dies."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1


@dataclass
class DeadlyWire:
    """Every request is a point before it and one after it."""

    points: Points

    def before(self, _request: Request) -> Fault | None:
        self.points.reach(BEFORE_CALL)
        return None

    def after(self, _request: Request, _reply: Reply) -> Fault | None:
        self.points.reach(AFTER_CALL)
        return None


class CrashingStore(Store):
    """A store of one process on a shared file; every commit has a point before it and one after it."""

    def __init__(self, shared: Store, points: Points) -> None:
        self.is_sqlite = shared.is_sqlite
        self.url = shared.url
        self._engine = shared._engine
        self._readers, self._writers = shared._readers, shared._writers
        self._turn = Lock()
        self._points = points

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self._points.reach(BEFORE_COMMIT)
        self._points.reach(AFTER_COMMIT)

    def close(self) -> None:
        """The engine is shared with the processes that come after this one."""
