"""The broker in the memory of the embedded process."""

import threading
from contextlib import closing, suppress

from config.sections import BrokerSettings
from tasks.jobs import ORDERS
from worker.celery_app import make_app


def test_who_waits_for_messages_for_an_hour_comes_up_for_air_all_the_same() -> None:
    with closing(make_app(BrokerSettings(), {})) as app, app.connection() as connection:

        def wait() -> None:
            consumer = app.amqp.TaskConsumer(connection.default_channel, accept=["json"])
            consumer.register_callback(lambda _body, message: message.ack())  # of what other tests may have left
            with consumer, suppress(TimeoutError):
                connection.drain_events(timeout=3600)

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        waiting.join(60)
        assert not waiting.is_alive()


def test_what_is_sent_is_received() -> None:
    received: list[list[str]] = []
    sent = ["garden", "an order of this test"]
    with closing(make_app(BrokerSettings(), {})) as app, app.connection() as connection:
        consumer = app.amqp.TaskConsumer(connection.default_channel, accept=["json"])
        consumer.register_callback(lambda body, message: (received.append(body[0]), message.ack()))
        with consumer:
            app.send_task("orders.sync", args=sent, queue=ORDERS, connection=connection)
            while sent not in received:  # others may have left some; when there is none, this raises
                connection.drain_events(timeout=2.0)
    assert received[-1] == sent
