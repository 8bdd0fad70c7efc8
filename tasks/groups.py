"""Groups: orders that wait together are made by one call, where the provider takes several and their shop allows it.

::

    orders claimed and planned, filled up with those behind them ──one transaction: every intent is written──┐
    one call for all that may share it <─────────────────────────────────────────────────────────────────────┘
      └─> every outcome in one transaction, and each order is given back: it goes on by itself

Exactly once holds for each of them: each has an operation of its own, and what an answer does not tell of one is
unknown of that one, until it is looked up by itself. Nothing waits for a group to grow, and only what was in no hand
before goes in one: whatever went wrong once goes alone. So one call is as often in doubt as before, only its doubt is
larger, and a group that kills its worker does so once.
"""

from collections.abc import Sequence

from providers.domain.steps import Create, Step
from tasks.ledger.tables import Lane
from tasks.ledger.turn import More, Turn
from tasks.ports import Book, ShopFronts

_FIRST_HAND = 1
"""The fencing token of an order that was in no hand before."""

Begun = tuple[Turn, Step]


class Groups:
    """Says which orders of a book may share a call."""

    def __init__(self, book: Book, fronts: ShopFronts) -> None:
        self._shops = {name for name, front in fronts.items() if front.policy.bulk} if book.bulk else set()
        self._size = book.card.bulk

    def missing(self, begun: Sequence[Begun]) -> list[More]:
        """What may be claimed behind these so that each of their calls is full."""
        return [
            More(lane, shop, self._size - len(last))
            for (lane, shop), sharing in self._sharing(begun).items()
            if len(last := sharing[-1]) < self._size
        ]

    def calls(self, begun: Sequence[Begun]) -> list[list[Begun]]:
        """The orders by calls: several where they share one, each of the others by itself."""
        shared = [some for sharing in self._sharing(begun).values() for some in sharing]
        alone = [[each] for each in begun if not self._may_share(*each)]
        return [*alone, *shared]

    def _sharing(self, begun: Sequence[Begun]) -> dict[tuple[Lane, str], list[list[Begun]]]:
        found: dict[tuple[Lane, str], list[list[Begun]]] = {}
        for turn, step in begun:
            if self._may_share(turn, step):
                sharing = found.setdefault((turn.lane, turn.shop), [[]])
                if len(sharing[-1]) == self._size:
                    sharing.append([])
                sharing[-1].append((turn, step))
        return found

    def _may_share(self, turn: Turn, step: Step) -> bool:
        return isinstance(step, Create) and turn.fence == _FIRST_HAND and turn.shop in self._shops
