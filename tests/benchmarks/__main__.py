"""`python -m tests.benchmarks`: the comparison as a table, as JSON, or as docs/performance.md."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.benchmarks.contest import NO_FAULTS, Contestant, Result, embedded, on_redis, orders_with_invoice, plain

_CONTESTANTS: tuple[Contestant, ...] = (plain, on_redis, embedded)
_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_HEADS = ("", "exact", "extra invoices", "double payments", "missing", "seconds", "provider calls per order")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--orders", type=int, default=500, help="how many orders each contestant gets")
    parser.add_argument("--rounds", type=int, default=1, help="how often; medians are shown")
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else, on standard output")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md as well")
    told = parser.parse_args(arguments)
    results = [_median(results) for results in _contest(told.orders, told.rounds)]
    page = _page(results, told.orders, told.rounds)
    if told.write:
        _PAGE.write_text(page)
    sys.stdout.write(json.dumps([result.as_json() for result in results], indent=2) + "\n" if told.json else page)
    happy = [result for result in results if result.faults == NO_FAULTS and result.contestant.startswith("Counterfoil")]
    ours = [result for result in results if result.contestant.startswith("Counterfoil")]
    good = all(result.exact == result.orders for result in ours) and all(each.calls_per_order == 2 for each in happy)
    return 0 if good else 1


def _contest(count: int, rounds: int) -> list[list[Result]]:
    """The contestants take turns, so that what else the machine does hits all alike."""
    orders = orders_with_invoice(count)
    cells: dict[tuple[str, Contestant], list[Result]] = {}
    for number in range(rounds):
        for faults in (NO_FAULTS, "heavy"):
            for contestant in _CONTESTANTS:
                sys.stderr.write(f"round {number + 1}, faults {faults}: {contestant.__name__} …\n")
                folder = Path(tempfile.mkdtemp(prefix="counterfoil-bench-"))
                try:
                    cells.setdefault((faults, contestant), []).append(contestant(folder, orders, faults))
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
    return list(cells.values())


def _median(results: Sequence[Result]) -> Result:
    def middle(name: str) -> float:
        return median(getattr(result, name) for result in results)

    whole = {
        name: round(middle(name))
        for name in ("exact", "extra_invoices", "double_payments", "missing", "faults_injected")
    }
    return replace(
        results[0], **whole, seconds=round(middle("seconds"), 1), calls_per_order=round(middle("calls_per_order"), 2)
    )


def _page(results: Sequence[Result], orders: int, rounds: int) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    turns = "one round" if rounds == 1 else f"medians of {rounds} rounds"
    made = (
        f"Written by `python -m tests.benchmarks --write --orders {orders} --rounds {rounds}` on a machine with "
        f"{os.cpu_count()} cores and {memory:.0f} GiB, Python {platform.python_version()}; {turns}. Load "
        "generator, databases, broker and provider share the cores: the counts are what matters, and ratios of "
        "the seconds; their absolute values are not."
    )
    how = (
        "Each contestant gets the same orders, every one of which must end as one invoice with one payment, and "
        "a sandbox of InvoiceOcean of its own. The plain Celery task is "
        "[`tests/benchmarks/plain_celery.py`](../tests/benchmarks/plain_celery.py): create, then pay, repeated "
        "with back-off when a request fails. Payments are counted per order: what is booked beyond the first is double."
    )
    calm = _table("No faults", [result for result in results if result.faults == NO_FAULTS])
    rough = _table(_title(results), [result for result in results if result.faults != NO_FAULTS])
    return "\n".join(("# Performance", "", made, "", how, "", *calm, *rough))


def _title(results: Sequence[Result]) -> str:
    injected = ", ".join(str(result.faults_injected) for result in results if result.faults != NO_FAULTS)
    return f"Heavy faults (a sixth of all requests goes wrong; injected: {injected})"


def _table(title: str, results: Sequence[Result]) -> list[str]:
    rows = [
        f"| {result.contestant} | {result.exact} of {result.orders} | {result.extra_invoices} | "
        f"{result.double_payments} | {result.missing} | {result.seconds} | {result.calls_per_order:.2f} |"
        for result in results
    ]
    ruler = "|".join(("", "---", *("--:" for _ in _HEADS[1:]), ""))
    return [f"## {title}", "", f"| {' | '.join(_HEADS)} |", ruler, *rows, ""]


if __name__ == "__main__":
    sys.exit(main())
