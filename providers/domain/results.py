"""How a call to a provider can end, and what that changes in what is known.

::

    Issued    the document exists there, by our call or found by a look-up
    Paid      the payment is recorded there, likewise
    Cancelled the document is cancelled there, likewise
    Emailed   the document was sent to the buyer, likewise
    Verified  the document was read back
    Declined  the provider said no
    Lost      a write without a usable answer: unknown from here on
    Unsent    nothing was done: repeat later (also: a read without an answer)
    Absent    a look-up proved that the operation had no effect
    Unseen    a look-up found nothing, but the provider's list may lag: look again
    Unproved  nobody can tell whether the e-mail went out, and sending it twice is worse than telling it
    Unclear   the provider shows what we cannot make sense of: a person decides
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from providers.domain.documents import DocumentKey, DocumentState, RemoteDocument
from providers.domain.equality import contradiction
from providers.domain.facts import facts_of, learned
from providers.domain.known import (
    Action,
    Known,
    KnownDocument,
    KnownEffect,
    KnownPayment,
    OpenOperation,
    OperationState,
    PaymentState,
    planned,
)
from providers.domain.reasons import Reason
from providers.domain.steps import Call, Cancel, Create, Email, LookUp, Pay, Write


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
class Cancelled:
    operation_key: str
    document: DocumentKey
    adopted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Emailed:
    operation_key: str
    document: DocumentKey
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
    """`operation_key` is empty for a read, `counts` False for a wait that the provider or we ourselves ordered.

    `at_once` is True where nothing speaks against doing it now, by itself: it was refused in a group, perhaps because
    of another one.
    """

    operation_key: str
    text: str
    counts: bool = True
    retry_after: timedelta | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    operation_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    operation_key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproved:
    operation_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    reason: Reason


Ended: TypeAlias = Issued | Paid | Cancelled | Emailed | Declined | Lost | Unsent | Absent | Unseen | Unproved
"""Results that say how an operation stands."""

Result: TypeAlias = Ended | Verified | Unclear

OPERATION_STATE: dict[type, OperationState] = {
    Issued: OperationState.DONE,
    Paid: OperationState.DONE,
    Cancelled: OperationState.DONE,
    Emailed: OperationState.DONE,
    Declined: OperationState.REFUSED,
    Lost: OperationState.UNKNOWN,
    Unsent: OperationState.UNSENT,
    Absent: OperationState.ABSENT,
    Unseen: OperationState.UNKNOWN,
    Unproved: OperationState.UNPROVED,
}
"""The state in which each result leaves its operation."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the end, or the loss, of an operation makes of what it is about."""

    document: DocumentState
    payment: PaymentState
    effect: OperationState
    generations: int = 0


OUTCOMES: dict[type, _Outcome] = {
    Declined: _Outcome(DocumentState.REFUSED, PaymentState.REFUSED, OperationState.REFUSED),
    Lost: _Outcome(DocumentState.UNKNOWN, PaymentState.UNKNOWN, OperationState.UNKNOWN),
    Unsent: _Outcome(DocumentState.PLANNED, PaymentState.PLANNED, OperationState.UNSENT),
    Absent: _Outcome(DocumentState.PLANNED, PaymentState.PLANNED, OperationState.ABSENT, generations=1),
}
"""The results that leave an operation without an effect that is known of."""


def intended(known: Known, step: Call, *, at: datetime) -> Known:
    """What is known once the intent of `step` is written: its document, payment or effect counts as sent."""
    match step:
        case Create():
            document = planned(step.draft, step.reference, step.generation)
            before = known.document(step.draft.key.kind, step.draft.key.ordinal)
            if before is not None:  # it was there once, and vanished: its payments wait for the new one
                document = replace(document, payments=before.payments, effects=before.effects)
            return known.going_on(document, _opened(step, Action.CREATE, at))
        case Pay():
            payment = KnownPayment(
                key=step.payment.key,
                amount=step.payment.amount,
                state=PaymentState.SENT,
                generation=step.generation,
            )
            document = known.at(step.document.key).with_payment(payment)
            return known.going_on(document, _opened(step, Action.PAY, at, payment_key=step.payment.key))
        case Cancel() | Email():
            action = Action.CANCEL if isinstance(step, Cancel) else Action.EMAIL
            effect = KnownEffect(action=action, state=OperationState.SENT, generation=step.generation)
            document = known.at(step.document.key).with_effect(effect)
            return known.going_on(document, _opened(step, action, at))
        case _:
            return known


