"""Every story ends right, wherever its process dies: at every point, and at pairs of points."""

import pytest

from tasks.ledger.store import Store
from tests.simulation.explore import Explorer, Tally, sample
from tests.simulation.invariants import check_minimal
from tests.simulation.scenarios import SCENARIOS, Scenario

_A_FEW = 2
_MANY = 800

stories = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
recovery = pytest.mark.parametrize("recovers", [True, False], ids=["alone", "among others"])


@stories
def test_without_a_fault_the_provider_is_asked_as_little_as_possible(
    scenario: Scenario, store: Store, tally: Tally
) -> None:
    world = Explorer(scenario, store, tally).tell()
    told = world.service.state()
    assert len(told["documents"]) == scenario.documents  # type: ignore[arg-type]
    assert sum(told["payments_per_document"].values()) == scenario.payments  # type: ignore[attr-defined]
    if scenario.minimal:
        check_minimal(world)


@stories
@recovery
def test_a_crash_anywhere_changes_nothing(scenario: Scenario, recovers: bool, store: Store, tally: Tally) -> None:
    explore(scenario, recovers, store, tally, most_pairs=_A_FEW)


@pytest.mark.soak
@stories
@recovery
def test_two_crashes_anywhere_change_nothing(scenario: Scenario, recovers: bool, store: Store, tally: Tally) -> None:
    explore(scenario, recovers, store, tally, most_pairs=_MANY)


def explore(scenario: Scenario, recovers: bool, store: Store, tally: Tally, *, most_pairs: int) -> None:
    explorer = Explorer(scenario.under(recovers=recovers), store, tally)
    lengths = explorer.single_crashes()
    pairs = explorer.pairs(lengths)
    chosen = sample(pairs, most_pairs)
    explorer.crash_pairs(chosen)
    how = "alone" if recovers else "among others"
    tally.lines.append(f"{scenario.name}, {how}: {len(lengths)} crash points, {len(chosen)} of {len(pairs)} pairs")
