"""The ledger's side of a reconciliation: what should stand in a book. Rows become values here, page by page.

A list may tell a million documents: every statement is written once.
"""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Integer, and_, bindparam, case, exists, func, or_, select

from providers.domain.documents import DocumentKind, DocumentState
from providers.domain.known import OperationState, PaymentState
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from tasks.ledger.among import among, listed
from tasks.ledger.columns import ROW_ID
from tasks.ledger.expected import IN_BOOK, UNDER_WAY, Expected, MadeOf
from tasks.ledger.proof_tables import SightingRow
from tasks.ledger.statements import Found, Statement
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]
_SIGHTINGS = SightingRow.__table__  # type: ignore[attr-defined]

_EVER = ("0001-01-01", "9999-12-31")
_NOTHING = Decimal(0)

Days = tuple[str, str]
"""The first and the last issue date, ISO 8601."""


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
        found = self._load(_OWED_BY_REFERENCE if owed else _BY_REFERENCE, {"book": book}, references=wanted)
        return {row.reference: row for row in found}

    def unseen(self, run_pk: int, book: str, *, after: int, limit: int, days: Days | None) -> list[Expected]:
        """Issued documents of the book that the run has not seen, from the row behind `after`."""
        return self._load(_UNSEEN, {**_window(book, after, limit, days), "run_pk": run_pk})

    def in_window(self, book: str, *, after: int, limit: int, days: Days | None) -> list[Expected]:
        """Issued documents of the book, from the row behind `after`."""
        return self._load(_IN_WINDOW, _window(book, after, limit, days))

    def credit_notes(self, book: str, shop: str, order_id: str) -> list[Expected]:
        """The credit notes of the order in the book, in whatever state."""
        return self._load(_CREDIT_NOTES, {"book": book, "shop": shop, "order_id": order_id})

    def made_of(self, book: str, *, after: int, limit: int, days: Days | None) -> list[MadeOf]:
        """What documents of the book that count, and their orders, consist of, from the row behind `after`."""
        with self._store.read() as connection:
            rows = _MADE_OF.all(connection, _window(book, after, limit, days))
        return [
            MadeOf(
                pk=row["id"],
                day=date.fromisoformat(row["issue_date"]),
                currency=row["currency"],
                draft=row["draft"],
                snapshot=row["snapshot"] or "",
            )
            for row in rows
        ]

    def first_issued(self, book: str) -> datetime | None:
        """When the book got its first document; None for an empty book."""
        issued = (_DOCUMENTS.c.book == book, _DOCUMENTS.c.issued_at.is_not(None))
        with self._store.read() as connection:
            found = select(_DOCUMENTS.c.issued_at).where(*issued).order_by(_DOCUMENTS.c.id).limit(1)
            return connection.execute(found).scalar()

    def under_way(self, book: str) -> int:
        """How many documents are being made, or may have been: they are compared in the next run."""
        opened = _OPERATIONS.c.state.in_((OperationState.SENT, OperationState.UNKNOWN))
        found = (
            select(func.count(_DOCUMENTS.c.id.distinct()))
            .join(_OPERATIONS, _OPERATIONS.c.document_pk == _DOCUMENTS.c.id)
            .where(opened, _DOCUMENTS.c.book == book, _DOCUMENTS.c.state.in_(UNDER_WAY))
        )
        with self._store.read() as connection:
            return int(connection.execute(found).scalar_one())

    def _load(self, statement: Statement, values: dict[str, object], **lists: Collection[str]) -> list[Expected]:
        with self._store.read() as connection:
            told = {name: listed(connection, each) for name, each in lists.items()}
            rows = statement.all(connection, {**values, **told})
            pks = [row["id"] for row in rows]
            recorded = _RECORDED.all(connection, {"documents": listed(connection, pks)}) if rows else ()
        payments: dict[int, list[tuple[str, Decimal]]] = {}
        for row in recorded:
            payments.setdefault(row["document_pk"], []).append((row["key"], row["amount"]))
        return [_expected(row, tuple(payments.get(row["id"], ()))) for row in rows]


def _window(book: str, after: int, limit: int, days: Days | None) -> dict[str, object]:
    first, last = days or _EVER
    return {"book": book, "after": after, "most": limit, "first": first, "last": last}


def _some(*where: Any) -> Any:
    """Documents from one row on, in the order of their rows."""
    day = _DOCUMENTS.c.issue_date
    behind = _DOCUMENTS.c.id > bindparam("after", type_=ROW_ID)
    of_days = (day >= bindparam("first"), day <= bindparam("last"))
    return (_DOCUMENTS.c.book == bindparam("book"), behind, *of_days, *where)


_MOST = bindparam("most", type_=Integer())
_IS_IN_BOOK = or_(*(_DOCUMENTS.c.state == state for state in IN_BOOK))


