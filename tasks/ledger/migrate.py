"""Brings a database to the shape that the code expects. Safe to run from several processes at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tasks.ledger.store import Store

_LOCK = 0x636F756E  # any fixed number: migrations of this program on one PostgreSQL database queue up


def upgrade(store: Store) -> tuple[str | None, str]:
    """Apply what is missing, in one transaction. Returns the revision before and after.

    Raises `LedgerUnavailable`.
    """
    config = _config()
    with store.write() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, head()


def current(store: Store) -> str | None:
    """The revision that the database has; None for an empty one. Raises `LedgerUnavailable`."""
    with store.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision that the code expects."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError("the migrations are not installed")
    return revision


def fits(revision: str) -> bool:
    """Whether this program can work on a ledger of this revision: its own, or a later one of the same era.

    Revisions are four digits, and the first is the era: within it, migrations only add what older programs need not
    know of. So two versions work side by side while one takes the place of the other.
    """
    return revision == head() or (revision[:1] == head()[:1] and not _knows(revision))


def _knows(revision: str) -> bool:
    """Whether the code has this revision; a newer version of the program may have left one that it has not."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def is_older(revision: str) -> bool:
    """Whether an upgrade by this program would bring the ledger further."""
    return revision != head() and _knows(revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config
