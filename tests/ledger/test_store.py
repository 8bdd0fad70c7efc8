"""A ledger that does not answer is told as such, and nothing of a failed transaction stays."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from providers.domain.reasons import Code, Reason
from tasks.ledger import migrate
from tasks.ledger.claims import NEXT_DUE
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import LedgerUnavailable, Store
from tasks.ledger.tables import BookRow
from tests.builders import NOON

WHY = Reason(code=Code.BOOK_PAUSED, text="by hand")


def test_a_ledger_answers(ledger: Ledger) -> None:
    ledger.ping()


def test_only_a_database_server_has_a_clock_of_its_own(ledger: Ledger, store: Store) -> None:
    told = ledger.clock()
    assert (told is None) == store.is_sqlite
    assert told is None or told.tzinfo is not None


def test_the_address_is_told_without_the_password() -> None:
    store = Store("postgresql+psycopg://counter:s3cret@db.example/foil")
    assert Ledger(store).address == "postgresql+psycopg://counter:***@db.example/foil"
    store.close()


@pytest.mark.parametrize("address", ["postgresql+psycopg://a@/b?host={}/nowhere", "sqlite:///{}/nowhere/x.db"])
def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path, address: str) -> None:
    store = Store(address.format(tmp_path))
    for attempt in (store.read, store.write):
        with pytest.raises(LedgerUnavailable), attempt():
            pass
    store.close()


def test_a_connection_that_breaks_is_unavailable_and_the_next_one_is_fine(fresh_postgres: str) -> None:
    store = Store(fresh_postgres)
    with pytest.raises(LedgerUnavailable), store.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    Ledger(store).ping()
    store.close()


def test_a_connection_that_breaks_under_a_compiled_statement_is_told_likewise(fresh_postgres: str) -> None:
    store, other = Store(fresh_postgres), Store(fresh_postgres)

    def break_and_ask(connection: Connection) -> None:
        _break(other, _backend(connection))
        NEXT_DUE.first(connection, {"which_book": "main", "now": NOON})

    with pytest.raises(LedgerUnavailable), store.write() as connection:
        break_and_ask(connection)
    Ledger(store).ping()
    store.close()
    other.close()


def test_a_connection_that_broke_while_it_was_idle_is_replaced(fresh_postgres: str) -> None:
    store, other = Store(fresh_postgres, trusted_seconds=0), Store(fresh_postgres)
    with store.read() as connection:
        backend = _backend(connection)
    _break(other, backend)
    Ledger(store).ping()
    store.close()
    other.close()


def _backend(connection: Connection) -> int:
    found: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return found


def _break(other: Store, backend: int) -> None:
    """The server ends a connection, told so by another one."""
    with other.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def test_more_users_than_connections_is_unavailable(fresh_postgres: str) -> None:
    store = Store(fresh_postgres, pool_size=1)
    store.engine.pool._timeout = 0.01  # type: ignore[attr-defined]
    with store.read(), store.read(), pytest.raises(LedgerUnavailable), store.read():
        pass
    store.close()


def test_a_transaction_that_fails_leaves_nothing(store: Store, ledger: Ledger) -> None:
    row = {"name": "main", "state": "paused", "by": "ada", "since": NOON}
    twice = (store.insert(BookRow).values({**row, "name": name}) for name in ("new", "main", "main"))
    with pytest.raises(IntegrityError), store.write() as connection:
        deque(map(connection.execute, twice))
    assert ledger.books.paused() == ()


def test_writers_wait_for_each_other(store: Store, ledger: Ledger) -> None:
    names = [f"book {number}" for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda name: ledger.books.pause(name, WHY, by="ada", now=NOON), names))
    assert {paused.name for paused in ledger.books.paused()} == set(names)


def test_two_that_open_a_new_file_at_once_both_come_in(tmp_path: Path) -> None:
    def open_it(_: int) -> str | None:
        store = Store(f"sqlite:///{tmp_path}/new.db")
        with store.read() as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        store.close()
        return mode

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(open_it, range(6))) == {"wal"}


def test_sqlite_survives_a_power_cut(sqlite_store: Store) -> None:
    with sqlite_store.read() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_times_come_back_as_they_were_in_utc(store: Store, ledger: Ledger) -> None:
    there = datetime(2026, 3, 4, 21, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    ledger.books.pause("main", WHY, by="ada", now=there)
    (paused,) = ledger.books.paused()
    assert (paused.since, paused.since.tzname()) == (there, "UTC")
    table = BookRow.__table__  # type: ignore[attr-defined]
    with store.read() as connection:
        later = select(table.c.name).where(table.c.since > there - timedelta(microseconds=1))
        assert connection.execute(later).scalar() == "main"


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        ledger.books.pause("main", WHY, by="ada", now=NOON.replace(tzinfo=None))


def test_the_revision_of_the_code_is_known() -> None:
    assert migrate.fits(migrate.head())
    assert (migrate.fits("0999"), migrate.is_older("0999")) == (True, False)
    assert (migrate.fits("1001"), migrate.is_older("1001")) == (False, False)
    assert (migrate.fits("0001"), migrate.is_older("0001")) == (False, True)
