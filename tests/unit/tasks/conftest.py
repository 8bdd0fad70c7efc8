"""The engine on a ledger of its own, and the provider that it works with."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import event

from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.builders import SettableClock
from tests.unit.tasks.account import World
from tests.unit.tasks.accounts import ACCOUNTS
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def engine(sqlite_ledger: Ledger, clock: SettableClock, provider: FakeProvider) -> Engine:
    return Engine(sqlite_ledger, clock, provider=provider)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Callable[[str, int], World]]:
    """By provider and number of orders: a book in which all is right. A test changes its account, and says `back`."""
    stores = []

    @cache
    def world(name: str, count: int) -> World:
        file = tmp_path_factory.mktemp(name) / "ledger.db"
        shutil.copy(migrated_sqlite, file)
        store = Store(f"sqlite:///{file}")
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        stores.append(store)
        return World.of(store, ACCOUNTS[name](), count)

    yield world
    for store in stores:
        store.close()
