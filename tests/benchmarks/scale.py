"""How far it goes: `python -m tests.benchmarks.scale`, the sizing tables of docs/scale.md.

Measures what an order costs and what the ledger keeps of it, on PostgreSQL and Redis with the real processes, and then
plays days of several sizes with these figures (`days.py`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median

from sqlalchemy import text

from tasks.ledger.store import Store
from tests.benchmarks.contestant import Contestant
from tests.benchmarks.days import Costs, Crew, Day, Load, a_second, day, peak
from tests.benchmarks.fake import Fake
from tests.benchmarks.ground import Ground
from tests.benchmarks.orders import batch
from tests.benchmarks.playing import play
from tests.benchmarks.report import machine
from tests.benchmarks.shapes import Counterfoil

_MONTHS = (100_000, 1_000_000, 10_000_000)
_SALE = 10.0
_OUTAGE = (20 * 3600, 20 * 3600 + 1800)
_CREWS = (1, 2, 4, 8)
_WARM = 100
_TABLES = ("orders", "events", "documents", "payments", "operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Bytes that the ledger keeps of one order, indices included: table -> bytes."""

    of: dict[str, float]

    @property
    def whole(self) -> float:
        return sum(self.of.values())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000, help="how many are measured")
    parser.add_argument("--rounds", type=int, default=3, help="how often; medians are shown")
    parser.add_argument("--latency", type=float, default=300.0, help="milliseconds of a provider's answer, assumed")
    told = parser.parse_args(arguments)
    with Ground() as ground:
        measured = [_measured(ground, told.orders) for _ in range(told.rounds)]
    costs = Costs(
        cpu_ms=median(each.cpu_ms for each, _ in measured),
        servers_cpu_ms=median(each.servers_cpu_ms for each, _ in measured),
        calls=median(each.calls for each, _ in measured),
        latency_ms=told.latency,
    )
    sys.stdout.write("\n".join(tables(costs, measured[-1][1])) + "\n")


def tables(costs: Costs, kept: Kept) -> Iterator[str]:
    """Markdown."""
    parts = ", ".join(f"{table} {size / 1024:.1f}" for table, size in kept.of.items())
    yield (
        f"Measured on {machine()}: an order takes {costs.cpu_ms:.1f} ms of CPU of our own processes and "
        f"{costs.servers_cpu_ms:.1f} ms of PostgreSQL and Redis, in {costs.calls:.2f} provider calls. The ledger keeps "
        f"{kept.whole / 1024:.1f} KiB of it, indices included ({parts})."
    )
    yield from ("", "| orders a month | busiest hour | our cores then | the servers' | ledger a month | a year |")
    yield "|--:|--:|--:|--:|--:|--:|"
    for month in _MONTHS:
        rate = peak(Load(orders_a_month=month))
        cores, servers = rate * costs.cpu_ms / 1000, rate * costs.servers_cpu_ms / 1000
        size = kept.whole * month / 2**30
        gib = f"{size:,.1f} GiB | {size * 12:,.0f} GiB"
        yield f"| {month:,} | {rate:.1f} a second | {cores:.3f} | {servers:.3f} | {gib} |"
    yield from ("", "| ten million a month | workers | can make | p99 wait | most waiting | after the outage |")
    yield "|---|--:|--:|--:|--:|--:|"
    ordinary = Load(orders_a_month=_MONTHS[-1])
    for name, load in {
        "an ordinary day": ordinary,
        "half an hour's outage at the peak": replace(ordinary, outage=_OUTAGE),
        f"a sale, {_SALE:.0f} times as busy": replace(ordinary, factor=_SALE),
        "the sale, with the outage": replace(ordinary, factor=_SALE, outage=_OUTAGE),
    }.items():
        for workers in _CREWS:
            crew = Crew(workers=workers)
            yield _row(name, crew, costs, load, day(crew, costs, load))


def _row(name: str, crew: Crew, costs: Costs, load: Load, told: Day) -> str:
    after = "" if not load.outage[1] else "not that day" if told.recovered_after < 0 else _span(told.recovered_after)
    return (
        f"| {name} | {crew.workers} | {a_second(crew, costs, load):.0f} a second | {_span(told.p99_wait)} | "
        f"{told.most_waiting:,} | {after} |"
    )


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _measured(ground: Ground, orders: int) -> tuple[Costs, Kept]:
    """One run on PostgreSQL and Redis, with one worker."""
    kept: list[Kept] = []

    @contextmanager
    def watch(contestant: Contestant) -> Iterator[None]:
        yield
        assert isinstance(contestant, Counterfoil)
        kept.append(_kept(contestant.ledger, _WARM + orders))

    warm, rest = batch(_WARM + orders).split(_WARM)
    with Fake() as provider:
        played = play(ground, Counterfoil(ground, replicas=1), rest, provider, warm=warm, watch=watch)
    told = played.figures()
    return Costs(cpu_ms=told["cpu_ms"], servers_cpu_ms=told["servers_cpu_ms"], calls=told["calls"]), kept[0]


def _kept(url: str, orders: int) -> Kept:
    store = Store(url)
    try:
        with store.read() as connection:
            sizes = {
                table: connection.execute(text(f"SELECT pg_total_relation_size('{table}')")).scalar_one() / orders
                for table in _TABLES
            }
    finally:
        store.close()
    return Kept(of=sizes)


if __name__ == "__main__":
    main()
