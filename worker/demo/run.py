"""The demo: sixty orders become invoices before your eyes, and both sides are proved to match."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

import requests
from rich.console import Console

from config.settings import load
from providers.domain.orders import OrderState
from providers.replaying import SignedDelivery
from providers.sandbox.chaos import Odds
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from tasks.ledger.views import OrderLine
from tasks.reconcile import Report
from worker.demo.catalogue import SHOPS
from worker.demo.proof import prove
from worker.demo.screen import Bars, bars, table
from worker.demo.stage import BOOK, Stage, StageFailed
from worker.demo.story import Story, tell
from worker.demo.verdict import Verdict, judge
from worker.wiring import NoBell, Wired, wire

_SETTLE_SECONDS = 120.0
_TIMEOUT_SECONDS = 2


def run_demo(orders: int, *, as_json: bool, keep: bool, faults: str | None = None, odds: Odds | None = None) -> int:
    """Run the story of so many orders. Returns 0 only when everything came out as the story expects, else 1.

    `faults` is what the sandbox is told to do wrong, `odds` the same, read.
    """
    out, err = Console(soft_wrap=False), Console(stderr=True)
    started = time.monotonic()
    story = tell(orders)
    stage = Stage(Path(tempfile.mkdtemp(prefix="counterfoil-demo-")))
    if faults is not None and odds is not None:
        stage.sandbox_options = ("--faults", faults)
        stage.book_options = short_times(odds)
    kept = False
    try:
        stage.open()
        wired = wire(load(stage.config, stage.environ), bell=lambda _: NoBell())
        with bars(err, deliveries=len(story.deliveries), orders=len(story.orders)) as shown:
            _deliver(stage, story, shown)
            lines = _await_rest(stage, wired, story, shown)
        report = prove(wired, BOOK)
        state = stage.state()
        verdict = judge(story.orders, lines, state)
        seconds = time.monotonic() - started
        good = verdict.good and not report.findings and not report.open
        told = _Told(story, verdict, report, injected(state), seconds, good)
        _tell(out, told, as_json=as_json)
        wired.close()
        if keep:
            kept = True
            _say_where(err, stage)
    except StageFailed as failed:
        err.print(f"The demo could not run: {failed}", markup=False)
        return 1
    finally:
        if not kept:
            stage.close()
            shutil.rmtree(stage.folder, ignore_errors=True)
    return 0 if good else 1


def short_times(odds: Odds) -> str:
    """A book's times for a provider on this machine that fails with these odds: a lost answer is looked up soon,
    but never before the provider can have settled."""
    return f"timeout = {_TIMEOUT_SECONDS}\nsettle = {1 + ceil(odds.latest)}\n"


def injected(state: Mapping[str, object]) -> Mapping[str, int]:
    """What the sandbox's state says was made to go wrong."""
    told = state.get("faults_injected")
    return told if isinstance(told, dict) else {}


def _deliver(stage: Stage, story: Story, shown: Bars) -> None:
    """Send every delivery of the story over HTTP, signed as WooCommerce signs."""
    replayers = {shop.name: WooCommerceReplayer(secret=stage.secret(shop.name), source=shop.source) for shop in SHOPS}
    with requests.Session() as session:
        session.trust_env = False
        for count, told in enumerate(story.deliveries, start=1):
            signed = replayers[told.shop].delivery(told.topic, told.body, at=datetime.now(UTC))
            _post(session, f"{stage.web_url}/webhooks/{told.shop}", signed)
            shown.delivered(count)


def _post(session: requests.Session, url: str, signed: SignedDelivery) -> None:
    answer = session.post(url, data=signed.body, headers=dict(signed.headers), timeout=30)
    if not answer.ok:
        raise StageFailed(f"a webhook was answered {answer.status_code}: {answer.text[:200]}")


def _await_rest(stage: Stage, wired: Wired, story: Story, shown: Bars) -> list[OrderLine]:
    """Wait until nothing is due any more, and list all orders. Raises `StageFailed` when that takes too long."""
    until = time.monotonic() + _SETTLE_SECONDS
    while True:
        stage.check()
        figures = wired.ledger.views.figures(now=wired.clock())
        due = figures.orders.get(OrderState.DUE, 0)
        known = sum(figures.orders.values()) + figures.unreadable
        shown.settled(known - due)
        if not due and known >= len(story.orders):
            return list(wired.ledger.views.orders())
        if time.monotonic() > until:
            raise StageFailed(f"{due} orders are still due after {_SETTLE_SECONDS:.0f} s")
        time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class _Told:
    """Everything that the end of the demo tells."""

    story: Story
    verdict: Verdict
    report: Report
    faults: Mapping[str, int]
    seconds: float
    good: bool


def _tell(out: Console, told: _Told, *, as_json: bool) -> None:
    verdict = told.verdict
    summary = {
        "orders": len(told.story.orders),
        "invoices": verdict.invoices,
        "payments": verdict.payments,
        "attention": verdict.attention,
        "duplicates": verdict.duplicates,
        "missing": verdict.missing,
        "faults": sum(told.faults.values()),
        "proof": told.report.proof,
        "seconds": round(told.seconds, 1),
    }
    if as_json:
        out.print(json.dumps(summary), markup=False, soft_wrap=True, highlight=False)
        return
    out.print(table(verdict))
    out.print()
    out.print(
        f"{len(told.story.deliveries)} webhooks, {len(told.story.orders)} orders, {verdict.invoices} invoices, "
        f"{verdict.payments} payments, {verdict.attention} in need of a person, {told.seconds:.1f} s"
    )
    if told.faults:
        each = ", ".join(f"{name} {count}" for name, count in sorted(told.faults.items()))
        out.print(f"faults injected at the provider: {sum(told.faults.values())} ({each})", highlight=False)
    out.print(f"proof: {told.report.proof}", style="bold green" if told.good else "bold red")
    if not told.good:
        out.print("Something came out otherwise than the story expects; see the lines marked WRONG.", style="red")


def _say_where(err: Console, stage: Stage) -> None:
    command = Path(sys.executable).with_name("counterfoil")
    pids = " ".join(str(pid) for pid in stage.pids().values())
    for line in (
        "",
        "The demo keeps running:",
        f"  folder    {stage.folder} (configuration, ledger, logs)",
        f"  web       {stage.web_url}/metrics",
        f"  sandbox   {stage.sandbox_url}/_sandbox/state",
        f"  look      . {stage.environ_file}; {command} --config {stage.config} orders",
        f"  stop      kill {pids}",
    ):
        err.print(line, markup=False, highlight=False, soft_wrap=True)
