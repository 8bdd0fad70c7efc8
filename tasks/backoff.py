"""How long to wait before the next try, and when to stop trying."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from providers.domain.policy import Retries
from providers.domain.results import Lost, Result, Unseen, Unsent
from tasks.ledger.turn import Effort, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential back-off with full jitter above half, bounded by attempts and by time.

    Jitter keeps a thousand orders that failed together from coming back together. `chance` yields numbers
    from 0 to 1; tests hand in a seeded one.
    """

    retries: Retries = field(default_factory=Retries)
    chance: random.Random = field(default_factory=random.SystemRandom)

    def wait(self, attempt: int) -> timedelta:
        """The wait after the given attempt, counted from 1: between half of the exponential time and all of it."""
        doubled = self.retries.first_wait * float(2 ** min(attempt - 1, 30))
        return min(doubled, self.retries.longest_wait) * (0.5 + self.chance.random() / 2)

    def exhausted(self, attempts: int, first_tried_at: datetime, now: datetime) -> bool:
        """Whether enough was tried: attempts used up, or tried for too long."""
        return attempts >= self.retries.max_attempts or now - first_tried_at >= self.retries.max_age


def effort_after(turn: Turn, result: Result, now: datetime) -> Effort:
    """What a result leaves of the retry budget: a failure that counts takes an attempt, progress gives all back."""
    if isinstance(result, Unsent) and result.counts:
        return Effort(attempts=turn.attempts + 1, first_tried_at=turn.first_tried_at or now)
    if isinstance(result, Unsent | Lost | Unseen):
        return Effort(attempts=turn.attempts, first_tried_at=turn.first_tried_at)
    return Effort()
