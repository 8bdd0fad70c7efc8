"""The tie-out puts three sides beside each other, and pictures tell no more than it does."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tasks.ledger.run import Phase, Run, RunState, Scope
from tasks.ledger.totals import ALL_RATES, Side, Sum
from tasks.reconcile import FindingClass, Report
from tasks.reconcile.ties import Amounts, by_rate, rate_name, ties
from tests.builders import BOOK, NOON
from worker.reports import charts
from worker.reports.page import page, period

DAY = date(2026, 3, 4)
RUN = Run(
    pk=1,
    book=BOOK,
    scope=Scope.ALL,
    start=None,
    end=None,
    changed_since=None,
    by="ada",
    state=RunState.FINISHED,
    phase=Phase.OVER,
    cursor="",
    pages=1,
    compared=10,
    equal=10,
    foreign=0,
    open=0,
    counts={},
    error="",
    fence=1,
    started_at=NOON,
    finished_at=NOON,
)


def a_sum(side: Side, gross: object, rate: str = ALL_RATES, **changes: object) -> Sum:
    amount = Decimal(str(gross))
    facts: dict[str, object] = {"day": DAY, "currency": "EUR", "documents": 1, "net": amount, "tax": Decimal(0)}
    return Sum(**{"side": side, "rate": rate, "gross": amount, **facts, **changes})  # type: ignore[arg-type]


def three(gross: object, rate: str = ALL_RATES, **changes: object) -> list[Sum]:
    return [a_sum(side, gross, rate, **changes) for side in Side]


def test_equal_sides_do_not_differ_and_unequal_ones_tell_by_how_much() -> None:
    (equal,) = ties(three(5))
    assert (equal.differs, equal.difference) == (False, 0)
    (apart,) = ties([*three(5)[:2], a_sum(Side.PROVIDER, "4.50")])
    assert (apart.differs, apart.difference) == (True, Decimal("0.50"))


def test_a_side_without_a_document_that_day_comes_to_nothing() -> None:
    (tie,) = ties([a_sum(Side.PROVIDER, 5)])
    assert (tie.shop, tie.ledger, tie.difference) == (Amounts(), Amounts(), Decimal(5))


def test_rates_that_a_provider_does_not_tell_are_no_difference() -> None:
    by_rate_, whole = ties([*three(5), a_sum(Side.SHOP, 5, "23"), a_sum(Side.LEDGER, 5, "23")])
    assert (by_rate_.provider, by_rate_.differs, whole.differs) == (None, False, False)


def test_a_rate_that_a_provider_tells_on_other_lines_counts_as_nothing() -> None:
    sums = [*three(10), *three(5, "23"), a_sum(Side.SHOP, 5, "8"), a_sum(Side.LEDGER, 5, "8")]
    assert [(tie.rate, tie.difference) for tie in ties(sums)] == [("23", 0), ("8", 5), ("all", 0)]


def test_rates_come_from_the_highest_and_the_whole_comes_last() -> None:
    sums = [each for rate in (ALL_RATES, "exempt", "5.5", "23") for each in three(1, rate)]
    assert [rate_name(tie.rate) for tie in ties(sums)] == ["23 %", "5.5 %", "exempt", "all rates"]


def test_days_are_added_up_by_rate_and_currency() -> None:
    tomorrow = DAY + timedelta(days=1)
    sums = [*three(5), *three(7, day=tomorrow), *three(1, currency="PLN")]
    euros, zlotys = by_rate(ties(sums))
    assert (euros.day, euros.ledger.gross, euros.provider) == (
        None,
        12,
        Amounts(documents=2, net=Decimal(12), gross=Decimal(12)),
    )
    assert (zlotys.currency, zlotys.shop.documents) == ("PLN", 1)


def test_a_rate_that_was_not_told_on_one_day_is_not_told_at_all() -> None:
    tomorrow = DAY + timedelta(days=1)
    told = [*three(5), *three(5, "23")]
    untold = [*three(5, day=tomorrow), *(a_sum(side, 5, "23", day=tomorrow) for side in (Side.SHOP, Side.LEDGER))]
    assert by_rate(ties([*told, *untold]))[0].provider is None


def test_one_run_is_no_trend_and_one_day_no_course() -> None:
    assert charts.trend([RUN]) is None
    assert charts.days(ties(three(5)), "EUR") is None
    assert charts.stakes([], "EUR") is None


def test_every_finding_of_a_run_is_to_be_seen_however_few_they_are() -> None:
    bad = replace(RUN, counts={"amount_different": 1}, equal=9)
    chart = charts.trend([RUN, bad, replace(RUN, counts={"amount_different": 5000})])
    assert chart is not None
    assert min(mark.height for mark in chart.marks if mark.kind == "bad") >= 3
    assert len([mark for mark in chart.marks if mark.kind == "bad"]) == 2


def test_marks_stay_within_the_picture() -> None:
    sums = [each for number in range(400) for each in three(number, day=DAY + timedelta(days=number))]
    chart = charts.days(ties(sums), "EUR")
    assert chart is not None
    assert len(chart.marks) < 100, "many days are drawn as months"
    money = [(kind, 1, {"EUR": Decimal(number + 1)}) for number, kind in enumerate(FindingClass)]
    for each in (chart, charts.stakes(money, "EUR"), charts.trend([RUN] * 60)):
        assert each is not None
        for mark in each.marks:
            assert mark.x >= 0
            assert mark.x + mark.width <= each.width
            assert mark.y >= 0
            assert mark.y + mark.height <= each.height


def test_a_picture_of_nothing_is_none_to_divide_by() -> None:
    empty = replace(RUN, compared=0, equal=0)
    assert charts.trend([empty, empty]) is not None
    tomorrow = DAY + timedelta(days=1)
    assert charts.days(ties([*three(0), *three(0, day=tomorrow)]), "EUR") is not None


def test_the_page_says_that_all_is_well_only_when_it_is() -> None:
    def told(**changes: object) -> str:
        run = replace(RUN, **changes)  # type: ignore[arg-type]
        return page(Report(run=run, findings=(), totals=()), [run], provider="Paper Books", now=NOON)

    assert "Ledger and provider match" in told()
    assert "1 is still under way" in told(open=1)
    assert "needs a whole period" not in told()
    assert "a whole period" in told(scope=Scope.CHANGES)


def test_what_a_run_covers_is_said_in_words() -> None:
    assert period(RUN) == "all documents"
    assert period(replace(RUN, start=DAY)) == "issued 2026-03-04 to now"
    assert period(replace(RUN, scope=Scope.CHANGES, changed_since=NOON)) == "changes since 2026-03-04 12:00 UTC"
