"""What makes a run invalid: then it is thrown away and repeated, a few times, and the report says so."""

import sys
import time
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from tests.benchmarks.processes import Bystanders

MOST_BYSTANDERS = 0.15
"""Of the machine's processor time, used by what is not ours."""
MOST_GENERATOR = 0.9
"""Of a core, used by the load generator: beyond, it is what was measured."""
_REPEATS = 2


class Checked(Protocol):
    """What a run has to show."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why it is invalid; empty: it is not."""
        ...


R = TypeVar("R", bound=Checked)


class Guard:
    """Runs, repeats, and remembers what was thrown away."""

    def __init__(self, *, repeats: int = 8, patience: float = 60.0) -> None:
        """`repeats` and `patience`, in seconds of waiting for a quiet machine, are for all runs together."""
        self._repeats = repeats
        self._patience = patience
        self.thrown_away: list[str] = []
        self.doubtful: list[str] = []
        """Runs that were kept although they are invalid, since their repeats were as well."""

    def sound(self, name: str, run: Callable[[], R], ours: Callable[[], Iterable[int]]) -> R:
        """The result of the first valid run, or of the last one."""
        for left in range(_REPEATS, -1, -1):
            self._await_quiet(ours())
            say(f"  {name}")
            result = run()
            if not result.doubts:
                break
            told = f"{name}: {'; '.join(result.doubts)}"
            again = left > 0 and self._repeats > 0
            say(f"  invalid, {'again' if again else 'kept'}: {told}")
            (self.thrown_away if again else self.doubtful).append(told)
            if not again:
                break
            self._repeats -= 1
        return result

    def _await_quiet(self, ours: Iterable[int]) -> None:
        """Until the machine does nothing else, or for as long as there is patience left."""
        pids = list(ours)
        while self._patience > 0:
            beside = Bystanders(pids)
            time.sleep(0.5)
            if beside.share() <= MOST_BYSTANDERS:
                return
            self._patience -= 0.5


def doubts(*, bystanders: float, generator: float = 0.0, odd: int = 0) -> tuple[str, ...]:
    """The reasons against a run."""
    found = []
    if odd:
        found.append(f"the provider answered {odd} requests with errors that nobody had ordered")
    if generator > MOST_GENERATOR:
        found.append(f"the load generator was busy for {generator:.0%} of the time")
    if bystanders > MOST_BYSTANDERS:
        found.append(f"the machine was busy with other things for {bystanders:.0%} of its time")
    return tuple(found)


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
