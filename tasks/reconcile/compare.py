"""Two sides of one document, held against each other. Pure functions."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from providers.domain.card import Card, PaymentStyle
from providers.domain.documents import DocumentKind, DocumentState, RemoteDocument, RemoteState
from providers.domain.money import minor_unit
from providers.domain.resolving import payment_reference
from tasks.ledger.expected import Expected
from tasks.reconcile.classes import FindingClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the two sides say differently. `money` is what is at stake, in the document's currency."""

    kind: FindingClass
    expected: str
    found: str
    money: Decimal


def differences(row: Expected, remote: RemoteDocument, card: Card) -> Iterator[Difference]:
    """What the provider says of the document that the ledger says otherwise; nothing for what it does not tell."""
    if remote.remote_id != row.remote_id:
        yield _different(FindingClass.REPLACED, f"id {row.remote_id}", f"id {remote.remote_id}", row.gross)
        return
    gone = remote.state is RemoteState.CANCELLED
    if row.state is DocumentState.CANCELLED:
        if not gone and remote.state is not None:
            yield _different(FindingClass.NOT_CANCELLED_THERE, "cancelled", str(remote.state), row.gross)
        return
    if gone:
        yield _different(FindingClass.CANCELLED_THERE, "not cancelled", "cancelled", row.gross)
        return
    yield from _sums(row, remote)
    yield from _buyer(row, remote)
    yield from _money(row, remote, card)


def _sums(row: Expected, remote: RemoteDocument) -> Iterator[Difference]:
    if remote.currency and remote.currency != row.currency:
        yield _different(FindingClass.CURRENCY, row.currency, remote.currency, row.gross)
    if remote.gross is not None and remote.gross != row.gross:
        apart = abs(remote.gross - row.gross)
        yield _different(FindingClass.AMOUNT, f"gross {row.gross}", f"gross {remote.gross}", apart)
    elif remote.tax not in {None, row.tax} and abs(remote.tax - row.tax) > row.lines * minor_unit(row.currency):
        # Of one gross amount, shops and providers split off the tax line by line, each rounding in its own way.
        apart = abs(remote.tax - row.tax)
        yield _different(FindingClass.TAX, f"tax {row.tax}", f"tax {remote.tax}", apart)


def _buyer(row: Expected, remote: RemoteDocument) -> Iterator[Difference]:
    pairs = (
        ("name", row.buyer_name, remote.buyer_name),
        ("tax number", row.buyer_tax_no, remote.buyer_tax_no),
    )
    for what, ours, theirs in pairs:
        if theirs and ours and ours != theirs and _plain(ours) != _plain(theirs):
            yield _different(FindingClass.CUSTOMER, f"{what} {ours}", f"{what} {theirs}", Decimal(0))
            return


def _plain(text: str) -> str:
    """Providers trim and join blanks, and write tax numbers with and without separators."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _money(row: Expected, remote: RemoteDocument, card: Card) -> Iterator[Difference]:
    if row.kind == DocumentKind.CREDIT_NOTE:
        return  # how money is given back is told by nobody from here
    if remote.payments is not None and any(payment.reference for payment in remote.payments):
        single = tuple(_single_payments(row, remote, card))
        if single:
            yield from single
            return
    if remote.paid is None or card.payments is PaymentStyle.FLAG:
        yield from _paid_state(row, remote, card)
    elif remote.paid == row.settled:
        return  # the order rests, because somebody else recorded the very money that it asks for
    elif remote.paid > row.paid:
        apart = remote.paid - row.paid
        yield _different(FindingClass.PAID_THERE, f"paid {row.paid}", f"paid {remote.paid}", apart)
    elif remote.paid < row.paid:
        apart = row.paid - remote.paid
        yield _different(FindingClass.UNPAID_THERE, f"paid {row.paid}", f"paid {remote.paid}", apart)


def _single_payments(row: Expected, remote: RemoteDocument, card: Card) -> Iterator[Difference]:
    """Payments that prove themselves by our reference: those that are gone, those that are there several times."""
    there = Counter(payment.reference for payment in remote.payments or ())
    counted = [(key, amount, there[payment_reference(row.reference, key, card)]) for key, amount in row.payments]
    if gone := [(f"payment {key} of {amount}", amount) for key, amount, count in counted if count == 0]:
        told, amounts = zip(*gone, strict=True)
        what = "no such payment" if len(gone) == 1 else "none of these payments"
        yield _different(FindingClass.PAYMENT_MISSING, ", ".join(told), what, sum(amounts, Decimal(0)))
    if twice := [each for each in counted if each[2] > 1]:
        expected = ", ".join(f"payment {key} of {amount}" for key, amount, _ in twice)
        found = ", ".join(f"{count} payments {key} of {amount}" for key, amount, count in twice)
        money = sum((amount * (count - 1) for _, amount, count in twice), Decimal(0))
        yield _different(FindingClass.PAYMENT_DOUBLE, expected, found, money)


def _paid_state(row: Expected, remote: RemoteDocument, card: Card) -> Iterator[Difference]:
    """Where sums are not told, or are those of a flag, paid in full or not is all that can be compared.

    A provider that cannot be told of payments knows of none until a person tells it there: no difference.
    """
    paid = row.paid if row.settled is None else max(row.paid, row.settled)
    if remote.state is RemoteState.PAID and paid < row.gross:
        apart = row.gross - row.paid
        yield _different(FindingClass.PAID_THERE, f"paid {row.paid}", "paid in full", apart)
    elif (
        card.payments is not PaymentStyle.NOT_AVAILABLE
        and remote.state is RemoteState.OPEN
        and row.paid >= row.gross > 0
    ):
        yield _different(FindingClass.UNPAID_THERE, f"paid {row.paid}", "open", row.paid)


def _different(kind: FindingClass, expected: str, found: str, money: Decimal) -> Difference:
    return Difference(kind=kind, expected=expected, found=found, money=money)
