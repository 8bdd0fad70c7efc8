"""What a run saw in the provider's list."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Dialect, bindparam, func, select

from tasks.ledger.among import among, listed
from tasks.ledger.columns import ROW_ID
from tasks.ledger.proof_tables import SightingRow
from tasks.ledger.run import Run
from tasks.ledger.statements import Statement
from tasks.ledger.store import Store

_SIGHTINGS = SightingRow.__table__  # type: ignore[attr-defined]


def _known(dialect: Dialect) -> Any:
    of_run = _SIGHTINGS.c.run_pk == bindparam("run_pk", type_=ROW_ID)
    members = (_SIGHTINGS.c.remote_id, _SIGHTINGS.c.reference)
    return select(*members).where(of_run, among(_SIGHTINGS.c.remote_id, "ids", dialect))


_KNOWN = Statement(_known)


class Sightings:
    """Reads what runs saw; `Runs` writes it. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self, run: Run, remote_ids: Iterable[str]) -> dict[str, str]:
        """Those of the documents that the run has seen already, each with the reference that it carried then: a list
        may tell a row twice, and a provider may give an id again."""
        with self._store.read() as connection:
            told = {"run_pk": run.pk, "ids": listed(connection, set(remote_ids))}
            return {row["remote_id"]: row["reference"] for row in _KNOWN.all(connection, told)}

    def seen(self, run: Run) -> int:
        """How many documents of ours the run has seen."""
        found = select(func.count(_SIGHTINGS.c.document_pk)).where(_SIGHTINGS.c.run_pk == run.pk)
        with self._store.read() as connection:
            return int(connection.execute(found).scalar_one())

    def count(self, run: Run) -> int:
        """How many documents the run has seen, those of others included."""
        found = select(func.count()).where(_SIGHTINGS.c.run_pk == run.pk)
        with self._store.read() as connection:
            return int(connection.execute(found).scalar_one())

    def doubles(self, run: Run, *, after: str, limit: int) -> list[tuple[str, tuple[str, ...]]]:
        """References behind `after` that several documents carry, with the ids of these documents."""
        several = (
            select(_SIGHTINGS.c.reference)
            .where(_SIGHTINGS.c.run_pk == run.pk, _SIGHTINGS.c.reference > after)
            .group_by(_SIGHTINGS.c.reference)
            .having(func.count() > 1)
            .order_by(_SIGHTINGS.c.reference)
            .limit(limit)
        )
        with self._store.read() as connection:
            references = list(connection.execute(several).scalars())
            ids: dict[str, list[str]] = {reference: [] for reference in references}
            found = select(_SIGHTINGS.c.reference, _SIGHTINGS.c.remote_id).where(
                _SIGHTINGS.c.run_pk == run.pk, _SIGHTINGS.c.reference.in_(references)
            )
            for reference, remote_id in connection.execute(found) if references else ():
                ids[reference].append(remote_id)
        return [(reference, tuple(sorted(each))) for reference, each in ids.items()]

    def carriers(self, run: Run, reference: str) -> list[str]:
        """The documents that the run saw with the reference."""
        found = select(_SIGHTINGS.c.remote_id).where(_SIGHTINGS.c.run_pk == run.pk, _SIGHTINGS.c.reference == reference)
        with self._store.read() as connection:
            return sorted(connection.execute(found).scalars())

    def told_below(self, run: Run, prefix: str) -> list[str]:
        """The references that the run saw and that begin so."""
        begins = _SIGHTINGS.c.reference.startswith(prefix, autoescape=True)
        found = select(_SIGHTINGS.c.reference).distinct().where(_SIGHTINGS.c.run_pk == run.pk, begins)
        with self._store.read() as connection:
            return sorted(connection.execute(found).scalars())
