"""Readings that die and go on, that keep little, and that cost no more requests than they must."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import paging
from providers.domain.errors import Unavailable
from tests.unit.providers.moving_list import NOON, Life, Row, Table, read, way_of


def read_by_many(
    table: Table, way: paging.Way[Row], between: Callable[[Table], None], **more: object
) -> list[list[int]]:
    """Each process reads one batch and dies; the next one knows its cursor, and nothing else."""
    told: list[list[int]] = []
    cursor = ""
    while True:
        reading = paging.batches(way, after=cursor, **more)  # type: ignore[arg-type]
        batch = next(reading, None)
        reading.close()  # type: ignore[attr-defined]
        if batch is None:
            return told
        told.append([row.id for row in batch.rows])
        cursor = json.loads(json.dumps(batch.cursor))
        between(table)


@given(
    count=st.integers(0, 90),
    size=st.sampled_from([8, 9, 10, 20]),
    seed=st.integers(0, 2**32),
    busy=st.floats(0, 0.7),
    moving=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_readers_that_die_after_every_batch_miss_nothing_together(
    count: int, size: int, seed: int, busy: float, moving: bool
) -> None:
    life = Life(random.Random(seed), busy, touches=moving)
    table = Table.of(count, between=life.goes_on)
    there = {row.id for row in table.rows}
    try:
        told = read_by_many(table, way_of(table, size, moving=moving), life.goes_on)
    except Unavailable:
        return
    assert there & {row.id for row in table.rows} <= {each for batch in told for each in batch}


@pytest.mark.parametrize("count", [0, 1, 8, 9, 40, 41])
@pytest.mark.parametrize("moving", [True, False])
def test_readers_that_die_after_every_batch_of_a_list_at_rest_come_to_its_end(count: int, moving: bool) -> None:
    table = Table.of(count)
    told = read_by_many(table, way_of(table, 8, moving=moving), lambda _table: None)
    assert sorted({each for batch in told for each in batch}) == list(range(1, count + 1))


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize("gone", [1, 9, 60])
def test_rows_deleted_while_nobody_reads_leave_no_gap(at: int, gone: int) -> None:
    def between(table: Table) -> None:
        if len(table.requests) == at:
            table.delete(*sorted((row.id for row in table.rows), reverse=True)[:gone])

    table = Table.of(100)
    told = {each for batch in read_by_many(table, way_of(table, 10), between) for each in batch}
    assert {row.id for row in table.rows} <= told


@pytest.mark.parametrize("seed", range(20))
def test_rows_of_one_second_in_changing_order_are_all_told_though_others_are_deleted(seed: int) -> None:
    dice = random.Random(seed)
    rows = [Row(n, NOON + timedelta(seconds=n // 3)) for n in range(120)]

    def between(table: Table, _request: int) -> None:
        newest = sorted(table.rows, key=lambda row: row.changed, reverse=True)
        table.delete(*(row.id for row in newest[:2]))

    table = Table(rows, shuffle_ties=dice, between=between)
    told = read(table, 10)
    assert {row.id for row in table.rows} <= set(told)


def test_a_list_that_shrank_by_many_pages_is_found_again_in_a_few_requests() -> None:
    def between(table: Table, request: int) -> None:
        if request == 60:
            table.delete(*range(9_000, 5_000, -1))

    table = Table.of(9_000, between=between)
    told = read(table, 100)
    assert set(range(1, 5_001)) <= set(told)
    assert len(table.requests) <= 200


def test_since_reads_down_to_the_moment_and_no_further() -> None:
    table = Table.of(1000)
    told = [row.id for row in paging.rows(way_of(table, 10), since=NOON + timedelta(seconds=951))]
    assert told[:50] == list(range(1000, 950, -1))
    assert len(told) < 50 + 10
    assert len(table.requests) <= 12


@given(count=st.integers(0, 90), back=st.integers(0, 100), seed=st.integers(0, 2**32), busy=st.floats(0, 0.6))
@settings(max_examples=100, deadline=None)
def test_what_changed_since_a_moment_is_told_whatever_happens_meanwhile_and_whoever_dies(
    count: int, back: int, seed: int, busy: float
) -> None:
    life = Life(random.Random(seed), busy)
    table, since = Table.of(count, between=life.goes_on), NOON + timedelta(seconds=back)
    wanted = {row.id for row in table.rows if row.changed >= since}
    try:
        told = read_by_many(table, way_of(table, 10), life.goes_on, since=since)
    except Unavailable:
        return
    assert wanted & {row.id for row in table.rows} <= {each for batch in told for each in batch}


@pytest.mark.parametrize(("count", "size"), [(1, 10), (9, 10), (11, 10), (95, 10), (1234, 100)])
@pytest.mark.parametrize("repeats", [True, False])
def test_pages_that_never_move_cost_one_request_each(count: int, size: int, repeats: bool) -> None:
    assert requests_for(count, size, repeats) == -(-count // size)


@pytest.mark.parametrize(("count", "size"), [(0, 10), (10, 10), (100, 10), (1200, 100)])
@pytest.mark.parametrize("repeats", [True, False])
def test_a_last_page_that_is_full_costs_one_request_more(count: int, size: int, repeats: bool) -> None:
    assert requests_for(count, size, repeats) == count // size + 1


def requests_for(count: int, size: int, repeats: bool) -> int:
    asked = []

    def fetch(page: int, per_page: int) -> Sequence[int]:
        asked.append(page)
        assert per_page == size
        last = max(-(-count // size), 1) if repeats else page
        return range(count)[(min(page, last) - 1) * size : min(page, last) * size]

    way = paging.Way(fetch=fetch, page_size=size, identity=str, rows_vanish=False, last_page_repeats=repeats)
    assert [row for batch in paging.batches(way) for row in batch.rows] == list(range(count))
    return len(asked)


@pytest.mark.parametrize("moving", [True, False])
@pytest.mark.parametrize("alike", [1, 7, 100_000], ids=["seconds apart", "ties", "all in one moment"])
def test_what_a_reading_keeps_does_not_grow_with_the_list(moving: bool, alike: int) -> None:
    def kept(count: int) -> int:
        table = Table([Row(n, NOON + timedelta(seconds=n // alike)) for n in range(count)])
        return max(len(batch.cursor) for batch in paging.batches(way_of(table, 20, moving=moving)))

    assert kept(4_000) <= kept(2_000) + 40
    assert kept(4_000) < 20_000


def test_what_a_reading_remembers_is_a_few_pages() -> None:
    table = Table.of(3_000)
    reading = paging._Reading(way_of(table, 20), paging._Place(), None)
    remembered = [sum(map(len, reading._known)) + len(reading.place.ties) for _ in reading.run()]
    assert max(remembered) <= 20 * paging.REMEMBERED + 1


def test_much_that_changes_while_a_list_is_read_is_not_kept_either() -> None:
    table = Table.of(2_000, between=lambda table, request: table.touch(request, request + 1, request + 2))
    reading = paging.batches(way_of(table, 20))
    sizes = [len(next(reading).cursor) for _ in range(100)]
    assert max(sizes) < 1_000


def test_a_server_that_gives_other_rows_for_every_request_gives_an_error() -> None:
    numbers = iter(range(10_000_000))

    def fetch(_page: int, size: int) -> list[int]:
        return [next(numbers) for _ in range(size)]

    with pytest.raises(Unavailable, match="other rows"):
        list(paging.rows(paging.Way(fetch=fetch, page_size=20, identity=str)))


def test_a_list_that_never_rests_is_given_up_and_tried_again_by_the_next_reader() -> None:
    busy = Table.of(30, between=lambda table, _request: table.touch(*range(1, 28)))
    cursors = [""]
    with pytest.raises(Unavailable, match="changed faster"):
        cursors.extend(batch.cursor for batch in paging.batches(way_of(busy, 10)))
    busy.between = None
    assert {row.id for batch in paging.batches(way_of(busy, 10), after=cursors[-1]) for row in batch.rows}


def test_a_busy_list_is_done_once_one_request_shows_all_that_changed() -> None:
    table = Table.of(200, between=lambda table, request: table.touch(request, 2 * request))
    assert set(range(1, 201)) <= set(read(table, 20))
