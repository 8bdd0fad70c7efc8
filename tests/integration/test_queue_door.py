"""Events that a producer puts on the queue, as docs/generic-shop.md shows it."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from celery import Celery

from tests.integration.conftest import SHORT_TIMES
from tests.integration.play import invoices, wait_until
from tests.rabbitmq import RabbitMQ
from worker.demo.stage import Stage
from worker.demo.story import Plot, tell

_QUORUM = {"task_create_missing_queue_type": "quorum", "broker_transport_options": {"confirm_publish": True}}


@pytest.fixture
def stage(tmp_path: Path, fresh_postgres: str, rabbitmq: RabbitMQ) -> Iterator[Stage]:
    made = Stage(
        tmp_path,
        shape=("worker",),
        ledger_url=fresh_postgres,
        broker_url=rabbitmq.url,
        book_options=SHORT_TIMES,
    )
    made.open()
    yield made
    made.close()


def test_events_on_rabbitmqs_quorum_queue_become_invoices(stage: Stage) -> None:
    orders = [order for order in tell(20).orders if order.plot is Plot.PAID_AT_ONCE]
    with closing(Celery(broker=stage.broker_url, set_as_current=False)) as producer:
        producer.conf.update(_QUORUM)
        for order in orders:
            body = order.deliveries[0][1].decode()
            event = {"shop": order.shop, "body": body, "headers": {}, "event_id": f"v1-{order.order_id}"}
            for _ in range(2):
                producer.send_task("orders.receive", kwargs=event, queue="orders")
    wait_until(lambda: invoices(stage) >= len(orders), what="an invoice for every order")
    assert stage.state()["by_reference"] == {f"{order.shop}/{order.order_id}": 1 for order in orders}


def test_a_worker_on_an_idle_rabbitmq_stops_when_it_is_told_to(stage: Stage) -> None:
    with closing(Celery(broker=stage.broker_url, set_as_current=False)) as producer:
        producer.conf.update(_QUORUM)
        order = next(order for order in tell(20).orders if order.plot is Plot.PAID_AT_ONCE)
        event = {"shop": order.shop, "body": order.deliveries[0][1].decode()}
        producer.send_task("orders.receive", kwargs=event, queue="orders")
    wait_until(lambda: invoices(stage) == 1, what="the worker at work")
    began = time.monotonic()
    assert stage.stop("worker") == 0
    assert time.monotonic() - began < 5


def test_beat_and_workers_outlive_a_broker_that_refuses_them(
    tmp_path: Path, fresh_postgres: str, rabbitmq: RabbitMQ
) -> None:
    """A virtual host that is being made anew is not there for a moment."""
    nowhere = f"{rabbitmq.url.rpartition('/')[0]}/counterfoil_that_is_not_there"
    refused = Stage(tmp_path, shape=("worker", "beat"), ledger_url=fresh_postgres, broker_url=nowhere)
    try:
        refused.open()
        wait_until(lambda: refused.log("beat").read_text().count("broker.refused") > 1, what="beat's second try")
        refused.check()
        assert "Traceback" not in refused.log("beat").read_text()
        assert refused.stop("beat") == 0
    finally:
        refused.close()
