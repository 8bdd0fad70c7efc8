"""The shops of each book, taking turns: none waits for another one's rush."""

from itertools import count

from tasks.ports import ShopFronts

_MOST = 30
"""Shops that one look for the next order names; with more, each is named in its turn."""


class Shops:
    """Says in which order the shops of a book are looked at; another one is first each time."""

    def __init__(self, fronts: ShopFronts) -> None:
        self._of: dict[str, tuple[str, ...]] = {}
        for front in fronts.values():
            self._of[front.book] = (*self._of.get(front.book, ()), front.name)
        self._turns = count()

    def of(self, book: str) -> tuple[str, ...]:
        """The book's shops, beginning with the one whose turn it is."""
        shops = self._of.get(book, ())
        if len(shops) < 2:
            return shops
        first = next(self._turns) % len(shops)
        return (*shops[first:], *shops[:first])[:_MOST]
