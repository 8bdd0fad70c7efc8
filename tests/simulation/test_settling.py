"""What is sent may take effect long after nobody waits for it any more; until it has settled nothing is repeated."""

from datetime import timedelta

import pytest

from providers.sandbox import faults
from tasks.ledger.store import Store
from tests.simulation.invariants import check
from tests.simulation.sales import YARD, Sale
from tests.simulation.scenarios import BY_NAME
from tests.simulation.world import World


@pytest.mark.parametrize(
    ("recovers", "seconds"),
    [
        (False, 90),
        (False, 180),
        (True, 90),
        (True, 180),
    ],
)
@pytest.mark.parametrize("kind", ["create", "payment"])
def test_a_call_settles_after_its_time_out_though_its_process_died(
    kind: str, recovers: bool, seconds: int, store: Store
) -> None:
    """Time-out and settle time together are 185 s: up to then the provider may act."""
    world = World(store, setup=BY_NAME["paid order"].under(recovers=recovers).setup)
    sale = Sale(shop=YARD)
    if kind == "payment":
        world.tell(sale)
        world.rest()
    world.faults.next("before", lambda: faults.slow(timedelta(seconds=seconds)))
    world.wire.dies_waiting = True
    world.tell(sale.paid_in_full(later=1))
    world.rest()
    assert world.crashes == 1
    check(world, blind=not recovers)


@pytest.mark.parametrize("seconds", [61, 90, 180])
@pytest.mark.parametrize("story", ["paid order", "two payments at once", "invoiced, then paid in two parts"])
@pytest.mark.parametrize("request_number", [0, 1])
def test_a_call_that_outlasts_our_patience_is_found_in_the_end(
    story: str, request_number: int, seconds: int, store: Store
) -> None:
    scenario = BY_NAME[story]
    world = World(store, setup=scenario.setup)
    world.faults.plan[request_number] = ("before", lambda: faults.slow(timedelta(seconds=seconds)))
    scenario.play(world)
    check(world)
    assert world.faults.injected == 1
