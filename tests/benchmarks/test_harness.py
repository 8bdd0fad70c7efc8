"""The harness of the benchmarks works: a few orders through one shape, and a fake provider that does as it is told.

Nothing here looks at how long anything took.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable

import pytest

from tests.benchmarks import marks
from tests.benchmarks.account import HEAVY, Account, Logged
from tests.benchmarks.bench import Figures
from tests.benchmarks.fake import in_flight, most_within
from tests.benchmarks.orders import batch
from tests.benchmarks.report import Outcome, page, together


def test_a_few_orders_run_from_webhook_to_payment_through_real_processes() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--size", "tiny", "--only", "smoke", "--keep-all", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["broken"] == []
    figures = told["figures"]["smoke/embedded"]
    assert (figures["exact"], figures["extra"], figures["double"], figures["missing"]) == (5, 0, 0, 0)
    assert figures["calls"] == 2


def test_the_same_orders_meet_the_same_faults_in_any_sequence() -> None:
    forth, back = (_faulty(range(400)), _faulty(reversed(range(400))))
    assert forth.injected == back.injected
    assert set(forth.injected) == {name for name, _ in HEAVY}


def test_the_heavy_mix_goes_wrong_as_often_as_it_says() -> None:
    injected = _faulty(range(4000)).injected
    assert {name: round(count / 4000, 2) for name, count in injected.items()} == pytest.approx(dict(HEAVY), abs=0.01)


def test_a_dropped_create_is_committed_and_a_500_before_is_not() -> None:
    account = _faulty(range(400))
    kept = Counter(each for document in account.documents.values() for each in [document.oid])
    lost = account.injected["error_before"] + account.injected["throttle"]
    assert len(kept) == 400 - lost


def test_an_order_number_that_must_be_unique_is_refused_the_second_time() -> None:
    account = Account()
    statuses = [account.answer("create", 0, _create("garden/1", oid_unique="yes"), {})[0].status for _ in range(2)]
    assert statuses == [201, 422]


def test_requests_in_flight_and_within_a_time_are_counted_from_the_log() -> None:
    log = [Logged("create", began, began + 1.0, 201, False) for began in (0.0, 0.5, 1.0, 5.0)]
    used = in_flight(log, begin=0.0, end=2.0)
    assert (used.most, used.mean) == (2, 1.5)
    assert (most_within(log, 1.0), most_within(log, 1.1)) == (2, 3)


def test_a_batch_has_an_order_for_every_invoice_and_repeats_a_tenth() -> None:
    orders = batch(200)
    assert len(orders.gross) == 200
    assert 205 <= len(orders.requests) <= 240
    warm, rest = orders.split(50)
    assert len(warm) + len(rest) == 200
    assert sorted(warm.requests + rest.requests) == sorted(orders.requests)


def test_rounds_come_together_as_medians_and_counts_as_the_worst() -> None:
    rounds: list[Figures] = [
        {"x": {"cpu_ms": cpu, "exact": exact, "extra": 500 - exact}} for cpu, exact in ((1, 500), (3, 499), (2, 500))
    ]
    assert together(rounds) == {"x": {"cpu_ms": 2, "exact": 499, "extra": 1}}


def test_what_is_not_exact_is_counted_against_the_orders_of_its_own_round() -> None:
    rounds = [{"x": {"orders": orders, "exact": exact}} for orders, exact in ((4000, 4000), (3949, 3949), (4000, 4000))]
    assert together(rounds)["x"]["exact"] == 4000
    rounds = [{"x": {"orders": orders, "exact": exact}} for orders, exact in ((4000, 3990), (3949, 3949), (4000, 4000))]
    assert together(rounds)["x"]["exact"] == 3990


def test_a_mark_that_is_missed_is_told_and_what_was_not_measured_is_left_out() -> None:
    figures = {"idle/embedded": {"cpu_percent": 3.0, "memory_mb": 90.0}}
    (mark,) = marks.marks(figures)
    assert mark.verdict is marks.Verdict.MISSED
    assert "**missed**" in page(Outcome(command="x", rounds=[figures], seconds=1.0))


def _faulty(numbers: Iterable[int]) -> Account:
    account = Account(faults=HEAVY)
    for number in numbers:
        account.answer("create", 0, _create(f"garden/{number}"), {})
    return account


def _create(oid: str, **more: str) -> dict[str, object]:
    line = {"name": "Order", "quantity": 1, "tax": "23", "total_price_gross": "12.30"}
    return {"invoice": {"oid": oid, "currency": "EUR", "positions": [line], **more}}
