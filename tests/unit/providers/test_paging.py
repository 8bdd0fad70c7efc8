"""Lists that change while they are read."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import paging
from providers.domain.errors import Unavailable
from tests.unit.providers.moving_list import NOON, Row, Table, read


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 16, 17, 60, 61, 120, 840, 841])
@pytest.mark.parametrize("size", [2, 3, 5, 8, 100])
def test_every_row_is_told_once_in_order(count: int, size: int) -> None:
    assert read(Table.of(count), size) == list(range(count, 0, -1))


def test_a_short_page_is_the_end_and_costs_one_request() -> None:
    table = Table.of(7)
    assert len(read(table, 8)) == 7
    assert table.requests == [(1, 8)]


def test_overlapping_costs_at_most_a_fifth_more_requests() -> None:
    table = Table.of(10_000)
    assert len(read(table, 100)) == 10_000
    assert len(table.requests) <= 120


@given(position=st.integers(1, 200_000), largest=st.integers(20, 100))
def test_a_window_begins_within_what_was_read_and_reaches_beyond_it(position: int, largest: int) -> None:
    page, size = paging.window(position, largest)
    assert size <= largest
    assert (page - 1) * size < position < page * size


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize("gone", [1, 2, 9, 20])
def test_rows_deleted_before_any_request_leave_no_gap(at: int, gone: int) -> None:
    def between(table: Table, request: int) -> None:
        if request == at:
            table.delete(*sorted((row.id for row in table.rows), reverse=True)[:gone])

    table = Table.of(75, between=between)
    assert {row.id for row in table.rows} <= set(read(table, 8)) | set(range(76 - gone, 76))


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize("moved", [1, 5, 40, 68])
def test_an_unread_row_that_moves_to_the_front_before_any_request_is_told(at: int, moved: int) -> None:
    table = Table.of(75, between=lambda table, request: table.touch(moved) if request == at else None)
    assert sorted(read(table, 8)) == list(range(1, 76))


@pytest.mark.parametrize("at", range(1, 12))
def test_rows_added_before_any_request_push_others_down_and_nothing_is_told_twice(at: int) -> None:
    table = Table.of(75, between=lambda table, request: table.add(1000 + request) if request == at else None)
    told = read(table, 8)
    assert len(told) == len(set(told))
    assert set(range(1, 76)) <= set(told)


@given(
    count=st.integers(0, 90),
    size=st.sampled_from([8, 9, 10, 20]),
    seed=st.integers(0, 2**32),
    busy=st.floats(0, 0.7),
)
@settings(max_examples=200, deadline=None)
def test_a_row_that_was_there_all_the_time_is_told_whatever_happens_meanwhile(
    count: int, size: int, seed: int, busy: float
) -> None:
    dice = random.Random(seed)

    def between(table: Table, request: int) -> None:
        if request > 40 or not table.rows or dice.random() > busy:
            return
        for _ in range(dice.randint(1, 3)):
            victim = dice.choice(table.rows).id if table.rows else 0
            match dice.choice(("delete", "touch", "add")):
                case "delete":
                    table.delete(victim)
                case "touch":
                    table.touch(victim)
                case "add":
                    table.add(5000 + dice.getrandbits(30))

    table = Table.of(count, between=between)
    there = {row.id for row in table.rows}
    try:
        told = read(table, size)
    except Unavailable:
        return
    assert len(told) == len(set(told))
    assert there & {row.id for row in table.rows} <= set(told)


@pytest.mark.parametrize("seed", range(30))
def test_rows_of_one_second_in_changing_order_are_all_told(seed: int) -> None:
    rows = [Row(n, NOON + timedelta(seconds=n // 4)) for n in range(90)]
    table = Table(rows, shuffle_ties=random.Random(seed))
    assert sorted(read(table, 10)) == list(range(90))


def test_a_list_whose_rows_all_tie_ends() -> None:
    assert sorted(read(Table([Row(n, NOON) for n in range(50)]), 8)) == list(range(50))


def test_a_server_that_ignores_the_page_number_gives_an_error_and_no_short_list() -> None:
    def ignorant(_page: int, size: int) -> list[int]:
        return list(range(size))

    with pytest.raises(Unavailable, match="same rows"):
        list(paging.rows(paging.Way(fetch=ignorant, page_size=8, identity=str)))


def test_a_known_repetition_of_the_last_page_is_the_end() -> None:
    everything = list(range(16))

    def fetch(page: int, size: int) -> list[int]:
        page = min(page, -(-len(everything) // size))
        return everything[(page - 1) * size : page * size]

    told = list(paging.rows(paging.Way(fetch=fetch, page_size=8, identity=str, last_page_repeats=True)))
    assert told == everything


def test_pages_are_fetched_as_they_are_needed() -> None:
    table = Table.of(75)
    found = paging.rows(paging.Way(fetch=table.fetch, page_size=8, identity=lambda row: str(row.id)))
    next(found)
    assert len(table.requests) == 1
