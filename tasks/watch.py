"""The machine's clock, watched: a wall clock that is set to another time must not make a lost call look settled."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from tasks.ports import Clock

log = structlog.get_logger()

_TOLERANCE = 2.0
"""Seconds."""
_DRIFT = 0.001
"""Clocks are steered by less than this; a larger difference is a jump."""


class Watch:
    """Tells the wall clock's time, and how long that clock has run evenly.

    `steady` counts seconds and is never set. Every look compares the two: what the wall clock gained or lost
    against it since the look before is a jump. A machine that slept counts as one, for it did not see what
    happened meanwhile.
    """

    def __init__(self, wall: Clock, steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._last_wall, self._last_steady = wall(), steady()
        self._jumped_at: float | None = None

    def __call__(self) -> datetime:
        with self._lock:
            wall, steady = self._wall(), self._steady()
            passed = steady - self._last_steady
            jump = (wall - self._last_wall).total_seconds() - passed
            self._last_wall, self._last_steady = wall, steady
            if abs(jump) > _TOLERANCE + passed * _DRIFT:
                self._jumped_at = steady
                log.warning("clock.jumped", seconds=round(jump, 1))
            return wall

    def calm(self) -> timedelta:
        """How long the wall clock has run evenly; `timedelta.max` when no jump was seen."""
        self()
        with self._lock:
            if self._jumped_at is None:
                return timedelta.max
            return timedelta(seconds=self._last_steady - self._jumped_at)
