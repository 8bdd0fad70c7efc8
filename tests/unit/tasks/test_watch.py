"""A wall clock that is set is noticed; one that is steered is not."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tasks.watch import Watch
from tests.builders import SettableClock


@dataclass
class Stopwatch:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> SettableClock:
    return SettableClock()


@pytest.fixture
def steady() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def watch(wall: SettableClock, steady: Stopwatch) -> Watch:
    return Watch(wall, steady)


def test_it_tells_the_time_of_the_wall_clock(watch: Watch, wall: SettableClock) -> None:
    assert watch() == wall.now


def test_a_clock_that_runs_evenly_is_calm(watch: Watch, wall: SettableClock, steady: Stopwatch) -> None:
    for _ in range(100):
        wall.move(seconds=60)
        steady.seconds += 60.03
    assert watch.calm() == timedelta.max


@pytest.mark.parametrize("jump", [3600, 5, -5, -86400])
def test_a_jump_is_seen_and_forgotten_with_time(
    jump: int, watch: Watch, wall: SettableClock, steady: Stopwatch
) -> None:
    wall.move(seconds=jump)
    assert watch.calm() == timedelta(0)
    wall.move(seconds=90)
    steady.seconds += 90
    assert watch.calm() == timedelta(seconds=90)
