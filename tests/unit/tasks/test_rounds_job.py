"""The task that compares books rings for each of them, and for itself until there is nothing left to do."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from kombu import Queue

from config.sections import BrokerSettings
from tasks.jobs import BOOKS, register
from tasks.ledger.store import LedgerUnavailable
from worker.celery_app import make_app


@dataclass
class Walk:
    """Says what a test tells it to say, and remembers which books were driven."""

    wanting: list[str] = field(default_factory=list)
    more: bool = False
    broken: bool = False
    driven: list[str] = field(default_factory=list)

    def due(self) -> list[str]:
        if self.broken:
            raise LedgerUnavailable("gone")
        return self.wanting

    def drive(self, book: str) -> bool:
        self.driven.append(book)
        return self.more


@pytest.fixture
def walk() -> Walk:
    return Walk()


@pytest.fixture
def app(walk: Walk) -> Any:
    made = make_app(BrokerSettings(), {})
    register(made, SimpleNamespace(rounds=walk))  # type: ignore[arg-type]  # the other tasks are not called
    yield made
    made.close()


def rung(app: Celery) -> list[list[str]]:
    """The arguments of every message that waits in the queue; they are taken out."""
    found: list[list[str]] = []
    with app.connection_for_read() as connection:
        queue = Queue(BOOKS)(connection.default_channel)
        queue.declare()
        while message := queue.get(no_ack=True):
            found.append(message.decode()[0])
    return found


def call(app: Celery, *book: str) -> None:
    app.tasks["books.reconcile"].run(*book)


def test_without_a_book_each_that_needs_it_is_rung_for(app: Celery, walk: Walk) -> None:
    rung(app)
    walk.wanting = ["main", "other"]
    call(app)
    assert (rung(app), walk.driven) == ([["main"], ["other"]], [])


def test_a_book_is_driven_and_rings_again_as_long_as_there_is_more(app: Celery, walk: Walk) -> None:
    rung(app)
    walk.more = True
    call(app, "main")
    assert (rung(app), walk.driven) == ([["main"]], ["main"])
    walk.more = False
    call(app, "main")
    assert rung(app) == []


def test_a_ledger_that_is_away_costs_no_more_than_time(app: Celery, walk: Walk) -> None:
    rung(app)
    walk.broken = True
    call(app)
    assert rung(app) == []
