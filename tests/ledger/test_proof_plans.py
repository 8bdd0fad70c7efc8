"""No statement of a reconciliation grows with the ledger: each finds its rows by an index, and in their order."""

from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from tasks.ledger import matching, sightings, totals
from tasks.ledger.among import listed
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Scope
from tasks.ledger.statements import Statement
from tasks.ledger.store import Store
from tests.builders import BOOK, NOON

ONE = {"run_pk": 1, "book": BOOK, "after": 0, "most": 500, "first": "2026-01-01", "last": "2026-12-31"}
LISTS: dict[str, list[Any]] = {"references": ["garden/1"], "ids": ["r1"], "documents": [1], "days": ["2026-01-01"]}

STATEMENTS = {
    "the documents of a page by their references": (matching._BY_REFERENCE, "documents"),
    "the same, with what shops say was paid": (matching._OWED_BY_REFERENCE, "documents"),
    "the credit notes of an order": (matching._CREDIT_NOTES, "documents"),
    "what was recorded of them": (matching._RECORDED, "payments"),
    "what a run has seen": (sightings._KNOWN, "sightings"),
    "what it has not": (matching._UNSEEN, "documents"),
    "a window": (matching._IN_WINDOW, "documents"),
    "what documents are made of": (matching._MADE_OF, "documents"),
    "sums of some days": (totals._OF_DAYS, "totals"),
}


def plan(connection: Connection, statement: str, given: Any = ()) -> list[str]:
    """How the database would go about it, were its tables large."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [row.detail for row in rows]
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", given)]


def assert_indexed(steps: list[str], *tables: str) -> None:
    aliases = {f"SCAN {table}" for table in tables} | {f"Seq Scan on {table}" for table in tables}
    assert not [step for step in steps for scan in aliases if step.strip().removeprefix("->  ").startswith(scan)], steps


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_of_a_page_finds_its_rows_by_an_index(store: Store, name: str) -> None:
    statement, table = STATEMENTS[name]
    with store.read() as connection:
        steps = _plan_of(connection, statement)
    assert_indexed(steps, table, "orders", "operations", "sightings", "payments")


@pytest.mark.parametrize("name", ["what it has not", "a window", "what documents are made of"])
def test_a_page_of_the_ledger_comes_in_the_order_of_an_index(store: Store, name: str) -> None:
    statement, _ = STATEMENTS[name]
    with store.read() as connection:
        steps = _plan_of(connection, statement)
    assert not [step for step in steps if "TEMP B-TREE" in step], steps
    if connection.dialect.name == "sqlite":
        assert any("documents_by_book" in step for step in steps)


def test_documents_of_a_page_are_found_by_their_references_and_not_among_all_of_the_book(sqlite_store: Store) -> None:
    """SQLite keeps no statistics here: it takes whichever index its rules of thumb name."""
    with sqlite_store.read() as connection:
        steps = _plan_of(connection, matching._BY_REFERENCE)
    assert any("(book=? AND reference=?)" in step for step in steps), steps


def test_doubles_and_suspicions_are_paged_by_an_index(store: Store) -> None:
    heard: list[tuple[str, Any]] = []
    run = Ledger(store).runs.begin(BOOK, Scope.ALL, now=NOON, by="test")

    def hear(_c: object, _cursor: object, statement: str, given: Any, _context: object, _many: bool) -> None:
        heard.append((statement, given))

    event.listen(store.engine, "before_cursor_execute", hear)
    Ledger(store).sightings.doubles(run, after="", limit=500)
    Ledger(store).findings.suspected(run.pk, after=0, limit=500)
    event.remove(store.engine, "before_cursor_execute", hear)
    with store.read() as connection:
        for statement, given in heard:
            if statement.startswith("SELECT"):
                assert_indexed(plan(connection, statement, given), "sightings", "findings")


def _plan_of(connection: Connection, statement: Statement) -> list[str]:
    wording = statement._form(connection).plain
    lists = {name: listed(connection, each) for name, each in LISTS.items()}
    return plan(connection, wording.text, wording.given({**ONE, **lists}))
