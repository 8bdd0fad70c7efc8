"""Looking before making, for a ledger that may have forgotten what it made: after the restore of a backup.

In everyday work nothing is looked for first: an intent in the ledger is the proof that nothing was sent. A restored
ledger has lost intents.
"""

from datetime import datetime

from providers.domain.card import Finding
from providers.domain.documents import DocumentKind
from providers.domain.equality import is_another
from providers.domain.errors import CannotExpress, NotSent, Unavailable
from providers.domain.known import Known
from providers.domain.reasons import Code, Reason
from providers.domain.resolving import duplicates, resolve_email, resolve_payment
from providers.domain.results import Emailed, Issued, Paid, Result, Unclear, intended
from providers.domain.steps import Create, Email, Pay, Write
from tasks.ports import Book
from tasks.reasons import given_away, vanished


def already_made(book: Book, step: Write, now: datetime) -> Result | None:
    """What an earlier life of the ledger made of the step, found at the provider; None: nothing.

    Raises as the provider's `find`, with `NotSent` for a look without an answer: nothing was made; and `CannotExpress`
    where the provider cannot be asked at all.
    """
    if book.card.finding is Finding.NOT_AT_ALL:
        text = f"{book.card.title} cannot be asked whether it has this already, and look_first is set"
        remedy = "Compare by hand, then take look_first out of the book's configuration, and: counterfoil retry."
        raise CannotExpress(Reason(code=Code.UNRESOLVED, text=text, field="look_first", value="true", remedy=remedy))
    try:
        return _create(book, step) if isinstance(step, Create) else _effect(book, step, now)
    except Unavailable as error:
        raise NotSent(f"nothing was made, for it could not be looked for first: {error}") from error


def _create(book: Book, step: Create) -> Result | None:
    found = book.provider.find(step.reference, DocumentKind(step.draft.key.kind))
    if len(found) > 1:
        return Unclear(reason=duplicates(step.reference, found))
    if not found:
        return None
    return Issued(operation_key=step.operation_key, document=step.draft.key, remote=found[0], adopted=True)


def _effect(book: Book, step: Write, now: datetime) -> Result | None:
    """A payment or an e-mail that the document shows. A cancellation is harmless to repeat."""
    if not isinstance(step, Pay | Email):
        return None
    known = intended(Known(documents=(step.document,)), step, at=now)
    operation, document = known.operation, known.at(step.document.key)
    assert operation is not None  # noqa: S101  (an intent opens one)
    remote = book.provider.read(step.document.remote_id)
    if is_another(remote, step.document.reference):
        return Unclear(reason=vanished(book, step, given_away(remote)))
    if isinstance(step, Email):
        sent = resolve_email(operation, remote)
        return sent if isinstance(sent, Emailed) else None
    paid = resolve_payment(operation, document, remote, book.card, now=now)
    return paid if isinstance(paid, Paid | Unclear) else None
