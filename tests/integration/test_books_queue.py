"""Comparisons have a queue of their own: what beat puts on it a worker takes, and a run stands in the ledger."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from celery import Celery
from celery.beat import Scheduler

from tasks.jobs import BOOKS
from tasks.ledger.run import Run, RunState
from tasks.reconcile.timetable import Round
from tests.integration.conftest import SHORT_TIMES
from tests.integration.play import invoices, wait_until, watch
from tests.rabbitmq import RabbitMQ
from worker.demo.stage import BOOK, Stage
from worker.demo.story import Plot, tell

OFTEN = f'{SHORT_TIMES}[books.{BOOK}.reconcile]\nchanges_every = "1s"\n'


@pytest.fixture(params=["redis", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> str:
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    broker: RabbitMQ = request.getfixturevalue("rabbitmq")
    return broker.url


@pytest.fixture
def stage(tmp_path: Path, fresh_postgres: str, broker_url: str) -> Iterator[Stage]:
    made = Stage(tmp_path, shape=("worker",), ledger_url=fresh_postgres, broker_url=broker_url, book_options=OFTEN)
    made.open()
    yield made
    made.close()


def invoice(app: Celery, stage: Stage) -> None:
    """One order becomes an invoice."""
    order = next(order for order in tell(20).orders if order.plot is Plot.PAID_AT_ONCE)
    event = {"shop": order.shop, "body": order.deliveries[0][1].decode()}
    app.send_task("orders.receive", kwargs=event, queue="orders")
    wait_until(lambda: invoices(stage) == 1, what="an invoice")


def test_what_beat_puts_on_the_queue_of_books_becomes_a_run(stage: Stage) -> None:
    with closing(watch(stage)) as wired:
        invoice(wired.app, stage)
        wait_until(lambda: wired.work.rounds.due() == [BOOK], what="a comparison that is due")
        beat = Scheduler(wired.app)
        entry = beat.schedule["compare books"]
        assert entry.options["queue"] == BOOKS
        beat.apply_async(entry)

        def runs() -> list[Run]:
            return wired.ledger.runs.newest(BOOK, by=Round.CHANGES.by)

        wait_until(lambda: bool(runs()), what="a run in the ledger")
        (run,) = runs()
        assert (run.state, run.compared, run.equal, run.counts) == (RunState.FINISHED, 1, 1, {})
