"""Whether the ledger has the shape that this program expects, asked before anything relies on it."""

from pathlib import Path

from tasks.ledger import migrate
from tasks.ledger.store import Store

UPGRADE = "counterfoil db upgrade"


class NotReady(Exception):
    """The ledger must be brought to this program's shape first. `remedy` says by which command."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text} {remedy}")
        self.text = text
        self.remedy = remedy


def require_ledger(store: Store) -> None:
    """Raise `NotReady` unless the ledger exists and is migrated. Creates nothing. Raises `LedgerUnavailable`."""
    if not exists(store):
        raise NotReady(
            f"There is no ledger at {store.url} yet.", f"Make it: {UPGRADE}. `counterfoil up` does so by itself."
        )
    revision, head = migrate.current(store), migrate.head()
    if revision is None:
        raise NotReady(f"The ledger {store.url} is empty.", f"Bring it to its shape: {UPGRADE}.")
    if migrate.fits(revision):
        return
    if not migrate.is_older(revision):
        raise NotReady(
            f"The ledger {store.url} is at {revision}, which a newer Counterfoil made; this one knows up to {head}.",
            "Install the newer version again.",
        )
    raise NotReady(f"The ledger {store.url} is at {revision}, and must be at {head}.", f"Bring it there: {UPGRADE}.")


def exists(store: Store) -> bool:
    """False for a SQLite file that is not there, which a connection would create."""
    file = store.engine.url.database
    return not store.is_sqlite or (file is not None and Path(file).exists())
