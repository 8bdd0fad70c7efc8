"""Limits that hold over all processes: through Redis where the broker is one, else in this process."""

from collections.abc import Mapping

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, RedisBucket
from redis import Redis

from config.sections import BrokerSettings
from providers.domain.card import Card
from tasks.budget import RateGate

_SLOTS_OF_A_RATED_BOOK = 4
"""A book with a rate and no limit of its own on requests in flight: more threads would only wait."""

_CHORES = 4


def slots_of(card: Card) -> int | None:
    """How many orders of a book are driven at the same time; None means any number."""
    if card.in_flight is not None:
        return card.in_flight
    return _SLOTS_OF_A_RATED_BOOK if card.rate is not None else None


def calls_of(cards: Mapping[str, Card], *, threads: int) -> dict[str, int]:
    """How many calls of a book a process makes at the same time."""
    return {book: min(slots_of(card) or threads, threads) for book, card in cards.items()}


def answers_of(books: int, *, comparisons: int) -> int:
    """How many messages a worker answers at the same time: for each book the one that drives its orders, and one that
    finds it at work; so many comparisons; and what the schedule sends. None waits for another one."""
    return 2 * books + comparisons + _CHORES


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
