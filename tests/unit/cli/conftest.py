"""A desk to type commands at, in a folder of its own."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.unit.cli.desk import GENERIC_SECRET, SECRET, TOKEN, TOML, Desk


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Commands set up the logs of their process, which here is everybody's."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration, and with its secrets in the environment; no ledger yet."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("GARDEN_SECRET", SECRET), ("KIOSK_SECRET", GENERIC_SECRET), ("MAIN_TOKEN", TOKEN)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "counterfoil.toml").write_text(TOML)
    return tmp_path


@pytest.fixture
def desk(folder: Path, migrated_sqlite: Path) -> Iterator[Desk]:
    """The same folder with an empty ledger."""
    file = folder / "ledger.sqlite3"
    shutil.copy(migrated_sqlite, file)
    store = Store(f"sqlite:///{file}")
    yield Desk(folder, Ledger(store))
    store.close()


@pytest.fixture
def bare(folder: Path) -> Iterator[Desk]:
    """The folder before anything ran: there is no ledger."""
    store = Store(f"sqlite:///{folder / 'ledger.sqlite3'}")
    yield Desk(folder, Ledger(store))
    store.close()
