"""What a reconciliation costs us per document: `python -m tests.benchmarks.listing`.

A ledger is filled with invoiced and paid orders, and a list of the same documents is served by doubles that cost next
to nothing, and by InvoiceOcean's sandbox in this process. The time in which the provider is at work is not ours: it is
measured and taken off. Ours is CPU time, so that it does not matter how busy the machine is; what PostgreSQL computes
in its own processes is not in it. Every run is a process of its own, so that its memory can be measured.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import structlog
from sqlalchemy import event

from tasks.ledger import migrate
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Phase, Progress, Run
from tasks.ledger.store import Store
from tasks.reconcile import reconcile
from tests.benchmarks.listed import LISTS, MAIN, SANDBOXED, Timed, clock, fill, opened
from tests.soak.servers import OwnPostgres

_FOLDER = Path(__file__).parents[2]
DOCUMENTS = 100_000
AT_THE_SANDBOX = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one run told. Memory is in MiB; seconds are of the CPU and our own, by phase."""

    listed_by: str
    ledger: str
    documents: int
    proof: str
    requests: int
    statements: list[int]
    """For a page: the fewest, the median, the most."""
    seconds: dict[str, float]
    provider_seconds: float
    memory_before: float
    memory_peak: float

    @property
    def per_second(self) -> float:
        return self.documents / sum(self.seconds.values())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.listing", description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="how many the doubles list")
    parser.add_argument("--at-the-sandbox", type=int, default=AT_THE_SANDBOX, help="how many InvoiceOcean's lists")
    parser.add_argument("--rounds", type=int, default=1, help="how often; medians are shown")
    parser.add_argument("--postgresql", action="store_true", help="measure with PostgreSQL as well")
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else, on standard output")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.run:
        sys.stdout.write(json.dumps(asdict(_run(**json.loads(told.run)))))
        return 0
    found = measured(told.documents, at_the_sandbox=told.at_the_sandbox, rounds=told.rounds, postgresql=told.postgresql)
    sys.stdout.write(json.dumps([asdict(each) for each in found], indent=2) + "\n" if told.json else table(found))
    return 0 if all(_is_right(each) for each in found) else 1


def measured(documents: int, *, at_the_sandbox: int, rounds: int = 1, postgresql: bool = False) -> list[Figures]:
    """One list after the other, on SQLite and, when it is asked for, on PostgreSQL."""
    found = []
    with ExitStack() as stack:
        ledgers = {"SQLite": f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/ledger.sqlite3"}
        if postgresql:
            server = OwnPostgres()
            stack.callback(server.stop)
            ledgers["PostgreSQL"] = server.url
        for name, url in ledgers.items():
            _say(f"{name}: a ledger of {documents:,} documents …")
            _filled(url, {MAIN: documents, SANDBOXED: at_the_sandbox})
            for listed_by in LISTS:
                count = at_the_sandbox if listed_by == "sandbox" else documents
                if count:
                    runs = [_child(listed_by, name, url, count) for _ in range(rounds)]
                    found.append(sorted(runs, key=lambda each: each.per_second)[len(runs) // 2])
    return found


def table(found: Sequence[Figures]) -> str:
    heads = (
        "list",
        "ledger",
        "documents",
        "documents a second",
        "listing",
        "totals",
        "requests",
        "statements a page",
        "memory",
    )
    lines = [f"| {' | '.join(heads)} |", "|---|---|" + "--:|" * (len(heads) - 2)]
    lines += [f"| {' | '.join(_cells(each))} |" for each in found]
    return "\n".join(lines) + "\n"


def _cells(each: Figures) -> Iterator[str]:
    fewest, middle, most = each.statements
    yield LISTS[each.listed_by]
    yield each.ledger
    yield f"{each.documents:,}"
    yield f"{each.per_second:,.0f}"
    for phase in (Phase.LISTING, Phase.TOTALS):
        yield f"{each.documents / each.seconds[phase]:,.0f}"
    yield f"{each.requests:,}"
    yield str(middle) if fewest == most else f"{middle} ({fewest} to {most})"
    yield f"{each.memory_peak:.0f} MiB ({each.memory_peak - each.memory_before:+.0f})"


def _is_right(each: Figures) -> bool:
    return each.proof.startswith(f"{each.documents:,} compared, {each.documents:,} equal")


def _child(listed_by: str, ledger: str, url: str, documents: int) -> Figures:
    _say(f"  {documents:,} documents listed by {LISTS[listed_by]} …")
    asked = json.dumps({"listed_by": listed_by, "ledger": ledger, "url": url, "documents": documents})
    command = [sys.executable, "-m", "tests.benchmarks.listing", "--run", asked]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_FOLDER)
    return Figures(**json.loads(done.stdout))


def _filled(url: str, books: Mapping[str, int]) -> None:
    store = Store(url)
    migrate.upgrade(store)
    for book, documents in books.items():
        fill(store, book, documents)
    store.close()


def _run(listed_by: str, ledger: str, url: str, documents: int) -> Figures:
    """One reconciliation in this process."""
    structlog.configure(processors=[_drop])
    store = Store(url)
    provider = opened(listed_by, documents)
    asked = _Statements(store)
    steps = _Steps(provider.time, asked)
    before = _memory()
    report = reconcile(Ledger(store), provider.book, provider.fronts(), clock, on_page=steps.passed)
    store.close()
    return Figures(
        listed_by=listed_by,
        ledger=ledger,
        documents=documents,
        proof=report.proof,
        requests=provider.time.requests,
        statements=[min(steps.statements), round(median(steps.statements)), max(steps.statements)],
        seconds={phase: round(seconds, 3) for phase, seconds in steps.seconds.items()},
        provider_seconds=round(provider.time.seconds, 3),
        memory_before=before,
        memory_peak=_memory(),
    )


class _Statements:
    """Counts what is asked of the ledger."""

    def __init__(self, store: Store) -> None:
        self.count = 0
        event.listen(store.engine, "before_cursor_execute", self._counted)

    def _counted(self, *_: object) -> None:
        self.count += 1


class _Steps:
    """CPU time of our own by phase, and the statements of each page."""

    def __init__(self, provider: Timed, asked: _Statements) -> None:
        self.seconds: Counter[str] = Counter()
        self.statements: list[int] = []
        self._provider = provider
        self._asked = asked
        self._phase: str = Phase.LISTING
        self._last = self._now()
        self._counted = asked.count

    def passed(self, run: Run, _progress: Progress) -> None:
        now = self._now()
        self.seconds[self._phase] += now - self._last  # type: ignore[assignment]
        if run.phase is Phase.LISTING and run.pages > 1:
            self.statements.append(self._asked.count - self._counted)
        self._last, self._counted, self._phase = now, self._asked.count, run.phase

    def _now(self) -> float:
        return time.process_time() - self._provider.seconds


def _memory() -> float:
    """The most that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _drop(_logger: object, _method: str, _event: object) -> Any:
    raise structlog.DropEvent


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
