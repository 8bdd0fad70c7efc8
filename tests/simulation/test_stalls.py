"""A process that stands still (a suspended machine, a long pause) and wakes up when others have done its work."""

import pytest

from tasks.ledger.store import Store
from tests.simulation.explore import Explorer, Tally
from tests.simulation.points import BEFORE_CALL
from tests.simulation.scenarios import BY_NAME, SCENARIOS, Scenario
from tests.simulation.wire import CREATE

stories = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@stories
def test_a_process_that_wakes_up_late_does_no_harm(scenario: Scenario, store: Store, tally: Tally) -> None:
    stand_still(scenario, store, tally, before_writes=False)


@stories
def test_a_process_that_wakes_up_late_before_its_call_does_not_make_it(
    scenario: Scenario, store: Store, tally: Tally
) -> None:
    stand_still(scenario, store, tally, before_writes=True)


def test_between_the_last_look_at_the_lease_and_the_first_byte_the_provider_helps(store: Store, tally: Tally) -> None:
    """No program can close this gap alone; the provider refuses the repeated reference, and it is adopted."""
    scenario = BY_NAME["paid order"].under(recovers=False, refuses_repeats=True)
    explorer = Explorer(scenario, store, tally)
    passed = explorer.tell().points.passed
    world = explorer.tell(stall=passed.index(f"{BEFORE_CALL}: {CREATE}"), blind=False)
    assert [exchange.outcome for exchange in world.wire.log if exchange.kind == CREATE] == ["201", "422"]
    tally.add("stalls")


def stand_still(scenario: Scenario, store: Store, tally: Tally, *, before_writes: bool) -> None:
    explorer = Explorer(scenario.under(recovers=False), store, tally)
    for place in explorer.stalls(before_writes=before_writes):
        explorer.tell(stall=place)
        tally.add("stalls")