def _documents(*more: Any) -> Any:
    busy = or_(
        _ORDERS.c.due_at.is_not(None),
        exists().where(
            _OPERATIONS.c.order_pk == _ORDERS.c.id,
            or_(*(_OPERATIONS.c.state == state for state in (OperationState.SENT, OperationState.UNKNOWN))),
        ),
    )
    joined = _ORDERS.c.id == _DOCUMENTS.c.order_pk
    members = (*(_DOCUMENTS.c[name] for name in _MEMBERS), busy.label("busy"), _PAID_THERE.label("paid_there"))
    return select(*members, *more).join(_ORDERS, joined)


# Snapshots are long, and wanted of few orders.
_PAID_THERE = case(
    (
        and_(_ORDERS.c.state == OrderState.DONE, _ORDERS.c.reason.like(f'%"code":"{Code.PAID_THERE}"%')),
        _ORDERS.c.snapshot,
    ),
    else_=None,
)


_MEMBERS = (
    *("id", "order_pk", "shop", "order_id", "kind", "ordinal", "reference", "state", "remote_id", "number"),
    *("net", "tax", "gross", "currency", "issue_date", "issued_at", "draft", "facts"),
)


def _by_reference(dialect: Dialect, *more: Any) -> Any:
    carried = among(_DOCUMENTS.c.reference, "references", dialect)
    return _documents(*more).where(_DOCUMENTS.c.book == bindparam("book"), carried)


def _unseen(_dialect: Dialect) -> Any:
    run = bindparam("run_pk", type_=ROW_ID)
    # Providers give ids again: only the reference tells that what stands there is still this very document. Where a
    # list leaves it out, the document counts as not seen, and the second look reads it by itself.
    seen = exists().where(
        _SIGHTINGS.c.run_pk == run,
        _SIGHTINGS.c.remote_id == _DOCUMENTS.c.remote_id,
        _SIGHTINGS.c.reference == _DOCUMENTS.c.reference,
    )
    return _documents().where(*_some(_IS_IN_BOOK, ~seen)).order_by(_DOCUMENTS.c.id).limit(_MOST)


def _credit_notes(_dialect: Dialect) -> Any:
    order = (_DOCUMENTS.c.shop == bindparam("shop"), _DOCUMENTS.c.order_id == bindparam("order_id"))
    of_kind = _DOCUMENTS.c.kind == DocumentKind.CREDIT_NOTE
    return _documents().where(*order, of_kind, _DOCUMENTS.c.book == bindparam("book")).order_by(_DOCUMENTS.c.id)


def _made_of(_dialect: Dialect) -> Any:
    members = ("id", "issue_date", "currency", "draft")
    return (
        select(*(_DOCUMENTS.c[name] for name in members), _ORDERS.c.snapshot)
        .join(_ORDERS, _ORDERS.c.id == _DOCUMENTS.c.order_pk)
        .where(*_some(_DOCUMENTS.c.state == DocumentState.ISSUED))
        .order_by(_DOCUMENTS.c.id)
        .limit(_MOST)
    )


def _recorded(dialect: Dialect) -> Any:
    recorded = (_PAYMENTS.c.state == PaymentState.RECORDED, among(_PAYMENTS.c.document_pk, "documents", dialect))
    members = (_PAYMENTS.c.document_pk, _PAYMENTS.c.key, _PAYMENTS.c.amount)
    return select(*members).where(*recorded).order_by(_PAYMENTS.c.id)


_BY_REFERENCE = Statement(_by_reference)
_OWED_BY_REFERENCE = Statement(lambda dialect: _by_reference(dialect, _ORDERS.c.snapshot))
_UNSEEN = Statement(_unseen)
_IN_WINDOW = Statement(lambda _dialect: _documents().where(*_some(_IS_IN_BOOK)).order_by(_DOCUMENTS.c.id).limit(_MOST))
_CREDIT_NOTES = Statement(_credit_notes)
_MADE_OF = Statement(_made_of)
_RECORDED = Statement(_recorded)


def _expected(row: Found, payments: tuple[tuple[str, Decimal], ...]) -> Expected:
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
        issue_date=date.fromisoformat(row["issue_date"]),
        issued_at=row["issued_at"],
        payments=payments,
        draft=row["draft"],
        kept=row["facts"],
        busy=row["busy"],
        owed=_owed(row["snapshot"]) if "snapshot" in row else None,
        settled=_owed(row["paid_there"]) if row["paid_there"] else None,
    )


def _owed(snapshot: str | None) -> Decimal:
    paid = json.loads(snapshot or "{}").get("payments", ())
    return sum((Decimal(payment["amount"]) for payment in paid), _NOTHING)
