"""2,000 orders in every shape under heavy faults, shot at by chance until the last one has come in.

COUNTERFOIL_SOAK_ORDERS sets another number of orders, COUNTERFOIL_SOAK_SEED another course.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.rabbitmq import RabbitMQ
from tests.soak import shapes
from tests.soak.run import Outcome, Run

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("socket_enabled")]

_ORDERS = int(os.environ.get("COUNTERFOIL_SOAK_ORDERS", "2000"))
_SEED = int(os.environ.get("COUNTERFOIL_SOAK_SEED", "7"))
_SECONDS = _ORDERS * 0.06
_OUTAGE = 8.0


def test_the_embedded_shape_ends_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with shapes.embedded(tmp_path, faults="heavy", outage=_OUTAGE) as (stage, blows):
        run = Run("SQLite embedded", stage, _ORDERS, blows, seconds=_SECONDS, pause=8, patience=900, seed=_SEED)
        _judge(run.play(), capsys)


def test_postgresql_and_redis_end_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with shapes.on_redis(tmp_path, faults="heavy", outage=_OUTAGE) as (stage, blows):
        run = Run("PostgreSQL and Redis", stage, _ORDERS, blows, seconds=_SECONDS, pause=4, patience=900, seed=_SEED)
        _judge(run.play(), capsys)


def test_postgresql_and_rabbitmq_end_exact(
    tmp_path: Path, rabbitmq: RabbitMQ, capsys: pytest.CaptureFixture[str]
) -> None:
    with shapes.on_rabbitmq(tmp_path, rabbitmq, faults="heavy", outage=_OUTAGE) as (stage, blows):
        run = Run("PostgreSQL and RabbitMQ", stage, _ORDERS, blows, seconds=_SECONDS, pause=4, patience=900, seed=_SEED)
        _judge(run.play(), capsys)


def _judge(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome}\n")
    assert outcome.wrong == ()
    assert outcome.report.findings == ()
    assert (outcome.duplicates, outcome.verdict.missing, outcome.double_payments) == (0, 0, 0)
    assert outcome.exact
    assert outcome.faults > outcome.orders / 20
