"""How a world differs from the plain one, and which of its parts are others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from providers.domain.card import Card
from providers.invoicing.invoiceocean import CARD
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.sync import Sync
from tests.builders import NOON


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a planted bug may replace."""

    ledger: Callable[[Store], Ledger] = Ledger
    sync: Callable[..., Sync] = Sync
    sweeps: bool = True


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How a world differs from the plain one. `card` is what the engine believes."""

    card: Card = CARD
    settle: timedelta = CARD.settle
    """What is true of the provider."""
    list_lag: timedelta = timedelta(0)
    refuses_repeats: bool = False
    """Whether the provider itself refuses a second document with one reference. The proof does without."""
    strict_buyers: bool = False
    workers: int = 1
    hands: int = 1
    """How many orders a worker has in hand at a time."""
    loses_bells: bool = False
    recovers: bool = True
    """Whether a process knows at its start that all others are dead, as the embedded one does."""
    timezone: str = "UTC"
    opens_at: datetime = NOON
    parts: Parts = field(default_factory=Parts)
