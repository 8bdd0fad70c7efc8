"""The plan's part about payments: which one is to be recorded next against an issued invoice. Pure functions."""

from dataclasses import replace

from providers.domain.card import Card, PaymentStyle
from providers.domain.documents import Payment
from providers.domain.known import KnownDocument, PaymentState
from providers.domain.money import ZERO
from providers.domain.orders import Order, OrderPayment, OrderState
from providers.domain.policy import Policy
from providers.domain.reasons import Code, Reason
from providers.domain.resolving import payment_reference
from providers.domain.steps import Pay, Rest, Step, Stop

_WHOLE = "whole"
"""The key of the one payment that stands for several."""


def next_payment(order: Order, invoice: KnownDocument, policy: Policy, card: Card) -> Step | None:
    """The payment to record now, or why none can be; None when every payment of the order is recorded."""
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
        shown = _shown_there(paid, invoice, card)
        if shown:
            return Rest(state=OrderState.DONE, reason=shown)
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
    paid = sum([payment.amount for payment in order.payments], ZERO)
    if takes_parts or (len(order.payments) == 1 and paid >= invoice.gross):
        return order.payments
    if not order.payments or paid < invoice.gross:
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
                f"but the shop says {told.get(payment.key, ZERO)} now",
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
    if paid.amount < ZERO or invoice.recorded + paid.amount > invoice.gross:
        return Reason(
            code=Code.OVERPAID,
            text=f"The payments would come to {invoice.recorded + paid.amount}, "
            f"the invoice is {invoice.gross} {invoice.currency}",
            field=f"payments.{paid.payment_id}.amount",
            value=str(paid.amount),
            remedy="Check the order's payments in the shop; record what is right in the book by hand.",
        )
    return None


def _shown_there(paid: OrderPayment, invoice: KnownDocument, card: Card) -> Reason | None:
    """Why the payment must not be recorded beside what somebody else recorded there; None: it may.

    What others paid in part may be other money than this, so that it is in the way only where both together would
    overpay. A provider that can only be told "paid" is in the way once it says so.
    """
    others = invoice.paid_by_others
    if not others:
        return None
    there = invoice.recorded + others
    covered = there >= invoice.gross if card.payments is PaymentStyle.FLAG else there + paid.amount > invoice.gross
    if not covered:
        return None
    told = invoice.number or invoice.remote_id
    return Reason(
        code=Code.PAID_THERE,
        text=f"{card.title} shows {others} {invoice.currency} paid on {told} that did not come from here; "
        f"the payment of {paid.amount} is not recorded beside it",
        field="paid",
        value=str(others),
        remedy="Look whether it is the same money. If it is not, take it off the invoice in the book: then this "
        "payment is recorded by itself.",
    )


def _payment(paid: OrderPayment, invoice: KnownDocument, card: Card) -> Payment:
    return Payment(
        key=paid.payment_id,
        amount=paid.amount,
        currency=paid.currency,
        paid_at=paid.paid_at,
        kind=paid.kind,
        transaction_id=paid.transaction_id,
        reference=payment_reference(invoice.reference, paid.payment_id, card),
        paid_for=invoice.reference,
    )
