"""The processes of the larger shapes: web, worker and schedule, each on its own, over a broker that all can reach."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import structlog
from celery.beat import Service
from celery.signals import setup_logging, worker_ready
from kombu.exceptions import OperationalError

from tasks.ledger.store import LedgerUnavailable
from worker.celery_app import SCHEDULER
from worker.embedded import leave_logging_alone, make_worker, run_worker
from worker.memory import keep_what_is_made
from worker.one_core import keep_to_one_core
from worker.web.server import listen, make_server
from worker.wiring import Wired

log = structlog.get_logger()

_REFUSED_SECONDS = 2.0


class NeedsBroker(Exception):
    """The broker lives in one process's memory, where no other process hears of it."""


def require_broker(wired: Wired) -> None:
    """Raise `NeedsBroker` unless other processes can reach the broker."""
    if wired.settings.broker.in_process:
        raise NeedsBroker("memory:// lives in one process, where no other one hears of it")


def web(wired: Wired) -> int:
    """Take webhooks until SIGTERM or Ctrl-C; deliveries under way are finished. Returns the exit code.

    Raises `CannotListen`.
    """
    settings = wired.settings.web
    listener = listen(settings.host, settings.port)
    try:
        server = make_server(wired.web())
        host, port = listener.getsockname()[:2]
        with _signalled(lambda: setattr(server, "should_exit", True)):
            keep_what_is_made()
            log.info("counterfoil.up", process="web", url=f"http://{host}:{port}", ledger=wired.ledger.address)
            server.run([listener])
        log.info("counterfoil.down", process="web")
        return 0 if server.started else 1
    finally:
        listener.close()


@contextmanager
def _signalled(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` at SIGTERM and Ctrl-C, and let them do no more than that.

    Once it has shut down, uvicorn raises the signal again for the handler that was there before: without
    this one, the process would die of it rather than end.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        stop()

    former = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def worker(wired: Wired) -> int:
    """Drive orders until SIGTERM or Ctrl-C; calls under way are finished. Returns the exit code."""
    settings = wired.settings.worker
    process = make_worker(wired, name="worker")

    def ready(**_: Any) -> None:
        _stand_back(settings.nice)
        keep_what_is_made()
        if settings.one_core:
            keep_to_one_core()
        _look(wired)

    worker_ready.connect(ready, weak=False)
    log.info("counterfoil.up", process="worker", threads=settings.threads, ledger=wired.ledger.address)
    try:
        code = run_worker(process)
    finally:
        worker_ready.disconnect(ready)
    log.info("counterfoil.down", process="worker")
    return code


def _stand_back(nice: int) -> None:
    """Let others, the web process above all, go first from now on; not earlier, for that nobody works is no state to
    linger in. It holds for this thread and those that begin later, which all of the pool do. A worker that comes back
    to its broker is ready again, and no nicer."""
    os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), nice))


def _look(wired: Wired) -> None:
    """Ring what is due, whenever a worker comes up, or comes back to its broker."""
    try:
        wired.work.sweeper.wake()
    except LedgerUnavailable as error:
        log.error("ledger.unavailable", error=str(error))  # the schedule looks again


def beat(wired: Wired) -> int:
    """Send what the schedule says until SIGTERM or Ctrl-C. Returns the exit code.

    Nothing is kept between two runs: every job may run twice, and the ledger knows what is due. Celery's service
    waits by itself for a broker that is away, and ends of one that refuses it: a virtual host that is being made
    anew, a right that is granted a moment later. Like a worker, beat waits for these too.
    """
    setup_logging.connect(leave_logging_alone)
    connection = wired.app.connection_for_write()
    refusals = (*connection.connection_errors, *connection.channel_errors, OperationalError)
    over = threading.Event()

    def end() -> None:
        over.set()
        raise SystemExit  # breaks off whatever wait for the broker beat is in

    with _signalled(end), suppress(SystemExit):
        log.info("counterfoil.up", process="beat")
        while not over.is_set():
            try:
                Service(wired.app, scheduler_cls=SCHEDULER).start()
            except refusals as error:
                log.error("broker.refused", process="beat", error=str(error), again_in=_REFUSED_SECONDS)
                over.wait(_REFUSED_SECONDS)
    log.info("counterfoil.down", process="beat")
    return 0
