"""The Celery app: settings that the facts about brokers decide, and the bell that rings through it."""

import threading
from time import monotonic
from typing import Any

import structlog
from celery import Celery, bootsteps
from celery.beat import Scheduler
from celery.worker.consumer import Tasks
from kombu.entity import Exchange, Queue

from config.sections import BrokerSettings
from tasks.jobs import BOOKS, CHORES, ORDERS
from worker.in_process import InProcess

log = structlog.get_logger()

_SILENT_SECONDS = 5.0
_QUEUES = (ORDERS, CHORES, BOOKS)
"""A worker listens to all of them."""

SCHEDULER = "worker.celery_app:CalmScheduler"
_RECONNECTING = {"retry": True, "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}}
"""How the schedule is sent. Beat keeps one connection for all its life, and only a second try makes it anew: without
that, one that RabbitMQ closed stays closed, and nothing is swept until beat is started again."""


def make_app(broker: BrokerSettings, beat_schedule: dict[str, dict[str, Any]]) -> Celery:
    """A Celery app without tasks; `tasks.jobs.register` gives it those.

    Messages are wake-up calls and may be lost or repeated: no results, no events, no countdowns, late
    acknowledgement.
    """
    # The in-process transport ignores the host, but kombu warns when there is none.
    address = "memory://localhost/" if broker.in_process else broker.url.get_secret_value()
    app = Celery("counterfoil", broker=address, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=ORDERS,
        task_queues=tuple(Queue(name) for name in _QUEUES),
        task_create_missing_queues=False,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=_transport_options(broker),
        beat_schedule={name: _sent_surely(entry) for name, entry in beat_schedule.items()},
        beat_scheduler=SCHEDULER,
        beat_max_loop_interval=1,
        timezone="UTC",
        enable_utc=True,
    )
    if broker.in_process:
        app.conf.broker_transport = InProcess
    if broker.url.scheme in {"amqp", "amqps"}:
        app.conf.update(
            task_default_queue_type="quorum",
            task_queues=tuple(_quorum_queue(name) for name in _QUEUES),
            worker_detect_quorum_queues=True,
            # Celery declares 28 queues for countdowns, of which we have one (orders.receive, while the ledger
            # is down): classic ones idle for nothing.
            broker_native_delayed_delivery_queue_type="classic",
        )
        app.steps["consumer"].add(_Ticks)
    return app


class CalmScheduler(Scheduler):  # type: ignore[misc]  # Celery carries no types
    """Sleeps until something is due. Celery's own sleeps 10 ms less and then looks without a pause: with a few jobs a
    second that was most of what an idle process did."""

    def adjust(self, n: float | None, drift: float = 0.001) -> float | None:
        return n + drift if n and n > 0 else n


class _Ticks(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery carries no types
    """Turns the worker's loop twice a second. It hears a signal to stop when it turns, and on an idle RabbitMQ it
    turns every ten seconds only."""

    requires = (Tasks,)

    def __init__(self, _consumer: Any, **_: Any) -> None:
        self._ticking: Any = None

    def start(self, consumer: Any) -> None:
        self.stop(consumer)
        self._ticking = consumer.timer.call_repeatedly(0.5, _nothing)

    def stop(self, _consumer: Any) -> None:
        if self._ticking is not None:
            self._ticking.cancel()


def _nothing() -> None:
    """What happens at a tick."""


def _sent_surely(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "options": {**entry["options"], **_RECONNECTING}}


def _quorum_queue(name: str) -> Queue:
    """Celery's countdowns reach quorum queues through a topic exchange only. Its name is none that a producer
    with Celery's defaults would declare as a direct one."""
    exchange = Exchange("counterfoil", type="topic", durable=True)
    return Queue(name, exchange, routing_key=name, queue_arguments={"x-queue-type": "quorum"})


def _transport_options(broker: BrokerSettings) -> dict[str, Any]:
    if broker.in_process:
        return {}
    if broker.url.scheme in {"amqp", "amqps"}:
        return {"confirm_publish": True}
    return {
        "visibility_timeout": broker.visibility_timeout.total_seconds(),
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 15,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }


class CeleryBell:
    """Rings through the broker. A ring that fails is dropped, and for a few seconds none is tried:
    the sweeper rings again, and whoever waits for a webhook's answer must not wait for a broker."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._silent_until = 0.0

    def ring(self, shop: str, order_id: str) -> None:
        with self._lock:
            if monotonic() < self._silent_until:
                return
        try:
            self._app.send_task("orders.sync", args=(shop, order_id), queue=ORDERS, ignore_result=True)
        except Exception as error:  # noqa: BLE001  (whatever the transport raises: the sweeper rings again)
            with self._lock:
                self._silent_until = monotonic() + _SILENT_SECONDS
            log.warning("bell.silent", shop=shop, order=order_id, error=str(error))
