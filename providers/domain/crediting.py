"""The plan's part about money that was given back: which credit note comes next. Pure functions.

A credit note takes back what one refund gave back. What the shop tells of the refund's lines is taken as it is; a
refund of all that is left takes back every line; a part of an order with one tax rate is spread over its lines, which
changes no tax. What a part of an order with several rates stands for only the shop knows: it stops, unless the shop's
policy spreads it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from providers.domain.card import Card, CreditStyle
from providers.domain.documents import Corrected, DocumentKey, DocumentKind, DocumentState, Draft, DraftLine
from providers.domain.drafting import draft
from providers.domain.known import Known, KnownDocument
from providers.domain.money import ZERO, allocate, quantize
from providers.domain.orders import Order, Refund
from providers.domain.policy import Policy, Refunds
from providers.domain.reasons import Code, Reason
from providers.domain.steps import Create, Stop, Verify

_IN_THE_BOOK = "Make the credit note in the book by hand, or tell the refund with its lines."


def credits_refunds(policy: Policy, card: Card) -> bool:
    """Whether refunds become credit notes by themselves in this book."""
    able = card.credit is not CreditStyle.NOT_AVAILABLE and DocumentKind.CREDIT_NOTE in card.kinds
    return able and policy.refunds is Refunds.CREDIT_NOTE


def next_credit(
    order: Order, invoice: KnownDocument, known: Known, policy: Policy, card: Card, *, today: date
) -> Create | Verify | Stop | None:
    """The next credit note of the order, or why there can be none; None when every refund has its own."""
    notes = [document for document in known.documents if document.key.kind is DocumentKind.CREDIT_NOTE]
    withdrawn = _withdrawn(order, notes)
    if withdrawn is not None:
        return Stop(reason=withdrawn)
    made = {note.key.ordinal for note in notes if note.state is DocumentState.ISSUED}
    for note in notes:
        if note.state is DocumentState.ISSUED and not note.verified:
            return Verify(document=note)
    for refund in order.refunds:
        if refund.refund_id in made:
            continue
        note_known = known.document(DocumentKind.CREDIT_NOTE, refund.refund_id)
        if note_known is not None and note_known.state is DocumentState.CANCELLED:
            return Stop(reason=_cancelled(note_known))
        drafted = next_note(order, refund, invoice, known, policy, today=today)
        if isinstance(drafted, Reason):
            return Stop(reason=drafted)
        generation = 1
        if note_known is not None:
            generation = note_known.generation + (note_known.state is DocumentState.REFUSED)
        reference = drafted.key.reference(card.reference_length)
        return Create(draft=drafted, reference=reference, generation=generation)
    return None


def next_note(
    order: Order, refund: Refund, invoice: KnownDocument, known: Known, policy: Policy, *, today: date
) -> Draft | Reason:
    """The credit note of the refund, after those that the order has already; or why it cannot be said."""
    notes = [document for document in known.documents if document.key.kind is DocumentKind.CREDIT_NOTE]
    made = {note.key.ordinal for note in notes if note.state is DocumentState.ISSUED}
    return credit_note(order, refund, invoice, policy, before=_in_order(order, notes, made), today=today)


def credit_note(
    order: Order, refund: Refund, invoice: KnownDocument, policy: Policy, *, before: Sequence[Refund], today: date
) -> Draft | Reason:
    """What the refund takes back of the invoice, after the refunds `before` took theirs; or why it cannot be said."""
    # Which rates the book knows was asked when the invoice was made; a list narrowed since changes nothing of it.
    whole = draft(order, invoice.key, replace(policy, tax_rates=()), issue_date=today)
    if isinstance(whole, Reason):
        return whole
    standing = whole.lines
    for earlier in before:
        less = _less(standing, earlier, order, policy)
        if isinstance(less, Reason):
            return less
        standing = less
    left = _less(standing, refund, order, policy)
    if isinstance(left, Reason):
        return left
    return replace(
        whole,
        key=DocumentKey(invoice.key.shop, order.order_id, DocumentKind.CREDIT_NOTE, refund.refund_id),
        lines=tuple(_taken(was, is_) for was, is_ in zip(standing, left, strict=True) if was.gross != is_.gross),
        sale_date=today,
        due_days=0,
        corrects=Corrected(
            remote_id=invoice.remote_id,
            number=invoice.number,
            reference=invoice.reference,
            before=standing,
            after=left,
            why=refund.reason,
        ),
    )


def _in_order(order: Order, notes: Sequence[KnownDocument], made: set[str]) -> list[Refund]:
    """The refunds that have their credit notes, in the order in which these were made: a shop may tell them in any."""
    refunds = {refund.refund_id: refund for refund in order.refunds}
    return [refunds[note.key.ordinal] for note in notes if note.key.ordinal in made]


def _withdrawn(order: Order, notes: Sequence[KnownDocument]) -> Reason | None:
    """A credit note for a refund that the shop does not know any more, or knows with another amount."""
    told = {refund.refund_id: refund.amount for refund in order.refunds}
    for note in notes:
        if note.state is DocumentState.ISSUED and told.get(note.key.ordinal) != -note.gross:
            return Reason(
                code=Code.REFUND_WITHDRAWN,
                text=f"Credit note {note.number or note.remote_id} over {note.gross} {note.currency} was made for a "
                f"refund of which the shop says {told.get(note.key.ordinal, 'nothing')} now",
                field=f"refunds.{note.key.ordinal}",
                value=str(told.get(note.key.ordinal, "missing")),
                remedy="Correct the refund in the shop, or the credit note in the book by hand.",
            )
    return None


def _cancelled(note: KnownDocument) -> Reason:
    """Somebody took the credit note back in the book, and the shop says that the money was given back."""
    return Reason(
        code=Code.CANCELLED_AT_PROVIDER,
        text=f"Credit note {note.number or note.remote_id} over {note.gross} {note.currency} was cancelled there, "
        "and the refund stands in the shop",
        field=f"refunds.{note.key.ordinal}",
        value=str(-note.gross),
        remedy="Correct the refund in the shop, or make the credit note in the book by hand.",
    )


def _less(lines: tuple[DraftLine, ...], refund: Refund, order: Order, policy: Policy) -> tuple[DraftLine, ...] | Reason:
    """The lines as they stand after the refund."""
    total = sum((line.gross for line in lines), ZERO)
    if refund.amount == total:
        return tuple(_kept(line, ZERO, order.currency) for line in lines)
    if refund.amount > total:
        text = f"{refund.amount} {order.currency} were given back, but only {total} of the invoice is left"
        return _unknown(refund, text, "Check the order's refunds in the shop.")
    if refund.lines:
        return _by_lines(lines, refund, order.currency)
    rates = {(line.tax_category, line.tax_rate) for line in lines if line.gross}
    if len(rates) > 1 and not policy.spread_refunds:
        given = f"{refund.amount} {order.currency}"
        text = f"The shop does not tell of which of {len(rates)} tax rates {given} were given back"
        return _unknown(refund, text, _IN_THE_BOOK)
    if any(line.gross < 0 for line in lines):
        return _unknown(refund, "A part of an order with negative lines cannot be spread over its lines", _IN_THE_BOOK)
    shares = allocate(refund.amount, [line.gross for line in lines], order.currency)
    return tuple(_kept(line, line.gross - share, order.currency) for line, share in zip(lines, shares, strict=True))


def _by_lines(lines: tuple[DraftLine, ...], refund: Refund, currency: str) -> tuple[DraftLine, ...] | Reason:
    given: dict[str, Decimal] = {}
    returned: dict[str, Decimal] = {}
    for line in refund.lines:
        given[line.line_id] = given.get(line.line_id, ZERO) + line.gross
        returned[line.line_id] = returned.get(line.line_id, ZERO) + line.quantity
    known = {line.line_id: line for line in lines if line.line_id}
    for line_id, amount in given.items():
        if line_id not in known or not ZERO <= amount <= known[line_id].gross:
            left = known[line_id].gross if line_id in known else "nothing"
            text = f"{amount} {currency} were given back of line {line_id}, of which {left} is left"
            return _unknown(refund, text, "Check the lines of the refund in the shop.")
    if sum(given.values(), ZERO) != refund.amount:
        text = f"The lines of the refund come to {sum(given.values(), ZERO)}, the refund is {refund.amount} {currency}"
        return _unknown(refund, text, "Check the lines of the refund in the shop.")
    return tuple(
        _kept(line, line.gross - given.get(line.line_id, ZERO), currency, returned.get(line.line_id, ZERO))
        for line in lines
    )


def _kept(line: DraftLine, gross: Decimal, currency: str, returned: Decimal = ZERO) -> DraftLine:
    """The line with `gross` left of it; its tax goes down with it. A line of which nothing is left has no quantity."""
    if gross == line.gross:
        return line
    tax = quantize(line.tax * gross / line.gross, currency) if gross else ZERO
    left = line.quantity - returned if returned < line.quantity else line.quantity
    return replace(line, gross=gross, tax=tax, net=gross - tax, quantity=left if gross else ZERO)


def _taken(was: DraftLine, is_: DraftLine) -> DraftLine:
    """What the credit note takes back of one line: negative amounts, over the quantity that they stand for."""
    quantity = was.quantity - is_.quantity or was.quantity
    return replace(was, net=is_.net - was.net, tax=is_.tax - was.tax, gross=is_.gross - was.gross, quantity=quantity)


def _unknown(refund: Refund, text: str, remedy: str) -> Reason:
    return Reason(
        code=Code.REFUND_LINES_UNKNOWN,
        text=text,
        field=f"refunds.{refund.refund_id}",
        value=str(refund.amount),
        remedy=remedy,
    )
