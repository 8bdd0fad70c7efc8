"""The migrations make the tables that the code expects, however many processes start at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from tasks.ledger import migrate
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import LedgerUnavailable, Store


@pytest.fixture(params=["sqlite", "postgresql"])
def open_empty(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens an empty database; each call opens it anew, as another process would."""
    address = request.getfixturevalue("empty_postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path}/x"
    return lambda: Store(address)


def test_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_empty_database_becomes_a_ledger(open_empty: Callable[[], Store]) -> None:
    store = open_empty()
    assert migrate.current(store) is None
    assert migrate.upgrade(store) == (None, migrate.head())
    assert migrate.current(store) == migrate.head()
    Ledger(store).ping()
    store.close()


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(store: Store) -> None:
    assert migrate.upgrade(store) == (migrate.head(), migrate.head())


def test_two_that_upgrade_at_once_do_it_once(open_empty: Callable[[], Store]) -> None:
    together = Barrier(2)

    def upgrade() -> tuple[str | None, str]:
        store = open_empty()
        together.wait()
        try:
            return migrate.upgrade(store)
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        before = {run.result()[0] for run in [pool.submit(upgrade) for _ in range(2)]}
    assert before == {None, migrate.head()}


def test_a_ledger_without_tables_is_unavailable_rather_than_wrong(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(LedgerUnavailable):
        Ledger(store).books.paused()
    store.close()
