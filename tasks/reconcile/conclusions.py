"""What a repair may take for granted: from the evidence of both sides to what becomes known. Pure functions."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from providers.domain.card import Card, PaymentStyle
from providers.domain.crediting import next_note
from providers.domain.documents import (
    DocumentKey,
    DocumentKind,
    DocumentState,
    Draft,
    RemoteDocument,
    RemoteState,
    key_of,
)
from providers.domain.drafting import draft
from providers.domain.equality import contradiction
from providers.domain.known import Known, KnownDocument, KnownPayment, PaymentState, planned
from providers.domain.mending import Doubted, Due, Heard, Mend, Taken, Uncancelled, Unpaid, Vanished, mended
from providers.domain.orders import Order
from providers.domain.paying import next_payment
from providers.domain.policy import Policy
from providers.domain.reasons import Reason
from providers.domain.resolving import payment_reference
from providers.domain.results import Cancelled, Verified
from providers.domain.steps import Create, Pay
from tasks.ledger.turn import Turn
from tasks.reconcile.classes import FindingClass, Repair


class CannotRepair(Exception):
    """Nothing was changed: the evidence does not allow it. The text says why, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a repair goes by. `document` is ours, or the one that would be; `remote` is the provider's, just read."""

    kind: FindingClass
    document: DocumentKey
    reference: str
    card: Card
    policy: Policy
    now: datetime
    remote: RemoteDocument | None = None


def conclude(repair: Repair, evidence: Evidence, turn: Turn) -> Mend:
    """What the repair makes known of the order. Raises `CannotRepair`."""
    match repair, evidence.kind:
        case Repair.REREAD, FindingClass.STUCK_OPERATION | FindingClass.UNKNOWN_OVERDUE:
            return Due()
        case Repair.PLAN_AGAIN, FindingClass.ORDER_WITHOUT_DOCUMENT:
            return Due()
        case Repair.ADOPT, FindingClass.MISSING_IN_LEDGER:
            return _taken(evidence, turn)
    if turn.known.operation is not None:
        raise CannotRepair("A call is under way for its order; what became of it comes first.")
    document = _document(turn.known, evidence.document)
    if repair is Repair.PLAN_AGAIN and evidence.kind is FindingClass.NOT_CANCELLED_THERE:
        _in_state(document, DocumentState.CANCELLED)
        return Uncancelled(document=document.key)
    _in_state(document, DocumentState.ISSUED)
    match repair:
        case Repair.PLAN_AGAIN:
            _not_renamed(document, evidence)
            return Vanished(document=document.key)
        case Repair.REREAD:
            return Doubted(document=document.key)
        case Repair.RECORD_PAYMENT:
            return Unpaid(document=document.key, payments=_unpaid(document, _told(evidence), evidence.card))
        case Repair.ADOPT:
            return _adopted(document, evidence)


def fact_of(reference: str) -> DocumentKey:
    """The business fact that a reference of ours stands for. Raises `CannotRepair` where it cannot be read back."""
    key = key_of(reference)
    if key is None:
        raise CannotRepair(f"Which order {reference} stands for cannot be told from it.")
    return key


def _document(known: Known, key: DocumentKey) -> KnownDocument:
    try:
        return known.at(key)
    except KeyError:
        raise CannotRepair("The ledger does not have the document any more.") from None


def _in_state(document: KnownDocument, state: DocumentState) -> None:
    if document.state is not state:
        raise CannotRepair(f"The document is {document.state} by now; nothing is done on old evidence.")


def _not_renamed(document: KnownDocument, evidence: Evidence) -> None:
    """Under the id stands a document with another reference. One of an order of ours is another document, for sure;
    any other may be this very one, whose reference somebody changed: making it anew would make it twice."""
    there = evidence.remote
    if there is None or there.reference.startswith(f"{document.key.shop}/"):
        return
    if there.gross not in {None, document.gross}:
        return
    raise CannotRepair(
        f"Document {there.number or there.remote_id} stands there with the reference {there.reference}; whether it is "
        f"this one, under another name, a person decides: give it {document.reference} back, or delete it."
    )


def _told(evidence: Evidence) -> RemoteDocument:
    if evidence.remote is None:
        raise CannotRepair("The provider does not show the document any more.")
    return evidence.remote


def _adopted(document: KnownDocument, evidence: Evidence) -> Heard:
    """What is there takes effect here: another document in the place of ours, or its cancellation."""
    remote = _told(evidence)
    if evidence.kind is FindingClass.CANCELLED_THERE:
        return Heard(result=Cancelled(operation_key="", document=document.key, adopted=True))
    _equal(document, remote)
    return Heard(result=Verified(document=document.key, remote=remote))


def _equal(document: KnownDocument, remote: RemoteDocument) -> None:
    problem = contradiction(document, remote)
    if problem is not None:
        raise CannotRepair(f"{problem.text}.")
    if remote.gross is None:
        raise CannotRepair("The provider does not tell what the document comes to, so that nobody can compare it.")


