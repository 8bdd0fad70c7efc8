"""The page on reconciliation tells every class and every repair, and tells them truly."""

import re
from pathlib import Path

from tasks.reconcile import FindingClass, Repair
from tasks.reconcile.classes import PERMITTED
from worker.web.metrics import _compared

PAGE = (Path(__file__).parents[3] / "docs" / "reconciliation.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the first table below whose heading begins so: first cell -> the others."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {first.strip("`"): rest for first, *rest in cells}


def test_the_table_tells_every_class_with_what_it_permits() -> None:
    told = {name: set(re.findall(r"`(\w+)`", rest[-1])) for name, rest in table("class").items()}
    assert told == {str(kind): set(map(str, PERMITTED[kind])) for kind in FindingClass}
    assert all((rest[-1] == "by hand") is (not PERMITTED[FindingClass(name)]) for name, rest in table("class").items())


def test_every_repair_is_explained() -> None:
    assert set(table("repair")) == set(map(str, Repair))


def test_every_figure_of_the_metrics_is_told() -> None:
    assert set(table("figure")) == {family.name for family in _compared([])}
