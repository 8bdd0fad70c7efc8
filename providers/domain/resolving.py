"""What a look-up proves: evidence from the provider against what we sent. Pure functions.

Found exactly once: it is adopted. Proved absent: the next generation may begin. Everything else is for a
person, with the evidence in the text.
"""

from collections.abc import Sequence
from datetime import datetime

from providers.domain.card import Card, PaymentStyle
from providers.domain.documents import RemoteDocument, RemoteState, quoted, shortened
from providers.domain.known import KnownDocument, OpenOperation
from providers.domain.reasons import Code, Reason
from providers.domain.results import Absent, Cancelled, Emailed, Issued, Paid, Result, Unclear, Unproved, Unseen


def resolve_create(operation: OpenOperation, found: Sequence[RemoteDocument], card: Card, *, now: datetime) -> Result:
    """What became of a create, given every document that carries its reference."""
    if len(found) == 1:
        return Issued(operation_key=operation.key, document=operation.document, remote=found[0], adopted=True)
    if len(found) > 1:
        return Unclear(reason=duplicates(operation.document.reference(card.reference_length), found))
    if card.list_lag and not operation.looks:
        return Unseen(operation_key=operation.key, at=now)
    return Absent(operation_key=operation.key)


def duplicates(reference: str, found: Sequence[RemoteDocument]) -> Reason:
    """The reason for several documents with one reference; names every candidate."""
    told = ", ".join(f"{d.number or 'without a number'} (id {d.remote_id}, {d.gross} {d.currency})" for d in found)
    return Reason(
        code=Code.DUPLICATE_AT_PROVIDER,
        text=f"{len(found)} documents at the provider carry the reference {reference}: {told}",
        field="reference",
        value=reference,
        remedy="Keep one, cancel the others in the book, then name the one: counterfoil resolve SHOP ORDER --use ID.",
    )


def payment_reference(document: str, payment_key: str, card: Card) -> str:
    """The string that goes into a payment to find it again; no longer than what the provider keeps whole."""
    return shortened(f"{document}/{quoted(payment_key)}", card.reference_length)


def resolve_payment(
    operation: OpenOperation, document: KnownDocument, remote: RemoteDocument, card: Card, *, now: datetime
) -> Result:
    """What became of a payment, given the document and its payments read back.

    Payments that carry our reference prove themselves. Where the provider lists none, the sum that it
    counts as paid proves it, as long as it equals what we recorded with or without this payment.
    """
    payment = document.payment(operation.payment_key)
    if payment is None:
        raise KeyError(operation.payment_key)
    reference = payment_reference(document.reference, payment.key, card)
    if remote.payments is not None and any(p.reference for p in remote.payments):
        ours = [p for p in remote.payments if p.reference == reference]
        if len(ours) == 1:
            return _paid(operation, ours[0].remote_id)
        if len(ours) > 1:
            return Unclear(reason=_paid_differs(document, remote, f"{len(ours)} payments carry {reference}"))
    elif remote.paid is None:
        return Unclear(reason=_paid_differs(document, remote, "the provider does not tell what is paid"))
    elif remote.paid == document.recorded + payment.amount:
        return _paid(operation, "")
    elif remote.paid != document.recorded and card.payments is PaymentStyle.APPENDED:
        return Unclear(reason=_paid_differs(document, remote, "the sum fits neither with nor without the payment"))
    if card.list_lag and not operation.looks:
        return Unseen(operation_key=operation.key, at=now)
    return Absent(operation_key=operation.key)


def resolve_cancel(operation: OpenOperation, remote: RemoteDocument, card: Card, *, now: datetime) -> Result:
    """What became of a cancellation, given the document read back."""
    if remote.state is RemoteState.CANCELLED:
        return Cancelled(operation_key=operation.key, document=operation.document, adopted=True)
    if card.list_lag and not operation.looks:
        return Unseen(operation_key=operation.key, at=now)
    return Absent(operation_key=operation.key)


def resolve_email(operation: OpenOperation, remote: RemoteDocument) -> Result:
    """What became of an e-mail, given the document read back.

    A document that reads as sent was sent, by this call or by somebody: the buyer has it. One that does not
    proves nothing, for a provider may note the sending late or not at all; and two e-mails are worse than one
    that a person looks after.
    """
    if remote.emailed_at is not None:
        return Emailed(operation_key=operation.key, document=operation.document, adopted=True)
    return Unproved(operation_key=operation.key)


def _paid(operation: OpenOperation, remote_id: str) -> Paid:
    return Paid(
        operation_key=operation.key,
        document=operation.document,
        payment_key=operation.payment_key,
        remote_id=remote_id,
        adopted=True,
    )


def _paid_differs(document: KnownDocument, remote: RemoteDocument, why: str) -> Reason:
    return Reason(
        code=Code.PROVIDER_PAID_DIFFERS,
        text=f"What is paid on {document.number or remote.remote_id} cannot be told: {why} "
        f"(recorded here {document.recorded}, paid there {remote.paid})",
        field="paid",
        value=str(remote.paid),
        remedy="Compare the payments in the book with the order, then say what you found: counterfoil resolve.",
    )
