"""Reconciliations as the ledger keeps them: one at a time for each book, resumable at the page where it stood."""

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, RowMapping, func, select, update

from tasks.ledger.findings import write_judgement, write_suspicions
from tasks.ledger.news import News
from tasks.ledger.proof_tables import FindingRow, RunRow, SightingRow
from tasks.ledger.run import Phase, Progress, Run, RunLost, RunState, RunUnderWay, Scope, Sighting
from tasks.ledger.statements import Statement, upsert
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER
from tasks.ledger.totals import write_sums

_RUNS = RunRow.__table__  # type: ignore[attr-defined]
_SIGHTINGS = SightingRow.__table__  # type: ignore[attr-defined]
_FINDINGS = FindingRow.__table__  # type: ignore[attr-defined]


def _see(dialect: Dialect) -> Any:
    insert = upsert(SightingRow, dialect)
    changed = {name: insert.excluded[name] for name in ("reference", "document_pk")}
    return insert.on_conflict_do_update(index_elements=["run_pk", "remote_id"], set_=changed)


_SEE = Statement(_see)


class Runs:
    """Begins, drives and ends reconciliations. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store, news: News) -> None:
        self._store = store
        self._news = news

    def begin(
        self,
        book: str,
        scope: Scope,
        *,
        now: datetime,
        by: str,
        start: date | None = None,
        end: date | None = None,
        changed_since: datetime | None = None,
    ) -> Run:
        """A new run of the book; the unfinished one where there is one, whatever it covers."""
        insert = self._store.insert(RunRow).values(
            book=book,
            ordinal=0,
            scope=scope,
            start=start.isoformat() if start else None,
            end=end.isoformat() if end else None,
            changed_since=changed_since,
            by=by,
            state=RunState.RUNNING,
            phase=Phase.LISTING,
            cursor="",
            pages=0,
            compared=0,
            equal=0,
            foreign_documents=0,
            still_open=0,
            counts="{}",
            lease_until=NEVER,
            fence=0,
            started_at=now,
        )
        with self._store.write() as connection:
            connection.execute(insert.on_conflict_do_nothing(index_elements=["book", "ordinal"]))
            found = select(_RUNS).where(_RUNS.c.book == book, _RUNS.c.ordinal == 0)
            return run_from(connection.execute(found).mappings().one())

    def claim(self, run: Run, *, owner: str, now: datetime, lease: timedelta) -> Run:
        """Take the run in hand. Raises `RunUnderWay` while another worker has it, `RunLost` when it is over."""
        take = (
            update(_RUNS)
            .where(_RUNS.c.id == run.pk, _RUNS.c.ordinal == 0, _RUNS.c.lease_until <= now)
            .values(lease_until=now + lease, owner=owner, fence=_RUNS.c.fence + 1)
            .returning(*_RUNS.c)
        )
        with self._store.write() as connection:
            row = connection.execute(take).mappings().first()
            if row is not None:
                return run_from(row)
        newest = self.run(run.pk)
        if newest is None or newest.state is not RunState.RUNNING:
            raise RunLost(f"run {run.pk}")
        raise RunUnderWay(newest)

    def advance(self, run: Run, progress: Progress, *, now: datetime, lease: timedelta) -> Run:
        """Write one step of the run, all of it or nothing. Raises `RunLost`."""
        with self._store.write() as connection:
            row = self._extend(connection, run, progress, now + lease, now)
            _SEE.each(connection, (_sighting(run, each) for each in progress.sightings))
            write_suspicions(self._store, connection, run.pk, progress.suspicions)
            if progress.judgement is not None:
                write_judgement(self._store, connection, run.pk, progress.judgement)
            write_sums(connection, run.pk, progress.sums)
            self._news.take(connection, progress.facts, now=now)
            return run_from(row)

    def renew(self, run: Run, *, now: datetime, lease: timedelta) -> None:
        """Keep the run in hand during a step that takes long. Raises `RunLost`."""
        with self._store.write() as connection:
            held = update(_RUNS).where(*_held(run, now)).values(lease_until=now + lease)
            if connection.execute(held).rowcount == 0:
                raise RunLost(f"run {run.pk}, fence {run.fence}")

    def finish(self, run: Run, *, compared: int, differing: Collection[str], still_open: int, now: datetime) -> Run:
        """End the run: what it came to is counted. Raises `RunLost`.

        `differing` are the classes of findings that make a compared document an unequal one.
        """
        with self._store.write() as connection:
            confirmed = (
                select(_FINDINGS.c.kind, func.count().label("count"))
                .where(_FINDINGS.c.run_pk == run.pk)
                .group_by(_FINDINGS.c.kind)
            )
            counts = {row.kind: row.count for row in connection.execute(confirmed)}
            differ = connection.execute(
                select(func.count(_FINDINGS.c.reference.distinct())).where(
                    _FINDINGS.c.run_pk == run.pk, _FINDINGS.c.kind.in_(differing)
                )
            ).scalar_one()
            foreign = connection.execute(
                select(func.count()).where(_SIGHTINGS.c.run_pk == run.pk, _SIGHTINGS.c.reference == "")
            ).scalar_one()
            end = (
                update(_RUNS)
                .where(_RUNS.c.id == run.pk, _RUNS.c.fence == run.fence, _RUNS.c.ordinal == 0)
                .values(
                    ordinal=_RUNS.c.id,
                    state=RunState.FINISHED,
                    phase=Phase.OVER,
                    cursor="",
                    compared=compared,
                    equal=max(compared - differ, 0),
                    foreign_documents=foreign,
                    still_open=still_open,
                    counts=json.dumps(counts),
                    error=None,
                    lease_until=NEVER,
                    owner=None,
                    finished_at=now,
                )
                .returning(*_RUNS.c)
            )
            row = connection.execute(end).mappings().first()
            if row is None:
                raise RunLost(f"run {run.pk}")
            return run_from(row)

    def give_back(self, run: Run, *, error: str = "") -> None:
        """Let the run go, to be taken up later by anybody. `error` is told to people."""
        release = (
            update(_RUNS)
            .where(_RUNS.c.id == run.pk, _RUNS.c.fence == run.fence, _RUNS.c.ordinal == 0)
            .values(lease_until=NEVER, owner=None, error=error or None)
        )
        with self._store.write() as connection:
            connection.execute(release)

    def abandon(self, run: Run, *, why: str, now: datetime) -> None:
        """End a run that proves nothing any more, such as one that was interrupted long ago."""
        with self._store.write() as connection:
            connection.execute(
                update(_RUNS)
                .where(_RUNS.c.id == run.pk, _RUNS.c.ordinal == 0)
                .values(ordinal=_RUNS.c.id, state=RunState.ABANDONED, error=why, finished_at=now, lease_until=NEVER)
            )

    def run(self, pk: int) -> Run | None:
        with self._store.read() as connection:
            row = connection.execute(select(_RUNS).where(_RUNS.c.id == pk)).mappings().first()
            return run_from(row) if row is not None else None

    def working(self, book: str) -> Run | None:
        """The unfinished run of the book."""
        with self._store.read() as connection:
            found = select(_RUNS).where(_RUNS.c.book == book, _RUNS.c.ordinal == 0)
            row = connection.execute(found).mappings().first()
            return run_from(row) if row is not None else None

    def newest(self, book: str, scope: Scope | None = None, *, by: str | None = None, limit: int = 1) -> list[Run]:
        """The newest finished runs of the book, the newest first; only those that `by` asked for, where it is given."""
        found = select(_RUNS).where(_RUNS.c.book == book, _RUNS.c.state == RunState.FINISHED)
        if scope is not None:
            found = found.where(_RUNS.c.scope == scope)
        if by is not None:
            found = found.where(_RUNS.c.by == by)
        with self._store.read() as connection:
            rows = connection.execute(found.order_by(_RUNS.c.id.desc()).limit(limit)).mappings().all()
        return [run_from(row) for row in rows]

    def _extend(
        self, connection: Connection, run: Run, progress: Progress, until: datetime, now: datetime
    ) -> RowMapping:
        step = (
            update(_RUNS)
            .where(*_held(run, now))
            .values(
                phase=progress.phase,
                cursor=progress.cursor,
                pages=_RUNS.c.pages + progress.pages,
                lease_until=until,
                error=None,
            )
            .returning(*_RUNS.c)
        )
        row = connection.execute(step).mappings().first()
        if row is None:
            raise RunLost(f"run {run.pk}, fence {run.fence}")
        return row


def _held(run: Run, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whether the worker still has the run in hand."""
    return _RUNS.c.id == run.pk, _RUNS.c.fence == run.fence, _RUNS.c.ordinal == 0, _RUNS.c.lease_until > now


def _sighting(run: Run, seen: Sighting) -> dict[str, object]:
    return {
        "run_pk": run.pk,
        "remote_id": seen.remote_id,
        "reference": seen.reference,
        "document_pk": seen.document_pk,
    }


def run_from(row: RowMapping) -> Run:
    return Run(
        pk=row["id"],
        book=row["book"],
        scope=Scope(row["scope"]),
        start=date.fromisoformat(row["start"]) if row["start"] else None,
        end=date.fromisoformat(row["end"]) if row["end"] else None,
        changed_since=row["changed_since"],
        by=row["by"],
        state=RunState(row["state"]),
        phase=Phase(row["phase"]),
        cursor=row["cursor"],
        pages=row["pages"],
        compared=row["compared"],
        equal=row["equal"],
        foreign=row["foreign_documents"],
        open=row["still_open"],
        counts=json.loads(row["counts"]),
        error=row["error"] or "",
        fence=row["fence"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )
