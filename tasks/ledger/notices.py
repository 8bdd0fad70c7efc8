"""Notices to shops as the ledger keeps them: which are due, who delivers one, and what became of each."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select, update

from providers.domain.facts import Facts
from tasks.ledger.news import News
from tasks.ledger.proof_tables import NoticeRow
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OrderRow

_NOTICES = NoticeRow.__table__  # type: ignore[attr-defined]
_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]

_PAGE = 500


class NoticeState(StrEnum):
    """Where a notice stands."""

    DUE = "due"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. `attempts` counts deliveries that were begun, `error` is why the last one failed."""

    key: str
    shop: str
    order: str
    kind: str
    body: str
    state: NoticeState
    created_at: datetime
    due_at: datetime | None
    attempts: int
    delivered_at: datetime | None
    error: str

    @property
    def data(self) -> dict[str, Any]:
        """What it tells, as the shop reads it."""
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Which document of ours stands at a provider under an id. `touched_at` is when its order changed last."""

    pk: int
    shop: str
    order: str
    reference: str
    in_hand: bool
    touched_at: datetime


class Notices:
    """Keeps notices. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store, news: News) -> None:
        self._store = store
        self._news = news

    def due(self, *, now: datetime) -> list[str]:
        """The shops that have notices due, the one that has waited longest first."""
        longest = func.min(_NOTICES.c.due_at)
        found = select(_NOTICES.c.shop).where(_NOTICES.c.due_at <= now).group_by(_NOTICES.c.shop).order_by(longest)
        with self._store.read() as connection:
            return list(connection.execute(found).scalars())

    def claim(self, shops: Collection[str], *, now: datetime, until: datetime) -> Notice | None:
        """Take the notice of these shops that has been due longest; None: there is none.

        It is due again at `until`, so that a process that dies loses nothing: then it is delivered once more, under
        the same key. Several workers never get the same one.
        """
        longest = (
            select(_NOTICES.c.id)
            .where(_NOTICES.c.shop.in_(sorted(shops)), _NOTICES.c.due_at <= now)
            .order_by(_NOTICES.c.due_at, _NOTICES.c.id)
            .limit(1)
        )
        if not self._store.is_sqlite:
            longest = longest.with_for_update(skip_locked=True)
        take = (
            update(_NOTICES)
            .where(_NOTICES.c.id == longest.scalar_subquery(), _NOTICES.c.due_at <= now)
            .values(due_at=until, attempts=_NOTICES.c.attempts + 1)
            .returning(*_NOTICES.c)
        )
        with self._store.write() as connection:
            row = connection.execute(take).mappings().first()
        return _notice(row) if row is not None else None

    def delivered(self, notice: Notice, *, now: datetime) -> None:
        self._settle(notice, due_at=None, delivered_at=now, error=None)

    def later(self, notice: Notice, *, due_at: datetime, error: str) -> None:
        """Deliver it again then."""
        self._settle(notice, due_at=due_at, error=error)

    def given_up(self, notice: Notice, *, error: str) -> None:
        """Deliver it no more, unless a person wants it."""
        self._settle(notice, due_at=None, error=error)

    def rest(self, shops: Collection[str], *, until: datetime) -> None:
        """Leave these shops alone until then; no attempt is counted."""
        later = update(_NOTICES).where(_NOTICES.c.shop.in_(sorted(shops)), _NOTICES.c.due_at < until)
        with self._store.write() as connection:
            connection.execute(later.values(due_at=until))

    def retry(self, key: str, *, now: datetime) -> bool:
        """Deliver it once more now, whatever became of it. False: there is none with this key."""
        again = update(_NOTICES).where(_NOTICES.c.key == key).values(due_at=now, delivered_at=None)
        with self._store.write() as connection:
            return connection.execute(again.returning(_NOTICES.c.id)).scalar() is not None

    def listed(self, *, shop: str | None = None, state: NoticeState | None = None) -> Iterator[Notice]:
        """Notices, the oldest first, page by page."""
        wanted = [*([_NOTICES.c.shop == shop] if shop else []), *([_where(state)] if state else [])]
        after = 0
        while rows := self._page(after, wanted):
            yield from map(_notice, rows)
            after = rows[-1]["id"]

    def counts(self) -> dict[NoticeState, int]:
        """How many notices there are in each state."""
        sums = [func.count().filter(_where(state)).label(state) for state in NoticeState]
        with self._store.read() as connection:
            row = connection.execute(select(*sums)).one()
        return dict(zip(NoticeState, row, strict=True))

    def document(self, book: str, remote_id: str, *, now: datetime) -> Placed | None:
        """The document that stands in the book under this id, the newest where a provider gave it again; None: it is
        none of ours."""
        found = (
            select(
                _DOCUMENTS.c.id,
                _DOCUMENTS.c.shop,
                _DOCUMENTS.c.order_id,
                _DOCUMENTS.c.reference,
                _ORDERS.c.lease_until,
                _ORDERS.c.updated_at,
            )
            .join(_ORDERS, _ORDERS.c.id == _DOCUMENTS.c.order_pk)
            .where(_DOCUMENTS.c.book == book, _DOCUMENTS.c.remote_id == remote_id)
            .order_by(_DOCUMENTS.c.id.desc())
            .limit(1)
        )
        with self._store.read() as connection:
            row = connection.execute(found).first() if remote_id else None
        if row is None:
            return None
        held = row.lease_until > now
        return Placed(
            pk=row.id,
            shop=row.shop,
            order=row.order_id,
            reference=row.reference,
            in_hand=held,
            touched_at=row.updated_at,
        )

    def learn(self, pk: int, told: Facts, *, now: datetime) -> None:
        """Write what the provider tells of a document, and the notices of it."""
        with self._store.write() as connection:
            self._news.take(connection, {pk: told}, now=now)

    def _settle(self, notice: Notice, **values: object) -> None:
        """Not where another worker took it meanwhile, because this one was thought dead."""
        mine = (_NOTICES.c.key == notice.key) & (_NOTICES.c.attempts == notice.attempts)
        with self._store.write() as connection:
            connection.execute(update(_NOTICES).where(mine, _NOTICES.c.delivered_at.is_(None)).values(**values))

    def _page(self, after: int, wanted: list[ColumnElement[bool]]) -> list[RowMapping]:
        found = select(_NOTICES).where(_NOTICES.c.id > after, *wanted).order_by(_NOTICES.c.id).limit(_PAGE)
        with self._store.read() as connection:
            return list(connection.execute(found).mappings())


def _where(state: NoticeState) -> ColumnElement[bool]:
    match state:
        case NoticeState.DUE:
            return _NOTICES.c.due_at.is_not(None)  # type: ignore[no-any-return]
        case NoticeState.DELIVERED:
            return _NOTICES.c.delivered_at.is_not(None)  # type: ignore[no-any-return]
        case NoticeState.GIVEN_UP:
            return _NOTICES.c.due_at.is_(None) & _NOTICES.c.delivered_at.is_(None)  # type: ignore[no-any-return]


def notice_state(due_at: datetime | None, delivered_at: datetime | None) -> NoticeState:
    if due_at is not None:
        return NoticeState.DUE
    return NoticeState.GIVEN_UP if delivered_at is None else NoticeState.DELIVERED


def _notice(row: RowMapping) -> Notice:
    return Notice(
        key=row["key"],
        shop=row["shop"],
        order=row["order_id"],
        kind=row["kind"],
        body=row["body"],
        state=notice_state(row["due_at"], row["delivered_at"]),
        created_at=row["created_at"],
        due_at=row["due_at"],
        attempts=row["attempts"],
        delivered_at=row["delivered_at"],
        error=row["error"] or "",
    )
