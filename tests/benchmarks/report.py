"""The outcome of a run: medians, the table, JSON, and docs/performance.md."""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.benchmarks.bench import Figures
from tests.benchmarks.marks import PREFORK, Mark, Verdict, marks
from tests.benchmarks.measures.faults import FAULTY, KILLED, ONE_KILLED
from tests.benchmarks.measures.reconciliation import LISTING
from tests.benchmarks.measures.throughput import AT_ONCE, SLOW

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
FIGURES = PAGE.with_suffix(".json")
"""All figures of the same run, those of each round too."""
_LEAST = {"exact"}
_MOST = {"extra", "double", "missing", "odd", "refused", "resent", "most", "crossed", "ack_longest_ms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A whole run."""

    command: str
    rounds: Sequence[Figures]
    seconds: float
    thrown_away: Sequence[str] = ()
    doubtful: Sequence[str] = ()
    broken: Sequence[str] = ()
    """Measures that ended with an error."""

    @property
    def figures(self) -> Figures:
        return together(self.rounds)

    @property
    def marks(self) -> list[Mark]:
        return marks(self.figures)

    @property
    def reached(self) -> bool:
        return not self.broken and all(mark.verdict is Verdict.REACHED for mark in self.marks)


def together(rounds: Sequence[Figures]) -> Figures:
    """Medians; of counts of what went wrong the worst, for one round in which it does is one too many."""
    found: Figures = {}
    for key in dict.fromkeys(key for each in rounds for key in each):
        told = [each[key] for each in rounds if key in each]
        found[key] = {name: _one(name, [each[name] for each in told]) for name in told[0]}
        if {"orders", "exact"} <= told[0].keys():  # how many a storm has depends on how quick the round was
            found[key]["exact"] = found[key]["orders"] - max(each["orders"] - each["exact"] for each in told)
    return found


def _one(name: str, values: Sequence[float]) -> float:
    if name in _LEAST:
        return min(values)
    return max(values) if name in _MOST else median(values)


def as_json(outcome: Outcome) -> str:
    told = {
        "machine": machine(),
        "command": outcome.command,
        "rounds": len(outcome.rounds),
        "seconds": round(outcome.seconds),
        "marks": [mark.as_json() for mark in outcome.marks],
        "figures": outcome.figures,
        "each_round": list(outcome.rounds),
        "thrown_away": list(outcome.thrown_away),
        "doubtful": list(outcome.doubtful),
        "broken": list(outcome.broken),
    }
    return json.dumps(told, indent=2, allow_nan=False, default=str) + "\n"


def page(outcome: Outcome) -> str:
    """Markdown, for a screen as well as for the documentation."""
    return "\n".join((*_head(outcome), *_marks(outcome.marks), *_tables(outcome.figures), *_doubts(outcome)))


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {_processor()}, Python {platform.python_version()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _head(outcome: Outcome) -> Iterator[str]:
    count = len(outcome.rounds)
    turns = "one round" if count == 1 else f"medians of {count} rounds"
    yield from ("# Performance", "")
    yield (
        f"Written by `{outcome.command}` on {datetime.now(UTC):%Y-%m-%d} on a machine with {machine()}: {turns}, "
        f"{outcome.seconds / 60:.0f} minutes."
    )
    yield from ("", *_CAVEAT, "")


def _marks(found: Sequence[Mark]) -> Iterator[str]:
    if not found:
        return
    yield from ("## Marks", "", "| mark | measured | to reach | |", "|---|---|---|---|")
    for mark in found:
        yield f"| {mark.name} | {mark.measured} | {mark.target} | {_emphasis(mark.verdict)} |"
    yield ""


def _emphasis(verdict: Verdict) -> str:
    return verdict.value if verdict is Verdict.REACHED else f"**{verdict.value}**"


def _tables(figures: Figures) -> Iterator[str]:
    for which, told in ((AT_ONCE, "answers at once"), (SLOW, "takes 50 ms for each answer")):
        yield from _speeds(figures, which, f"A provider that {told}")
    yield from _ends(figures, FAULTY, "Heavy faults: 5 % committed and dropped, 5 % 500 after, 5 % 500 before, 2 % 429")
    yield from _ends(figures, KILLED, "All workers killed twice (kill -9), started again at once")
    yield from _ends(figures, ONE_KILLED, "One of three workers killed, and not started again")
    yield from _listings(figures)


def _speeds(figures: Figures, which: str, title: str) -> Iterator[str]:
    rows = _rows(figures, which)
    if not rows:
        return
    base = rows.get(PREFORK)
    heads = (
        "",
        "orders a second",
        "CPU, ms per order",
        "to plain prefork",
        "servers' CPU",
        "provider's CPU",
        "peak MB",
    )
    yield from (f"## {title}", "", f"| {' | '.join(heads)} | exact |", f"|---|{'--:|' * len(heads)}")
    for name, row in rows.items():
        ratio = f"{row['cpu_ms'] / base['cpu_ms']:.2f}" if base else ""
        yield (
            f"| {name} | {row['orders_per_second']:.0f} | {row['cpu_ms']:.1f} | {ratio} | "
            f"{row['servers_cpu_ms']:.1f} | {row['provider_cpu_ms']:.1f} | {row['memory_mb']:.0f} | "
            f"{row['exact']:.0f} of {row['orders']:.0f} |"
        )
    yield ""


def _ends(figures: Figures, which: str, title: str) -> Iterator[str]:
    rows = _rows(figures, which)
    if not rows:
        return
    yield from (
        f"## {title}",
        "",
        "| | exact | extra invoices | double payments | missing | seconds to the end | provider calls per order |",
        "|---|--:|--:|--:|--:|--:|--:|",
    )
    for name, row in rows.items():
        yield (
            f"| {name} | {row['exact']:.0f} of {row['orders']:.0f} | {row['extra']:.0f} | {row['double']:.0f} | "
            f"{row['missing']:.0f} | {row['seconds']:.1f} | {row['calls']:.2f} |"
        )
    yield ""


def _listings(figures: Figures) -> Iterator[str]:
    rows = _rows(figures, LISTING)
    if not rows:
        return
    yield from (
        "## Reconciliation",
        "",
        "| | documents | documents a second of our own CPU | statements a page | memory growth, MB |",
        "|---|--:|--:|--:|--:|",
    )
    for name, row in rows.items():
        yield (
            f"| {name} | {row['documents']:,.0f} | {row['per_second']:,.0f} | {row['statements_a_page']:.0f} | "
            f"{row['memory_growth_mb']:.0f} |"
        )
    yield ""


def _rows(figures: Figures, which: str) -> dict[str, dict[str, float]]:
    return {key.partition("/")[2]: told for key, told in figures.items() if key.startswith(f"{which}/")}


def _doubts(outcome: Outcome) -> Iterator[str]:
    yield from ("## How it was measured", "", *_HOW, "")
    if outcome.thrown_away:
        yield from (f"Thrown away and repeated: {len(outcome.thrown_away)} runs.", "")
    for title, told in (
        ("Kept although invalid, since the repeats were used up:", outcome.doubtful),
        ("Not measured, since something broke:", outcome.broken),
    ):
        if told:
            yield from (title, "", *(f"- {each}" for each in told), "")


_CAVEAT = (
    "Load generator, provider, databases, broker and everything that is measured share these cores. So the counts and",
    "the ratios within the run are what matters; absolute values are not those of a server. `make bench` does it anew.",
)
_HOW = (
    "- Every contestant takes signed WooCommerce webhooks over HTTP, a tenth of them twice, and makes an invoice and a",
    "  payment of each order at a fake provider that speaks InvoiceOcean's dialect. All are processes of their own.",
    "- The plain script is [tests/benchmarks/baselines](../tests/benchmarks/baselines): a web process that drops",
    "  repeats, and a Celery task with `autoretry_for`. The bare loop has no webhooks, no queue and no ledger.",
    "- Exactness is counted at the provider. Seconds to the end are until nothing is left to do, repeats included.",
    "- Processor time is that of all processes of a contestant, from /proc; the servers' is told apart. Peak memory is",
    "  the sum of the processes' largest resident sizes, so that what forks share counts for each.",
    "- Embedded is SQLite with `synchronous=FULL`; PostgreSQL has its own defaults, Redis writes nothing to disk.",
    "- A run is thrown away when the provider saw errors that nobody had ordered, when the load generator was busy for",
    "  90 % of a core, or when other things took 15 % of the machine.",
)
