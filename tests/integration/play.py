"""Plays a story on a stage: delivers it, waits for rest, and judges what came of it."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import requests

from config.settings import load
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from tasks.reconcile import Report
from worker.demo.catalogue import SHOPS
from worker.demo.proof import prove
from worker.demo.stage import BOOK, Stage
from worker.demo.story import Story, StoryDelivery
from worker.demo.verdict import Verdict, judge
from worker.wiring import NoBell, Wired, wire

_PATIENCE = 120.0


def watch(stage: Stage) -> Wired:
    """The stage's ledger and book, for looking only."""
    return wire(load(stage.config, stage.environ), bell=lambda _: NoBell())


def deliver(stage: Stage, deliveries: Sequence[StoryDelivery]) -> None:
    """Send deliveries over HTTP as WooCommerce does, but for one thing: what was not acknowledged is sent again."""
    replayers = {shop.name: WooCommerceReplayer(secret=stage.secret(shop.name), source=shop.source) for shop in SHOPS}
    with requests.Session() as session:
        session.trust_env = False
        for told in deliveries:
            signed = replayers[told.shop].delivery(told.topic, told.body, at=datetime.now(UTC))
            url = f"{stage.web_url}/webhooks/{told.shop}"
            answer = session.post(url, data=signed.body, headers=dict(signed.headers), timeout=30)
            assert answer.status_code == 200, answer.text


def wait_until(done: Callable[[], bool], *, what: str) -> None:
    """Wait for a fact; fail loudly when it does not come true."""
    until = time.monotonic() + _PATIENCE
    while not done():
        assert time.monotonic() < until, f"not within {_PATIENCE:.0f} s: {what}"
        time.sleep(0.05)


def invoices(stage: Stage) -> int:
    """How many documents the provider holds."""
    documents = stage.state()["documents"]
    assert isinstance(documents, list)
    return len(documents)


def at_rest(wired: Wired, story: Story) -> bool:
    """Whether every order is known and none is due."""
    lines = list(wired.ledger.views.orders())
    return len(lines) >= len(story.orders) and all(line.state != "due" for line in lines)


def outcome(stage: Stage, wired: Wired, story: Story) -> tuple[Verdict, Report]:
    """The judgement, and the proof."""
    wait_until(lambda: at_rest(wired, story), what="every order at rest")
    report = prove(wired, BOOK)
    return judge(story.orders, wired.ledger.views.orders(), stage.state()), report
