"""Chance faults with fixed odds, the same for the same seed whatever the threads do.

Each exchange draws once. The draw depends on the seed, on what is asked, and on how often that was asked
before, never on the order in which threads come: a run can be repeated.
"""

import hashlib
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from providers.sandbox import faults
from providers.sandbox.faults import Fault
from providers.sandbox.messages import Reply, Request
from providers.sandbox.traps import Traps


class Odds(BaseModel):
    """How often each thing goes wrong, as a share of all requests from 0 to 1; the shares add up to 1 at most.

    "After" means that the provider has done what was asked, "before" that it never will.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    seed: int = 7
    """The same seed draws the same faults for the same requests."""
    drop_after: float = Field(default=0.0, ge=0, le=1)
    """Committed, then the connection is gone."""
    drop_before: float = Field(default=0.0, ge=0, le=1)
    """The connection is gone, and nothing was done."""
    error_after: float = Field(default=0.0, ge=0, le=1)
    """500, 502 or 504 after the commit."""
    error_before: float = Field(default=0.0, ge=0, le=1)
    """500, 502 or 504, and nothing was done."""
    late_after: float = Field(default=0.0, ge=0, le=1)
    """Committed at once, answered after `late_seconds`."""
    late_commit: float = Field(default=0.0, ge=0, le=1)
    """Committed and answered only after `late_seconds`: the caller has long given up by then."""
    late_seconds: float = Field(default=3.0, ge=0)
    throttle: float = Field(default=0.0, ge=0, le=1)
    """429 with Retry-After in seconds, as a date, or without, in turns."""
    throttle_seconds: int = Field(default=1, ge=0)
    login_page: float = Field(default=0.0, ge=0, le=1)
    """Done, but the answer is an HTML page with the status of success."""
    truncate: float = Field(default=0.0, ge=0, le=1)
    """Done, but only half of the JSON arrives."""
    drip: float = Field(default=0.0, ge=0, le=1)
    """Done, and the answer comes slowly: 16 bytes every `drip_pace` seconds."""
    drip_pace: float = Field(default=0.02, ge=0)
    methods: tuple[str, ...] = ()
    """HTTP methods that the faults hit; empty means all."""
    last_page_repeats: bool = False
    """In lists, a page beyond the end is the last page again."""
    pages_shift: bool = False
    """In lists, rows move down by one while pages are read."""
    list_lag_seconds: float = Field(default=0.0, ge=0, le=3600)
    """Lists do not show what was made or changed this recently."""

    @classmethod
    def shares(cls) -> tuple[str, ...]:
        """The names of those members that are shares of all requests."""
        return (*_BEFORE, *_AFTER)

    @property
    def share(self) -> float:
        """The share of requests that something goes wrong with."""
        return round(sum(float(getattr(self, name)) for name in self.shares()), 9)

    @property
    def latest(self) -> float:
        """Seconds after which whatever was sent has happened and shows, or never will."""
        return max(self.late_seconds if self.late_commit or self.late_after else 0.0, self.list_lag_seconds)

    @property
    def traps(self) -> Traps:
        """What is wrong with the lists."""
        lag = timedelta(seconds=self.list_lag_seconds)
        return Traps(last_page_repeats=self.last_page_repeats, pages_shift=self.pages_shift, list_lag=lag)


LIGHT: Final = Odds(drop_after=0.02, error_before=0.02, throttle=0.01)
"""A provider on an ordinary bad day."""
HEAVY: Final = Odds(drop_after=0.05, error_after=0.05, error_before=0.05, throttle=0.02)
"""What ordinary workers were measured against: 46 extra invoices and 53 double payments in 500 orders."""

PROFILES: Final = {"light": LIGHT, "heavy": HEAVY}

_ERRORS: Final = (500, 502, 504)
_BEFORE: Final = ("drop_before", "error_before", "late_commit", "throttle")
_AFTER: Final = ("drop_after", "error_after", "late_after", "login_page", "truncate", "drip")


def _share(odds: Odds, name: str) -> float:
    return float(getattr(odds, name))


class Chaos:
    """`Faults` by chance. `injected` counts what was done, by the names of the odds."""

    def __init__(self, odds: Odds) -> None:
        if odds.share > 1:
            raise ValueError(f"the odds add up to {odds.share}, which is more than 1")
        self._odds = odds
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._drawn: dict[int, tuple[str, float]] = {}
        self.injected: Counter[str] = Counter()

    def before(self, request: Request) -> Fault | None:
        name, chance = self._draw(request)
        if name in _AFTER:
            with self._lock:
                self._drawn[id(request)] = (name, chance)
        return self._fault(name, chance) if name in _BEFORE else None

    def after(self, request: Request, _reply: Reply) -> Fault | None:
        with self._lock:
            name, chance = self._drawn.pop(id(request), ("", 0.0))
        return self._fault(name, chance) if name else None

    def _draw(self, request: Request) -> tuple[str, float]:
        """What goes wrong with this exchange ("" for nothing), and a second chance number for its variants."""
        if self._odds.methods and request.method not in self._odds.methods:
            return "", 0.0
        subject = f"{request.method} {request.url} {hashlib.sha256(request.body).hexdigest()}"
        with self._lock:
            self._asked[subject] += 1
            nth = self._asked[subject]
        digest = hashlib.sha256(f"{self._odds.seed} {nth} {subject}".encode()).digest()
        chance, variant = (int.from_bytes(part, "big") / 2**64 for part in (digest[:8], digest[8:16]))
        for name in (*_BEFORE, *_AFTER):
            chance -= _share(self._odds, name)
            if chance < 0:
                with self._lock:
                    self.injected[name] += 1
                return name, variant
        return "", 0.0

    def _fault(self, name: str, chance: float) -> Fault:
        odds = self._odds
        code = _ERRORS[int(chance * len(_ERRORS))]
        match name:
            case "drop_before" | "drop_after":
                return faults.dropped()
            case "error_before" | "error_after":
                return faults.status(code, body=b"<html><body>Something went wrong</body></html>")
            case "late_commit" | "late_after":
                return faults.slow(timedelta(seconds=odds.late_seconds))
            case "throttle":
                return faults.throttled(self._wait(chance))
            case "login_page":
                return faults.login_page()
            case "truncate":
                return faults.truncated()
            case _:
                return faults.dripping(odds.drip_pace)

    def _wait(self, chance: float) -> str | datetime | None:
        if chance < 1 / 3:
            return str(self._odds.throttle_seconds)
        if chance < 2 / 3:
            return datetime.now(UTC) + timedelta(seconds=self._odds.throttle_seconds)
        return None
