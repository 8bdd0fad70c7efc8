"""What people and scripts see: listings, one order's whole story, and figures. Nothing here writes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, exists, func, select

from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from tasks.ledger.codec import reason_from
from tasks.ledger.document_lines import DocumentLine, documents_of
from tasks.ledger.moments import Moment, arrivals, told
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, EventRow, EventState, OperationRow, OrderRow, PaymentRow

_EVENTS = EventRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order in a listing. `order` is empty for an unreadable delivery that names none."""

    shop: str
    order: str
    number: str
    book: str
    state: str
    total: Decimal | None
    currency: str
    reason: Reason | None
    due_at: datetime | None
    attempts: int
    updated_at: datetime
    documents: tuple[DocumentLine, ...]
    event: int | None = None
    """The row of an unreadable delivery; None for an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything known of one order, oldest moment first."""

    order: OrderLine
    snapshot: dict[str, Any] | None
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The state of the whole at one instant, for health, metrics and the summary line."""

    orders: dict[str, int]
    unreadable: int
    due: int
    overdue_seconds: float
    """How long the order that has waited longest has been due."""
    unknown: int
    documents: dict[str, int]
    payments: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetail:
    """One delivery as it came, and what became of it. Signatures are kept, credentials are not."""

    event: int
    shop: str
    order: str
    source: str
    topic: str
    state: str
    reason: Reason | None
    received_at: datetime
    headers: dict[str, str]
    body: bytes


class Views:
    """Reads the ledger for people. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def orders(self, *, state: str | None = None, shop: str | None = None) -> Iterator[OrderLine]:
        """Orders in the order of their arrival, page by page, so that a million of them stream through.

        Unreadable deliveries come last, among those that need attention.
        """
        after = 0
        while page := self._page(after, state, shop):
            yield from (line for _, line in page)
            after = page[-1][0]
        if state in {None, OrderState.ATTENTION}:
            yield from self._unreadable(shop)

    def order(self, shop: str, order_id: str) -> OrderLine | None:
        with self._store.read() as connection:
            found = select(_ORDERS).where(_ORDERS.c.shop == shop, _ORDERS.c.order_id == order_id)
            row = connection.execute(found).mappings().first()
            if row is None:
                return None
            return _line(row, documents_of(connection, [row["id"]]).get(row["id"], ()))

    def story(self, shop: str, order_id: str) -> Story | None:
        """Everything known of one order; None when it is not known at all."""
        line = self.order(shop, order_id)
        if line is None:
            return self._story_without_order(shop, order_id)
        with self._store.read() as connection:
            row = (
                connection.execute(
                    select(_ORDERS.c.id, _ORDERS.c.snapshot).where(
                        _ORDERS.c.shop == shop, _ORDERS.c.order_id == order_id
                    )
                )
                .mappings()
                .one()
            )
            moments = told(connection, shop, order_id, row["id"])
        snapshot = json.loads(row["snapshot"]) if row["snapshot"] else None
        return Story(order=line, snapshot=snapshot, moments=moments)

    def _story_without_order(self, shop: str, order_id: str) -> Story | None:
        """The story of an order of which nothing came but deliveries that could not be read."""
        named = (_EVENTS.c.shop == shop) & (_EVENTS.c.order_id == order_id) & (_EVENTS.c.order_id != "")
        with self._store.read() as connection:
            rows = connection.execute(select(_EVENTS).where(named).order_by(_EVENTS.c.id)).mappings().all()
            if not rows:
                return None
            moments = tuple(arrivals(connection, shop, order_id))
        return Story(order=_unreadable_line(rows[-1]), snapshot=None, moments=moments)

    def resembling(self, shop: str, asked: str, *, limit: int = 5) -> tuple[tuple[str, str, str], ...]:
        """Orders that somebody may have meant who asked for one that is not there: (shop, order id, number).

        They have the asked for as number or in another shop, or begin like it.
        """
        like = (_ORDERS.c.order_id == asked) | (_ORDERS.c.number == asked)
        like |= (_ORDERS.c.shop == shop) & _ORDERS.c.order_id.startswith(asked, autoescape=True)
        wanted = select(_ORDERS.c.shop, _ORDERS.c.order_id, _ORDERS.c.number).where(like)
        with self._store.read() as connection:
            rows = connection.execute(wanted.order_by(_ORDERS.c.id).limit(limit)).all()
        return tuple((row.shop, row.order_id, row.number) for row in rows)

    def event(self, event: int) -> EventDetail | None:
        """One delivery by its number; None when there is none."""
        with self._store.read() as connection:
            row = connection.execute(select(_EVENTS).where(_EVENTS.c.id == event)).mappings().first()
        if row is None:
            return None
        return EventDetail(
            event=row["id"],
            shop=row["shop"],
            order=row["order_id"],
            source=row["source"],
            topic=row["topic"],
            state=row["state"],
            reason=reason_from(row["reason"]),
            received_at=row["received_at"],
            headers=json.loads(row["headers"]),
            body=bytes(row["body"]),
        )

    def figures(self, *, now: datetime) -> Figures:
        with self._store.read() as connection:
            due, oldest = connection.execute(
                select(func.count(), func.min(_ORDERS.c.due_at)).where(_ORDERS.c.due_at <= now)
            ).one()
            unknown = connection.execute(
                select(func.count()).where(_OPERATIONS.c.state.in_(("sent", "unknown")))
            ).scalar_one()
            unreadable = connection.execute(select(func.count()).where(_needs_a_look())).scalar_one()
            return Figures(
                orders=_counts(connection, _ORDERS.c.state),
                unreadable=unreadable,
                due=due,
                overdue_seconds=(now - oldest).total_seconds() if oldest else 0.0,
                unknown=unknown,
                documents=_counts(connection, _DOCUMENTS.c.state),
                payments=_counts(connection, _PAYMENTS.c.state),
            )

    def _page(self, after: int, state: str | None, shop: str | None) -> list[tuple[int, OrderLine]]:
        wanted = select(_ORDERS).where(_ORDERS.c.id > after).order_by(_ORDERS.c.id).limit(_PAGE)
        if state is not None:
            wanted = wanted.where(_ORDERS.c.state == state)
        if shop is not None:
            wanted = wanted.where(_ORDERS.c.shop == shop)
        with self._store.read() as connection:
            rows = connection.execute(wanted).mappings().all()
            documents = documents_of(connection, [row["id"] for row in rows])
        return [(row["id"], _line(row, documents.get(row["id"], ()))) for row in rows]

    def _unreadable(self, shop: str | None) -> Iterator[OrderLine]:
        wanted = select(_EVENTS).where(_needs_a_look()).order_by(_EVENTS.c.id)
        if shop is not None:
            wanted = wanted.where(_EVENTS.c.shop == shop)
        with self._store.read() as connection:
            rows = connection.execute(wanted).mappings().all()
        yield from map(_unreadable_line, rows)


