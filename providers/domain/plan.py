"""The plan: what should be done next for one order. A pure function; it can be shown before it is carried out.

The plan compares what should exist (the order under the shop's policy) with what the ledger knows, and names
one step. An event never says what to do: duplicates, reordering and replays need no cases of their own.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from providers.domain.card import Card, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKey, DocumentKind, DocumentState, Draft, Payment
from providers.domain.drafting import draft
from providers.domain.known import Action, Known, KnownDocument, OpenOperation, PaymentState
from providers.domain.orders import Order, OrderPayment, OrderState
from providers.domain.policy import IssueOn, Policy, ZeroTotal
from providers.domain.reasons import Code, Reason
from providers.domain.resolving import payment_reference
from providers.domain.steps import Create, LookUp, Pay, Rest, Step, Stop, Verify, Wait

_WHOLE = "whole"
"""The key of the one payment that stands for several."""


def plan(shop: str, order: Order | None, known: Known, policy: Policy, card: Card, *, now: datetime) -> Step:
    """The next step for an order of `shop`; `order` is None when the shop removed it before telling of it."""
    if known.operation is not None:
        return _resolve(known.operation, known, card, now)
    invoice = known.document(DocumentKind.INVOICE)
    if order is None:
        return Rest(state=OrderState.CLOSED, reason=_closed(Code.DELETED_BEFORE_INVOICE, "removed from the shop"))
    if invoice is not None and invoice.state is DocumentState.ISSUED:
        return _after_invoice(order, invoice, known, policy, card, now)
    return _before_invoice(shop, order, invoice, known, policy, card, now)


def resolve_at(operation: OpenOperation, card: Card) -> datetime:
    """When an operation without an answer may be looked up: by then its effect has happened or never will."""
    if operation.looks and operation.looked_at is not None:
        return operation.looked_at + max(card.list_lag, timedelta(seconds=1))
    lost = operation.lost_at or operation.sent_at + card.call_timeout
    return lost + card.settle


def _resolve(operation: OpenOperation, known: Known, card: Card, now: datetime) -> Step:
    document = known.at(operation.document)
    if card.finding is Finding.NOT_AT_ALL and operation.action is Action.CREATE:
        return Stop(
            reason=Reason(
                code=Code.UNRESOLVED,
                text=f"The answer to {operation.action} was lost, and {card.title} cannot be asked what became of it",
                field=card.reference_field,
                value=document.reference,
                remedy=f"Look in the book for {document.reference} over {document.gross} {document.currency}, "
                "then say what you found: counterfoil resolve SHOP ORDER.",
            )
        )
    due = resolve_at(operation, card)
    if now < due:
        return Wait(
            until=due,
            reason=Reason(
                code=Code.RESOLVING,
                text=f"The answer to {operation.action} was lost; {card.title} is asked once the call has settled",
            ),
        )
    return LookUp(operation=operation, document=document)


def _before_invoice(
    shop: str, order: Order, invoice: KnownDocument | None, known: Known, policy: Policy, card: Card, now: datetime
) -> Step:
    rest = _nothing_to_invoice(order, known, policy)
    if rest is not None:
        return rest
    key = DocumentKey(shop, order.order_id, DocumentKind.INVOICE)
    drafted = _draft(order, key, policy, now)
    if isinstance(drafted, Reason):
        return Stop(reason=drafted)
    generation = 1
    if invoice is not None:
        generation = invoice.generation + (1 if invoice.state is DocumentState.REFUSED else 0)
    return Create(draft=drafted, reference=key.reference(card.reference_length), generation=generation)


def _draft(order: Order, key: DocumentKey, policy: Policy, now: datetime) -> Draft | Reason:
    return draft(order, key, policy, issue_date=now.astimezone(ZoneInfo(policy.timezone)).date())


def _nothing_to_invoice(order: Order, known: Known, policy: Policy) -> Rest | None:
    if known.deleted:
        return Rest(state=OrderState.CLOSED, reason=_closed(Code.DELETED_BEFORE_INVOICE, "removed from the shop"))
    if order.cancelled_at is not None:
        return Rest(state=OrderState.CLOSED, reason=_closed(Code.CANCELLED_BEFORE_INVOICE, "cancelled"))
    if order.refunds and order.refunded >= order.total:
        return Rest(state=OrderState.CLOSED, reason=_closed(Code.REFUNDED_BEFORE_INVOICE, "refunded in full"))
    if order.total == 0 and policy.zero_total is ZeroTotal.NOTHING:
        return Rest(
            state=OrderState.CLOSED,
            reason=Reason(
                code=Code.ZERO_TOTAL,
                text="The order costs nothing, and the shop's policy makes no invoice of it",
                field="total",
                value=str(order.total),
            ),
        )
    moment = policy.issue_on_by_payment.get(order.payment_kind, policy.issue_on)
    if moment is IssueOn.PAID and order.paid_at is None:
        return Rest(state=OrderState.WAITING, reason=_waiting(Code.NOT_PAID_YET, "paid"))
    if moment is IssueOn.FULFILLED and order.fulfilled_at is None:
        return Rest(state=OrderState.WAITING, reason=_waiting(Code.NOT_FULFILLED_YET, "fulfilled"))
    return None


def _closed(code: Code, what: str) -> Reason:
    return Reason(code=code, text=f"The order was {what} before it was invoiced; there is nothing to invoice")


def _waiting(code: Code, what: str) -> Reason:
    return Reason(code=code, text=f"The invoice is due once the order is {what}")


def _after_invoice(
    order: Order, invoice: KnownDocument, known: Known, policy: Policy, card: Card, now: datetime
) -> Step:
    if not invoice.verified and card.totals is not Totals.NEVER:
        return Verify(document=invoice)
    changed = _changed_since(order, invoice, known, policy, now)
    if changed is not None and changed.code is not Code.REFUND_NEEDS_CREDIT_NOTE:
        return Stop(reason=changed)
    payment = _next_payment(order, invoice, policy, card)
    if changed is not None and (payment is None or isinstance(payment, Rest)):
        return Stop(reason=changed)
    return payment or Rest(state=OrderState.DONE)


def _changed_since(order: Order, invoice: KnownDocument, known: Known, policy: Policy, now: datetime) -> Reason | None:
    """What the shop changed after the invoice was issued and only a person, or a credit note, can put right."""
    told = invoice.number or invoice.remote_id
    if known.deleted:
        return _too_late(Code.DELETED_AFTER_INVOICE, f"The order was removed from the shop after invoice {told}")
    if order.cancelled_at is not None:
        return _too_late(Code.CANCELLED_AFTER_INVOICE, f"The order was cancelled after invoice {told} was issued")
    # Which rates the book knows was asked when the invoice was made; a list narrowed since changes nothing of it.
    drafted = _draft(order, invoice.key, replace(policy, tax_rates=()), now)
    if isinstance(drafted, Reason):
        return drafted
    if drafted.fingerprint != invoice.fingerprint:
        return _too_late(
            Code.CHANGED_AFTER_INVOICE,
            f"The order was changed after invoice {told} was issued: it was {invoice.gross} {invoice.currency}, "
            f"it is {drafted.gross} {drafted.currency} now, or its lines or buyer differ",
        )
    if order.refunds:
        return _too_late(
            Code.REFUND_NEEDS_CREDIT_NOTE,
            f"{order.refunded} {order.currency} were given back after invoice {told} was issued",
        )
    return None


def _too_late(code: Code, text: str) -> Reason:
    return Reason(
        code=code,
        text=text,
        remedy="Make the correction or credit note in the book by hand.",
    )


def _next_payment(order: Order, invoice: KnownDocument, policy: Policy, card: Card) -> Step | None:
    if not policy.record_payments:
        return None
    payments = _tellable(order, invoice, card)
    withdrawn = _withdrawn(payments, invoice)
    if withdrawn:
        return Stop(reason=withdrawn)
    for paid in payments:
        known = invoice.payment(paid.payment_id)
        if not paid.amount or (known and known.state is PaymentState.RECORDED):
            continue
        if card.payments is PaymentStyle.NOT_AVAILABLE:
            reason = Reason(
                code=Code.PAYMENTS_NOT_AVAILABLE,
                text=f"{card.title} takes no payments through its interface",
            )
            return Rest(state=OrderState.DONE, reason=reason)
        problem = _unpayable(paid, invoice)
        if problem:
            return Stop(reason=problem)
        refused = known is not None and known.state is PaymentState.REFUSED
        generation = (known.generation if known else 1) + (1 if refused else 0)
        return Pay(document=invoice, payment=_payment(paid, invoice, card), generation=generation)
    if order.payments and not payments:
        text = f"{card.title} can only be told that an invoice is paid in full; the rest of the money is awaited"
        return Rest(state=OrderState.WAITING, reason=Reason(code=Code.PARTLY_PAID, text=text))
    return None


def _tellable(order: Order, invoice: KnownDocument, card: Card) -> tuple[OrderPayment, ...]:
    """The order's payments as the provider can be told of them.

    Where it takes no parts, several payments are told as one, under a key of its own, once they cover the
    invoice; before that there is nothing to tell.
    """
    takes_parts = card.partial_payments or card.payments is PaymentStyle.NOT_AVAILABLE
    paid = sum((payment.amount for payment in order.payments), Decimal(0))
    if takes_parts or (len(order.payments) == 1 and paid >= invoice.gross):
        return order.payments
    if paid < invoice.gross:
        return ()
    last = max(order.payments, key=lambda payment: payment.paid_at)
    return (replace(last, payment_id=_WHOLE, amount=paid, transaction_id=""),)


def _withdrawn(payments: tuple[OrderPayment, ...], invoice: KnownDocument) -> Reason | None:
    told = {paid.payment_id: paid.amount for paid in payments}
    for payment in invoice.payments:
        if payment.state is PaymentState.RECORDED and told.get(payment.key) != payment.amount:
            return Reason(
                code=Code.PAYMENT_WITHDRAWN,
                text=f"A payment of {payment.amount} {invoice.currency} is recorded at the provider, "
                f"but the shop says {told.get(payment.key, Decimal(0))} now",
                field=f"payments.{payment.key}",
                value=str(told.get(payment.key, "missing")),
                remedy="Correct the payment in the book by hand, or the order in the shop.",
            )
    return None


def _unpayable(paid: OrderPayment, invoice: KnownDocument) -> Reason | None:
    if paid.currency != invoice.currency:
        return Reason(
            code=Code.PAYMENT_CURRENCY,
            text=f"The payment is in {paid.currency}, the invoice in {invoice.currency}",
            field=f"payments.{paid.payment_id}.currency",
            value=paid.currency,
            remedy="Record the payment in the book by hand.",
        )
    if paid.amount < 0 or invoice.recorded + paid.amount > invoice.gross:
        return Reason(
            code=Code.OVERPAID,
            text=f"The payments would come to {invoice.recorded + paid.amount}, "
            f"the invoice is {invoice.gross} {invoice.currency}",
            field=f"payments.{paid.payment_id}.amount",
            value=str(paid.amount),
            remedy="Check the order's payments in the shop; record what is right in the book by hand.",
        )
    return None


def _payment(paid: OrderPayment, invoice: KnownDocument, card: Card) -> Payment:
    return Payment(
        key=paid.payment_id,
        amount=paid.amount,
        currency=paid.currency,
        paid_at=paid.paid_at,
        kind=paid.kind,
        transaction_id=paid.transaction_id,
        reference=payment_reference(invoice.reference, paid.payment_id, card),
    )
