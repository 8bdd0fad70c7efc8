"""Every story ends right whatever the provider does to any one request, alone and together with a crash."""

import random

import pytest

from tasks.ledger.store import Store
from tests.simulation.explore import Explorer, Tally, sample
from tests.simulation.scenarios import FAULTS, SCENARIOS, Scenario

_SOME = 12
_A_FEW = 3

stories = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_at_each_request_of_a_paid_order_changes_nothing(fault: str, store: Store, tally: Tally) -> None:
    explorer = Explorer(SCENARIOS[0], store, tally)
    for planned in explorer.single_faults():
        if fault in planned.values():
            explorer.tell((), planned)
            tally.add("single faults")


@stories
def test_some_faults_at_some_requests_change_nothing(scenario: Scenario, store: Store, tally: Tally) -> None:
    tell_with_single_faults(Explorer(scenario, store, tally), most=_SOME)


@pytest.mark.soak
@stories
def test_any_fault_at_any_request_changes_nothing(scenario: Scenario, store: Store, tally: Tally) -> None:
    tell_with_single_faults(Explorer(scenario, store, tally), most=100_000)


@stories
def test_a_fault_and_a_crash_together_change_nothing(scenario: Scenario, store: Store, tally: Tally) -> None:
    explorer, chance = Explorer(scenario.under(recovers=False), store, tally), random.Random(7)
    for fault in sample(explorer.single_faults(), _A_FEW):
        explorer.with_crash(fault, chance)


@pytest.mark.soak
@stories
@pytest.mark.parametrize("recovers", [True, False], ids=["alone", "among others"])
def test_any_fault_and_any_crash_together_change_nothing(
    scenario: Scenario, recovers: bool, store: Store, tally: Tally
) -> None:
    explorer = Explorer(scenario.under(recovers=recovers), store, tally)
    for fault in sample(explorer.single_faults(), 12):
        explorer.single_crashes(fault)
        tally.add("faults with every crash")


@pytest.mark.soak
@stories
def test_two_faults_change_nothing(scenario: Scenario, store: Store, tally: Tally) -> None:
    explorer, chance = Explorer(scenario, store, tally), random.Random(7)
    faults = explorer.single_faults()
    for _ in range(200 if faults else 0):
        first, second = chance.choice(faults), chance.choice(faults)
        explorer.tell((), {**first, **{place + 1: name for place, name in second.items()}})
        tally.add("pairs of faults")


def tell_with_single_faults(explorer: Explorer, *, most: int) -> None:
    chosen = sample(explorer.single_faults(), most)
    for planned in chosen:
        explorer.tell((), planned)
    explorer.tally.add("single faults", len(chosen))
