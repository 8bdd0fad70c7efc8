"""The short form of `tests/soak`: every shape is shot at once from all sides, and ends exact.

All shapes play at the same time: most of a run is waiting for the leases of killed workers to run out.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from tests.rabbitmq import RabbitMQ
from tests.soak import shapes
from tests.soak.run import Outcome, Run

_ORDERS = 60
_ALL_KINDS = Path(__file__).parent / "all-kinds-of-faults.toml"
_SLOW_TIMES = "timeout = 2\nsettle = 2\n"
"""Its latest answers come after three seconds: by then a call has settled."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, rabbitmq: RabbitMQ) -> Iterator[dict[str, "Future[Outcome]"]]:
    enable_socket()
    folders = {name: tmp_path_factory.mktemp(name) for name in ("embedded", "redis", "rabbitmq")}
    with ThreadPoolExecutor(len(folders)) as pool:
        yield {
            "embedded": pool.submit(_embedded, folders["embedded"]),
            "redis": pool.submit(_on_redis, folders["redis"]),
            "rabbitmq": pool.submit(_on_rabbitmq, folders["rabbitmq"], rabbitmq),
        }


def _embedded(folder: Path) -> Outcome:
    with shapes.embedded(folder, faults=str(_ALL_KINDS), outage=2, times=_SLOW_TIMES) as (stage, blows):
        return Run("SQLite embedded", stage, _ORDERS, blows, seconds=8, once=True, pause=0.5).play()


def _on_redis(folder: Path) -> Outcome:
    with shapes.on_redis(folder, faults="heavy", outage=2) as (stage, blows):
        return Run("PostgreSQL and Redis", stage, _ORDERS, blows, seconds=10, once=True, pause=0.5).play()


def _on_rabbitmq(folder: Path, broker: RabbitMQ) -> Outcome:
    with shapes.on_rabbitmq(folder, broker, faults="heavy", outage=2) as (stage, blows):
        return Run("PostgreSQL and RabbitMQ", stage, _ORDERS, blows, seconds=10, once=True, pause=0.5).play()


@pytest.mark.parametrize("shape", ["embedded", "redis", "rabbitmq"])
def test_the_end_state_is_exact_whatever_was_killed(
    runs: dict[str, "Future[Outcome]"], shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = runs[shape].result()
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome}\n")
    assert outcome.wrong == ()
    assert outcome.report.findings == ()
    assert (outcome.duplicates, outcome.verdict.missing, outcome.double_payments) == (0, 0, 0)
    assert outcome.exact
    assert outcome.faults > 0