def _opened(step: Write, action: Action, at: datetime, *, payment_key: str = "") -> OpenOperation:
    return OpenOperation(
        key=step.operation_key,
        action=action,
        document=subject(step),
        payment_key=payment_key,
        generation=step.generation,
        sent_at=at,
    )


def after(known: Known, result: Result) -> Known:
    """What is known once `result` is written."""
    match result:
        case Issued():
            return known.going_on(_issued(known.at(result.document), result.remote), None)
        case Verified():
            return known.with_document(_issued(known.at(result.document), result.remote))
        case Paid():
            document = known.at(result.document)
            payment = _payment(document, result.payment_key)
            recorded = replace(payment, state=PaymentState.RECORDED, remote_id=result.remote_id)
            return known.going_on(document.with_payment(recorded), None)
        case Cancelled() | Emailed() | Unproved():
            if isinstance(result, Cancelled):
                cancelled = replace(known.at(result.document), state=DocumentState.CANCELLED)
                known = known.with_document(cancelled)
            return replace(_effected(known, OPERATION_STATE[type(result)]), operation=None)
        case _ if known.operation:
            return _left(known, known.operation, result)
        case _:
            return known


def _left(known: Known, operation: OpenOperation, result: Result) -> Known:
    """What is known once the open operation was left by a result that shows no effect of it."""
    match result:
        case Unsent() if not result.operation_key:  # a look-up that could not be made
            return known
        case Declined() | Absent() | Unsent():
            return replace(_without_effect(known, operation, OUTCOMES[type(result)]), operation=None)
        case Lost():
            lost = replace(operation, lost_at=result.at)
            return replace(_without_effect(known, operation, OUTCOMES[Lost]), operation=lost)
        case Unseen():
            looked = replace(operation, looks=operation.looks + 1, looked_at=result.at)
            seen = (
                known if operation.action in {Action.CREATE, Action.PAY} else _effected(known, OperationState.UNKNOWN)
            )
            return replace(seen, operation=looked)
        case _:
            return known


def _issued(document: KnownDocument, remote: RemoteDocument) -> KnownDocument:
    return document.issued_as(
        remote.remote_id,
        remote.number or document.number,
        verified=remote.gross is not None and contradiction(document, remote) is None,
        facts=learned(document.facts, facts_of(remote), recorded=document.perhaps_recorded),
    )


def _payment(document: KnownDocument, payment_key: str) -> KnownPayment:
    payment = document.payment(payment_key)
    if payment is None:
        raise KeyError(payment_key)
    return payment


def _effected(known: Known, state: OperationState) -> Known:
    """The open operation's effect, which is neither a document nor a payment, in its new state."""
    operation = known.operation
    if operation is None:
        return known
    effect = KnownEffect(action=operation.action, state=state, generation=operation.generation)
    return known.with_document(known.at(operation.document).with_effect(effect))


def _without_effect(known: Known, operation: OpenOperation, outcome: _Outcome) -> Known:
    """What the operation is about, in the state that the outcome leaves it in."""
    generation = operation.generation + outcome.generations
    match operation.action:
        case Action.CREATE:
            document = known.at(operation.document)
            return known.with_document(replace(document, state=outcome.document, generation=generation))
        case Action.PAY:
            payment = _payment(known.at(operation.document), operation.payment_key)
            changed = replace(payment, state=outcome.payment, generation=generation)
            return known.with_payment(operation.document, changed)
        case Action.CANCEL | Action.EMAIL:
            return _effected(known, outcome.effect)


def subject(step: Call) -> DocumentKey:
    """The document that a call is about."""
    if isinstance(step, Create):
        return step.draft.key
    if isinstance(step, LookUp):
        return step.operation.document
    return step.document.key
