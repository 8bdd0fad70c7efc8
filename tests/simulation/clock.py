"""Time that only moves when told: the true time, and what the machine's clock shows of it."""

from datetime import datetime, timedelta

from tests.builders import NOON


class VirtualClock:
    """Calling it tells the true time, by which the provider lives. `wall` is the machine's clock."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.error = timedelta(0)

    def __call__(self) -> datetime:
        return self.now

    def wall(self) -> datetime:
        """What the engine is told."""
        return self.now + self.error

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def move(self, by: timedelta) -> None:
        self.now += by

    def jump(self, by: timedelta) -> None:
        """The machine's clock is set to another time; the true time stays."""
        self.error += by
