"""Which books are paused or resting, why, since when and by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, select, update

from providers.domain.reasons import Reason
from tasks.ledger.codec import reason_from, reason_text
from tasks.ledger.store import Store
from tasks.ledger.tables import BookRow, BookState

_BOOKS = BookRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedBook:
    """A book whose provider is not asked. `by` is "counterfoil" or the person who paused it.

    `probed_at` is when its provider was last asked a harmless question; None: not yet.
    """

    name: str
    reason: Reason
    by: str
    since: datetime
    probed_at: datetime | None = None


class Books:
    """Pauses, rests and resumes books. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pause(self, name: str, reason: Reason, *, by: str, now: datetime) -> bool:
        """Pause the book until it is resumed. False: it is paused already, and its first reason stands."""
        row: dict[str, object] = {
            "state": BookState.PAUSED,
            "reason": reason_text(reason),
            "by": by,
            "since": now,
            "until": None,
        }
        return self._shut(name, row)

    def rest(self, name: str, reason: Reason, *, until: datetime, by: str, now: datetime) -> bool:
        """Leave the book alone until a moment; it opens by itself. False: it is paused, which says more."""
        row: dict[str, object] = {
            "state": BookState.RESTING,
            "reason": reason_text(reason),
            "by": by,
            "since": now,
            "until": until,
        }
        return self._shut(name, row)

    def _shut(self, name: str, row: dict[str, object]) -> bool:
        insert = (
            self._store.insert(BookRow)
            .values(name=name, probed_at=None, **row)
            .on_conflict_do_update(index_elements=["name"], set_=row, where=_BOOKS.c.state == BookState.RESTING)
            .returning(_BOOKS.c.name)
        )
        with self._store.write() as connection:
            return connection.execute(insert).scalar() is not None

    def resume(self, name: str, *, paused_by: str | None = None) -> bool:
        """Open the book again; with `paused_by`, only if it was that one who shut it.

        False: it was neither paused nor resting, or somebody else shut it meanwhile.
        """
        gone = delete(_BOOKS).where(_BOOKS.c.name == name)
        if paused_by is not None:
            gone = gone.where(_BOOKS.c.by == paused_by)
        with self._store.write() as connection:
            return connection.execute(gone.returning(_BOOKS.c.name)).scalar() is not None

    def probed(self, name: str, *, now: datetime) -> None:
        """Note that the book's provider was asked a harmless question now."""
        with self._store.write() as connection:
            connection.execute(update(_BOOKS).where(_BOOKS.c.name == name).values(probed_at=now))

    def paused(self) -> tuple[PausedBook, ...]:
        """The books that need somebody, or a probe, to be opened again; resting ones are not among them."""
        wanted = select(_BOOKS).where(_BOOKS.c.state == BookState.PAUSED).order_by(_BOOKS.c.name)
        with self._store.read() as connection:
            rows = connection.execute(wanted).mappings().all()
        return tuple(_paused(row) for row in rows)

    def shut(self, *, now: datetime) -> frozenset[str]:
        """The names of all books whose provider may not be asked now: paused, or resting still."""
        wanted = select(_BOOKS.c.name).where(_BOOKS.c.until.is_(None) | (_BOOKS.c.until > now))
        with self._store.read() as connection:
            return frozenset(connection.execute(wanted).scalars())


def _paused(row: RowMapping) -> PausedBook:
    reason = reason_from(row["reason"])
    if reason is None:
        raise ValueError(f"the paused book {row['name']} has no reason")
    return PausedBook(name=row["name"], reason=reason, by=row["by"], since=row["since"], probed_at=row["probed_at"])
