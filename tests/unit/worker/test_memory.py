"""What a process makes at its start is not looked through for garbage."""

import gc
from collections.abc import Iterator

import pytest

from worker.memory import keep_what_is_made


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_what_there_is_stays_and_what_comes_later_is_looked_through() -> None:
    keep_what_is_made()
    kept = gc.get_freeze_count()
    assert kept > 1_000
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() >= 1
    assert gc.get_freeze_count() == kept
