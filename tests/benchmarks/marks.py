"""The marks that Counterfoil sets itself: figure, target and verdict, from the figures of one run."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from tests.benchmarks.bench import Figures
from tests.benchmarks.measures.backlog import BACKLOG, FEW
from tests.benchmarks.measures.faults import FAULTY, KILLED, ONE_KILLED
from tests.benchmarks.measures.idle import IDLE
from tests.benchmarks.measures.intake import PACED, STORM
from tests.benchmarks.measures.limits import ALLOWED, IN_FLIGHT, JITTER, MINUTE, RATE, SCALING, TWO_BOOKS, WORKERS
from tests.benchmarks.measures.throughput import AT_ONCE, SLOW

EMBEDDED = "embedded"
SPREAD = "PostgreSQL + Redis, 1 worker"
SPREAD_WIDE = "PostgreSQL + Redis, 3 workers"
PREFORK = "plain Celery, prefork 8"
THREADS = "plain Celery, threads 20"
LOOKS = "plain Celery, threads 20, looks first"
_FLAT = 2.0
"""Times the cost with few orders that still counts as flat: the index is a level deeper, the cache is colder."""
_QUICKEST_PEER = 844.0
"""Orders a second at 50 ms, of the quickest of others without a ledger; measured elsewhere, on two cores."""

_QUICKEST_WITH_LOOKS = 69.0
"""Orders a second under the same faults, of the quickest of others that look before they create; likewise."""


class Verdict(StrEnum):
    REACHED = "reached"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    name: str
    measured: str
    target: str
    verdict: Verdict

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def marks(figures: Figures) -> list[Mark]:
    """Every mark whose measurements were taken."""
    found: list[Mark] = []
    for rule in _RULES:
        try:
            found += list(rule(figures))
        except KeyError:
            continue  # not measured in this run
    return found


def _mark(name: str, measured: str, target: str, reached: bool) -> Mark:
    return Mark(name=name, measured=measured, target=target, verdict=Verdict.REACHED if reached else Verdict.MISSED)


def _cpu(figures: Figures) -> Iterator[Mark]:
    ours, theirs = (figures[f"{AT_ONCE}/{who}"]["cpu_ms"] for who in (SPREAD, PREFORK))
    yield _mark(
        "CPU per order, PostgreSQL + Redis",
        f"{ours:.1f} ms, {ours / theirs:.2f} of plain Celery prefork ({theirs:.1f} ms)",
        "at most 0.50",
        ours <= theirs / 2,
    )


def _cpu_embedded(figures: Figures) -> Iterator[Mark]:
    ours, spread = (figures[f"{AT_ONCE}/{who}"]["cpu_ms"] for who in (EMBEDDED, SPREAD))
    yield _mark(
        "CPU per order, embedded",
        f"{ours:.1f} ms",
        f"less than with PostgreSQL + Redis ({spread:.1f} ms); aim 3 ms",
        ours < spread,
    )


def _slow_provider(figures: Figures) -> Iterator[Mark]:
    ours = {who: figures[f"{SLOW}/{who}"]["orders_per_second"] for who in (EMBEDDED, SPREAD, SPREAD_WIDE)}
    theirs = max(figures[f"{SLOW}/{who}"]["orders_per_second"] for who in (PREFORK, THREADS))
    best = max(ours, key=lambda who: ours[who])
    bare = next((told for who, told in figures.items() if who.startswith(f"{SLOW}/bare loop")), None)
    limit = f"; a bare loop of requests: {bare['orders_per_second']:.0f}" if bare else ""
    told = f"{ours[best]:.0f} ({best}{limit})"
    name = "orders a second, provider at 50 ms, no limit in flight"
    yield _mark(name, told, f"ahead of plain Celery in this run ({theirs:.0f})", ours[best] > theirs)
    yield _mark(name, told, f"ahead of every peer elsewhere ({_QUICKEST_PEER:.0f})", ours[best] > _QUICKEST_PEER)


def _heavy_faults(figures: Figures) -> Iterator[Mark]:
    here = figures[f"{FAULTY}/{LOOKS}"]["seconds"]
    for who in (EMBEDDED, SPREAD):
        ours = figures[f"{FAULTY}/{who}"]
        elsewhere = ours["orders"] / _QUICKEST_WITH_LOOKS
        yield _mark(
            f"heavy faults, {who}",
            f"{_counts(ours)}, {ours['seconds']:.1f} s",
            f"all exact; sooner than plain Celery with look-ups ({here:.1f} s), than any elsewhere ({elsewhere:.1f} s)",
            _is_exact(ours) and ours["seconds"] < min(here, elsewhere),
        )


def _kills(figures: Figures) -> Iterator[Mark]:
    for who in (EMBEDDED, SPREAD):
        ours = figures[f"{KILLED}/{who}"]
        yield _mark(
            f"two kill -9 of all workers, {who}",
            f"{_counts(ours)}, going on after {ours['back_seconds']:.1f} s, all done after {ours['seconds']:.0f} s",
            "all exact, within 5 s of the restart; aim 1 s",
            _is_exact(ours) and ours["back_seconds"] <= 5,
        )


def _one_kill(figures: Figures) -> Iterator[Mark]:
    ours = figures[f"{ONE_KILLED}/{SPREAD_WIDE}"]
    yield _mark(
        "one of three workers killed for good",
        f"{_counts(ours)}, all done after {ours['seconds']:.0f} s",
        "all exact",
        _is_exact(ours),
    )


def _webhooks(figures: Figures) -> Iterator[Mark]:
    for who in (EMBEDDED, SPREAD):
        ours = figures[f"{PACED}/{who}"]
        yield _mark(
            f"webhook acknowledged at 200 a second, {who}",
            f"p50 {ours['ack_p50_ms']:.1f} ms, p99 {ours['ack_p99_ms']:.1f} ms, {ours['refused']:.0f} refused",
            "p99 under 50 ms",
            ours["ack_p99_ms"] < 50 and not ours["refused"],
        )


def _storms(figures: Figures) -> Iterator[Mark]:
    for who in (EMBEDDED, SPREAD):
        ours = figures[f"{STORM}/{who}"]
        yield _mark(
            f"storm, {who}",
            f"{ours['deliveries']:.0f} webhooks at {ours['rate']:.0f} a second: {ours['refused']:.0f} refused, slowest "
            f"acknowledged after {ours['ack_longest_ms'] / 1000:.1f} s, {_counts(ours)}",
            "none refused, all within 5 s, all exact",
            not ours["refused"] and not ours["resent"] and ours["ack_longest_ms"] < 5000 and _is_exact(ours),
        )


def _calls(figures: Figures) -> Iterator[Mark]:
    most = max(figures[f"{AT_ONCE}/{who}"]["calls"] for who in (EMBEDDED, SPREAD, SPREAD_WIDE))
    yield _mark("provider calls per order", f"{most:.2f}", "2.00", most == 2)


def _in_flight(figures: Figures) -> Iterator[Mark]:
    ours = figures[IN_FLIGHT]
    yield _mark(
        f"{ALLOWED} requests in flight allowed, {WORKERS} workers",
        f"{ours['used']:.1%} used, at most {ours['most']:.0f} at once",
        "95 % used, never crossed",
        ours["used"] >= 0.95 and not ours["crossed"],
    )


def _rate(figures: Figures) -> Iterator[Mark]:
    ours = figures[RATE]
    yield _mark(
        f"{ours['allowed']:.0f} requests a minute allowed, {WORKERS} workers",
        f"{ours['used']:.1%} used, at most {ours['most']:.0f} within {MINUTE - JITTER:.1f} s",
        "95 % used, never crossed",
        ours["used"] >= 0.95 and not ours["crossed"],
    )


def _books(figures: Figures) -> Iterator[Mark]:
    alone, beside = (figures[f"{TWO_BOOKS}/{how}"]["orders_per_second"] for how in ("alone", "beside a throttled one"))
    yield _mark(
        "a book beside one throttled to 1 request a second",
        f"{beside:.1f} orders a second, alone {alone:.1f}: {1 - beside / alone:.1%} lost",
        "less than 5 % lost",
        beside > 0.95 * alone,
    )


def _idle(figures: Figures) -> Iterator[Mark]:
    ours = figures[f"{IDLE}/{EMBEDDED}"]
    yield _mark(
        "idle, embedded",
        f"{ours['cpu_percent']:.2f} % CPU, {ours['memory_mb']:.0f} MB",
        "under 1 % CPU and 200 MB; aim 120 MB",
        ours["cpu_percent"] < 1 and ours["memory_mb"] < 200,
    )


def _scaling(figures: Figures) -> Iterator[Mark]:
    one, three = (figures[f"{SCALING}/{workers}"]["orders_per_second"] for workers in (1, WORKERS))
    yield _mark(
        f"1 to {WORKERS} worker processes, a provider that takes its time",
        f"{one:.1f} to {three:.1f} orders a second, {three / one:.2f} times",
        "at least 2.7 times",
        three >= 2.7 * one,
    )


def _backlog(figures: Figures) -> Iterator[Mark]:
    for database in ("SQLite", "PostgreSQL"):
        found = {
            int(key.rpartition(", ")[2]): told
            for key, told in figures.items()
            if key.startswith(f"{BACKLOG}/{database}, ")
        }
        if FEW not in found or len(found) < 2:
            continue
        few, many = found[FEW], found[max(found)]
        yield _mark(
            f"{max(found):,} orders due, {database}",
            ", ".join(
                f"{what} {few[key]:.2f} to {many[key]:.2f} ms"
                for what, key in (
                    ("claim", "claim_ms"),
                    ("next", "next_ms"),
                    ("sweep", "sweep_ms"),
                    ("sweep with all rung", "heard_sweep_ms"),
                )
            ),
            f"at most {_FLAT:.0f} times the cost with {FEW:,}",
            all(many[key] <= _FLAT * few[key] for key in few),
        )


def _is_exact(told: dict[str, float]) -> bool:
    return told["exact"] == told["orders"] and not (told["extra"] or told["double"] or told["missing"])


def _counts(told: dict[str, float]) -> str:
    return (
        f"{told['exact']:.0f} of {told['orders']:.0f} exact, {told['extra']:.0f} extra invoices, "
        f"{told['double']:.0f} double payments"
    )


_RULES: tuple[Callable[[Figures], Iterator[Mark]], ...] = (
    _cpu,
    _cpu_embedded,
    _slow_provider,
    _heavy_faults,
    _kills,
    _one_kill,
    _webhooks,
    _storms,
    _calls,
    _in_flight,
    _rate,
    _books,
    _idle,
    _scaling,
    _backlog,
)
