"""Slots over several processes: advisory locks of the PostgreSQL that the ledger is on."""

from collections.abc import Iterator
from time import monotonic

import pytest

from tasks.ledger.slots import PostgresSlots
from tasks.ledger.store import Store

BOOK = "main"


@pytest.fixture
def process(postgres_store: Store) -> Iterator[PostgresSlots]:
    slots = PostgresSlots(postgres_store, {BOOK: 2, "free": None})
    yield slots
    slots.close()


@pytest.fixture
def another(postgres_store: Store) -> Iterator[PostgresSlots]:
    slots = PostgresSlots(postgres_store, {BOOK: 2, "free": None})
    yield slots
    slots.close()


def both_free(slots: PostgresSlots) -> bool:
    with slots.take(BOOK) as first, slots.take(BOOK) as second:
        return first and second


def test_two_processes_share_the_slots_of_a_book(process: PostgresSlots, another: PostgresSlots) -> None:
    with process.take(BOOK) as first, another.take(BOOK) as second:
        assert (first, second) == (True, True)
        with process.take(BOOK) as third, another.take(BOOK) as fourth:
            assert (third, fourth) == (False, False)
    with process.take(BOOK) as again:
        assert again


def test_one_process_may_take_them_all(process: PostgresSlots, another: PostgresSlots) -> None:
    with process.take(BOOK) as first, process.take(BOOK) as second, another.take(BOOK) as third:
        assert (first, second, third) == (True, True, False)


def test_a_process_that_dies_gives_its_slots_back_at_once(process: PostgresSlots, another: PostgresSlots) -> None:
    with process.take(BOOK), process.take(BOOK):
        process.close()
        until = monotonic() + 10
        while not both_free(another):
            assert monotonic() < until, "the server has not noticed that the connection is gone"


def test_a_book_without_a_limit_is_not_counted(process: PostgresSlots) -> None:
    assert not process.bounded("free")
    with process.take("free") as first, process.take("free") as second, process.take("free") as third:
        assert (first, second, third) == (True, True, True)
