"""Values to rows: the intents of steps, before their calls; of many orders at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Table, select
from sqlmodel import SQLModel

from providers.domain.documents import DocumentKey, DocumentKind, DocumentState
from providers.domain.known import Action, OperationState, PaymentState
from providers.domain.results import subject
from providers.domain.steps import Cancel, Create, Email, Pay, Write
from tasks.ledger.codec import draft_text, json_text
from tasks.ledger.many import Many, told, types_of
from tasks.ledger.statements import Values, upsert
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow
from tasks.ledger.turn import Turn


def _upsert(
    model: type[SQLModel], key: Sequence[str], *, first: Sequence[str], again: Sequence[str], tells: Sequence[str] = ()
) -> Many:
    """An INSERT of all of these; where the key is there already, an UPDATE of those that are written again.

    An operation that is there already has one try more.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]
    tries = {"tries": table.c.tries + 1} if "tries" in table.c else {}

    def write(dialect: Dialect, rows: int) -> Any:
        names = (*first, *again)
        new = told(types_of(table, *names), rows)
        there = select(*(new.c[name] for name in names)).where(new.c.there)
        insert = upsert(model, dialect).from_select(names, there, include_defaults=False)
        changed = {**{name: insert.excluded[name] for name in again}, **tries}
        written = insert.on_conflict_do_update(index_elements=key, set_=changed)
        return written.returning(*(table.c[name] for name in tells)) if tells else written

    return Many(write)


_INTEND = _upsert(
    OperationRow,
    ["key"],
    first=(
        *("key", "order_pk", "document_pk", "payment_key", "action", "generation"),
        *("tries", "looks", "adopted"),
    ),
    again=("state", "sent_at", "lost_at", "settled_at", "error", "request"),
)
_INTEND_DOCUMENT = _upsert(
    DocumentRow,
    ["shop", "order_id", "kind", "ordinal"],
    first=("order_pk", "shop", "order_id", "book", "kind", "ordinal", "remote_id", "number", "verified"),
    again=(
        *("state", "generation", "reference", "currency", "net", "tax", "gross"),
        *("fingerprint", "draft", "issue_date"),
    ),
    tells=("id", "shop", "order_id", "kind", "ordinal"),
)
_INTEND_PAYMENT = _upsert(
    PaymentRow,
    ["document_pk", "key"],
    first=("document_pk", "key", "remote_id"),
    again=("amount", "currency", "paid_at", "state", "generation"),
)


def write_intents(
    connection: Connection, intents: Sequence[tuple[Turn, Write]], *, now: datetime
) -> list[dict[DocumentKey, int]]:
    """Write the operations as sent, each with its document or payment.

    Returns the row ids of each order's documents.
    """
    creates = [(turn, step) for turn, step in intents if isinstance(step, Create)]
    made = _intend_documents(connection, creates)
    documents = [
        {**turn.documents, step.draft.key: made[step.draft.key]} if isinstance(step, Create) else turn.documents
        for turn, step in intents
    ]
    payments = [
        _intended_payment(step, held[step.document.key])
        for (_, step), held in zip(intents, documents, strict=True)
        if isinstance(step, Pay)
    ]
    _INTEND_PAYMENT.run(connection, payments)
    operations = [
        _intended_operation(turn, step, held[subject(step)], now)
        for (turn, step), held in zip(intents, documents, strict=True)
    ]
    _INTEND.run(connection, operations)
    return documents


def _intended_operation(turn: Turn, step: Write, document_pk: int, now: datetime) -> Values:
    payment_key = ""
    match step:
        case Create():
            action, request = Action.CREATE, json_text(step.payload)
        case Pay():
            payment_key = step.payment.key
            action, request = Action.PAY, json_text(step.payment)
        case Cancel():
            action, request = Action.CANCEL, json_text({"reason": step.why})
        case Email():
            action, request = Action.EMAIL, json_text({"to": step.to})
    return {
        "key": step.operation_key,
        "order_pk": turn.order_pk,
        "document_pk": document_pk,
        "payment_key": payment_key,
        "action": action,
        "generation": step.generation,
        "tries": 1,
        "looks": 0,
        "adopted": False,
        "state": OperationState.SENT,
        "sent_at": now,
        "request": request,
    }


def _intend_documents(connection: Connection, creates: Sequence[tuple[Turn, Create]]) -> dict[DocumentKey, int]:
    rows = _INTEND_DOCUMENT.all(connection, [_intended_document(turn, step) for turn, step in creates])
    return {
        DocumentKey(row["shop"], row["order_id"], DocumentKind(row["kind"]), row["ordinal"]): row["id"] for row in rows
    }


def _intended_document(turn: Turn, step: Create) -> Values:
    draft = step.draft
    return {
        "order_pk": turn.order_pk,
        "shop": draft.key.shop,
        "order_id": draft.key.order_id,
        "book": turn.book,
        "kind": draft.key.kind,
        "ordinal": draft.key.ordinal,
        "remote_id": "",
        "number": "",
        "verified": False,
        "state": DocumentState.SENT,
        "generation": step.generation,
        "reference": step.reference,
        "currency": draft.currency,
        "net": draft.net,
        "tax": draft.tax,
        "gross": draft.gross,
        "fingerprint": draft.fingerprint,
        "draft": draft_text(draft),
        "issue_date": draft.issue_date.isoformat(),
    }


def _intended_payment(step: Pay, document_pk: int) -> Values:
    return {
        "document_pk": document_pk,
        "key": step.payment.key,
        "remote_id": "",
        "amount": step.payment.amount,
        "currency": step.payment.currency,
        "paid_at": step.payment.paid_at,
        "state": PaymentState.SENT,
        "generation": step.generation,
    }
