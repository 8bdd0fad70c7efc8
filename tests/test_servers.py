"""The servers that other tests rely on are there and are what they are taken for."""

from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, text

from tests.rabbitmq import RabbitMQ, _started, answers


def test_postgres_answers_with_sockets_blocked(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_a_fresh_database_holds_an_empty_ledger(fresh_postgres: str) -> None:
    engine = create_engine(fresh_postgres)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 0
    engine.dispose()


def test_redis_answers(redis_url: str, socket_enabled: None) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.ping()
    client.close()


def test_rabbitmq_answers_with_a_virtual_host_to_itself(rabbitmq: RabbitMQ, socket_enabled: None) -> None:
    assert answers(rabbitmq.url)
    rabbitmq.wipe()
    assert answers(rabbitmq.url)


@pytest.mark.soak
def test_a_rabbitmq_of_our_own_is_started_where_none_runs(tmp_path: Path, socket_enabled: None) -> None:
    with _started(tmp_path) as broker:
        broker.open()
        broker.wipe()
        assert answers(broker.url)
    assert not answers(broker.url)
