"""The machine's clock may jump, and shops live in zones with daylight saving: only the issue date knows."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.ledger.store import Store
from tests.simulation.explore import Explorer, Tally
from tests.simulation.invariants import check
from tests.simulation.points import Points
from tests.simulation.sales import Sale
from tests.simulation.scenarios import BY_NAME, FAULTS, Scenario
from tests.simulation.wire import CREATE, PlannedFaults
from tests.simulation.world import World

JUMPS = [timedelta(hours=-3), timedelta(seconds=-40), timedelta(seconds=40), timedelta(hours=3)]
LOSSES = [None, "dropped before", "dropped after", "answers late", "500 after", "429 with seconds"]
STORIES = ["paid order", "unpaid, then paid", "paid order, lagging list"]
CROWDED = "several orders, two at a time"

jumps = pytest.mark.parametrize("jump", JUMPS, ids=str)


def world_of(store: Store, scenario: Scenario, fault: str | None) -> World:
    world = World(store, setup=scenario.setup, points=Points(), faults=PlannedFaults())
    if fault:
        phase, make = FAULTS[fault]
        world.faults.next(phase, lambda: make(world.clock))
    return world


@jumps
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("fault", LOSSES)
def test_a_clock_that_jumps_during_a_call_changes_nothing(
    jump: timedelta, story: str, fault: str | None, store: Store, tally: Tally
) -> None:
    world = world_of(store, BY_NAME[story], fault)
    world.during_calls.append(lambda: world.clock.jump(jump))
    BY_NAME[story].play(world)
    check(world, blind=jump < timedelta(0))
    tally.add("clock jumps")


@pytest.mark.parametrize("jump", [each for each in JUMPS if each < timedelta(minutes=1)], ids=str)
@pytest.mark.parametrize("fault", LOSSES)
def test_a_clock_that_jumps_amid_the_calls_of_two_workers_changes_nothing(
    jump: timedelta, fault: str | None, store: Store, tally: Tally
) -> None:
    test_a_clock_that_jumps_during_a_call_changes_nothing(jump, CROWDED, fault, store, tally)


@pytest.mark.parametrize("fault", LOSSES)
def test_a_clock_that_jumps_ahead_by_hours_amid_the_calls_of_two_workers_changes_nothing(
    fault: str | None, store: Store, tally: Tally
) -> None:
    test_a_clock_that_jumps_during_a_call_changes_nothing(timedelta(hours=3), CROWDED, fault, store, tally)


@jumps
def test_a_clock_that_jumps_while_an_answer_is_lost_changes_nothing(
    jump: timedelta, store: Store, tally: Tally
) -> None:
    world = world_of(store, BY_NAME["paid order"], "dropped after")
    world.tell(Sale().paid_in_full())
    world.work()
    world.clock.jump(jump)
    world.rest()
    check(world, blind=jump < timedelta(0))
    tally.add("clock jumps")


@jumps
def test_a_clock_that_jumps_between_crash_and_restart_changes_nothing(
    jump: timedelta, store: Store, tally: Tally
) -> None:
    scenario = BY_NAME["paid order"].under(recovers=False)
    for place in range(len(Explorer(scenario, store, Tally()).tell().points.passed)):
        world = World(store, setup=scenario.setup, points=Points((place,)))
        world.on_restart = lambda world=world: world.clock.jump(jump)  # type: ignore[misc]
        scenario.play(world)
        check(world, blind=jump < timedelta(0))
        tally.add("clock jumps")


def test_a_jump_over_the_settle_time_does_not_make_a_call_look_settled(store: Store, tally: Tally) -> None:
    """The call is still under way when the clock says that it must have settled."""
    world = world_of(store, BY_NAME["paid order"], "commits late")
    world.tell(Sale().paid_in_full())
    world.work()
    world.clock.jump(timedelta(hours=3))
    world.rest()
    check(world, blind=False)
    assert [each.kind for each in world.wire.log].count(CREATE) == 1
    tally.add("clock jumps")


ZONES = ["UTC", "Europe/Warsaw", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"]
MOMENTS = [
    datetime(2026, 3, 29, 0, 59, 50, tzinfo=UTC),  # a second before Warsaw puts its clocks forward
    datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC),  # and back
    datetime(2026, 12, 31, 23, 59, 50, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 59, 50, tzinfo=UTC),
]


@pytest.mark.parametrize("opens_at", MOMENTS, ids=str)
@pytest.mark.parametrize("fault", [None, "dropped before"])
def test_a_time_zone_changes_nothing_but_the_issue_date(
    opens_at: datetime, fault: str | None, store: Store, tally: Tally
) -> None:
    states, dates = [], set()
    for zone in ZONES:
        scenario = BY_NAME["unpaid, then paid"].under(timezone=zone, opens_at=opens_at)
        world = world_of(store, scenario, fault)
        scenario.play(world)
        check(world)
        [invoice] = world.service.account.invoices.values()
        dates.add(invoice.issue_date)
        states.append([_without_numbers(document) for document in world.service.state()["documents"]])  # type: ignore[attr-defined]
        tally.add("time zones")
    assert all(state == states[0] for state in states)
    assert len(dates) == 2


def _without_numbers(document: dict[str, object]) -> dict[str, object]:
    """The provider numbers documents by the month of their issue date."""
    return {name: value for name, value in document.items() if name != "number"}
