"""Groups: orders that wait together are made by one call, where the provider takes several and their shop allows it.

::

    first order: claimed, planned ──its intent is written──┐
    those behind it, likewise, in one transaction ─────────┴─> one call ─> every outcome in one transaction

Exactly once holds for each of them: each has an operation of its own, and what an answer does not tell of one is
unknown of that one, until it is looked up by itself. Nothing waits for a group to grow, and only what was in no hand
before goes in one: whatever went wrong once goes alone. So one call is as often in doubt as before, only its doubt is
larger, and a group that kills its worker does so once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import structlog

from providers.domain.reasons import Reason
from providers.domain.results import Issued, Lost, Result, Unsent
from providers.domain.steps import Create, Step, Wait
from providers.ports import BulkWriter
from tasks.aftermath import commanded
from tasks.backoff import effort_after
from tasks.calls import perform_together
from tasks.heed import Heed
from tasks.ledger.turn import Turn
from tasks.ledger.turns import Claim, Decide, Ending
from tasks.ports import Book
from tasks.world import World

log = structlog.get_logger()

_FIRST_HAND = 1
"""The fencing token of an order that was in no hand before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Orders in hand whose documents are made together; every intent is written."""

    book: Book
    bulk: BulkWriter
    claim: Claim
    members: tuple[tuple[Turn, Create], ...]


class Groups:
    """Gathers groups and makes them. Both methods raise `LedgerUnavailable`."""

    def __init__(self, world: World, *, decide: Decide) -> None:
        self._world = world
        self._decide = decide
        self._heed = Heed(world)

    def gather(self, turn: Turn, step: Step, claim: Claim) -> Group | None:
        """The order in hand with those that wait behind it; None where it goes alone."""
        book, front = self._world.books.get(turn.book), self._world.fronts.get(turn.shop)
        if not isinstance(step, Create) or turn.fence != _FIRST_HAND or claim.careful or book is None or front is None:
            return None
        bulk = book.bulk if front.policy.bulk else None
        if bulk is None:
            return None
        more = self._world.ledger.turns.begin_more(turn, most=book.card.bulk - 1, claim=claim, decide=self._decide)
        return Group(book=book, bulk=bulk, claim=claim, members=((turn, step), *more)) if more else None

    def make(self, group: Group) -> None:
        """Make one call for all of them, write what became of each, and give them back: each goes on by itself."""
        started, book = monotonic(), group.book
        steps = [step for _, step in group.members]
        results, said = perform_together(group.bulk, steps, self._world.clock)
        shut = self._heed.denied(book, said) if said else self._heed.after(book, _telling(results))
        claim = Claim(owner=group.claim.owner, now=self._world.clock(), lease=group.claim.lease)
        endings = [
            self._ending(turn, result, claim, shut) for (turn, _), result in zip(group.members, results, strict=True)
        ]
        left = self._world.ledger.turns.settle_all(endings, claim=claim)
        log.info(
            "group.made",
            book=book.name,
            shop=group.members[0][0].shop,
            orders=len(steps),
            issued=sum(isinstance(result, Issued) for result in results),
            unknown=sum(isinstance(result, Lost) for result in results),
            lease_lost=left,
            ms=round((monotonic() - started) * 1000, 1),
        )

    def _ending(self, turn: Turn, result: Result, claim: Claim, shut: Reason | None) -> Ending:
        def decide(changed: Turn) -> Step:
            if shut is not None:
                return Wait(until=claim.now, reason=shut)
            return commanded(changed, result, self._world.backoff, now=claim.now) or self._decide(changed)

        return Ending(turn, result, decide, effort_after(turn, result, claim.now) if shut is None else None)


def _telling(results: Sequence[Result]) -> Result:
    """What the call as a whole says of the provider: an answer about one of them is an answer."""
    return next((result for result in results if not isinstance(result, Unsent | Lost)), results[0])
