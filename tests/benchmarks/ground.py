"""The servers that a whole run of the benchmarks shares: a PostgreSQL, a Redis and, when asked for, a RabbitMQ.

Each contestant gets a database of its own and an empty broker. PostgreSQL runs with its own defaults: a commit is on
the disk when it is acknowledged. Redis keeps nothing on disk.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

import redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tasks.ledger import migrate
from tasks.ledger.store import Store
from tests import rabbitmq
from tests.benchmarks.processes import named
from tests.rabbitmq import RabbitMQ
from tests.servers import started_postgres, stop_postgres
from tests.soak.servers import OwnValkey

_TEMPLATE = "ledger_template"


class Ground:
    """A folder and servers, started when first asked for; a context manager that ends them."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="counterfoil-bench-"))
        self._folder.chmod(0o755)
        self._numbers = count(1)
        self._stack = ExitStack()
        self._postgres: Any = None
        self._valkey: OwnValkey | None = None
        self._rabbitmq: RabbitMQ | None = None

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pids(self) -> list[int]:
        """The servers'."""
        found = [] if self._postgres is None else [self._postgres.get_pid()]
        if self._valkey is not None:
            found.append(self._valkey._server._process.pid)
        return found if self._rabbitmq is None else [*found, *named("beam.smp")]

    def folder(self) -> Path:
        """A new, empty one."""
        made = self._folder / str(next(self._numbers))
        made.mkdir()
        return made

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a PostgreSQL database with an empty ledger."""
        server, name = self._server(), f"ledger_{next(self._numbers)}"
        _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{_TEMPLATE}"')
        try:
            yield _named(server, name)
        finally:
            _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')

    def redis(self) -> str:
        """The address of a Redis, now empty."""
        if self._valkey is None:
            self._valkey = OwnValkey(self.folder())
            self._stack.callback(self._valkey.stop)
        with redis.Redis.from_url(self._valkey.url) as client:
            client.flushall()
        return self._valkey.url

    def rabbitmq(self) -> str:
        """The address of a RabbitMQ, now empty. Raises `NoRabbitMQ`."""
        if self._rabbitmq is None:
            self._rabbitmq = self._stack.enter_context(rabbitmq.running(self.folder()))
        self._rabbitmq.wipe()
        return self._rabbitmq.url

    def _server(self) -> str:
        if self._postgres is None:
            self._postgres = started_postgres()
            self._stack.callback(stop_postgres, self._postgres)
            _administer(self._address, f'CREATE DATABASE "{_TEMPLATE}"')
            store = Store(_named(self._address, _TEMPLATE))
            migrate.upgrade(store)
            store.close()
        return self._address

    @property
    def _address(self) -> str:
        url = make_url(self._postgres.get_uri()).set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _administer(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
