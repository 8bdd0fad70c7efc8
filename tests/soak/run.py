"""One run: a story is delivered to a shape of processes while they are shot at, and judged when all is at rest."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from config.settings import load
from tasks.reconcile import Report
from tests.soak.shops import Shops
from worker.demo.proof import prove
from worker.demo.run import injected
from worker.demo.stage import BOOK, Stage
from worker.demo.story import Story, tell
from worker.demo.verdict import Verdict, judge
from worker.wiring import NoBell, Wired, wire

Blow = Callable[[], None]
"""One thing that goes wrong at this instant; it returns when what was hit runs again, or will by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run. All counts are taken at the provider."""

    name: str
    orders: int
    wrong: tuple[tuple[str, str], ...]
    verdict: Verdict
    report: Report
    attention: int
    unexpected_attention: int
    duplicates: int
    double_payments: int
    faults: int
    blows: Mapping[str, int]
    revived: int
    """Processes that ended because they found no ledger at their start, and were started again."""
    resent: int
    calls_per_order: float
    seconds: float

    @property
    def exact(self) -> bool:
        report = self.report
        return self.verdict.good and not report.findings and not report.run.open and not self.double_payments

    def __str__(self) -> str:
        blows = ", ".join(f"{name} {count}" for name, count in self.blows.items())
        return (
            f"{self.name}: {self.orders} orders, {self.verdict.invoices} invoices, {self.verdict.payments} payments, "
            f"{self.faults} faults injected, {self.duplicates} duplicates, {self.verdict.missing} missing, "
            f"{self.double_payments} double payments, {self.attention} attention "
            f"({self.unexpected_attention} unexpected), {self.calls_per_order:.2f} provider calls per order, "
            f"{self.resent} webhooks sent again, {self.revived} processes revived, {self.seconds:.0f} s; "
            f"blows: {blows or 'none'}; proof: {self.report.proof}"
        )


@dataclass(slots=True)
class Run:
    """`blows` may hit at any time, by name; one after another, `pause` seconds apart, as long as orders come in.

    With `once` each hits once, in the order given; else all hit in turns, each turn in another order.
    """

    name: str
    stage: Stage
    orders: int
    blows: Mapping[str, Blow]
    seconds: float
    """How long the orders take to come in, when nothing holds them up."""
    pause: float = 1.0
    once: bool = False
    patience: float = 180.0
    seed: int = 7
    revived: int = 0
    _struck: dict[str, int] = field(default_factory=dict)

    def play(self) -> Outcome:
        """Raises `StageFailed` when a process died of itself, `AssertionError` when rest does not come."""
        story = tell(self.orders, seed=self.seed)
        began = time.monotonic()
        self.stage.open()
        wired = wire(load(self.stage.config, self.stage.environ), bell=lambda _: NoBell())
        try:
            shops = Shops(self.stage, story.deliveries, seconds=self.seconds)
            shops.start()
            self._strike(shops)
            shops.finish()
            self._await_rest(wired, story)
            state = self.stage.state()
            report = prove(wired, BOOK)
            verdict = judge(story.orders, wired.ledger.views.orders(), state)
            return _outcome(self, verdict, report, state, shops.resent, time.monotonic() - began)
        finally:
            wired.close()

    def _strike(self, shops: Shops) -> None:
        for name in self._targets(shops):
            self._watch_over()
            self.blows[name]()
            self._struck[name] = self._struck.get(name, 0) + 1

    def _watch_over(self) -> None:
        """What systemd does: a process that ended with an error is started again."""
        self.revived += len(self.stage.revive())

    def _targets(self, shops: Shops) -> Iterator[str]:
        if self.once:
            for name in self.blows:
                time.sleep(self.pause)
                yield name
            return
        rng = Random(self.seed)
        names: list[str] = []
        while shops.busy:
            names = names or rng.sample(list(self.blows), len(self.blows))
            time.sleep(rng.uniform(0.5, 1.5) * self.pause)
            yield names.pop()

    def _await_rest(self, wired: Wired, story: Story) -> None:
        until = time.monotonic() + self.patience
        while True:
            self._watch_over()
            lines = list(wired.ledger.views.orders())
            due = [line for line in lines if line.state == "due"]
            if not due and len(lines) >= len(story.orders):
                return
            told = [(line.order, line.attempts, line.due_at, line.reason) for line in due[:5]]
            assert time.monotonic() < until, f"{len(due)} orders still due after {self.patience:.0f} s: {told}"
            time.sleep(0.2)

    @property
    def struck(self) -> Mapping[str, int]:
        return self._struck


def _outcome(
    run: Run, verdict: Verdict, report: Report, state: Mapping[str, Any], resent: int, seconds: float
) -> Outcome:
    expected = [judged for judged in verdict.judged if judged.order.expectation.invoice]
    stopped = [judged for judged in expected if judged.line is not None and judged.line.state == "attention"]
    return Outcome(
        name=run.name,
        orders=run.orders,
        wrong=tuple((judged.order.order_id, judged.wrong) for judged in verdict.judged if judged.wrong),
        verdict=verdict,
        report=report,
        attention=verdict.attention,
        unexpected_attention=len(stopped),
        duplicates=sum(count - 1 for count in state["by_reference"].values()),
        double_payments=sum(max(count - 1, 0) for count in state["payments_per_document"].values()),
        faults=sum(injected(state).values()),
        blows=dict(run.struck),
        revived=run.revived,
        resent=resent,
        calls_per_order=sum(state["requests"].values()) / max(len(expected), 1),
        seconds=seconds,
    )
