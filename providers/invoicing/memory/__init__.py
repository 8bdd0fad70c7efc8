"""A provider within this process, for tests and for trying things. It can do whatever a good provider can, or only
what a card says that is given to it, and it forgets everything when the process ends.

It is no kind of a book: there is no address to configure, and nothing outside this process can look at what it made.
So `providers.registry` does not name it. What goes wrong with it is told as with every sandbox, by `providers.sandbox`:

    script = Script()
    provider = memory.build(faults=script)
    script.after_acting(faults.dropped(), method="POST", path="/documents")
"""

import time
from collections.abc import Callable

from providers.domain.card import Card
from providers.invoicing.memory.card import CARD
from providers.invoicing.memory.provider import Memory
from providers.invoicing.memory.service import MemoryService
from providers.invoicing.memory.wire import Wire
from providers.sandbox import Faults, Sandbox
from providers.sandbox.core import Clock, utc_now

__all__ = ["CARD", "Memory", "MemoryService", "build", "sandbox"]

_TOKEN = "known"  # noqa: S105 - who is in this process is let in


def sandbox(
    *,
    token: str = _TOKEN,
    card: Card = CARD,
    faults: Faults | None = None,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Sandbox:
    """What the documents stand in: an empty account that does what `card` says."""
    return Sandbox(MemoryService(token=token, card=card, clock=clock), faults=faults, clock=clock, sleep=sleep)


def build(
    *,
    token: str = _TOKEN,
    card: Card = CARD,
    within: Sandbox | None = None,
    faults: Faults | None = None,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Memory:
    """One account, ready for use. `within` is the account where several look at one; else it is an empty one, with
    these faults, clock and sleep. `card` is `CARD`, or one that can do less."""
    account = within or sandbox(token=token, card=card, faults=faults, clock=clock, sleep=sleep)
    return Memory(Wire(account, token=token, patience=card.call_timeout), card=card)
