"""The equality gate after reading back: the provider's document is the one that we asked for, or a reason."""

from providers.domain.documents import Payment, RemoteDocument, RemoteState
from providers.domain.errors import FieldRefusal, Refused
from providers.domain.known import KnownDocument
from providers.domain.reasons import Code, Reason


def is_another(remote: RemoteDocument, reference: str) -> bool:
    """Whether it says by its reference that it is not the document that was made with `reference`.

    An id alone proves nothing, for a provider may give the id of a deleted document to a new one. Where no reference
    is told, the id has to do.
    """
    return bool(remote.reference) and remote.reference != reference


def check_paid_for(payment: Payment, remote: RemoteDocument) -> None:
    """For providers that read a document before they record a payment on it. Raises `Refused`."""
    if payment.paid_for and is_another(remote, payment.paid_for):
        text = f"id {remote.remote_id} stands for {remote.reference} now, and the payment is for {payment.paid_for}"
        raise Refused(FieldRefusal("reference", text))


def contradiction(document: KnownDocument, remote: RemoteDocument) -> Reason | None:
    """Why the provider's document is another one than we asked for; None when nothing that it tells differs."""
    told = remote.number or remote.remote_id
    if is_another(remote, document.reference):
        return _differs(Code.PROVIDER_REFERENCE_DIFFERS, told, "reference", remote.reference, document.reference)
    if remote.state is RemoteState.CANCELLED:
        return _differs(Code.CANCELLED_AT_PROVIDER, told, "state", "cancelled", "open or paid")
    if remote.currency and remote.currency != document.currency:
        return _differs(Code.PROVIDER_TOTAL_DIFFERS, told, "currency", remote.currency, document.currency)
    if remote.gross is not None and remote.gross != document.gross:
        return _differs(Code.PROVIDER_TOTAL_DIFFERS, told, "gross", str(remote.gross), str(document.gross))
    return None


def _differs(code: Code, told: str, field: str, found: str, expected: str) -> Reason:
    return Reason(
        code=code,
        text=f"Document {told} at the provider says {field} {found}, but we asked for {expected}",
        field=field,
        value=found,
        remedy="Compare the document in the book with the order; correct or cancel it there by hand.",
    )
