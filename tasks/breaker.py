"""The circuit breaker of each book: a provider that is down is left alone, and told once.

::

    closed ──failures in a row──> open: the book is paused; probes ask harmless questions
       ▲                            │
       └──────a probe answered──────┘

A provider that asks for patience again and again (429) makes its book rest for the wait that it names.
Failures are counted in each process; the pause is in the ledger and holds for all.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from providers.domain.results import Lost, Result, Unsent

_FAILURES_IN_A_ROW = 8
_THROTTLES_IN_A_ROW = 3


class Alarm(StrEnum):
    """What the run of failures says."""

    DOWN = "down"
    THROTTLED = "throttled"


@dataclass(slots=True)
class _Run:
    failures: int = 0
    throttles: int = 0


class Breaker:
    """Counts how the calls of each book end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}

    def record(self, book: str, result: Result) -> Alarm | None:
        """Take one result into account. An alarm: leave the book alone from now on."""
        with self._lock:
            run = self._runs.setdefault(book, _Run())
            if isinstance(result, Unsent) and not result.counts and not result.at_once:
                run.throttles += 1
                if run.throttles >= _THROTTLES_IN_A_ROW:
                    run.throttles = 0
                    return Alarm.THROTTLED
                return None
            run.throttles = 0
            if not isinstance(result, Unsent | Lost) or (isinstance(result, Unsent) and result.at_once):
                run.failures = 0  # everything else is an answer, even one that a person must make sense of
                return None
            run.failures += 1
            if run.failures >= _FAILURES_IN_A_ROW:
                run.failures = 0
                return Alarm.DOWN
            return None


def rest_for(result: Result, *, least: timedelta = timedelta(seconds=1)) -> timedelta:
    """How long a throttled book rests: the wait that the provider named, but not for nothing."""
    named = result.retry_after if isinstance(result, Unsent) else None
    return max(named or least, least)
