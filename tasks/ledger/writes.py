"""Values to rows: the intent of a step before its call, and the result after it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from providers.domain.documents import DocumentKey, DocumentState
from providers.domain.known import Action, OperationState, PaymentState
from providers.domain.results import (
    OPERATION_STATE,
    OUTCOMES,
    Absent,
    Cancelled,
    Declined,
    Emailed,
    Ended,
    Issued,
    Lost,
    Paid,
    Result,
    Unclear,
    Unproved,
    Unseen,
    Unsent,
    Verified,
    subject,
)
from providers.domain.steps import Cancel, Create, Email, Pay, Write
from tasks.ledger.codec import draft_text, json_text, reason_text, remote_text
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow
from tasks.ledger.turn import Turn

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]


def write_intent(
    store: Store, connection: Connection, step: Write, turn: Turn, *, now: datetime
) -> dict[DocumentKey, int]:
    """Write the operation as sent, with its document or payment. Returns the row ids of the order's documents."""
    documents = dict(turn.documents)
    payment_key = ""
    match step:
        case Create():
            documents[step.draft.key] = _intend_document(store, connection, step, turn)
            action, request = Action.CREATE, json_text(step.payload)
        case Pay():
            payment_key = step.payment.key
            _intend_payment(store, connection, step, documents[step.document.key])
            action, request = Action.PAY, json_text(step.payment)
        case Cancel():
            action, request = Action.CANCEL, json_text({"reason": step.why})
        case Email():
            action, request = Action.EMAIL, json_text({"to": step.to})
    again: dict[str, Any] = {
        "state": OperationState.SENT,
        "sent_at": now,
        "lost_at": None,
        "settled_at": None,
        "error": None,
        "request": request,
    }
    insert = store.insert(OperationRow).values(
        key=step.operation_key,
        order_pk=turn.order_pk,
        document_pk=documents[subject(step)],
        payment_key=payment_key,
        action=action,
        generation=step.generation,
        tries=1,
        looks=0,
        adopted=False,
        **again,
    )
    connection.execute(
        insert.on_conflict_do_update(index_elements=["key"], set_={**again, "tries": _OPERATIONS.c.tries + 1})
    )
    return documents


def _intend_document(store: Store, connection: Connection, step: Create, turn: Turn) -> int:
    draft = step.draft
    content: dict[str, Any] = {
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
    insert = store.insert(DocumentRow).values(
        order_pk=turn.order_pk,
        shop=draft.key.shop,
        order_id=draft.key.order_id,
        book=turn.book,
        kind=draft.key.kind,
        ordinal=draft.key.ordinal,
        remote_id="",
        number="",
        verified=False,
        **content,
    )
    business_key = ["shop", "order_id", "kind", "ordinal"]
    return int(
        connection.execute(
            insert.on_conflict_do_update(index_elements=business_key, set_=content).returning(_DOCUMENTS.c.id)
        ).scalar_one()
    )


def _intend_payment(store: Store, connection: Connection, step: Pay, document_pk: int) -> None:
    content: dict[str, Any] = {
        "amount": step.payment.amount,
        "currency": step.payment.currency,
        "paid_at": step.payment.paid_at,
        "state": PaymentState.SENT,
        "generation": step.generation,
    }
    insert = store.insert(PaymentRow).values(document_pk=document_pk, key=step.payment.key, remote_id="", **content)
    connection.execute(insert.on_conflict_do_update(index_elements=["document_pk", "key"], set_=content))


def write_result(connection: Connection, result: Result, turn: Turn, *, now: datetime) -> None:
    """Write how a call ended: the operation's outcome, and what it made of its document or payment.

    `turn` is as it stands after the result.
    """
    match result:
        case Unclear():
            return
        case Verified():
            _issue(connection, turn, result, now)
            return
        case Issued():
            _issue(connection, turn, result, now)
        case Paid():
            _record(connection, turn.documents[result.document], result, now)
        case Cancelled():
            _cancel(connection, turn.documents[result.document])
        case _:
            pass
    if result.operation_key:
        _settle_operation(connection, result, _outcome(result, now))


def _outcome(result: Ended, now: datetime) -> dict[str, Any]:
    """What the operation's row keeps of how the call ended."""
    match result:
        case Issued():
            return {"answer": remote_text(result.remote), "adopted": result.adopted, "settled_at": now}
        case Paid():
            answer = json_text({"remote_id": result.remote_id})
            return {"answer": answer, "adopted": result.adopted, "settled_at": now}
        case Cancelled() | Emailed():
            return {"adopted": result.adopted, "settled_at": now}
        case Declined():
            return {"error": reason_text(result.reason), "settled_at": now}
        case Lost():
            return {"error": result.text, "lost_at": result.at}
        case Unsent():
            return {"error": result.text, "settled_at": now}
        case Absent() | Unproved():
            return {"settled_at": now}
        case Unseen():
            return {"looks": _OPERATIONS.c.looks + 1, "looked_at": result.at}


def _settle_operation(connection: Connection, result: Ended, answer: dict[str, Any]) -> None:
    state = OPERATION_STATE[type(result)]
    where = _OPERATIONS.c.key == result.operation_key
    connection.execute(update(_OPERATIONS).where(where).values(state=state, **answer))
    outcome = OUTCOMES.get(type(result))
    if outcome is None:
        return
    row = connection.execute(
        select(
            _OPERATIONS.c.action, _OPERATIONS.c.document_pk, _OPERATIONS.c.payment_key, _OPERATIONS.c.generation
        ).where(where)
    ).one()
    generation = row.generation + outcome.generations
    if row.action == Action.PAY:
        connection.execute(
            update(_PAYMENTS)
            .where(_PAYMENTS.c.document_pk == row.document_pk, _PAYMENTS.c.key == row.payment_key)
            .values(state=outcome.payment, generation=generation)
        )
    elif row.action == Action.CREATE:
        connection.execute(
            update(_DOCUMENTS)
            .where(_DOCUMENTS.c.id == row.document_pk)
            .values(state=outcome.document, generation=generation)
        )


def _issue(connection: Connection, turn: Turn, result: Issued | Verified, now: datetime) -> None:
    remote = result.remote
    told: dict[str, Any] = {"number": remote.number[:255]} if remote.number else {}
    if isinstance(result, Issued):
        told["issued_at"] = now
    connection.execute(
        update(_DOCUMENTS)
        .where(_DOCUMENTS.c.id == turn.documents[result.document])
        .values(
            state=DocumentState.ISSUED,
            remote_id=remote.remote_id,
            verified=turn.known.at(result.document).verified,
            **told,
        )
    )


def _cancel(connection: Connection, document_pk: int) -> None:
    connection.execute(update(_DOCUMENTS).where(_DOCUMENTS.c.id == document_pk).values(state=DocumentState.CANCELLED))


def _record(connection: Connection, document_pk: int, result: Paid, now: datetime) -> None:
    connection.execute(
        update(_PAYMENTS)
        .where(_PAYMENTS.c.document_pk == document_pk, _PAYMENTS.c.key == result.payment_key)
        .values(state=PaymentState.RECORDED, remote_id=result.remote_id, recorded_at=now)
    )
