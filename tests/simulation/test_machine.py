"""Stories by chance, the same ones each time; more of them, and others each time, behind `make soak`."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tasks.ledger.store import Store
from tests.simulation.explore import Tally
from tests.simulation.machine import PATIENT, Shopkeeping

QUICK = settings(PATIENT, max_examples=40, stateful_step_count=30, derandomize=True)
LONG = settings(PATIENT, max_examples=1500, stateful_step_count=60, derandomize=False)


def test_whatever_happens_everything_is_right_in_the_end(store: Store, tally: Tally) -> None:
    run_state_machine_as_test(lambda: Shopkeeping(store, tally), settings=QUICK)


@pytest.mark.soak
def test_whatever_happens_for_long_everything_is_right_in_the_end(store: Store, tally: Tally) -> None:
    run_state_machine_as_test(lambda: Shopkeeping(store, tally), settings=LONG)
