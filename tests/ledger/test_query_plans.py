"""With very many orders due, what the engine asks of the ledger over and over goes down an index.

Twenty thousand in the quick suite, a hundred thousand in the soak. The statements are not written here again: they
are caught on their way to the database while the ledger's own methods run, and the database is asked how it would go
about each.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import SQLModel

from providers.domain.results import Unsent
from providers.domain.steps import Verify, Wait
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.ledger.tables import Lane
from tasks.ledger.turn import NOTHING, Claim, Ending, More, Wish
from tests.benchmarks.filling import fill
from tests.builders import BOOK, NOON, SHOP, a_known_document
from tests.ledger.desk import LATER
from tests.servers import _database

_MANY, _VERY_MANY = 20_000, 100_000
_CLAIM = Claim(owner="desk", now=NOON, lease=timedelta(minutes=1))
_WAIT = Wait(until=NOON + timedelta(days=1), reason=LATER)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("sqlite", _MANY), id="sqlite"),
        pytest.param(("postgresql", _MANY), id="postgresql"),
        pytest.param(("sqlite", _VERY_MANY), id="sqlite-100000", marks=pytest.mark.soak),
        pytest.param(("postgresql", _VERY_MANY), id="postgresql-100000", marks=pytest.mark.soak),
    ],
)
def backlog(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A ledger with the orders, made once for all tests of a database."""
    database, due = request.param
    with ExitStack() as stack:
        store = Store(_address(database, request, tmp_path_factory, stack))
        stack.callback(store.close)
        fill(store, due, book=BOOK, now=NOON)
        yield store


def _address(database: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory, stack: ExitStack) -> str:
    if database == "sqlite":
        file = folders.mktemp("backlog") / "ledger.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        return f"sqlite:///{file}"
    server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("migrated_postgres")
    return stack.enter_context(_database(server, like=template))


def test_the_next_order_of_a_book_is_claimed_down_an_index(backlog: Store) -> None:
    turns = Ledger(backlog).turns
    wish = Wish(book=BOOK, shops=(SHOP,), hands=5)
    plans = _plans(backlog, lambda: turns.advance((), wish, claim=_CLAIM, decide=lambda _turn: _WAIT).begun)
    assert {"orders_next", "orders_due"} & plans.indices
    assert plans.scanned == set()


def test_those_that_are_made_together_are_claimed_down_an_index(backlog: Store) -> None:
    turns, claim = Ledger(backlog).turns, replace(_CLAIM, now=NOON + timedelta(seconds=1))
    wish = Wish(book=BOOK, shops=(SHOP,), hands=1, fill=lambda _begun: [More(Lane.LIVE, SHOP, 20)])
    plans = _plans(backlog, lambda: turns.advance((), wish, claim=claim, decide=lambda _turn: _WAIT).begun)
    assert {"orders_next", "orders_due"} & plans.indices
    assert plans.scanned == set()


def test_what_ended_together_is_written_down_indices(backlog: Store) -> None:
    turns, claim = Ledger(backlog).turns, replace(_CLAIM, now=NOON + timedelta(seconds=2))
    wish = Wish(book=BOOK, shops=(SHOP,), hands=5)
    begun = turns.advance((), wish, claim=claim, decide=lambda _turn: Verify(document=a_known_document())).begun
    unsent = Unsent(operation_key="", text="no answer")
    endings = [Ending(turn, unsent, lambda _turn: _WAIT) for turn, _ in begun]
    plans = _plans(backlog, lambda: turns.advance(endings, NOTHING, claim=claim, decide=lambda _turn: _WAIT).settled)
    assert plans.scanned == set()


def test_an_order_that_is_named_is_claimed_down_an_index(backlog: Store) -> None:
    turns = Ledger(backlog).turns
    plans = _plans(backlog, lambda: turns.begin(SHOP, f"{BOOK}-7", claim=_CLAIM, decide=lambda _turn: _WAIT))
    assert plans.scanned == set()


def test_a_look_at_what_is_due_next_goes_down_an_index(backlog: Store) -> None:
    turns = Ledger(backlog).turns
    plans = _plans(backlog, lambda: turns.next_due(BOOK, now=NOON))
    assert "orders_due" in plans.indices
    assert plans.scanned == set()


def test_a_sweep_goes_down_an_index(backlog: Store) -> None:
    turns = Ledger(backlog).turns
    long_ago = NOON - timedelta(days=1)
    plans = _plans(backlog, lambda: turns.ring(BOOK, now=NOON, limit=500, heard_before=long_ago))
    assert "orders_due" in plans.indices
    assert plans.scanned == set()


class _Plans:
    """What the database says of every statement together."""

    def __init__(self) -> None:
        self.indices: set[str] = set()
        self.scanned: set[str] = set()
        """Tables that are read from one end to the other."""

    def read_sqlite(self, detail: str) -> None:
        words = detail.split()
        if words[0] == "SCAN" and "INDEX" not in words and words[1] in SQLModel.metadata.tables:
            self.scanned.add(words[1])
        if "INDEX" in words:
            self.indices.add(words[words.index("INDEX") + 1])

    def read_postgresql(self, node: dict[str, Any]) -> None:
        if node["Node Type"] == "Seq Scan":
            self.scanned.add(node["Relation Name"])
        if "Index Name" in node:
            self.indices.add(node["Index Name"])
        for below in node.get("Plans", ()):
            self.read_postgresql(below)


def _plans(store: Store, work: Callable[[], object]) -> _Plans:
    """How the database goes about every statement of the work."""
    caught: list[tuple[str, Any]] = []

    def catch(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        caught.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", catch)
    try:
        assert work()
    finally:
        event.remove(store.engine, "before_cursor_execute", catch)
    plans = _Plans()
    with store.read() as connection:
        for statement, parameters in caught:
            if statement.startswith(("SELECT", "UPDATE", "INSERT")):
                _explain(connection, statement, parameters, plans, sqlite=store.is_sqlite)
    return plans


def _explain(connection: Connection, statement: str, parameters: Any, plans: _Plans, *, sqlite: bool) -> None:
    if sqlite:
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            plans.read_sqlite(row.detail)
        return
    told = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plans.read_postgresql((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
