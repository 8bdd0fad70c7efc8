"""A web process on a SQLite ledger, and sockets on this machine only."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from tests.web.site import Site, open_site


@pytest.fixture(autouse=True)
def _only_loopback(socket_enabled: None) -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    shutil.copy(migrated_sqlite, tmp_path / "ledger.db")
    with open_site(tmp_path, f"sqlite:///{tmp_path}/ledger.db") as made:
        yield made
