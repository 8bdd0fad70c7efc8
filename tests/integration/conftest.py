"""Real processes and real sockets on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.demo.stage import Stage

SHORT_TIMES = "timeout = 5\nsettle = 1\n"
"""A sandbox on loopback settles at once; the card's own times are for the world outside."""


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """These tests talk to loopback."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An embedded Counterfoil and a sandbox, not started yet."""
    made = Stage(tmp_path, book_options=SHORT_TIMES)
    yield made
    made.close()
