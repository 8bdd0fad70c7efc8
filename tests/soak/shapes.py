"""The shapes in which a run is played, each with what may hit it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.rabbitmq import RabbitMQ
from tests.soak.run import Blow
from tests.soak.servers import OwnPostgres, OwnValkey
from worker.demo.stage import Stage

SPREAD = ("web", "worker1", "worker2", "beat")
SHORT_TIMES = "timeout = 2\nsettle = 1\n"
"""A sandbox on loopback settles at once; the card's own times are for the world outside."""
EAGER = "[retries]\nfirst_wait = 0.5\n"
"""What fails here works again in a moment."""


@contextmanager
def embedded(
    folder: Path, *, faults: str | None, outage: float, times: str = SHORT_TIMES
) -> Iterator[tuple[Stage, Mapping[str, Blow]]]:
    """One process on a SQLite file."""
    stage = Stage(folder, sandbox_options=_options(faults), book_options=times, settings=EAGER)
    try:
        yield (
            stage,
            {
                "kill up": _kill(stage, "up"),
                "outage": lambda: stage.outage(outage),
                "kill up again": _kill(stage, "up"),
            },
        )
    finally:
        stage.close()


@contextmanager
def on_redis(folder: Path, *, faults: str | None, outage: float) -> Iterator[tuple[Stage, Mapping[str, Blow]]]:
    """Web, two workers and a beat on a PostgreSQL and a Valkey of their own."""
    with ExitStack() as stack:
        broker = OwnValkey(folder / "valkey")
        stack.callback(broker.stop)
        with _spread(folder, broker.url, broker.wipe, faults=faults, outage=outage) as made:
            yield made


@contextmanager
def on_rabbitmq(
    folder: Path, broker: RabbitMQ, *, faults: str | None, outage: float
) -> Iterator[tuple[Stage, Mapping[str, Blow]]]:
    """The same on RabbitMQ with quorum queues."""
    with _spread(folder, broker.url, broker.wipe, faults=faults, outage=outage) as made:
        yield made


@contextmanager
def _spread(
    folder: Path, broker_url: str, wipe: Callable[[], None], *, faults: str | None, outage: float
) -> Iterator[tuple[Stage, Mapping[str, Blow]]]:
    ledger = OwnPostgres()
    here = folder / "stage"
    here.mkdir()
    stage = Stage(
        here,
        shape=SPREAD,
        ledger_url=ledger.url,
        broker_url=broker_url,
        sandbox_options=_options(faults),
        book_options=SHORT_TIMES,
        settings=EAGER,
    )
    try:
        yield (
            stage,
            {
                "kill worker1": _kill(stage, "worker1"),
                "kill worker2": _kill(stage, "worker2"),
                "wipe the broker": wipe,
                "kill web": _kill(stage, "web"),
                "outage": lambda: stage.outage(outage),
                "restart the database": ledger.restart,
                "kill beat": _kill(stage, "beat"),
            },
        )
    finally:
        stage.close()
        ledger.stop()


def _options(faults: str | None) -> tuple[str, ...]:
    return () if faults is None else ("--faults", faults)


def _kill(stage: Stage, name: str) -> Blow:
    def blow() -> None:
        stage.kill(name)
        stage.start(name)

    return blow
