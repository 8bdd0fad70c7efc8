"""Resolve: a person says what became of a call whose outcome nobody else can tell.

The word of a person is held against what the provider shows, as far as it shows anything, and goes into the
audit trail with who, when and why.
"""

from dataclasses import dataclass
from enum import StrEnum

import structlog

from providers.domain.card import Finding
from providers.domain.documents import RemoteDocument
from providers.domain.equality import contradiction
from providers.domain.errors import ProviderError, Refused
from providers.domain.known import Action, Known, KnownDocument, OpenOperation
from providers.domain.reasons import Reason
from providers.domain.results import Absent, Cancelled, Emailed, Issued, Paid, Result
from tasks.ledger.decisions import Decision
from tasks.ledger.ledger import Ledger
from tasks.ports import Bell, Book, Books, Clock

log = structlog.get_logger()


class Word(StrEnum):
    """What a person says of the open operation."""

    CREATED = "created"
    """It took effect, and this is its id at the provider."""
    NOT_CREATED = "not-created"
    """It had no effect: it may be made anew."""
    USE = "use"
    """Several documents carry the reference: this one counts."""


class CannotResolve(Exception):
    """The word cannot be taken; the text says why, `remedy` what to do instead."""

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(text)
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is open for an order, and what the provider shows for it."""

    book: str
    operation: OpenOperation
    document: KnownDocument
    candidates: tuple[RemoteDocument, ...] | None
    """Documents that carry the reference; None where the provider cannot tell."""


class Resolver:
    """Takes people's words on open operations."""

    def __init__(self, ledger: Ledger, *, books: Books, bell: Bell, clock: Clock) -> None:
        self._ledger = ledger
        self._books = books
        self._bell = bell
        self._clock = clock

    def evidence(self, shop: str, order_id: str) -> Evidence:
        """What is open, with every candidate. Raises `CannotResolve`, `LedgerUnavailable`."""
        found = self._ledger.decisions.known(shop, order_id)
        if found is None:
            raise CannotResolve(f"There is no order {order_id} of shop {shop}.", "Look it up: counterfoil orders.")
        known, name = found
        if known.operation is None:
            raise CannotResolve(
                f"Order {order_id} of shop {shop} has no call whose outcome is unknown.",
                f"See how it stands: counterfoil order {shop} {order_id}.",
            )
        document = known.at(known.operation.document)
        return Evidence(
            book=name,
            operation=known.operation,
            document=document,
            candidates=self._candidates(self._book(name), document),
        )

    def resolve(self, shop: str, order_id: str, word: Word, remote_id: str, *, by: str, why: str) -> Evidence:
        """Take the word, and let the order go on from there.

        Raises `CannotResolve` when nothing is open, or when the provider shows that the word is wrong;
        `InHand` while a worker has the order; `LedgerUnavailable`.
        """
        evidence = self.evidence(shop, order_id)
        result = self._result(evidence, word, remote_id)
        decision = Decision(
            at=self._clock(),
            by=by,
            what=f"resolve {word}",
            why=why,
            shop=shop,
            order_id=order_id,
            book=evidence.book,
            detail={"operation": evidence.operation.key, "remote_id": remote_id},
        )

        def conclude(known: Known) -> Result:
            if known.operation is None or known.operation.key != evidence.operation.key:
                raise CannotResolve("The call was resolved meanwhile.", f"See: counterfoil order {shop} {order_id}.")
            return result

        self._ledger.decisions.end_operation(decision, conclude)
        log.info("operation.resolved", shop=shop, order=order_id, word=word, remote_id=remote_id, by=by)
        self._bell.ring(shop, order_id)
        return evidence

    def _result(self, evidence: Evidence, word: Word, remote_id: str) -> Result:
        operation = evidence.operation
        if word is Word.NOT_CREATED:
            if operation.action is Action.CREATE and evidence.candidates:
                told = ", ".join(candidate.remote_id for candidate in evidence.candidates)
                raise CannotResolve(
                    f"The provider has a document with the reference {evidence.document.reference}: {told}.",
                    "Say --use ID to take it; or remove it there first.",
                )
            return Absent(operation_key=operation.key)
        match operation.action:
            case Action.PAY:
                return Paid(
                    operation_key=operation.key,
                    document=operation.document,
                    payment_key=operation.payment_key,
                    remote_id=remote_id,
                    adopted=True,
                )
            case Action.CANCEL:
                return Cancelled(operation_key=operation.key, document=operation.document, adopted=True)
            case Action.EMAIL:
                return Emailed(operation_key=operation.key, document=operation.document, adopted=True)
        remote = self._document(evidence, remote_id)
        return Issued(operation_key=operation.key, document=operation.document, remote=remote, adopted=True)

    def _document(self, evidence: Evidence, remote_id: str) -> RemoteDocument:
        """The document that the person named, read back where the provider can be asked."""
        book = self._book(evidence.book)
        if book.card.finding is Finding.NOT_AT_ALL:
            return RemoteDocument(remote_id=remote_id)
        try:
            remote = book.provider.read(remote_id)
        except Refused as error:
            raise CannotResolve(f"{book.card.title} does not show a document {remote_id}: {error}") from error
        except ProviderError as error:
            raise CannotResolve(f"{book.card.title} cannot be asked now: {error}", "Try again later.") from error
        problem: Reason | None = contradiction(evidence.document, remote)
        if problem is not None:
            raise CannotResolve(f"{problem.text}.", "Name another document, or correct this one in the book first.")
        return remote

    def _candidates(self, book: Book, document: KnownDocument) -> tuple[RemoteDocument, ...] | None:
        if book.card.finding is Finding.NOT_AT_ALL:
            return None
        try:
            return book.provider.find(document.reference, document.key.kind)
        except ProviderError as error:
            log.warning("resolve.no_evidence", book=book.name, error=str(error))
            return None

    def _book(self, name: str) -> Book:
        try:
            return self._books[name]
        except KeyError:
            raise CannotResolve(
                f"The configuration has no book {name}.", "Put it back into the configuration."
            ) from None
