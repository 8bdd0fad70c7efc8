"""The demo: sixty orders become invoices before your eyes, and both sides are proved to match."""

import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
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
from worker.demo.ending import Ending, write
from worker.demo.proof import prove_all
from worker.demo.screen import Bars, bars
from worker.demo.stage import Stage, StageFailed
from worker.demo.story import Story, tell
from worker.demo.terms import terms
from worker.demo.verdict import judge
from worker.wiring import NoBell, Wired, wire

_SETTLE_SECONDS = 120.0
_TIMEOUT_SECONDS = 2
_WIDE = 200
"""Characters of a line where no terminal says how many it has."""


def run_demo(
    orders: int,
    *,
    provider: str = "invoiceocean",
    as_json: bool,
    keep: bool,
    faults: str | None = None,
    odds: Odds | None = None,
) -> int:
    """Run the story of so many orders. Returns 0 only when everything came out as the story expects, else 1.

    `faults` is what the sandbox is told to do wrong, `odds` the same, read.
    """
    out, err = Console(soft_wrap=False, width=None if sys.stdout.isatty() else _WIDE), Console(stderr=True)
    started = time.monotonic()
    stage = Stage(Path(tempfile.mkdtemp(prefix="counterfoil-demo-")), provider=provider)
    story = tell(orders, shops=stage.setting.shops)
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
        proof = prove_all(wired, wired.books)
        state = stage.state()
        verdict = judge(story.orders, lines, state, terms(wired, story, state))
        told = Ending(
            setting=stage.setting,
            card=next(iter(wired.books.values())).card,
            story=story,
            verdict=verdict,
            proof=proof,
            faults=injected(state),
            seconds=time.monotonic() - started,
        )
        write(out, told, as_json=as_json)
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
    return 0 if told.good else 1


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
    replayers = {
        shop.name: WooCommerceReplayer(secret=stage.secret(shop.name), source=shop.source)
        for shop in stage.setting.shops
    }
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


def _say_where(err: Console, stage: Stage) -> None:
    command = Path(sys.executable).with_name("counterfoil")
    pids = " ".join(str(pid) for pid in stage.pids().values())
    for line in (
        "",
        "The demo keeps running:",
        f"  folder    {stage.folder} (configuration, ledger, logs)",
        f"  web       {stage.web_url}/metrics",
        *(f"  sandbox   {url}/_sandbox/state" for url in stage.sandbox_urls.values()),
        f"  look      . {stage.environ_file}; {command} --config {stage.config} orders",
        f"  stop      kill {pids}",
    ):
        err.print(line, markup=False, highlight=False, soft_wrap=True)
