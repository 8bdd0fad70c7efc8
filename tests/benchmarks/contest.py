"""The contestants: each gets the same orders and a provider of its own that fails alike, and is judged alike."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import redis
import requests

from config.settings import load
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from tests.soak import shapes
from tests.soak.run import Blow
from tests.soak.servers import OwnValkey
from worker.demo.catalogue import SHOPS
from worker.demo.run import injected
from worker.demo.stage import Stage
from worker.demo.story import StoryDelivery, StoryOrder, tell
from worker.wiring import NoBell, wire

_PATIENCE = 900.0
_SHARE_WITH_INVOICE = 0.8
NO_FAULTS = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one contestant made of the orders, counted at the provider."""

    contestant: str
    faults: str
    orders: int
    exact: int
    extra_invoices: int
    double_payments: int
    missing: int
    seconds: float
    calls_per_order: float
    faults_injected: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


Contestant = Callable[[Path, Sequence[StoryOrder], str], Result]


def orders_with_invoice(count: int) -> tuple[StoryOrder, ...]:
    """So many orders, each of which must get exactly one invoice and one payment."""
    told = tell(int(count / _SHARE_WITH_INVOICE) + 20)
    return tuple(order for order in told.orders if order.expectation.invoice)[:count]


def embedded(folder: Path, orders: Sequence[StoryOrder], faults: str) -> Result:
    """Counterfoil as one process on SQLite."""
    return _counterfoil("Counterfoil, embedded on SQLite", _sandboxed(shapes.embedded, folder, faults), orders, faults)


def on_redis(folder: Path, orders: Sequence[StoryOrder], faults: str) -> Result:
    """Counterfoil as web, two workers and beat on PostgreSQL and Redis."""
    made = _sandboxed(shapes.on_redis, folder, faults)
    return _counterfoil("Counterfoil, PostgreSQL and Redis", made, orders, faults)


def plain(folder: Path, orders: Sequence[StoryOrder], faults: str) -> Result:
    """The task in `plain_celery.py`, on a worker with four threads."""
    broker = OwnValkey(folder / "valkey")
    stage = Stage(folder, shape=(), sandbox_options=_options(faults))
    stage.open()
    environ = {
        **os.environ,
        "PLAIN_BROKER": broker.url,
        "PLAIN_URL": stage.sandbox_url,
        "PLAIN_TOKEN": stage.environ["DEMO_TOKEN"],
    }
    command = [sys.executable, "-m", "celery", "-A", "tests.benchmarks.plain_celery", "worker"]
    with (folder / "plain.log").open("wb") as log:
        worker = subprocess.Popen([*command, "-P", "threads", "-c", "4"], env=environ, stdout=log, stderr=log)
    try:
        with redis.Redis.from_url(broker.url) as client:
            began = time.monotonic()
            _order_plainly(environ, orders)
            _until(lambda: sum(int(client.get(f"plain:{what}") or 0) for what in ("done", "failed")) >= len(orders))
            seconds = time.monotonic() - began
        return _judged("plain Celery task, autoretry", faults, orders, stage.state(), seconds)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()
        stage.close()
        broker.stop()


def _order_plainly(environ: Mapping[str, str], orders: Sequence[StoryOrder]) -> None:
    """Send the tasks from a process of their own, for the module reads its settings when it is imported."""
    lines = "\n".join(
        f"{order.shop}/{order.order_id} {order.expectation.gross} {order.expectation.currency}" for order in orders
    )
    script = (
        "import sys; from tests.benchmarks.plain_celery import invoice\n"
        "for line in sys.stdin: invoice.delay(*line.split())"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=dict(environ), input=lines, text=True)


Opened = AbstractContextManager[tuple[Stage, Mapping[str, Blow]]]


def _sandboxed(shape: Callable[..., Opened], folder: Path, faults: str) -> Opened:
    return shape(folder, faults=None if faults == NO_FAULTS else faults, outage=1.0)


def _counterfoil(name: str, opened: Opened, orders: Sequence[StoryOrder], faults: str) -> Result:
    with opened as (stage, _):
        stage.open()
        wired = wire(load(stage.config, stage.environ), bell=lambda _: NoBell())
        began = time.monotonic()
        _deliver(
            stage, [StoryDelivery(order.shop, order.order_id, *told) for order in orders for told in order.deliveries]
        )
        _until(lambda: _at_rest(stage, [line.state for line in wired.ledger.views.orders()], len(orders)))
        seconds = time.monotonic() - began
        result = _judged(name, faults, orders, stage.state(), seconds)
        wired.close()
        return result


def _at_rest(stage: Stage, states: Sequence[str], count: int) -> bool:
    stage.check()
    return len(states) >= count and "due" not in states


def _deliver(stage: Stage, deliveries: Sequence[StoryDelivery]) -> None:
    replayers = {shop.name: WooCommerceReplayer(secret=stage.secret(shop.name), source=shop.source) for shop in SHOPS}
    with requests.Session() as session:
        session.trust_env = False
        for told in deliveries:
            signed = replayers[told.shop].delivery(told.topic, told.body, at=datetime.now(UTC))
            url = f"{stage.web_url}/webhooks/{told.shop}"
            session.post(url, data=signed.body, headers=dict(signed.headers), timeout=30).raise_for_status()


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > until:
            raise TimeoutError(f"not at rest within {_PATIENCE:.0f} s")
        time.sleep(0.1)


def _options(faults: str) -> tuple[str, ...]:
    return () if faults == NO_FAULTS else ("--faults", faults)


def _judged(name: str, faults: str, orders: Sequence[StoryOrder], state: Mapping[str, Any], seconds: float) -> Result:
    held: dict[str, list[Mapping[str, Any]]] = {}
    for document in state["documents"]:
        held.setdefault(document["reference"], []).append(document)
    found = [(order, held.get(f"{order.shop}/{order.order_id}", [])) for order in orders]
    return Result(
        contestant=name,
        faults=faults,
        orders=len(orders),
        exact=sum(_exact(order, documents) for order, documents in found),
        extra_invoices=sum(max(len(documents) - 1, 0) for _, documents in found),
        double_payments=sum(max(sum(len(each["payments"]) for each in documents) - 1, 0) for _, documents in found),
        missing=sum(not documents for _, documents in found),
        seconds=round(seconds, 1),
        calls_per_order=round(sum(state["requests"].values()) / len(orders), 2),
        faults_injected=sum(injected(state).values()),
    )


def _exact(order: StoryOrder, documents: Sequence[Mapping[str, Any]]) -> bool:
    if len(documents) != 1 or len(documents[0]["payments"]) != 1:
        return False
    gross, paid = Decimal(str(documents[0]["gross"])), Decimal(str(documents[0]["paid"]))
    return gross == order.expectation.gross and paid == order.expectation.paid
