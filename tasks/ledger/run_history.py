"""Past reconciliations: they are kept for the trend, and forgotten after long."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select

from tasks.ledger.proof_tables import FindingRow, RunRow, SightingRow, TotalRow
from tasks.ledger.run import Run, RunState
from tasks.ledger.runs import run_from
from tasks.ledger.store import Store

_RUNS = RunRow.__table__  # type: ignore[attr-defined]
_SIGHTINGS = SightingRow.__table__  # type: ignore[attr-defined]
_FINDINGS = FindingRow.__table__  # type: ignore[attr-defined]
_TOTALS = TotalRow.__table__  # type: ignore[attr-defined]


class RunHistory:
    """Reads and forgets runs. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def past(self, book: str, *, limit: int) -> list[Run]:
        """The newest runs of the book in whatever state, the newest first."""
        found = select(_RUNS).where(_RUNS.c.book == book).order_by(_RUNS.c.id.desc()).limit(limit)
        with self._store.read() as connection:
            return [run_from(row) for row in connection.execute(found).mappings()]

    def prune(self, book: str, *, keep: int, often: str) -> int:
        """Forget old runs of the book, with their findings and totals. Returns how many.

        `keep` of each sort stay: of those that `often` asks for, which come every few minutes, and of the others.
        """
        with self._store.write() as connection:
            old = [pk for sort in _sorts(often) for pk in connection.execute(_beyond(book, sort, keep)).scalars()]
            for table in (_SIGHTINGS, _FINDINGS, _TOTALS):
                connection.execute(delete(table).where(table.c.run_pk.in_(old)))
            connection.execute(delete(_RUNS).where(_RUNS.c.id.in_(old)))
        return len(old)

    def forget_some(self, book: str) -> bool:
        """Forget what runs of the book saw that are over: so much that orders need not wait for it. True: there may
        be more."""
        over = select(_RUNS.c.id).where(_RUNS.c.book == book, _RUNS.c.ordinal != 0)
        some = select(_SIGHTINGS.c.remote_id, _SIGHTINGS.c.run_pk).where(_SIGHTINGS.c.run_pk.in_(over))
        with self._store.write() as connection:
            oldest = connection.execute(some.order_by(_SIGHTINGS.c.run_pk).limit(1)).first()
            if oldest is None:
                return False
            those = select(_SIGHTINGS.c.remote_id).where(_SIGHTINGS.c.run_pk == oldest.run_pk).limit(_SEEN_AT_ONCE)
            gone = delete(_SIGHTINGS).where(
                _SIGHTINGS.c.run_pk == oldest.run_pk, _SIGHTINGS.c.remote_id.in_(those.scalar_subquery())
            )
            connection.execute(gone)
        return True


def _sorts(often: str) -> Iterator[ColumnElement[bool]]:
    yield _RUNS.c.by == often
    yield _RUNS.c.by != often


_AT_ONCE = 100
_SEEN_AT_ONCE = 5_000


def _beyond(book: str, sort: ColumnElement[bool], keep: int) -> Select[Any]:
    over = (_RUNS.c.book == book, sort, _RUNS.c.state != RunState.RUNNING)
    return select(_RUNS.c.id).where(*over).order_by(_RUNS.c.id.desc()).offset(keep).limit(_AT_ONCE)
