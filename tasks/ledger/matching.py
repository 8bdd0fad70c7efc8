"""The ledger's side of a reconciliation: what should stand in a book. Rows become values here, page by page."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, or_, select

from providers.domain.documents import DocumentState
from providers.domain.facts import Facts
from providers.domain.known import OperationState, PaymentState
from tasks.ledger.codec import facts_from
from tasks.ledger.proof_tables import SightingRow
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]
_SIGHTINGS = SightingRow.__table__  # type: ignore[attr-defined]

IN_BOOK = (DocumentState.ISSUED, DocumentState.CANCELLED)
"""States of documents that are at the provider for sure."""
UNDER_WAY = (DocumentState.SENT, DocumentState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A document as the ledger has it. Amounts are decimals in `currency`."""

    pk: int
    order_pk: int
    shop: str
    order_id: str
    kind: str
    ordinal: str
    reference: str
    state: DocumentState
    remote_id: str
    number: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    currency: str
    lines: int
    """How many there are: what splits into net and tax by rounding."""
    buyer_name: str
    buyer_tax_no: str
    issue_date: date
    issued_at: datetime | None
    payments: tuple[tuple[str, Decimal], ...] = ()
    """What is recorded: (key, amount)."""
    owed: Decimal | None = None
    """What the shop says was paid, for providers that cannot be told of payments."""
    facts: Facts | None = None
    busy: bool = False
    """Whether something is under way with its order: what differs may be right in a moment."""

    @property
    def issued(self) -> bool:
        return self.state in IN_BOOK

    @property
    def paid(self) -> Decimal:
        """What should be paid there."""
        recorded = sum((amount for _, amount in self.payments), Decimal(0))
        return recorded if self.owed is None else self.owed


class Matching:
    """Finds what should stand in a book. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_references(self, book: str, references: Iterable[str], *, owed: bool = False) -> dict[str, Expected]:
        """The documents of the book with these references: two statements, however many there are.

        `owed` asks what the shop says was paid, for providers that cannot be told of payments.
        """
        wanted = sorted(set(filter(None, references)))
        if not wanted:
            return {}
        with self._store.read() as connection:
            where = and_(_DOCUMENTS.c.book == book, _DOCUMENTS.c.reference.in_(wanted))
            return {row.reference: row for row in _load(connection, where, owed=owed)}

    def unseen(self, run_pk: int, book: str, *, after: int, limit: int, days: tuple[str, str] | None) -> list[Expected]:
        """Issued documents of the book that the run has not seen, from the row behind `after`.

        `days` are the first and the last issue date that the run covers, ISO 8601.
        """
        seen = exists().where(_SIGHTINGS.c.run_pk == run_pk, _SIGHTINGS.c.remote_id == _DOCUMENTS.c.remote_id)
        where = and_(*_in_window(book, after, days), _DOCUMENTS.c.state.in_(IN_BOOK), ~seen)
        with self._store.read() as connection:
            return _load(connection, where, limit=limit)

    def in_window(self, book: str, *, after: int, limit: int, days: tuple[str, str] | None) -> list[Expected]:
        """Issued documents of the book, from the row behind `after`."""
        where = and_(*_in_window(book, after, days), _DOCUMENTS.c.state.in_(IN_BOOK))
        with self._store.read() as connection:
            return _load(connection, where, limit=limit)

    def under_way(self, book: str) -> int:
        """How many documents are being made, or may have been: they are compared in the next run."""
        with self._store.read() as connection:
            found = select(_DOCUMENTS.c.id).where(_DOCUMENTS.c.book == book, _DOCUMENTS.c.state.in_(UNDER_WAY))
            return len(connection.execute(found).all())

    def lines(self, pks: Sequence[int]) -> Iterator[tuple[int, str, str]]:
        """What documents and their orders were made of: (document, its draft, the order's snapshot), as JSON."""
        found = (
            select(_DOCUMENTS.c.id, _DOCUMENTS.c.draft, _ORDERS.c.snapshot)
            .join(_ORDERS, _ORDERS.c.id == _DOCUMENTS.c.order_pk)
            .where(_DOCUMENTS.c.id.in_(pks))
        )
        with self._store.read() as connection:
            rows = connection.execute(found).all()
        for row in rows:
            yield row.id, row.draft, row.snapshot or ""


def _in_window(book: str, after: int, days: tuple[str, str] | None) -> Iterator[ColumnElement[bool]]:
    yield _DOCUMENTS.c.book == book
    yield _DOCUMENTS.c.id > after
    if days is not None:
        yield _DOCUMENTS.c.issue_date.between(*days)


def _load(connection: Connection, where: Any, *, limit: int | None = None, owed: bool = False) -> list[Expected]:
    busy = or_(
        _ORDERS.c.due_at.is_not(None),
        exists().where(
            _OPERATIONS.c.order_pk == _ORDERS.c.id,
            _OPERATIONS.c.state.in_((OperationState.SENT, OperationState.UNKNOWN)),
        ),
    )
    found = (
        select(_DOCUMENTS, busy.label("busy"), *([_ORDERS.c.snapshot] if owed else []))
        .join(_ORDERS, _ORDERS.c.id == _DOCUMENTS.c.order_pk)
        .where(where)
        .order_by(_DOCUMENTS.c.id)
        .limit(limit)
    )
    rows = connection.execute(found).mappings().all()
    payments: dict[int, list[tuple[str, Decimal]]] = {}
    recorded = (
        select(_PAYMENTS.c.document_pk, _PAYMENTS.c.key, _PAYMENTS.c.amount)
        .where(
            _PAYMENTS.c.document_pk.in_([row["id"] for row in rows]),
            _PAYMENTS.c.state == PaymentState.RECORDED,
        )
        .order_by(_PAYMENTS.c.id)
    )
    if rows:
        for document_pk, key, amount in connection.execute(recorded):
            payments.setdefault(document_pk, []).append((key, amount))
    return [_expected(row, tuple(payments.get(row["id"], ()))) for row in rows]


def _expected(row: RowMapping, payments: tuple[tuple[str, Decimal], ...]) -> Expected:
    draft = json.loads(row["draft"])
    buyer = draft.get("buyer", {})
    person = f"{buyer.get('first_name', '')} {buyer.get('last_name', '')}".strip()
    return Expected(
        pk=row["id"],
        order_pk=row["order_pk"],
        shop=row["shop"],
        order_id=row["order_id"],
        kind=row["kind"],
        ordinal=row["ordinal"],
        reference=row["reference"],
        state=DocumentState(row["state"]),
        remote_id=row["remote_id"],
        number=row["number"],
        net=row["net"],
        tax=row["tax"],
        gross=row["gross"],
        currency=row["currency"],
        lines=len(draft.get("lines", ())),
        buyer_name=buyer.get("company") or person,
        buyer_tax_no=buyer.get("tax_no", ""),
        issue_date=date.fromisoformat(row["issue_date"]),
        issued_at=row["issued_at"],
        payments=payments,
        facts=facts_from(row["facts"]),
        busy=row["busy"],
        owed=_owed(row["snapshot"]) if "snapshot" in row else None,
    )


def _owed(snapshot: str | None) -> Decimal:
    paid = json.loads(snapshot or "{}").get("payments", ())
    return sum((Decimal(payment["amount"]) for payment in paid), Decimal(0))
