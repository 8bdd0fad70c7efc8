"""One ledger file for all simulated worlds, and the summary of what was explored."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import event

from tasks.ledger.store import Store
from tests.simulation.explore import Tally

TALLY = Tally()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Store]:
    """A ledger in a file. Its commits need not survive a power cut here, only a crash."""
    file = tmp_path_factory.mktemp("simulation") / "ledger.db"
    shutil.copy(migrated_sqlite, file)
    store = Store(f"sqlite:///{file}")

    @event.listens_for(store.engine, "connect")
    def _hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    yield store
    store.close()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The engine's log of thousands of crashes helps nobody."""
    before = structlog.get_config()
    structlog.configure(processors=[_drop])
    yield
    structlog.configure(**before)


@pytest.fixture
def tally() -> Tally:
    return TALLY


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TALLY.counts:
        terminalreporter.section("simulation")
        for line in (*TALLY.lines, f"explored: {TALLY}"):
            terminalreporter.write_line(line)


def _drop(_logger: object, _method: str, _event: object) -> Any:
    raise structlog.DropEvent
