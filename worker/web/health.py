"""Whether this process can do its work."""

from tasks.ledger import migrate
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import LedgerUnavailable, Store


class Health:
    """Asks the ledger on every call; nothing is remembered."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store

    def problems(self) -> list[str]:
        """What is in the way, in words; empty when ready."""
        try:
            self._ledger.ping()
            current = migrate.current(self._store)
        except LedgerUnavailable as error:
            return [f"the ledger cannot be reached: {error}"]
        if current is None:
            return ["the ledger is empty: run counterfoil db upgrade"]
        if migrate.fits(current):
            return []
        if migrate.is_older(current):
            return [f"the ledger is at {current} and must be at {migrate.head()}: run counterfoil db upgrade"]
        return [f"the ledger is at {current}, of a newer era than {migrate.head()}: install the newer version"]
