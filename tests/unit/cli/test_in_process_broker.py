"""The broker in the memory of the embedded process."""

import time
from contextlib import closing

import pytest

from config.sections import BrokerSettings
from tasks.jobs import ORDERS
from worker.celery_app import make_app


def test_who_waits_for_messages_comes_up_for_air_long_before_celerys_two_seconds() -> None:
    with closing(make_app(BrokerSettings(), {})) as app, app.connection() as connection:
        began = time.monotonic()
        with app.amqp.TaskConsumer(connection.default_channel), pytest.raises(TimeoutError):
            connection.drain_events(timeout=2.0)
        assert time.monotonic() - began < 1.5


def test_what_is_sent_is_received() -> None:
    received: list[str] = []
    with closing(make_app(BrokerSettings(), {})) as app, app.connection() as connection:
        consumer = app.amqp.TaskConsumer(connection.default_channel, accept=["json"])
        consumer.register_callback(lambda _body, message: (received.append(message.headers["task"]), message.ack()))
        with consumer:
            app.send_task("orders.sync", args=("garden", "1001"), queue=ORDERS, connection=connection)
            connection.drain_events(timeout=2.0)
    assert received == ["orders.sync"]
