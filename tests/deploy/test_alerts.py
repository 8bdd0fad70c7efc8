"""The alerts ask for figures that the program tells."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from providers.domain.steps import Rest
from tasks.ledger.ledger import Ledger
from tasks.ledger.notices import NoticeState
from tasks.ledger.store import Store
from tasks.reconcile.timetable import Timetable
from tests.builders import BOOK, SettableClock, a_paid_order
from tests.deploy.reading import DEPLOY, Tree, documents, is_command
from tests.ledger.desk import Desk
from worker.web.app import _ANSWERS
from worker.web.metrics import Metrics

RULES: dict[str, Tree] = {
    rule["alert"]: rule
    for group in documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"]
    for rule in group["rules"]
}
SCALING = documents(DEPLOY / "kubernetes" / "keda" / "scaledobject.yaml")[0]["spec"]["triggers"]
EXPRESSIONS = {
    **{name: rule["expr"] for name, rule in RULES.items()},
    "KEDA": next(trigger["metadata"]["query"] for trigger in SCALING if trigger["type"] == "prometheus"),
}


@pytest.fixture
def told(sqlite_store: Store, clock: SettableClock) -> dict[str, set[str]]:
    """Every figure that a process tells, and its labels."""
    ledger = Ledger(sqlite_store)
    desk = Desk(sqlite_store, ledger, clock)
    desk.bring()
    desk.invoice(a_paid_order(order_id="7"), choice=Rest(state=OrderState.DONE))
    ledger.books.pause("main", Reason(code=Code.BOOK_PAUSED, text="a test"), by="a test", now=clock())
    metrics = Metrics(ledger, clock, {BOOK: Timetable()})
    metrics.delivered("applied")
    metrics.refused(503)
    figures: dict[str, set[str]] = {}
    for line in metrics.text().decode().splitlines():
        found = re.match(r"(counterfoil_\w+)(?:\{(.*)\})? ", line)
        if found and not line.startswith("#"):
            labels = set(re.findall(r"(\w+)=", found[2] or ""))
            figures.setdefault(found[1], set()).update(labels)
    return figures


def asked(expression: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The figures of an expression, with what it wants of their labels."""
    for name, labels in re.findall(r"(counterfoil_\w+)(?:\{([^}]*)\})?", expression):
        yield name, dict(re.findall(r'(\w+)="([^"]*)"', labels))


@pytest.mark.parametrize("name", sorted(EXPRESSIONS))
def test_an_alert_asks_for_figures_and_labels_that_are_told(name: str, told: dict[str, set[str]]) -> None:
    wanted = list(asked(EXPRESSIONS[name]))
    assert wanted
    for figure, labels in wanted:
        assert figure in told
        assert set(labels) <= told[figure] | {"namespace"}  # which Prometheus puts there itself
        states = NoticeState if figure == "counterfoil_notices" else OrderState
        assert labels.get("state", next(iter(states))) in {str(state) for state in states}
        assert int(labels.get("status", "503")) in _ANSWERS


@pytest.mark.parametrize("name", sorted(EXPRESSIONS))
def test_an_expression_is_closed(name: str) -> None:
    expression = EXPRESSIONS[name]
    assert all(expression.count(opening) == expression.count(closing) for opening, closing in ("()", "{}", "[]"))
    assert expression.count('"') % 2 == 0


@pytest.mark.parametrize("name", sorted(RULES))
def test_an_alert_says_what_is_the_matter_and_how_bad_it_is(name: str) -> None:
    rule = RULES[name]
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description"}
    for command in re.findall(r"counterfoil ([a-z]+(?: list)?)", rule["annotations"]["description"]):
        assert is_command(command.split())


def test_labels_in_a_text_are_those_of_the_alert() -> None:
    for name, rule in RULES.items():
        used = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
        kept = {label for grouped in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in grouped.split(", ")}
        assert used <= kept, name


def test_the_file_lies_where_the_page_says() -> None:
    page = (Path(DEPLOY).parent / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert "deploy/prometheus/alerts.yaml" in page
