"""One story told over and over: with a crash at every point, with every fault at every request, with both."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from providers.domain.reasons import Code
from tasks.ledger.store import Store
from tests.simulation.invariants import NOBODY, check
from tests.simulation.points import AFTER_CALL, AFTER_COMMIT, AMID_A_CALL, BEFORE_CALL, Points
from tests.simulation.scenarios import FAULTS, Scenario
from tests.simulation.wire import CREATE, LIST, PAY, PlannedFaults
from tests.simulation.world import Violation, World

Thing = TypeVar("Thing")
Planned = dict[int, str]
"""The request that goes wrong, and how."""

_QUIET = (AFTER_COMMIT, AFTER_CALL)


class Tally:
    """What was explored, for the summary at the end of the run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.lines: list[str] = []

    def add(self, what: str, many: int = 1) -> None:
        self.counts[what] += many

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {what}" for what, count in self.counts.items())


class Explorer:
    """Tells one story on one shared store."""

    def __init__(self, scenario: Scenario, store: Store, tally: Tally, *, excused: frozenset[Code] = NOBODY) -> None:
        self.scenario = scenario
        self.store = store
        self.tally = tally
        self.excused = excused

    def tell(
        self,
        crashes: tuple[int, ...] = (),
        planned: Planned | None = None,
        *,
        stall: int | None = None,
        blind: bool = True,
    ) -> World:
        """Tell it once and check everything. Raises `Violation`, with what was done in its text."""
        world = self._world(Points(crashes, stall=stall), planned or {})
        try:
            self.scenario.play(world)
            check(world, excused=self.excused, blind=blind)
            if world.points.fired < len(crashes) + (stall is not None):
                raise Violation("a chosen point was never reached")
        except Violation as error:
            what = f"{self.scenario.name!r}, crashes {crashes}, faults {planned}, stall {stall}"
            told = [world.points.passed[place] for place in crashes if place < len(world.points.passed)]
            raise Violation(f"{what} {told}: {error}") from error
        self.tally.add("stories told")
        self.tally.add("crashes", world.crashes)
        self.tally.add("faults", world.faults.injected)
        return world

    def single_crashes(self, planned: Planned | None = None) -> list[int]:
        """A crash at every point, one at a time. Returns how many points each such run has."""
        points = len(self.tell((), planned).points.passed)
        lengths = [len(self.tell((place,), planned).points.passed) for place in range(points)]
        self.tally.add("crash points", points)
        return lengths

    def pairs(self, lengths: list[int]) -> list[tuple[int, int]]:
        """Every pair of points of which the second is passed after a crash at the first."""
        return [(first, second) for first, length in enumerate(lengths) for second in range(first + 1, length)]

    def crash_pairs(self, pairs: Iterable[tuple[int, int]]) -> None:
        for pair in pairs:
            self.tell(pair)
            self.tally.add("crash pairs")

    def stalls(self, *, before_writes: bool) -> list[int]:
        """The points at which a process can stand still while another one does its work.

        `before_writes` chooses those between the commit of an intent and its call; the others are all other
        ends of commits and calls. Before a commit nobody else can write, and amid a call it is the provider
        that stands still.
        """
        passed = self.tell().points.passed
        places = [place for place, kind in enumerate(passed) if kind.startswith(_QUIET) and AMID_A_CALL not in kind]
        return [
            place for place in places if before_writes == (passed[place] == AFTER_COMMIT and _writes(passed, place + 1))
        ]

    def single_faults(self) -> list[Planned]:
        """Every fault at every request that the happy path makes, one at a time."""
        requests = sum(exchange.kind != LIST for exchange in self.tell().wire.log)
        return [{place: name} for place in range(requests) for name in FAULTS]

    def with_crash(self, planned: Planned, chance: random.Random) -> None:
        """The fault, and then a crash somewhere in the run that it makes."""
        points = len(self.tell((), planned).points.passed)
        self.tell((chance.randrange(points),), planned)
        self.tally.add("faults with a crash")

    def _world(self, points: Points, planned: Planned) -> World:
        faults = PlannedFaults()
        world = World(self.store, setup=self.scenario.setup, points=points, faults=faults)
        for place, name in planned.items():
            phase, make = FAULTS[name]
            faults.plan[place] = (phase, partial(make, world.clock))
        return world


def _writes(passed: list[str], place: int) -> bool:
    return place < len(passed) and passed[place] in {f"{BEFORE_CALL}: {CREATE}", f"{BEFORE_CALL}: {PAY}"}


def sample(things: list[Thing], most: int, *, seed: int = 7) -> list[Thing]:
    """All of them, or so many by chance, the same each time."""
    return things if len(things) <= most else random.Random(seed).sample(things, most)


def violated(explore: Callable[[], object]) -> Violation | None:
    """What the exploration found; None when it found nothing."""
    try:
        explore()
    except Violation as violation:
        return violation
    return None
