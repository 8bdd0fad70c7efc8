"""The ledger's side of a reconciliation: what should stand in a book. Rows become values here, page by page.

A list may tell a million documents: every statement is written once, and what a row holds as JSON is read only where
somebody asks for it.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Dialect, Integer, bindparam, exists, func, or_, select

from providers.domain.documents import DocumentKind, DocumentState
from providers.domain.facts import Facts
from providers.domain.known import OperationState, PaymentState
from tasks.ledger.among import among, listed
from tasks.ledger.codec import facts_from
from tasks.ledger.columns import ROW_ID
from tasks.ledger.proof_tables import SightingRow
from tasks.ledger.statements import Found, Statement
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
_EVER = ("0001-01-01", "9999-12-31")
_NOTHING = Decimal(0)

Days = tuple[str, str]
"""The first and the last issue date, ISO 8601."""


@dataclass(frozen=True, kw_only=True)
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
    issue_date: date
    issued_at: datetime | None
    payments: tuple[tuple[str, Decimal], ...] = ()
    """What is recorded: (key, amount)."""
    owed: Decimal | None = None
    """What the shop says was paid, for providers that cannot be told of payments."""
    busy: bool = False
    """Whether something is under way with its order: what differs may be right in a moment."""
    draft: str = field(default="{}", repr=False)
    kept: str | None = None
    """What the provider told last, as text."""

    @property
    def issued(self) -> bool:
        return self.state in IN_BOOK

    @cached_property
    def recorded(self) -> Decimal:
        """What is recorded as paid."""
        return sum((amount for _, amount in self.payments), _NOTHING)

    @property
    def paid(self) -> Decimal:
        """What should be paid there."""
        return self.recorded if self.owed is None else self.owed

    @cached_property
    def facts(self) -> Facts | None:
        """What the provider told last."""
        return facts_from(self.kept)

    @property
    def lines(self) -> int:
        """How many there are: what splits into net and tax by rounding."""
        return len(self._made_of.get("lines", ()))

    @property
    def buyer_name(self) -> str:
        buyer = self._made_of.get("buyer", {})
        person = f"{buyer.get('first_name', '')} {buyer.get('last_name', '')}".strip()
        return str(buyer.get("company") or person)

    @property
    def buyer_tax_no(self) -> str:
        return str(self._made_of.get("buyer", {}).get("tax_no", ""))

    @cached_property
    def _made_of(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.draft)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOf:
    """What an issued document, and its order as it is now, consist of: JSON with lines."""

    pk: int
    day: date
    currency: str
    draft: str
    snapshot: str


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
    return select(*(_DOCUMENTS.c[name] for name in _MEMBERS), busy.label("busy"), *more).join(_ORDERS, joined)


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
    )


def _owed(snapshot: str | None) -> Decimal:
    paid = json.loads(snapshot or "{}").get("payments", ())
    return sum((Decimal(payment["amount"]) for payment in paid), _NOTHING)
