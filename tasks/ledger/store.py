"""The database behind the ledger: connections, transactions, and what SQLite and PostgreSQL do differently."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import SQLModel
from tenacity import retry, retry_if_exception_message, stop_after_delay, wait_random

_BUSY_SECONDS = 15
_LEFT_AT = "counterfoil_left_at"


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
        self._engine = (
            _sqlite_engine(parsed) if self.is_sqlite else _postgresql_engine(parsed, pool_size, trusted_seconds)
        )
        self._writing = self._engine.execution_options(counterfoil_write=True)
        self._turn: threading.Lock | nullcontext[None] = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def engine(self) -> Engine:
        """For migrations only."""
        return self._engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction: committed at the end of the block, rolled back when it raises.

        Raises `LedgerUnavailable` when the database does not answer.
        """
        with self._turn, available(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises `LedgerUnavailable`."""
        with available(), self._engine.begin() as connection:
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
        self._engine.dispose()


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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

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


def _postgresql_engine(url: URL, pool_size: int, trusted_seconds: float) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "application_name": "counterfoil"},
    )

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: object, record: Any) -> None:
        record.info[_LEFT_AT] = monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: Any, _proxy: object) -> None:
        """Ask whether it still lives; not of one that was in use a moment ago, for that would be a round trip for
        every transaction. Another one takes the place of one that is dead."""
        if monotonic() - record.info.get(_LEFT_AT, 0.0) > trusted_seconds:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError(str(error)) from error

    return engine


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
