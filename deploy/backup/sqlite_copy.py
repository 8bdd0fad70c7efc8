"""Copies of a SQLite ledger, with nothing but Python.

    sqlite_copy.py copy LEDGER COPY    a copy of a ledger that may be in use, as one file
    sqlite_copy.py check COPY          tells the copy's revision, once it is found to be whole
    sqlite_copy.py place COPY LEDGER   puts a copy where the ledger was, which is kept beside it

Exit code 1, and one line that says why, when anything is not as it must be.
"""

import fcntl
import os
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

_BUSY_SECONDS = 60


class Failed(Exception):
    """What is in the way, in words."""


def copy(ledger: Path, target: Path) -> None:
    """Copy one moment of the ledger. Writers go on meanwhile: the copy is read in one transaction."""
    if not ledger.is_file():
        raise Failed(f"there is no ledger at {ledger}")
    if target.exists():
        raise Failed(f"{target} is there already")
    with closing(_open(ledger, "ro")) as source, closing(_open(target, "rwc")) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    _keep(target)


def check(file: Path) -> str:
    """The revision of the copy's tables. Raises `Failed` unless every page and every reference is whole."""
    if not file.is_file():
        raise Failed(f"there is no {file}")
    with closing(_open(file, "ro")) as connection:
        broken = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        if broken != ["ok"]:
            raise Failed(f"{file} is damaged: {broken[0]}")
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise Failed(f"{file} is damaged: rows refer to rows that are not there")
        revisions = [str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")]
    if len(revisions) != 1:
        raise Failed(f"{file} is no ledger: its tables have no revision")
    return revisions[0]


def place(file: Path, ledger: Path) -> Path | None:
    """Put the copy where the ledger is. Returns where that one is kept now; None when there was none."""
    check(file)
    with ledger.with_name(ledger.name + ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"a counterfoil process works on {ledger}: stop it first") from None
        arriving = ledger.with_name(ledger.name + ".arriving")
        shutil.copyfile(file, arriving)
        _keep(arriving)
        kept = _put_aside(ledger)
        arriving.replace(ledger)
        _keep_folder(ledger.parent)
    return kept


def _put_aside(ledger: Path) -> Path | None:
    """The log goes with its ledger: with it, the ledger can still be opened."""
    kept = ledger.with_name(f"{ledger.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    for suffix in ("-shm", "-wal", ""):
        part = ledger.with_name(ledger.name + suffix)
        if part.exists():
            part.rename(kept.with_name(kept.name + suffix))
    return kept if kept.exists() else None


def _open(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_SECONDS)


def _keep(file: Path) -> None:
    file.chmod(0o600)
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
    _keep_folder(file.parent)


def _keep_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: Sequence[str]) -> int:
    """What is typed. Returns the exit code."""
    try:
        match arguments:
            case ["copy", ledger, target]:
                copy(Path(ledger), Path(target))
            case ["check", file]:
                sys.stdout.write(f"{check(Path(file))}\n")
            case ["place", file, ledger]:
                kept = place(Path(file), Path(ledger))
                sys.stdout.write(f"{kept or ''}\n")
            case _:
                sys.stderr.write(__doc__ or "")
                return 2
    except (Failed, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"sqlite_copy: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
