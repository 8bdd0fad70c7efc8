"""What every test may use: real servers, and a clock that moves only when told.

Property-based tests show the same examples in every run, so that a run fails for what was changed and for nothing else.
Others each time, to look for what nobody thought of: `make test ARGS=--hypothesis-profile=explore`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.builders import SettableClock

pytest_plugins = ["tests.servers"]

settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("fixed")


def pytest_report_header() -> str:
    analyze = shutil.which("systemd-analyze")
    return "systemd's units: read by the tests" + (
        f", and verified by {analyze}" if analyze else "; no systemd-analyze"
    )


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def sqlite_store(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Store]:
    """An empty ledger in a file of the test's own."""
    file = tmp_path / "ledger.db"
    shutil.copy(migrated_sqlite, file)
    store = Store(f"sqlite:///{file}")
    yield store
    store.close()


@pytest.fixture
def sqlite_ledger(sqlite_store: Store) -> Ledger:
    return Ledger(sqlite_store)
