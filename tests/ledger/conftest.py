"""Every test of the ledger runs on SQLite and on PostgreSQL."""

import pytest

from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.builders import SettableClock
from tests.ledger.desk import Desk


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue("sqlite_store" if request.param == "sqlite" else "postgres_store")
    return found


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


@pytest.fixture
def desk(store: Store, ledger: Ledger, clock: SettableClock) -> Desk:
    return Desk(store, ledger, clock)
