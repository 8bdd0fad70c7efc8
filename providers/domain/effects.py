"""The plan's part about what is done to an invoice besides paying it: cancelling it, sending it to the buyer.

Pure functions.
"""

from providers.domain.card import Card
from providers.domain.known import MAY_BE_THERE, Action, Known, KnownDocument, OperationState
from providers.domain.orders import Order, OrderState
from providers.domain.policy import Cancelled, Policy
from providers.domain.reasons import Code, Reason
from providers.domain.steps import Cancel, Email, Rest


def next_cancel(order: Order, invoice: KnownDocument, known: Known, policy: Policy, card: Card) -> Cancel | None:
    """The cancellation of the invoice, where the order is cancelled and the shop's policy wants it.

    None where a person decides: the policy says so, the provider cannot, the order is gone from the shop, or
    money came in, which must be given back on paper too.
    """
    if order.cancelled_at is None or known.deleted or policy.cancelled_after_invoice is Cancelled.ATTENTION:
        return None
    if (
        not card.cancel
        or order.payments
        or order.refunds
        or any(payment.state in MAY_BE_THERE for payment in invoice.payments)
    ):
        return None
    effect = invoice.effect(Action.CANCEL)
    generation = effect.next_generation if effect else 1
    return Cancel(document=invoice, why=f"Order {order.number} was cancelled", generation=generation)


def next_email(order: Order, invoice: KnownDocument, policy: Policy, card: Card) -> Email | Rest | None:
    """The e-mail to the buyer, or why there is none; None when it went out, or the shop's policy wants none."""
    if not policy.email_invoice:
        return None
    effect = invoice.effect(Action.EMAIL)
    told = invoice.number or invoice.remote_id
    if effect is not None and effect.state is OperationState.DONE:
        return None
    if effect is not None and effect.state is OperationState.UNPROVED:
        text = f"Whether invoice {told} was e-mailed nobody can tell: the answer was lost. It is not sent again"
        remedy = "Look in the book whether it went out; send it from there if it did not."
        return Rest(state=OrderState.DONE, reason=Reason(code=Code.EMAIL_UNPROVED, text=text, remedy=remedy))
    if not card.email:
        text = f"{card.title} sends no e-mails through its interface"
        return Rest(state=OrderState.DONE, reason=Reason(code=Code.EMAIL_NOT_AVAILABLE, text=text))
    if not order.buyer.email:
        text = f"Invoice {told} is not e-mailed: the order tells no address"
        return Rest(state=OrderState.DONE, reason=Reason(code=Code.EMAIL_ADDRESS_MISSING, text=text))
    return Email(document=invoice, to=order.buyer.email, generation=effect.next_generation if effect else 1)
