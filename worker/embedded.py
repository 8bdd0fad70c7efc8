"""The embedded shape: web, worker and schedule in one process, with a broker that lives in its memory.

The broker may forget everything, and does so at every stop: what is due stands in the ledger and is rung
again at start.
"""

import fcntl
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import structlog
from celery.apps.worker import Worker
from celery.beat import EmbeddedService
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_ready, worker_shutting_down

from worker.celery_app import SCHEDULER
from worker.memory import keep_what_is_made
from worker.one_core import keep_to_one_core
from worker.web.server import BackgroundServer, listen
from worker.wiring import Wired

log = structlog.get_logger()


class AlreadyRunning(Exception):
    """Another process works on the same SQLite ledger."""


def up(wired: Wired) -> int:
    """Run everything until SIGTERM or Ctrl-C; calls and deliveries under way are finished first.

    Returns the exit code. Raises `AlreadyRunning`, `CannotListen`, `LedgerUnavailable`.
    """
    settings = wired.settings
    with _alone(wired.sqlite_file) as alone:
        listener = listen(settings.web.host, settings.web.port)
        host, port = listener.getsockname()[:2]
        if alone:
            held = wired.ledger.turns.recover(now=wired.clock())
            if held:
                log.warning("ledger.recovered", orders=held)
        web = BackgroundServer(wired.web(), listener)
        beat = EmbeddedService(wired.app, max_interval=1, thread=True, scheduler_cls=SCHEDULER)
        beat.daemon = True
        worker = make_worker(wired)
        begun = ExitStack()  # a signal may come before the worker is ready

        def ready(**_: Any) -> None:
            worker_ready.disconnect(ready)
            beat.start()
            begun.callback(beat.stop)
            web.start()
            begun.callback(web.stop)
            keep_what_is_made()
            if settings.worker.one_core:
                keep_to_one_core()
            log.info("counterfoil.up", url=f"http://{host}:{port}", ledger=wired.ledger.address)
            wired.work.sweeper.wake()

        def shutting_down(**_: Any) -> None:
            log.info("counterfoil.stopping")
            beat.service.stop()  # it looks once a second; meanwhile the worker ends

        worker_ready.connect(ready, weak=False)
        worker_shutting_down.connect(shutting_down, weak=False)
        try:
            code = run_worker(worker)
        finally:
            worker_shutting_down.disconnect(shutting_down)
            begun.close()
            listener.close()
            wired.close()
        log.info("counterfoil.down")
        return code


def make_worker(wired: Wired, *, name: str = "embedded") -> Worker:
    """A Celery worker with a pool of threads. When it is told to stop, nothing more is claimed."""
    worker_shutting_down.connect(lambda **_: wired.stopping.set(), weak=False)
    setup_logging.connect(leave_logging_alone)
    # It warns of root, who could be made to run pickled code; we take JSON only.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    return wired.app.Worker(
        hostname=f"{name}@%h",
        pool="threads",
        concurrency=wired.answers,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="WARNING",
        quiet=True,
    )


def run_worker(worker: Worker) -> int:
    """Run it in this, the main, thread until a signal stops it. Returns the exit code.

    Celery calls a first Ctrl-C a failure; here it is a clean stop like any other that lets calls finish.
    """
    stops: list[str] = []

    def stopping(how: str = "", **_: Any) -> None:
        stops.append(how)

    worker_shutting_down.connect(stopping, weak=False)
    try:
        worker.start()
    finally:
        worker_shutting_down.disconnect(stopping)
    return 0 if stops == ["Warm"] else int(worker.exitcode or 0)


def leave_logging_alone(**_: Any) -> None:
    """Celery sets up no logging of its own where this signal has a receiver."""


@contextmanager
def _alone(sqlite_file: Path | None) -> Iterator[bool]:
    """Hold the lock that makes this process the only worker on a SQLite ledger.

    False for a ledger that is no file: others may work on it, and their leases are theirs. The lock is the
    kernel's, so that a killed process leaves none behind.
    """
    if sqlite_file is None:
        yield False
        return
    lock = sqlite_file.with_name(sqlite_file.name + ".lock")
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another counterfoil process works on {sqlite_file}") from None
        handle.write(f"{sys.argv[0]}\n")
        yield True
