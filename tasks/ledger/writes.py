"""Values to rows: the intent of a step before its call, and the result after it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, update
from sqlmodel import SQLModel

from providers.domain.documents import DocumentKey, DocumentState
from providers.domain.facts import Facts
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
from tasks.ledger.codec import draft_text, facts_text, json_text, reason_text, remote_text
from tasks.ledger.news import News
from tasks.ledger.statements import Statement, upsert
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow
from tasks.ledger.turn import Turn

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]


def _upsert(model: type[SQLModel], key: Sequence[str], *, first: Sequence[str], again: Sequence[str]) -> Statement:
    """An INSERT of all of these; where the key is there already, an UPDATE of those that are written again.

    An operation that is there already has one try more.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]
    tries = {"tries": table.c.tries + 1} if "tries" in table.c else {}

    def write(dialect: Dialect) -> Any:
        insert = upsert(model, dialect).values({name: bindparam(name) for name in (*first, *again)})
        changed = {**{name: insert.excluded[name] for name in again}, **tries}
        return insert.on_conflict_do_update(index_elements=key, set_=changed).returning(table.c.id)

    return Statement(write)


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
)
_INTEND_PAYMENT = _upsert(
    PaymentRow,
    ["document_pk", "key"],
    first=("document_pk", "key", "remote_id"),
    again=("amount", "currency", "paid_at", "state", "generation"),
)


@cache
def _change_operation(names: tuple[str, ...]) -> Statement:
    """Set so many columns of an operation, and tell what it is about. A look is counted where its time is set."""
    columns: dict[str, Any] = {name: bindparam(name) for name in names}
    if "looked_at" in columns:
        columns["looks"] = _OPERATIONS.c.looks + 1
    about = (_OPERATIONS.c[name] for name in ("action", "document_pk", "payment_key", "generation"))
    change = update(_OPERATIONS).where(_OPERATIONS.c.key == bindparam("which")).values(columns).returning(*about)
    return Statement(lambda _: change)


@cache
def _change_document(names: tuple[str, ...]) -> Statement:
    columns: dict[str, Any] = {name: bindparam(name) for name in names}
    change = update(_DOCUMENTS).where(_DOCUMENTS.c.id == bindparam("which")).values(columns)
    return Statement(lambda _: change)


@cache
def _change_payment(names: tuple[str, ...]) -> Statement:
    columns: dict[str, Any] = {name: bindparam(name) for name in names}
    which = (_PAYMENTS.c.document_pk == bindparam("which"), _PAYMENTS.c.key == bindparam("which_key"))
    change = update(_PAYMENTS).where(*which).values(columns)
    return Statement(lambda _: change)


def write_intent(connection: Connection, step: Write, turn: Turn, *, now: datetime) -> dict[DocumentKey, int]:
    """Write the operation as sent, with its document or payment. Returns the row ids of the order's documents."""
    documents = dict(turn.documents)
    payment_key = ""
    match step:
        case Create():
            documents[step.draft.key] = _intend_document(connection, step, turn)
            action, request = Action.CREATE, json_text(step.payload)
        case Pay():
            payment_key = step.payment.key
            _intend_payment(connection, step, documents[step.document.key])
            action, request = Action.PAY, json_text(step.payment)
        case Cancel():
            action, request = Action.CANCEL, json_text({"reason": step.why})
        case Email():
            action, request = Action.EMAIL, json_text({"to": step.to})
    _INTEND.run(
        connection,
        {
            "key": step.operation_key,
            "order_pk": turn.order_pk,
            "document_pk": documents[subject(step)],
            "payment_key": payment_key,
            "action": action,
            "generation": step.generation,
            "tries": 1,
            "looks": 0,
            "adopted": False,
            "state": OperationState.SENT,
            "sent_at": now,
            "request": request,
        },
    )
    return documents


def _intend_document(connection: Connection, step: Create, turn: Turn) -> int:
    draft = step.draft
    return int(
        _INTEND_DOCUMENT.scalar(
            connection,
            {
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
            },
        )
    )


def _intend_payment(connection: Connection, step: Pay, document_pk: int) -> None:
    _INTEND_PAYMENT.run(
        connection,
        {
            "document_pk": document_pk,
            "key": step.payment.key,
            "remote_id": "",
            "amount": step.payment.amount,
            "currency": step.payment.currency,
            "paid_at": step.payment.paid_at,
            "state": PaymentState.SENT,
            "generation": step.generation,
        },
    )


def write_result(
    connection: Connection, result: Result, turn: Turn, *, now: datetime, news: News | None = None
) -> None:
    """Write how a call ended: the operation's outcome, and what it made of its document or payment.

    `turn` is as it stands after the result. `news` makes notices of what the provider tells; without it there are none.
    """
    match result:
        case Unclear():
            return
        case Verified():
            _issue(connection, turn, result, now, news)
            return
        case Issued():
            _issue(connection, turn, result, now, news)
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
            return {"looked_at": result.at}


def _settle_operation(connection: Connection, result: Ended, answer: dict[str, Any]) -> None:
    changed = {"state": OPERATION_STATE[type(result)], **answer}
    row = _change_operation(tuple(changed)).first(connection, {"which": result.operation_key, **changed})
    outcome = OUTCOMES.get(type(result))
    if outcome is None:
        return
    if row is None:
        raise KeyError(result.operation_key)
    left: dict[str, Any] = {"which": row["document_pk"], "generation": row["generation"] + outcome.generations}
    if row["action"] == Action.PAY:
        left |= {"which_key": row["payment_key"], "state": outcome.payment}
        _change_payment(("state", "generation")).run(connection, left)
    elif row["action"] == Action.CREATE:
        _change_document(("state", "generation")).run(connection, {**left, "state": outcome.document})


def _issue(connection: Connection, turn: Turn, result: Issued | Verified, now: datetime, news: News | None) -> None:
    remote, document, pk = result.remote, turn.known.at(result.document), turn.documents[result.document]
    facts, wanted = document.facts or Facts(), news is not None and news.wanted_by(turn.shop)
    told: dict[str, Any] = {"number": remote.number[:255]} if remote.number else {}
    if isinstance(result, Issued):
        told["issued_at"] = now
    if not wanted:
        told["facts"] = facts_text(facts)
    told |= {"state": DocumentState.ISSUED, "remote_id": remote.remote_id, "verified": document.verified}
    _change_document(tuple(told)).run(connection, {"which": pk, **told})
    if news is not None and wanted:
        # The order is in hand: what is told is known to the plan already, and nothing needs to be woken.
        news.take(connection, {pk: facts}, now=now, wakes=False)


def _cancel(connection: Connection, document_pk: int) -> None:
    _change_document(("state",)).run(connection, {"which": document_pk, "state": DocumentState.CANCELLED})


def _record(connection: Connection, document_pk: int, result: Paid, now: datetime) -> None:
    recorded = {"state": PaymentState.RECORDED, "remote_id": result.remote_id, "recorded_at": now}
    which = {"which": document_pk, "which_key": result.payment_key}
    _change_payment(tuple(recorded)).run(connection, {**which, **recorded})
