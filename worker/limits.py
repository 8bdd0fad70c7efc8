"""Limits that hold over all processes: through Redis where the broker is one, else in this process."""

from collections.abc import Mapping

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, RedisBucket
from redis import Redis

from config.sections import BrokerSettings
from providers.domain.card import Card
from tasks.budget import RateGate

_SLOTS_OF_A_RATED_BOOK = 4
"""A book with a rate and no limit of its own on requests in flight: more threads would only wait."""


def slots_of(card: Card) -> int | None:
    """How many orders of a book are driven at the same time; None means any number."""
    if card.in_flight is not None:
        return card.in_flight
    return _SLOTS_OF_A_RATED_BOOK if card.rate is not None else None


def drains_of(cards: Mapping[str, Card], *, threads: int) -> dict[str, int]:
    """How many of a process's threads may drive orders of a book at the same time.

    One is left for every other book, and one for the chores: a book in a rush has all the rest.
    """
    free = max(1, threads - len(cards))
    return {book: min(slots_of(card) or free, free) for book, card in cards.items()}


def gate_of(book: str, rate: int | None, broker: BrokerSettings) -> RateGate | None:
    """The gate before a book's requests; `rate` is requests a minute, None for no limit.

    The window slides and is exact: in no minute are there more requests than the rate.
    """
    if rate is None:
        return None
    rates = [Rate(rate, Duration.MINUTE)]
    if broker.url.scheme in {"redis", "rediss"}:
        client = Redis.from_url(broker.url.get_secret_value())
        return RateGate(book, Limiter(RedisBucket.init(rates, client, f"counterfoil:budget:{book}")))
    return RateGate(book, Limiter(InMemoryBucket(rates)))
