"""What the engine works with: the parts of one process, put together once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf

from tasks.backoff import Backoff
from tasks.breaker import Breaker
from tasks.callers import Callers, InTurn
from tasks.drains import Drains
from tasks.ledger.ledger import Ledger
from tasks.paused import PausedBooks
from tasks.ports import Bell, Books, Clock, ShopFronts, Slots


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the engine works with."""

    ledger: Ledger
    books: Books
    fronts: ShopFronts
    slots: Slots
    bell: Bell
    paused: PausedBooks
    breaker: Breaker
    backoff: Backoff
    clock: Clock
    owner: str
    """Names this process in leases, for people who look."""
    drains: Drains | None = None
    """Where the process counts them, the same as `bell`."""
    callers: Callers = field(default_factory=InTurn)
    stopping: Callable[[], bool] = lambda: False
    """Whether the process is to end: nothing more is claimed."""
    lingers: float = 0.0
    """Seconds for which whoever drives a book waits for more once nothing is due."""
    looks: float = inf
    """So many seconds pass between its looks meanwhile, where it is not told of what comes in."""
    careful: int = 50
    """So many orders the process claims carefully when it begins. One that follows a death may meet the order that
    caused it while it plans, again and again; only a claim that was committed before can tell."""
    calm: Callable[[], timedelta] = lambda: timedelta.max
    """How long the clock has run evenly, as `tasks.watch.Watch` knows it."""