def _taken(evidence: Evidence, turn: Turn) -> Taken:
    """The order's document is the one that is there, with the money that is there."""
    remote, order = _told(evidence), turn.order
    if order is None:
        raise CannotRepair("The order never came in a form that can be read.")
    before = turn.known.document(evidence.document.kind, evidence.document.ordinal)
    if turn.known.operation is not None or (before is not None and before.state not in _FREE):
        raise CannotRepair("The order has a document, or is about to get one.")
    issue_date = remote.issue_date or evidence.now.astimezone(ZoneInfo(evidence.policy.timezone)).date()
    drafted = _asked_for(order, evidence, turn.known, issue_date)
    if isinstance(drafted, Reason):
        raise CannotRepair(f"What the order's document must be cannot be told: {drafted.text}.")
    generation = 1 if before is None else before.generation + (before.state is DocumentState.REFUSED)
    create = Create(draft=drafted, reference=evidence.reference, generation=generation)
    _equal(planned(drafted, evidence.reference, generation), remote)
    return Taken(create=create, remote=remote, payments=_paid_already(create, remote, order, turn.known, evidence))


def _asked_for(order: Order, evidence: Evidence, known: Known, issue_date: date) -> Draft | Reason:
    """What the order asks for in the place of the document that is there."""
    key = evidence.document
    if key.kind is DocumentKind.INVOICE:
        return draft(order, key, evidence.policy, issue_date=issue_date)
    invoice = known.document(DocumentKind.INVOICE)
    refund = next((each for each in order.refunds if each.refund_id == key.ordinal), None)
    if key.kind is not DocumentKind.CREDIT_NOTE or refund is None:
        raise CannotRepair(f"The shop tells of no refund {key.ordinal} of the order.")
    if invoice is None or invoice.state is not DocumentState.ISSUED:
        raise CannotRepair("The invoice that it would take back is not issued.")
    return next_note(order, refund, invoice, known, evidence.policy, today=issue_date)


_FREE = (DocumentState.PLANNED, DocumentState.REFUSED)


def _paid_already(
    create: Create, remote: RemoteDocument, order: Order, known: Known, evidence: Evidence
) -> tuple[Pay, ...]:
    """The order's payments that the document has there already; telling of them again would book them twice."""
    tellable = evidence.card.payments is not PaymentStyle.NOT_AVAILABLE and evidence.policy.record_payments
    if not tellable or evidence.document.kind is not DocumentKind.INVOICE:
        return ()
    paid = _paid_there(remote)
    found: tuple[Pay, ...] = ()
    while True:
        taken = mended(known, Taken(create=create, remote=remote, payments=found), at=evidence.now)
        invoice = taken.at(evidence.document)
        if invoice.recorded == paid:
            return found
        # What is paid there is what this is about: it must not keep the plan from naming the order's own payments.
        step = next_payment(order, replace(invoice, facts=None), evidence.policy, evidence.card)
        if not isinstance(step, Pay) or invoice.recorded > paid:
            raise CannotRepair(
                f"It is paid {paid} {remote.currency} there, which are not the order's payments; "
                "who goes on from there may book money twice."
            )
        found = (*found, step)


def _paid_there(remote: RemoteDocument) -> Decimal:
    if remote.paid is not None:
        return remote.paid
    if remote.state is RemoteState.PAID and remote.gross is not None:
        return remote.gross
    if remote.state is RemoteState.PARTIAL:
        raise CannotRepair("It is paid in part there, and the provider does not tell how much.")
    return Decimal(0)


def _unpaid(document: KnownDocument, remote: RemoteDocument, card: Card) -> tuple[str, ...]:
    """The recorded payments that are not there. Raises `CannotRepair` where nobody can tell, or too much would come."""
    lost = _lost(document, remote, card)
    if not lost:
        raise CannotRepair("Which of the payments is missing there cannot be told from the sums.")
    total = sum((payment.amount for payment in lost), Decimal(0)) + (remote.paid or Decimal(0))
    if total > document.gross:
        raise CannotRepair(
            f"{remote.paid} {document.currency} are paid there in another way; with what was recorded from here it "
            f"would be {total} of {document.gross}."
        )
    return tuple(payment.key for payment in lost)


def _lost(document: KnownDocument, remote: RemoteDocument, card: Card) -> list[KnownPayment]:
    recorded = [payment for payment in document.payments if payment.state is PaymentState.RECORDED]
    if remote.payments is not None and any(payment.reference for payment in remote.payments):
        there = {payment.reference for payment in remote.payments}
        return [each for each in recorded if payment_reference(document.reference, each.key, card) not in there]
    if remote.paid is None:
        return recorded if remote.state is RemoteState.OPEN else []
    if remote.paid == 0:
        return recorded
    return [each for each in recorded if each.amount == document.recorded - remote.paid][-1:]
