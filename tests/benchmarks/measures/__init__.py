"""The measurements: each gives figures by what was measured and on whom, and judges nothing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.measures import backlog, faults, idle, intake, limits, reconciliation, throughput

MEASURES: Mapping[str, Callable[[Bench], Figures]] = MappingProxyType(
    {
        "at-once": throughput.at_once,
        "slow": throughput.slow,
        "faults": faults.faulty,
        "killed": faults.killed,
        "one-killed": faults.one_killed,
        "paced": intake.paced,
        "storm": intake.storm,
        "in-flight": limits.in_flight,
        "rate": limits.rate,
        "two-books": limits.two_books,
        "scaling": limits.scaling,
        "backlog": backlog.backlog,
        "idle": idle.idle,
        "reconciliation": reconciliation.reconciliation,
    }
)
MORE: Mapping[str, Callable[[Bench], Figures]] = MappingProxyType({"smoke": throughput.smoke})
"""Those that run only when they are asked for."""
