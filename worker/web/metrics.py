"""Metrics in Prometheus' text format.

What stands in the ledger is counted there at the moment of asking, so that every replica tells the same and
a restart forgets nothing; only the deliveries are counted by the process that answered them.
"""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from tasks.ledger.ledger import Ledger
from tasks.ports import Clock
from tasks.reconcile.punctuality import Standing, standings
from tasks.reconcile.timetable import Timetable

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _LedgerFigures(Collector):
    def __init__(self, ledger: Ledger, clock: Clock, timetables: Mapping[str, Timetable]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._timetables = timetables

    def collect(self) -> Iterable[GaugeMetricFamily]:
        figures = self._ledger.views.figures(now=self._clock())
        for name, text, counts in (
            ("orders", "Orders by state", figures.orders),
            ("documents", "Documents by state", figures.documents),
            ("payments", "Payments by state", figures.payments),
        ):
            family = GaugeMetricFamily(f"counterfoil_{name}", text, labels=["state"])
            for state, count in sorted(counts.items()):
                family.add_metric([state], count)
            yield family
        for name, text, value in (
            ("due_orders", "Orders that are due now", figures.due),
            ("overdue_seconds", "How long the longest waiting order has been due", figures.overdue_seconds),
            ("open_operations", "Calls to providers that are under way or whose outcome is unknown", figures.unknown),
            ("unreadable_events", "Deliveries that hold no order and need a person", figures.unreadable),
        ):
            yield GaugeMetricFamily(f"counterfoil_{name}", text, value=value)
        paused = GaugeMetricFamily("counterfoil_paused_books", "Books whose provider is not asked", labels=["book"])
        for book in self._ledger.books.paused():
            paused.add_metric([book.name], 1)
        yield paused
        notices = GaugeMetricFamily("counterfoil_notices", "Notices to shops by state", labels=["state"])
        for state, count in self._ledger.notices.counts().items():
            notices.add_metric([state], count)
        yield notices
        yield from _compared(list(standings(self._ledger, self._timetables, now=self._clock())))


def _compared(standings: Iterable[Standing]) -> Iterable[GaugeMetricFamily]:
    labels = ["book", "round"]
    told = (
        ("age_seconds", "Since the newest comparison of a book began", lambda each: each.age.total_seconds()),
        ("late", "Whether a book was not compared in time", lambda each: float(each.late)),
        ("findings", "What the newest comparison of a book found", lambda each: float(each.findings)),
    )
    for name, text, value in told:
        family = GaugeMetricFamily(f"counterfoil_reconcile_{name}", text, labels=labels)
        for each in standings:
            family.add_metric([each.book, each.round.value], value(each))
        yield family


class Metrics:
    """One process's metrics. `text` raises `LedgerUnavailable`."""

    def __init__(self, ledger: Ledger, clock: Clock, timetables: Mapping[str, Timetable] | None = None) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._deliveries = Counter(
            "counterfoil_deliveries", "Deliveries kept, by verdict", ["verdict"], registry=self._registry
        )
        self._refusals = Counter(
            "counterfoil_refusals", "Deliveries refused, by HTTP status", ["status"], registry=self._registry
        )
        self._registry.register(_LedgerFigures(ledger, clock, timetables or {}))

    def delivered(self, verdict: str) -> None:
        self._deliveries.labels(verdict).inc()

    def refused(self, status: int) -> None:
        self._refusals.labels(str(status)).inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)
