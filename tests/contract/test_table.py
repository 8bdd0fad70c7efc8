"""The table tells what stood, what was declined, what does not apply, and what failed."""

from typing import Literal

import pytest

from tests.contract.table import Table

CASE = "TestPaying::test_payments_add_up"


def report(
    provider: str, shown: str = "stood", *, outcome: Literal["passed", "failed"] = "passed", case: str = CASE
) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=f"tests/contract/invoicing/test_{provider}.py::{case}[some mood]",
        location=("", 0, ""),
        keywords={},
        outcome=outcome,
        longrepr=None,
        when="call",
        user_properties=[("shown", shown)],
    )


def lines(*reports: pytest.TestReport) -> list[str]:
    table = Table()
    for each in reports:
        table.pytest_runtest_logreport(each)
    return list(table.lines())


def told(*reports: pytest.TestReport) -> list[str]:
    """The cells of the one case."""
    return [cell.strip() for cell in lines(*reports)[1].split("  ")[1:] if cell.strip()]


def test_a_cell_counts_the_moods_in_which_a_case_stood() -> None:
    assert told(report("a"), report("a"), report("b", "declined"), report("c", "idle")) == ["2", "says no", "-"]


def test_one_failure_is_told_whatever_stood() -> None:
    assert told(report("a"), report("a", outcome="failed")) == ["1 FAILED"]


def test_a_case_is_told_in_words_and_a_provider_without_it_has_a_dash() -> None:
    _, first, second = lines(report("a"), report("b", case="TestLosing::test_nothing"))
    assert first.split("  ")[0] == "paying: payments add up"
    assert first.split()[-2:] == ["1", "-"]
    assert second.split("  ")[0] == "losing: nothing"


def test_what_is_no_case_of_the_suite_has_no_row() -> None:
    assert len(lines(report("a", case="TestItself::test_own_fact"))) == 1
