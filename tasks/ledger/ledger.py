"""The ledger: the one durable record. Everything else may be lost and is made again from it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text

from tasks.ledger.books import Books
from tasks.ledger.decisions import Decisions
from tasks.ledger.findings import Findings
from tasks.ledger.inbox import Inbox
from tasks.ledger.matching import Matching
from tasks.ledger.mending import Mending
from tasks.ledger.news import News
from tasks.ledger.notices import Notices
from tasks.ledger.overdue import Overdue
from tasks.ledger.run_history import RunHistory
from tasks.ledger.runs import Runs
from tasks.ledger.sightings import Sightings
from tasks.ledger.store import Store
from tasks.ledger.totals import Totals
from tasks.ledger.turns import Turns
from tasks.ledger.views import Views


class Ledger:
    """One database of events, orders, documents, payments and operations.

    Each method of its parts is one short transaction; none holds one across the network. There is no SQL
    outside this package.
    """

    def __init__(self, store: Store, *, notified: Collection[str] = ()) -> None:
        """`notified` are the shops that are told what a provider knows first of their documents."""
        news = News(store, notified)
        self._store = store
        self.inbox = Inbox(store)
        self.turns = Turns(store, news)
        self.books = Books(store)
        self.decisions = Decisions(store, news)
        self.views = Views(store)
        self.matching = Matching(store)
        self.overdue = Overdue(store)
        self.runs = Runs(store, news)
        self.sightings = Sightings(store)
        self.history = RunHistory(store)
        self.notices = Notices(store, news)
        self.findings = Findings(store)
        self.totals = Totals(store)
        self.mending = Mending(store, news)

    @property
    def address(self) -> str:
        """Where the ledger is, without the password."""
        return self._store.url

    def ping(self) -> None:
        """One trivial read. Raises `LedgerUnavailable`."""
        with self._store.read() as connection:
            connection.execute(text("SELECT 1"))

    def clock(self) -> datetime | None:
        """The database server's own time; None where the database is a file on this machine."""
        if self._store.is_sqlite:
            return None
        with self._store.read() as connection:
            told: datetime = connection.execute(text("SELECT now()")).scalar_one()
            return told

    def close(self) -> None:
        self._store.close()
