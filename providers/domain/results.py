"""How a call to a provider can end, and what that changes in what is known.

::

    Issued    the document exists there, by our call or found by a look-up
    Paid      the payment is recorded there, likewise
    Verified  the document was read back
    Declined  the provider said no
    Lost      a write without a usable answer: unknown from here on
    Unsent    nothing was done: repeat later (also: a read without an answer)
    Absent    a look-up proved that the operation had no effect
    Unseen    a look-up found nothing, but the provider's list may lag: look again
    Unclear   the provider shows what we cannot make sense of: a person decides
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from providers.domain.documents import DocumentKey, DocumentState, RemoteDocument
from providers.domain.equality import contradiction
from providers.domain.known import (
    Action,
    Known,
    KnownPayment,
    OpenOperation,
    OperationState,
    PaymentState,
    planned,
)
from providers.domain.reasons import Reason
from providers.domain.steps import Call, Create, LookUp, Pay


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    operation_key: str
    document: DocumentKey
    remote: RemoteDocument
    adopted: bool = False
    """True when it was found rather than answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    operation_key: str
    document: DocumentKey
    payment_key: str
    remote_id: str
    adopted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    document: DocumentKey
    remote: RemoteDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    operation_key: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    operation_key: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """`operation_key` is empty for a read, `counts` False for a wait that the provider or we ourselves ordered."""

    operation_key: str
    text: str
    counts: bool = True
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    operation_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    operation_key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    reason: Reason


Result: TypeAlias = Issued | Paid | Verified | Declined | Lost | Unsent | Absent | Unseen | Unclear

OPERATION_STATE: dict[type, OperationState] = {
    Issued: OperationState.DONE,
    Paid: OperationState.DONE,
    Declined: OperationState.REFUSED,
    Lost: OperationState.UNKNOWN,
    Unsent: OperationState.UNSENT,
    Absent: OperationState.ABSENT,
    Unseen: OperationState.UNKNOWN,
}
"""The state in which each result leaves its operation."""


def intended(known: Known, step: Call, *, at: datetime) -> Known:
    """What is known once the intent of `step` is written: its document or payment counts as sent."""
    if isinstance(step, Create):
        operation = OpenOperation(
            key=step.operation_key,
            action=Action.CREATE,
            document=step.draft.key,
            generation=step.generation,
            sent_at=at,
        )
        document = planned(step.draft, step.reference, step.generation)
        return replace(known.with_document(document), operation=operation)
    if isinstance(step, Pay):
        operation = OpenOperation(
            key=step.operation_key,
            action=Action.PAY,
            document=step.document.key,
            payment_key=step.payment.key,
            generation=step.generation,
            sent_at=at,
        )
        payment = KnownPayment(
            key=step.payment.key,
            amount=step.payment.amount,
            state=PaymentState.SENT,
            generation=step.generation,
        )
        return replace(known.with_payment(step.document.key, payment), operation=operation)
    return known


def after(known: Known, result: Result) -> Known:
    """What is known once `result` is written."""
    match result:
        case Issued() | Verified():
            changed = _issued(known, result.document, result.remote)
            return changed if isinstance(result, Verified) else replace(changed, operation=None)
        case Paid():
            payment = _payment(known, result.document, result.payment_key)
            recorded = replace(payment, state=PaymentState.RECORDED, remote_id=result.remote_id)
            return replace(known.with_payment(result.document, recorded), operation=None)
        case Declined():
            return _closed(known, DocumentState.REFUSED, PaymentState.REFUSED, generations=0)
        case Absent():
            return _closed(known, DocumentState.PLANNED, PaymentState.PLANNED, generations=1)
        case Unsent() if result.operation_key:
            return _closed(known, DocumentState.PLANNED, PaymentState.PLANNED, generations=0)
        case Lost():
            return _lost(known, result.at)
        case Unseen() if known.operation:
            operation = replace(known.operation, looks=known.operation.looks + 1, looked_at=result.at)
            return replace(known, operation=operation)
        case _:
            return known


def _issued(known: Known, key: DocumentKey, remote: RemoteDocument) -> Known:
    document = known.at(key)
    return known.with_document(
        replace(
            document,
            state=DocumentState.ISSUED,
            remote_id=remote.remote_id,
            number=remote.number or document.number,
            verified=remote.gross is not None and contradiction(document, remote) is None,
        )
    )


def _payment(known: Known, key: DocumentKey, payment_key: str) -> KnownPayment:
    payment = known.at(key).payment(payment_key)
    if payment is None:
        raise KeyError(payment_key)
    return payment


def _closed(known: Known, document_state: DocumentState, payment_state: PaymentState, *, generations: int) -> Known:
    """The operation is over without effect; its subject goes to the given state, `generations` later."""
    operation = known.operation
    if operation is None:
        return known
    generation = operation.generation + generations
    if operation.action is Action.CREATE:
        document = known.at(operation.document)
        changed = known.with_document(replace(document, state=document_state, generation=generation))
    else:
        payment = _payment(known, operation.document, operation.payment_key)
        changed = known.with_payment(operation.document, replace(payment, state=payment_state, generation=generation))
    return replace(changed, operation=None)


def _lost(known: Known, at: datetime) -> Known:
    operation = known.operation
    if operation is None:
        return known
    if operation.action is Action.CREATE:
        document = known.at(operation.document)
        changed = known.with_document(replace(document, state=DocumentState.UNKNOWN))
    else:
        payment = _payment(known, operation.document, operation.payment_key)
        changed = known.with_payment(operation.document, replace(payment, state=PaymentState.UNKNOWN))
    return replace(changed, operation=replace(operation, lost_at=at))


def subject(step: Call) -> DocumentKey:
    """The document that a call is about."""
    if isinstance(step, Create):
        return step.draft.key
    if isinstance(step, LookUp):
        return step.operation.document
    return step.document.key
