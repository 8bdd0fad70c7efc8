"""Pages whose parameters nobody public knows."""

from collections.abc import Mapping

import pytest

from providers.domain.errors import Unavailable
from providers.invoicing.acs.pages import Page, batches, rows


def page(*ids: int, **facts: int) -> Page:
    return Page(rows=[{"id": each} for each in ids], **facts)


def read(*told: Page, last_page_repeats: bool = False) -> list[object]:
    """What is read from these pages; beyond the last one, that one comes again."""

    def fetch(number: int) -> Page:
        return told[min(number, len(told)) - 1]

    found = rows(fetch, identity=lambda row: str(row["id"]), last_page_repeats=last_page_repeats)
    return [row["id"] for row in found]


def test_a_page_count_ends_a_list() -> None:
    assert read(page(1, 2, pages=2, total=3), page(3, pages=2, total=3)) == [1, 2, 3]
    assert read(page(pages=0, total=0)) == []
    assert read(page(1, pages=1)) == [1]


def test_without_a_count_only_an_empty_page_ends_a_list_a_short_one_does_not() -> None:
    assert read(page(1, 2, 3), page(4), page(5, 6), page()) == [1, 2, 3, 4, 5, 6]
    assert read(page()) == []


def test_a_repeated_page_is_an_error_unless_the_owner_says_that_the_last_one_repeats() -> None:
    with pytest.raises(Unavailable, match="same rows"):
        read(page(1, 2), page(3))
    assert read(page(1, 2), page(3), last_page_repeats=True) == [1, 2, 3]


def test_a_row_that_is_pushed_to_the_next_page_is_told_once() -> None:
    assert read(page(1, 2), page(2, 3), page()) == [1, 2, 3]


def test_a_list_that_gives_fewer_rows_than_it_tells_of_is_not_believed() -> None:
    with pytest.raises(Unavailable, match="tells of 4 rows, but gave 3"):
        read(page(1, 2, pages=2, total=4), page(3, pages=2, total=4))
    with pytest.raises(Unavailable, match="tells of 4 rows"):
        read(page(1, 2, total=4), page(total=4))


def test_a_list_that_goes_round_in_circles_is_given_up() -> None:
    with pytest.raises(Unavailable, match="does not end"):
        read(page(1, 2), page(2, 3), page(1), page(2), page(3), page(1))


@pytest.mark.parametrize(
    "told",
    [
        [page(1, 2, pages=3, total=5), page(3, 4, pages=3, total=5), page(5, pages=3, total=5)],
        [page(1, 2), page(3, 4), page(5), page()],
        [page(1, 2), page(2, 3), page(4, 5), page()],
    ],
    ids=["counted", "uncounted", "pushed"],
)
def test_a_reading_goes_on_behind_every_cursor(told: list[Page]) -> None:
    def fetch(number: int) -> Page:
        return told[min(number, len(told)) - 1]

    def identity(row: Mapping[str, object]) -> str:
        return str(row["id"])

    seen: list[object] = []
    for batch in batches(fetch, identity=identity):
        seen += [row["id"] for row in batch.rows]
        rest = [row["id"] for later in batches(fetch, identity=identity, after=batch.cursor) for row in later.rows]
        assert seen + rest == [1, 2, 3, 4, 5]


def test_a_list_that_shrank_while_nobody_read_it_is_not_believed() -> None:
    first = next(batches(lambda _: page(1, 2, pages=3, total=5), identity=lambda row: str(row["id"])))
    with pytest.raises(Unavailable, match="tells of 4 rows"):
        list(batches(lambda _: page(pages=2, total=4), identity=lambda row: str(row["id"]), after=first.cursor))


def test_pages_are_fetched_as_they_are_needed() -> None:
    asked: list[int] = []

    def fetch(number: int) -> Page:
        asked.append(number)
        return page(number, pages=9)

    reading = rows(fetch, identity=lambda row: str(row["id"]))
    next(reading)
    next(reading)
    assert asked == [1, 2]


def test_a_long_list_that_goes_round_in_circles_is_given_up_though_little_of_it_is_remembered() -> None:
    def fetch(number: int) -> Page:
        first = (number - 1) % 40 * 2
        return page(first, first + 1)

    with pytest.raises(Unavailable, match="circles"):
        list(rows(fetch, identity=lambda row: str(row["id"])))


def test_what_a_reading_keeps_does_not_grow_with_the_list() -> None:
    def cursors(count: int) -> list[int]:
        def fetch(number: int) -> Page:
            ids = range(count)[(number - 1) * 10 : number * 10]
            return page(*ids, pages=count // 10, total=count)

        return [len(batch.cursor) for batch in batches(fetch, identity=lambda row: str(row["id"]))]

    assert max(cursors(5000)) <= max(cursors(500)) + 30
