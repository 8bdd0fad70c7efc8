"""What a provider tells of documents, written; and where that is news to their shops, the notices of it.

Both are one transaction, so that no news is lost and none is told of what was not kept.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from providers.domain.documents import DocumentKey, DocumentKind, DocumentState
from providers.domain.facts import Facts, learned
from providers.domain.known import MAY_BE_THERE, Action, OperationState
from providers.domain.notices import PAYING, OwnDoing, notice_key, notices
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from tasks.ledger.claims import by_name
from tasks.ledger.codec import facts_from, facts_text, json_text, reason_from
from tasks.ledger.proof_tables import NoticeRow
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]

_DONE_PERHAPS = (OperationState.DONE, OperationState.SENT, OperationState.UNKNOWN, OperationState.UNPROVED)


@dataclass(frozen=True, slots=True)
class _Change:
    """What is told of one document. `row` is the document with its order; `recorded` what came from here."""

    row: RowMapping
    recorded: Decimal
    before: Facts | None
    now: Facts

    @property
    def key(self) -> DocumentKey:
        row = self.row
        return DocumentKey(row["shop"], row["order_id"], DocumentKind(row["kind"]), row["ordinal"])

    def names(self, own: OwnDoing) -> Iterable[str]:
        return notices(self.before, self.now, own, gross=self.row["gross"])

    @property
    def moved_money(self) -> bool:
        """Whether another sum than before is paid there by others."""
        gross = self.row["gross"]
        before = self.before.paid_by_others(gross) if self.before else Decimal(0)
        return before != self.now.paid_by_others(gross)


class News:
    """Writes what providers tell. `shops` are those that want to hear of it."""

    def __init__(self, store: Store, shops: Collection[str] = ()) -> None:
        self._store = store
        self._shops = frozenset(shops)

    def wanted_by(self, shop: str) -> bool:
        return shop in self._shops

    def take(self, connection: Connection, told: Mapping[int, Facts], *, now: datetime, wakes: bool = True) -> None:
        """Write what was told of documents, by row; a few statements, however many there are.

        `wakes` lets the plan look again at orders whose payment waited for what is paid there.
        """
        if not told:
            return
        changes = list(self._changes(connection, told))
        if wakes:
            _wake(connection, [change for change in changes if change.moved_money], now)
        write = update(_DOCUMENTS).where(_DOCUMENTS.c.id == bindparam("pk")).values(facts=bindparam("told"))
        rows = [{"pk": change.row["id"], "told": facts_text(change.now)} for change in changes]
        if rows:
            connection.execute(write, rows)
        self._tell(connection, [change for change in changes if self.wanted_by(change.row["shop"])], now)

    def _changes(self, connection: Connection, told: Mapping[int, Facts]) -> Iterable[_Change]:
        found = (
            select(
                *(_DOCUMENTS.c[name] for name in _MEMBERS),
                _ORDERS.c.number.label("order_number"),
                _ORDERS.c.state.label("order_state"),
                _ORDERS.c.reason,
                _ORDERS.c.lease_until,
            )
            .join(_ORDERS, _ORDERS.c.id == _DOCUMENTS.c.order_pk)
            .where(_DOCUMENTS.c.id.in_(sorted(told)))
            .order_by(*by_name(connection.dialect), _DOCUMENTS.c.id)
            .with_for_update(of=_ORDERS)
        )
        rows = connection.execute(found).mappings().all()
        recorded = _recorded(connection, [row["id"] for row in rows])
        for row in rows:
            before, ours = facts_from(row["facts"]), recorded.get(row["id"], Decimal(0))
            yield _Change(row, ours, before, learned(before, told[row["id"]], recorded=ours))

    def _tell(self, connection: Connection, changes: Sequence[_Change], now: datetime) -> None:
        candidates = [change for change in changes if any(change.names(OwnDoing(paid=change.recorded)))]
        if not candidates:
            return
        own = _own_doing(connection, candidates)
        rows = [_notice(change, name, now) for change in candidates for name in change.names(own[change.row["id"]])]
        if rows:
            insert = self._store.insert(NoticeRow).on_conflict_do_nothing(index_elements=["key"])
            connection.execute(insert, rows)


_MEMBERS = (
    *("id", "order_pk", "shop", "order_id", "kind", "ordinal", "reference", "state"),
    *("remote_id", "number", "currency", "gross", "facts"),
)


def _recorded(connection: Connection, pks: Sequence[int]) -> dict[int, Decimal]:
    """By document: what was recorded from here, or may have been."""
    found = select(_PAYMENTS.c.document_pk, _PAYMENTS.c.amount).where(
        _PAYMENTS.c.document_pk.in_(pks), _PAYMENTS.c.state.in_(sorted(MAY_BE_THERE))
    )
    sums: dict[int, Decimal] = {}
    for document_pk, amount in connection.execute(found):
        sums[document_pk] = sums.get(document_pk, Decimal(0)) + amount
    return sums


def _own_doing(connection: Connection, changes: Sequence[_Change]) -> dict[int, OwnDoing]:
    """By document: what was done to it from here, and what its shop told of it."""
    pks = [change.row["id"] for change in changes]
    done = select(_OPERATIONS.c.document_pk, _OPERATIONS.c.action).where(
        _OPERATIONS.c.document_pk.in_(pks),
        _OPERATIONS.c.action.in_((Action.EMAIL, Action.CANCEL)),
        _OPERATIONS.c.state.in_(_DONE_PERHAPS),
    )
    actions = {(row.document_pk, row.action) for row in connection.execute(done)}
    paying = [change.row["order_pk"] for change in changes if PAYING & set(change.names(OwnDoing()))]
    told: dict[int, Decimal] = {}
    snapshots = select(_ORDERS.c.id, _ORDERS.c.snapshot).where(_ORDERS.c.id.in_(paying))
    for row in connection.execute(snapshots) if paying else ():
        payments = json.loads(row.snapshot or "{}").get("payments", ())
        told[row.id] = sum((Decimal(payment["amount"]) for payment in payments), Decimal(0))
    return {
        change.row["id"]: OwnDoing(
            paid=max(change.recorded, told.get(change.row["order_pk"], Decimal(0))),
            emailed=(change.row["id"], Action.EMAIL) in actions,
            cancelled=change.row["state"] == DocumentState.CANCELLED or (change.row["id"], Action.CANCEL) in actions,
        )
        for change in changes
    }


def _wake(connection: Connection, changes: Sequence[_Change], now: datetime) -> None:
    """Plan orders again whose payment waited; and let who has one in hand know that what it knows is old."""
    for change in changes:
        row, values = change.row, {"revision": _ORDERS.c.revision + 1}
        reason = reason_from(row["reason"])
        if row["lease_until"] <= now:
            if row["order_state"] != OrderState.DONE or reason is None or reason.code is not Code.PAID_THERE:
                continue
            values |= {"state": OrderState.DUE, "due_at": now, "rung_at": None, "updated_at": now}
            values |= {"attempts": 0, "first_tried_at": None}
        connection.execute(update(_ORDERS).where(_ORDERS.c.id == row["order_pk"]).values(**values))


def _notice(change: _Change, name: str, now: datetime) -> dict[str, Any]:
    row, facts = change.row, change.now
    data = {
        "shop": row["shop"],
        "order": row["order_id"],
        "order_number": row["order_number"],
        "kind": row["kind"],
        "reference": row["reference"],
        "number": row["number"],
        "remote_id": row["remote_id"],
        "url": facts.url,
        "currency": row["currency"],
        "gross": row["gross"],
        "paid": facts.paid_there(row["gross"]),
        "state": facts.state,
        "overdue": facts.overdue,
        "emailed_at": facts.emailed_at,
        "viewed_at": facts.viewed_at,
        "tax_office": facts.tax_office,
        "tax_office_id": facts.tax_office_id,
    }
    return {
        "key": notice_key(change.key, name, facts),
        "shop": row["shop"],
        "order_id": row["order_id"],
        "kind": name,
        "body": json_text({"type": name, "timestamp": now, "data": data}),
        "created_at": now,
        "due_at": now,
        "attempts": 0,
    }
