"""The database behind the ledger: connections, transactions, and what SQLite and PostgreSQL do differently."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import SQLModel
from tenacity import retry, retry_if_exception_message, stop_after_delay, wait_random

_BUSY_SECONDS = 15


class LedgerUnavailable(Exception):
    """The database cannot be reached or does not answer. Nothing was written."""


class Store:
    """One database. `write` and `read` are the only ways to a connection.

    SQLite runs in WAL mode with `synchronous=FULL`, because a commit that a power cut undoes may say
    "invoice sent"; writers in this process queue at a lock, because SQLite's own busy handler sleeps and is
    unfair; every writing transaction begins IMMEDIATE, so that none has to upgrade half way through.
    """

    def __init__(self, url: str, *, pool_size: int = 20, trusted_seconds: float = 1.0) -> None:
        """`trusted_seconds`: a connection to a server that was idle for longer is asked whether it still lives."""
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.url = parsed.render_as_string(hide_password=True)
        self._turn: threading.Lock | nullcontext[None] = threading.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            self._engine = _sqlite_engine(parsed)
            self._readers = _Connections(self._engine)
            self._writers = _Connections(self._engine.execution_options(counterfoil_write=True))
        else:
            self._engine = _postgresql_engine(parsed, pool_size)
            self._readers = self._writers = _Connections(self._engine, most=pool_size, trusted_seconds=trusted_seconds)

    @property
    def engine(self) -> Engine:
        """For migrations only. Connections take over what their engine listens to when they are opened, so that
        those which are open are closed."""
        self._close_idle()
        return self._engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction: committed at the end of the block, rolled back when it raises.

        Raises `LedgerUnavailable` when the database does not answer.
        """
        with self._turn, available(), self._writers.transaction() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises `LedgerUnavailable`."""
        with available(), self._readers.transaction() as connection:
            yield connection

    def session(self) -> Connection:
        """A connection to be kept, outside any transaction. Raises `LedgerUnavailable`."""
        with available():
            return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def insert(self, model: type[SQLModel]) -> Any:
        """An INSERT with ON CONFLICT, which both databases spell alike but SQLAlchemy keeps per dialect."""
        table: Table = model.__table__  # type: ignore[attr-defined]
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def close(self) -> None:
        self._close_idle()
        self._engine.dispose()

    def _close_idle(self) -> None:
        self._readers.close()
        self._writers.close()


class _Connections:
    """Open connections, used again as they are, the last one first.

    SQLAlchemy's pool makes a new `Connection` around one each time, and rolls back what was committed already: that is
    as much as two statements cost. How many may be open, and the wait for one, are still the pool's.
    """

    def __init__(self, engine: Engine, *, most: int = 5, trusted_seconds: float = inf) -> None:
        self._engine = engine
        self._most = most
        self._trusted = trusted_seconds
        self._idle: deque[tuple[Connection, float]] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        connection = self._taken()
        try:
            with connection.begin():
                yield connection
        finally:
            if connection.invalidated or connection.in_transaction() or len(self._idle) >= self._most:
                _let_go(connection)
            else:
                self._idle.append((connection, monotonic()))

    def close(self) -> None:
        while (connection := self._last()) is not None:
            _let_go(connection[0])

    def _taken(self) -> Connection:
        while (last := self._last()) is not None:
            connection, since = last
            # One that was in use a moment ago is not asked: that would be a round trip for every transaction.
            if monotonic() - since <= self._trusted or _lives(connection):
                return connection
            _let_go(connection)
        return self._engine.connect()

    def _last(self) -> tuple[Connection, float] | None:
        try:
            return self._idle.pop()  # threads share it: to look first would be too late
        except IndexError:
            return None


def _lives(connection: Connection) -> bool:
    try:
        return connection.dialect.do_ping(connection.connection.dbapi_connection)  # type: ignore[arg-type]
    except connection.dialect.loaded_dbapi.Error:
        return False


def _let_go(connection: Connection) -> None:
    """Close it, and not only for the pool: what waits there is asked by nobody whether it lives."""
    connection.invalidate()
    connection.close()


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _enter_wal(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("counterfoil_write", False)
        statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(statement)
        except sqlite3.Error as error:
            raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error

    return engine


@retry(
    retry=retry_if_exception_message(match="database is locked"),
    wait=wait_random(0.01, 0.05),
    stop=stop_after_delay(_BUSY_SECONDS),
    reraise=True,
)
def _enter_wal(connection: Any) -> None:
    """Two that enter WAL mode at once on a new file: SQLite fails one of them without waiting."""
    connection.execute("PRAGMA journal_mode=WAL")


def _postgresql_engine(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url,
        paramstyle="format",  # values by place: by name, the driver would put them in order for every statement
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "application_name": "counterfoil"},
    )


@contextmanager
def available() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise LedgerUnavailable(str(error.orig)) from error
    except PoolTimeout as error:
        raise LedgerUnavailable(str(error)) from error
    except DBAPIError as error:
        unreadable = type(error) is DatabaseError  # SQLite's word for a file that is damaged, or no database
        if error.connection_invalidated or unreadable:
            raise LedgerUnavailable(str(error.orig)) from error
        raise
