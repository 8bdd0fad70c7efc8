"""Days of a shop system, second by second: how long orders wait for their invoice, and how many workers that takes.

A model, no measurement: what it knows of us are measured figures (`Costs`), what it knows of the world are assumptions
(`Load`). Orders come by chance at the rate of their hour, wait in one queue, and are taken out as quickly as the
scarcest thing allows: threads that wait for the provider, processor time, or what the provider takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

HOURS = (3, 2, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 5, 5, 5, 5, 6, 7, 8, 8, 6, 4)
"""How orders spread over a day, as weights of its hours. Assumed: a quiet night, a peak after nine in the evening."""
_DAYS = 30
_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one order takes, as measured."""

    cpu_ms: float
    """Of web, worker and beat together."""
    servers_cpu_ms: float
    """Of PostgreSQL and Redis."""
    calls: float = 2.0
    """Provider calls."""
    latency_ms: float = 300.0
    """Of one of them. Assumed: what a service on the internet takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What comes in."""

    orders_a_month: int
    factor: float = 1.0
    """By how much the day is busier than an ordinary one."""
    outage: tuple[int, int] = (0, 0)
    """From and until which second of the day the providers are down."""
    calls_a_minute: float | None = None
    """What all books' providers together take; None: no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Worker processes. Each has a core to itself at most."""

    workers: int
    threads: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How it went."""

    orders: int
    busiest_second: int
    median_wait: float
    p99_wait: float
    longest_wait: float
    """Seconds from the delivery to the payment's record, without the calls themselves."""
    most_waiting: int
    left: int
    """Orders still waiting at midnight."""
    recovered_after: int
    """Seconds from the end of the outage until nobody waited any more; -1: not on that day."""


def a_second(crew: Crew, costs: Costs, load: Load) -> float:
    """Orders a second that can be made at most."""
    waiting = costs.calls * costs.latency_ms / 1000
    by_threads = crew.workers * crew.threads / (waiting + costs.cpu_ms / 1000)
    by_cores = crew.workers * 1000 / costs.cpu_ms
    by_provider = load.calls_a_minute / 60 / costs.calls if load.calls_a_minute else float("inf")
    return min(by_threads, by_cores, by_provider)


def day(crew: Crew, costs: Costs, load: Load, *, seed: int = 7) -> Day:
    """One day, beginning with nobody waiting."""
    chance, limit = Random(seed), a_second(crew, costs, load)
    begin, end = load.outage
    came, waits, waiting, allowed = list[tuple[int, int]](), list[tuple[float, int]](), 0, 0.0
    orders = busiest = most = head = 0
    recovered = -1 if end else 0
    for second in range(_SECONDS):
        arrived = _by_chance(chance, _rate(load, second))
        if arrived:
            came.append((second, arrived))
        orders, busiest, waiting = orders + arrived, max(busiest, arrived), waiting + arrived
        allowed = 0.0 if begin <= second < end else min(allowed, 1.0) + limit
        while waiting and allowed >= 1:
            since, count = came[head]
            taken = min(count, int(allowed))
            waits.append((float(second - since), taken))
            allowed, waiting = allowed - taken, waiting - taken
            came[head] = (since, count - taken)
            head += taken == count
        most = max(most, waiting)
        if recovered < 0 and second >= end and not waiting:
            recovered = second - end
    return Day(
        orders=orders,
        busiest_second=busiest,
        median_wait=_quantile(waits, 0.5),
        p99_wait=_quantile(waits, 0.99),
        longest_wait=max((wait for wait, _ in waits), default=0.0),
        most_waiting=most,
        left=waiting,
        recovered_after=recovered,
    )


def peak(load: Load) -> float:
    """Orders a second in the busiest hour."""
    return max(_rate(load, hour * 3600) for hour in range(24))


def _rate(load: Load, second: int) -> float:
    """Orders a second in this second of the day."""
    share = HOURS[second // 3600] / sum(HOURS) / 3600
    return load.orders_a_month / _DAYS * load.factor * share


def _by_chance(chance: Random, rate: float) -> int:
    """How many come in a second, when so many come on average: Poisson's distribution."""
    if rate > 30:
        return max(0, round(chance.gauss(rate, rate**0.5)))
    count, left = 0, chance.expovariate(rate) if rate else 2.0
    while left < 1:
        count += 1
        left += chance.expovariate(rate)
    return count


def _quantile(waits: Sequence[tuple[float, int]], share: float) -> float:
    total, seen = sum(count for _, count in waits), 0
    for wait, count in sorted(waits):
        seen += count
        if seen >= total * share:
            return wait
    return 0.0
