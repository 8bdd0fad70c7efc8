"""What the use cases ask of the world around them, besides providers and the ledger."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from providers.domain.card import Card, Finding
from providers.domain.policy import Policy
from providers.ports import BulkWriter, InvoicingProvider, Shop

Clock: TypeAlias = Callable[[], datetime]
"""The time now, aware. Tests hand in one that they move."""


class Bell(Protocol):
    """Tells a worker to look at an order. A lost ring costs time, never work: the sweeper rings again."""

    def ring(self, shop: str, order_id: str) -> None:
        """Ring; never raises, never blocks for long."""
        ...


class Slots(Protocol):
    """The requests that a book's provider takes at the same time, counted over all workers."""

    def take(self, book: str) -> AbstractContextManager[bool]:
        """A slot for the length of the block; False when none is free, at once and without waiting."""
        ...

    def bounded(self, book: str) -> bool:
        """Whether the book's provider limits them at all."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One account at an invoicing provider, ready to be asked."""

    name: str
    provider: InvoicingProvider
    look_first: bool = False
    """Whether the ledger may have forgotten what it made, so that everything is looked for before it is made."""

    @property
    def card(self) -> Card:
        return self.provider.card

    @property
    def bulk(self) -> BulkWriter | None:
        """What makes several documents with one call; None where the provider takes them one by one.

        None as well where one lost answer would leave a person with all of them, for nobody else could tell what became
        of them; and where each is looked for before it is made.
        """
        if self.look_first or self.card.bulk < 2 or self.card.finding is Finding.NOT_AT_ALL:
            return None
        return self.provider if isinstance(self.provider, BulkWriter) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFront:
    """One configured shop: how to read it, where its documents go, and by which policy."""

    name: str
    shop: Shop
    book: str
    policy: Policy


Books: TypeAlias = Mapping[str, Book]
ShopFronts: TypeAlias = Mapping[str, ShopFront]
