"""The processes of the larger shapes: web, worker and schedule, each on its own, over a broker that all can reach."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn
from celery.signals import setup_logging

from worker.embedded import leave_logging_alone, make_worker, run_worker
from worker.web.server import listen, make_server
from worker.wiring import Wired

log = structlog.get_logger()


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
        with _ending(server):
            log.info("counterfoil.up", process="web", url=f"http://{host}:{port}", ledger=wired.ledger.address)
            server.run([listener])
        log.info("counterfoil.down", process="web")
        return 0 if server.started else 1
    finally:
        listener.close()


@contextmanager
def _ending(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the server, and no more than that.

    Once it has shut down, uvicorn raises the signal again for the handler that was there before: without
    this one, the process would die of it rather than end.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    former = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def worker(wired: Wired) -> int:
    """Drive orders until SIGTERM or Ctrl-C; calls under way are finished. Returns the exit code."""
    process = make_worker(wired, name="worker")
    log.info("counterfoil.up", process="worker", threads=wired.settings.worker.threads, ledger=wired.ledger.address)
    code = run_worker(process)
    log.info("counterfoil.down", process="worker")
    return code


def beat(wired: Wired) -> int:
    """Send what the schedule says until SIGTERM or Ctrl-C. Returns the exit code.

    Nothing is kept between two runs: every job may run twice, and the ledger knows what is due.
    """
    setup_logging.connect(leave_logging_alone)
    log.info("counterfoil.up", process="beat")
    service = wired.app.Beat(scheduler="celery.beat:Scheduler", quiet=True, redirect_stdouts=False)
    try:
        service.run()
    except SystemExit:  # its way of answering a signal
        log.debug("counterfoil.stopping", process="beat")
    log.info("counterfoil.down", process="beat")
    return 0
