"""What should have moved on long ago: calls without an end, orders that are due and not driven."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, exists, or_, select

from providers.domain.known import OperationState
from tasks.ledger.expected import IN_BOOK
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueCall:
    """An operation whose end is not known. `since` is when it was sent, or its answer was seen to be lost."""

    reference: str
    remote_id: str
    shop: str
    order_id: str
    action: str
    state: OperationState
    gross: Decimal
    currency: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueOrder:
    """An order that has been due for long and has no document."""

    shop: str
    order_id: str
    total: Decimal
    currency: str
    due_at: datetime


class Overdue:
    """Finds what got stuck. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def calls(self, book: str, *, sent_before: datetime, lost_before: datetime) -> Iterator[OverdueCall]:
        """Calls that were sent, or lost, before these moments, and have no end."""
        late = or_(
            and_(_OPERATIONS.c.state == OperationState.SENT, _OPERATIONS.c.sent_at < sent_before),
            and_(_OPERATIONS.c.state == OperationState.UNKNOWN, _OPERATIONS.c.lost_at < lost_before),
        )
        found = (
            select(_OPERATIONS, _DOCUMENTS)
            .join(_DOCUMENTS, _DOCUMENTS.c.id == _OPERATIONS.c.document_pk)
            .where(_DOCUMENTS.c.book == book, late)
            .order_by(_OPERATIONS.c.id)
        )
        with self._store.read() as connection:
            rows = connection.execute(found).all()
        for row in rows:
            told = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for it)
            yield OverdueCall(
                reference=told[_DOCUMENTS.c.reference],
                remote_id=told[_DOCUMENTS.c.remote_id],
                shop=told[_DOCUMENTS.c.shop],
                order_id=told[_DOCUMENTS.c.order_id],
                action=told[_OPERATIONS.c.action],
                state=OperationState(told[_OPERATIONS.c.state]),
                gross=told[_DOCUMENTS.c.gross],
                currency=told[_DOCUMENTS.c.currency],
                since=told[_OPERATIONS.c.lost_at] or told[_OPERATIONS.c.sent_at],
            )

    def orders(self, book: str, *, due_before: datetime) -> Iterator[OverdueOrder]:
        """Orders without a document that have been due since before this moment."""
        invoiced = exists().where(_DOCUMENTS.c.order_pk == _ORDERS.c.id, _DOCUMENTS.c.state.in_(IN_BOOK))
        found = (
            select(_ORDERS.c.shop, _ORDERS.c.order_id, _ORDERS.c.total, _ORDERS.c.currency, _ORDERS.c.due_at)
            .where(_ORDERS.c.book == book, _ORDERS.c.due_at < due_before, ~invoiced)
            .order_by(_ORDERS.c.due_at)
        )
        with self._store.read() as connection:
            rows = connection.execute(found).all()
        for row in rows:
            yield OverdueOrder(
                shop=row.shop,
                order_id=row.order_id,
                total=row.total or Decimal(0),
                currency=row.currency,
                due_at=row.due_at,
            )
