"""The reasons that the engine itself gives: what a provider said, what is missing, what is our own fault."""

from providers.domain.documents import RemoteDocument
from providers.domain.errors import FieldRefusal, Refused
from providers.domain.reasons import Code, Reason
from providers.domain.results import Lost, Result, Unsent
from providers.domain.steps import Email, LookUp, Pay, Verify
from tasks.ledger.turn import Turn
from tasks.ports import Book


def denied(book: Book, text: str) -> Reason:
    """The account is not let in: one reason for the whole book."""
    return Reason(
        code=Code.ACCESS_DENIED,
        text=f"{book.card.title} does not let the account in: {text}",
        field=f"books.{book.name}.token",
        remedy=f"Put the token, plan or address right, then: counterfoil book resume {book.name}.",
    )


def down(book: Book, result: Result) -> Reason:
    """The provider has not answered for many calls in a row: one reason for the whole book."""
    told = result.text if isinstance(result, Unsent | Lost) else ""
    return Reason(
        code=Code.PROVIDER_DOWN,
        text=f"{book.card.title} does not answer any more; last: {told}",
        field=f"books.{book.name}.base_url",
        remedy="Nothing to do: it is asked a harmless question now and then, and work goes on once it answers.",
    )


def configuration_lacks(turn: Turn) -> Reason:
    """The order's shop or book is not configured any more."""
    return Reason(
        code=Code.BOOK_MISSING,
        text=f"The order belongs to shop {turn.shop!r} and book {turn.book!r}, and the configuration lacks one of them",
        field="book",
        value=turn.book,
        remedy="Put both back into the configuration, then: counterfoil retry SHOP ORDER.",
    )


def poison(turn: Turn) -> Reason:
    """The order was in hand each time the worker died."""
    return Reason(
        code=Code.POISON,
        text=f"The worker died {turn.crashes} times in a row while it had this order",
        field="crashes",
        value=str(turn.crashes),
        remedy="Look into the worker's log for why, then: counterfoil retry SHOP ORDER.",
    )


def refusal(book: Book, error: Refused) -> Reason:
    """A refusal in the provider's own words, per field."""
    fields = ", ".join(refused.field for refused in error.refusals if refused.field)
    return Reason(
        code=Code.REFUSED,
        text=f"{book.card.title} refused: {error}",
        field=fields,
        value="",
        remedy="Correct the order in the shop, or the book's settings at the provider; then try again.",
    )


def internal(error: Exception) -> Reason:
    """A fault of ours: stopped, never blindly retried. The traceback is in the log."""
    return Reason(
        code=Code.INTERNAL,
        text=f"Counterfoil itself failed: {type(error).__name__}: {error}",
        remedy="This is a defect: report it with the log's traceback. Then: counterfoil retry SHOP ORDER.",
    )


def given_away(remote: RemoteDocument) -> Refused:
    """As if a document were not there: its id stands for another one now."""
    return Refused(FieldRefusal("", f"its id stands for {remote.reference} now"), missing=True)


def vanished(book: Book, step: Verify | LookUp | Pay | Email, error: Refused) -> Reason:
    """A document that we know of is not there any more."""
    told = step.document.number or step.document.remote_id
    return Reason(
        code=Code.VANISHED_AT_PROVIDER,
        text=f"Document {told} is not at {book.card.title} any more: {error}",
        field="remote_id",
        value=step.document.remote_id,
        remedy="Find out who removed it there; make the invoice in the book by hand if it is needed.",
    )
