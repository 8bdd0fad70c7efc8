"""The test of the test: every planted bug is found, and without it the same exploration finds nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from providers.invoicing.invoiceocean import CARD
from tasks.ledger.store import Store
from tests.simulation.explore import Explorer, Tally, violated
from tests.simulation.machine import PATIENT, Shopkeeping
from tests.simulation.mutations import (
    BlindCancelSync,
    BlindPaymentSync,
    BlindSync,
    CountingSync,
    EagerSync,
    ForgetfulSync,
    LastEventWins,
    LateIntents,
    NoFence,
    NoLease,
    ledger_with,
)
from tests.simulation.scenarios import BY_NAME, Scenario
from tests.simulation.setups import Parts
from tests.simulation.world import Violation

Exploration = Callable[[Explorer], object]


def crashes(explorer: Explorer) -> None:
    explorer.single_crashes()


def fault(name: str, request: int = 0) -> Exploration:
    return lambda explorer: explorer.tell((), {request: name})


def stalls(explorer: Explorer) -> None:
    for place in explorer.stalls(before_writes=False):
        explorer.tell(stall=place)


def once(explorer: Explorer) -> None:
    explorer.tell()


PAID = BY_NAME["paid order"]
MAILED = BY_NAME["invoiced, paid and e-mailed"]
TAKEN_BACK = BY_NAME["invoiced and e-mailed, then cancelled unpaid"]
LAGGING = BY_NAME["paid order, lagging list"]
CROWDED = BY_NAME["several orders, two at a time"]

PLANTED: dict[str, tuple[Scenario, dict[str, object], Exploration]] = {
    "the intent is written after the call": (PAID, {"parts": Parts(ledger=ledger_with(turns=LateIntents))}, crashes),
    "unknown is taken for absent": (PAID, {"parts": Parts(sync=BlindSync)}, crashes),
    "an unknown payment is taken for absent": (PAID, {"parts": Parts(sync=BlindPaymentSync)}, crashes),
    "an e-mail whose answer was lost is sent again": (MAILED, {"parts": Parts(sync=EagerSync)}, crashes),
    "an unknown cancellation is taken for absent": (
        TAKEN_BACK,
        {"parts": Parts(sync=BlindCancelSync)},
        crashes,
    ),
    "what is unknown is forgotten": (PAID, {"parts": Parts(sync=ForgetfulSync)}, crashes),
    "nobody waits until the call has settled": (
        PAID,
        {"card": replace(CARD, settle=timedelta(0))},
        fault("commits late"),
    ),
    "there is no second look where the list lags": (
        LAGGING,
        {"card": replace(CARD, settle=timedelta(0)), "settle": timedelta(0)},
        fault("dropped after"),
    ),
    "the attempt is part of the key": (PAID, {"parts": Parts(sync=CountingSync)}, fault("429 with seconds")),
    "leases are ignored": (CROWDED, {"parts": Parts(ledger=ledger_with(turns=NoLease))}, fault("dropped before")),
    "fencing tokens are ignored": (
        PAID,
        {"recovers": False, "parts": Parts(ledger=ledger_with(turns=NoFence))},
        stalls,
    ),
    "the last event wins": (
        BY_NAME["repeated and overtaken"],
        {"parts": Parts(ledger=ledger_with(inbox=LastEventWins))},
        once,
    ),
    "nobody sweeps": (PAID, {"loses_bells": True, "parts": Parts(sweeps=False)}, once),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str, store: Store, tally: Tally) -> None:
    scenario, changes, exploration = PLANTED[bug]
    violation = violated(lambda: exploration(Explorer(scenario.under(**changes), store, Tally())))
    assert violation is not None
    tally.add("planted bugs found")


@pytest.mark.parametrize(
    "parts",
    [Parts(ledger=ledger_with(turns=LateIntents)), Parts(sync=BlindSync)],
    ids=["late intents", "blind"],
)
def test_a_planted_bug_is_found_by_chance(parts: Parts, store: Store, tally: Tally) -> None:
    some = settings(PATIENT, max_examples=300, stateful_step_count=30, derandomize=True, phases=[Phase.generate])
    with pytest.raises((Violation, ExceptionGroup)):
        run_state_machine_as_test(lambda: Shopkeeping(store, Tally(), parts=parts), settings=some)
    tally.add("planted bugs found by chance")


@pytest.mark.parametrize("bug", PLANTED)
def test_the_same_exploration_finds_nothing_without_the_bug(bug: str, store: Store) -> None:
    scenario, changes, exploration = PLANTED[bug]
    sound = {name: value for name, value in changes.items() if name not in {"parts", "card", "settle"}}
    exploration(Explorer(scenario.under(**sound), store, Tally()))
