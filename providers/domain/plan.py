"""The plan: what should be done next for one order. A pure function; it can be shown before it is carried out.

The plan compares what should exist (the order under the shop's policy) with what the ledger knows, and names
one step. An event never says what to do: duplicates, reordering and replays need no cases of their own.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from providers.domain.card import Card, Finding, Totals
from providers.domain.crediting import credits_refunds, next_credit
from providers.domain.documents import DocumentKey, DocumentKind, DocumentState
from providers.domain.drafting import draft, sale_of
from providers.domain.effects import next_cancel, next_email
from providers.domain.known import Action, Known, KnownDocument, OpenOperation
from providers.domain.orders import Order, OrderState
from providers.domain.paying import next_payment
from providers.domain.policy import IssueOn, Policy, ZeroTotal
from providers.domain.reasons import Code, Reason
from providers.domain.steps import Create, Email, LookUp, Rest, Step, Stop, Verify, Wait


def plan(shop: str, order: Order | None, known: Known, policy: Policy, card: Card, *, now: datetime) -> Step:
    """The next step for an order of `shop`; `order` is None when the shop removed it before telling of it."""
    if known.operation is not None:
        return _resolve(known.operation, known, card, now)
    invoice = known.document(DocumentKind.INVOICE)
    if order is None:
        return Rest(state=OrderState.CLOSED, reason=_closed(Code.DELETED_BEFORE_INVOICE, "removed from the shop"))
    if invoice is not None and invoice.state is DocumentState.ISSUED:
        return _after_invoice(order, invoice, known, policy, card, now)
    if invoice is not None and invoice.state is DocumentState.CANCELLED:
        return _after_cancel(order, invoice, known)
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
    drafted = draft(order, key, policy, issue_date=_today(policy, now))
    if isinstance(drafted, Reason):
        return Stop(reason=drafted)
    generation = 1
    if invoice is not None:
        generation = invoice.generation + (1 if invoice.state is DocumentState.REFUSED else 0)
    return Create(draft=drafted, reference=key.reference(card.reference_length), generation=generation)


def _today(policy: Policy, now: datetime) -> date:
    return now.astimezone(ZoneInfo(policy.timezone)).date()


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
    cancel = next_cancel(order, invoice, known, policy, card)
    if cancel is not None:
        return cancel
    changed = _changed_since(order, invoice, known, policy, card)
    if changed is not None and changed.code is not Code.REFUND_NEEDS_CREDIT_NOTE:
        return Stop(reason=changed)
    payment = next_payment(order, invoice, policy, card)
    if payment is not None and not isinstance(payment, Rest):
        return payment
    if changed is not None:
        return Stop(reason=changed)
    if credits_refunds(policy, card):
        credit = next_credit(order, invoice, known, policy, card, today=_today(policy, now))
        if credit is not None:
            return credit
    email = next_email(order, invoice, policy, card)
    if isinstance(email, Email):
        return email
    return payment or email or Rest(state=OrderState.DONE)


def _after_cancel(order: Order, invoice: KnownDocument, known: Known) -> Step:
    told = invoice.number or invoice.remote_id
    if order.cancelled_at is not None or known.deleted:
        text = f"The order was cancelled, and invoice {told} with it"
        return Rest(state=OrderState.CLOSED, reason=Reason(code=Code.INVOICE_CANCELLED, text=text))
    return Stop(
        reason=Reason(
            code=Code.REVIVED_AFTER_CANCEL,
            text=f"The order lives again in the shop, but its invoice {told} was cancelled",
            remedy="Make a new invoice in the book by hand, or a new order in the shop.",
        )
    )


def _changed_since(order: Order, invoice: KnownDocument, known: Known, policy: Policy, card: Card) -> Reason | None:
    """What the shop changed after the invoice was issued and only a person, or a credit note, can put right."""
    told = invoice.number or invoice.remote_id
    if known.deleted:
        return _too_late(Code.DELETED_AFTER_INVOICE, f"The order was removed from the shop after invoice {told}")
    credited = credits_refunds(policy, card)
    if order.cancelled_at is not None and not (credited and order.refunded >= invoice.gross):
        return _too_late(Code.CANCELLED_AFTER_INVOICE, f"The order was cancelled after invoice {told} was issued")
    # Which rates the book knows was asked when the invoice was made; a list narrowed since changes nothing of it.
    sale = sale_of(order, policy, rates=())
    if isinstance(sale, Reason):
        return sale
    if sale.fingerprint != invoice.fingerprint:
        return _too_late(
            Code.CHANGED_AFTER_INVOICE,
            f"The order was changed after invoice {told} was issued: it was {invoice.gross} {invoice.currency}, "
            f"it is {sale.gross} {sale.currency} now, or its lines or buyer differ",
        )
    if order.refunds and not credited:
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
