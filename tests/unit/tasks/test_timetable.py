"""When books are compared: moments of their own, the same in every process."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tasks.ledger.run import Scope
from tasks.reconcile.timetable import Round, Timetable

BOOKS = [f"book-{number}" for number in range(40)]
QUARTER = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("each", list(Round))
def test_a_moment_is_over_and_the_same_until_the_next_one_comes(book: str, each: Round) -> None:
    timetable = Timetable(nightly_at=time(23, 40), zone=ZoneInfo("Europe/Warsaw"))
    now = at("2026-03-01T00:01")
    before = timetable.moment(each, book, now)
    while now < at("2026-05-02T00:00"):
        moment = timetable.moment(each, book, now)
        assert moment <= now
        assert moment >= before
        assert now - moment <= timetable.interval(each) + timedelta(hours=1)
        before = moment
        now += timedelta(hours=7, minutes=13)


def test_changes_come_at_even_distances() -> None:
    timetable = Timetable()
    moment = timetable.moment(Round.CHANGES, "main", at("2026-03-04T12:00"))
    assert timetable.moment(Round.CHANGES, "main", moment + QUARTER - timedelta(seconds=1)) == moment
    assert timetable.moment(Round.CHANGES, "main", moment + QUARTER) == moment + QUARTER


def test_many_books_begin_one_after_the_other() -> None:
    now = at("2026-03-04T12:00")
    for each, spread in ((Round.CHANGES, QUARTER), (Round.NIGHT, timedelta(hours=1))):
        moments = {Timetable().moment(each, book, now) for book in BOOKS}
        assert len(moments) > 35
        assert max(moments) - min(moments) < spread


def test_the_night_is_that_of_the_zone() -> None:
    now = at("2026-07-04T12:00")
    utc = Timetable().moment(Round.NIGHT, "main", now)
    warsaw = Timetable(zone=ZoneInfo("Europe/Warsaw")).moment(Round.NIGHT, "main", now)
    assert timedelta() <= utc - at("2026-07-04T02:30") < timedelta(hours=1)
    assert utc - warsaw == timedelta(hours=2)


def test_the_last_month_comes_on_its_day_and_covers_it_whole() -> None:
    timetable = Timetable()
    asked = timetable.covers(Round.MONTH, "main", at("2026-03-02T05:00"))
    assert (asked.scope, asked.start, asked.end) == (Scope.PERIOD, date(2026, 2, 1), date(2026, 2, 28))
    late = timetable.covers(Round.MONTH, "main", at("2026-04-01T05:00"))
    assert (late.start, late.end) == (date(2026, 2, 1), date(2026, 2, 28))
    assert timetable.covers(Round.MONTH, "main", at("2026-01-31T05:00")).end == date(2025, 12, 31)


def test_the_night_covers_the_current_month_to_its_end() -> None:
    asked = Timetable().covers(Round.NIGHT, "main", at("2028-02-11T03:00"))
    assert (asked.start, asked.end, asked.by) == (date(2028, 2, 1), date(2028, 2, 29), "schedule: night")