def _needs_a_look() -> Any:
    """Unreadable deliveries, but for those whose order was brought up to date by a later one."""
    later = _EVENTS.alias("later")
    followed = exists().where(
        later.c.shop == _EVENTS.c.shop,
        later.c.order_id == _EVENTS.c.order_id,
        _EVENTS.c.order_id != "",
        later.c.id > _EVENTS.c.id,
        later.c.state == EventState.APPLIED,
    )
    return and_(_EVENTS.c.state == EventState.UNREADABLE, ~followed)


def _counts(connection: Connection, column: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def _line(row: RowMapping, documents: tuple[DocumentLine, ...]) -> OrderLine:
    return OrderLine(
        shop=row["shop"],
        order=row["order_id"],
        number=row["number"],
        book=row["book"],
        state=row["state"],
        total=row["total"],
        currency=row["currency"],
        reason=reason_from(row["reason"]),
        due_at=row["due_at"],
        attempts=row["attempts"],
        updated_at=row["updated_at"],
        documents=documents,
    )


def _unreadable_line(row: RowMapping) -> OrderLine:
    return OrderLine(
        shop=row["shop"],
        order=row["order_id"],
        number="",
        book="",
        state=OrderState.ATTENTION,
        total=None,
        currency="",
        reason=reason_from(row["reason"]) or Reason(code=Code.UNREADABLE, text="The delivery holds no order"),
        due_at=None,
        attempts=0,
        updated_at=row["received_at"],
        documents=(),
        event=row["id"],
    )
