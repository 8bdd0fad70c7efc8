"""From the canonical order's wire form to the canonical order. Pure: no clock, no network."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from providers.domain.money import EXPONENTS, ZERO
from providers.domain.orders import Buyer, Order, OrderLine, OrderPayment, Refund, RefundLine, TaxCategory
from providers.shops.generic.payload import CanonicalOrder, Line, PaymentData, RefundData


class AmountsMissing(ValueError):
    """A line says too little for its net, tax and gross; `place` counts from 0."""

    def __init__(self, place: int) -> None:
        super().__init__("needs two of net, tax and gross, or one of net and gross with tax_rate")
        self.place = place


def order_from(data: CanonicalOrder, *, stamped_at: datetime | None = None) -> Order:
    """The canonical order; `stamped_at` is the event's time, for data that has no `modified_at`.

    Raises `AmountsMissing`.
    """
    payments = _payments(data)
    return Order(
        order_id=data.order_id,
        number=data.number or data.order_id,
        currency=data.currency,
        total=data.total,
        lines=tuple(_line(line, place, data.currency) for place, line in enumerate(data.lines)),
        buyer=Buyer(**data.buyer.model_dump()),
        placed_at=data.placed_at,
        modified_at=data.modified_at or stamped_at or data.placed_at,
        prices_include_tax=data.prices_include_tax,
        paid_at=data.paid_at or _paid_in_full_at(data, payments),
        fulfilled_at=data.fulfilled_at,
        cancelled_at=data.cancelled_at,
        payments=payments,
        refunds=tuple(map(_refund, data.refunds)),
        payment_kind=data.payment_kind,
        payment_title=data.payment_title,
        language=data.language,
    )


def _refund(data: RefundData) -> Refund:
    lines = tuple(RefundLine(line_id=line.line_id, gross=line.gross, quantity=line.quantity) for line in data.lines)
    return Refund(refund_id=data.refund_id, amount=data.amount, reason=data.reason, lines=lines)


def _line(line: Line, place: int, currency: str) -> OrderLine:
    amounts = _amounts(line, currency)
    if amounts is None:
        raise AmountsMissing(place)
    net, tax, gross = amounts
    return OrderLine(
        line_id=line.line_id or str(place + 1),
        name=line.name,
        net=net,
        tax=tax,
        gross=gross,
        quantity=line.quantity,
        tax_rate=line.tax_rate,
        tax_category=line.tax_category,
        kind=line.kind,
        sku=line.sku,
    )


def _amounts(line: Line, currency: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """Net, tax and gross of a line; None when it says too little.

    All three are taken as they are, even where they do not add up: the gate shows that to a person.
    """
    net, tax, gross = line.net, line.tax, line.gross
    if tax is None and (net is None or gross is None):
        tax = _tax_by_rate(line, currency)
    if net is None and gross is not None and tax is not None:
        net = gross - tax
    if gross is None and net is not None and tax is not None:
        gross = net + tax
    if tax is None and gross is not None and net is not None:
        tax = gross - net
    return None if net is None or tax is None or gross is None else (net, tax, gross)


def _tax_by_rate(line: Line, currency: str) -> Decimal | None:
    """The tax in or on the one amount that the line gives, rounded half up to the minor unit."""
    if line.tax_category is not TaxCategory.RATED:
        return ZERO
    if line.tax_rate is None:
        return None
    if line.gross is not None:
        exact = line.gross * line.tax_rate / (100 + line.tax_rate)
    elif line.net is not None:
        exact = line.net * line.tax_rate / 100
    else:
        return None
    # A currency that nobody knows stops the order at the gate; until then two decimals do no harm.
    unit = Decimal(1).scaleb(-EXPONENTS.get(currency, 2))
    return exact.quantize(unit, rounding=ROUND_HALF_UP)


def _payments(data: CanonicalOrder) -> tuple[OrderPayment, ...]:
    if data.paid_at and not data.payments and data.total > 0:
        whole = OrderPayment(
            payment_id="paid",
            amount=data.total,
            currency=data.currency,
            paid_at=data.paid_at,
            kind=data.payment_kind,
        )
        return (whole,)
    return tuple(_payment(payment, data.currency) for payment in data.payments)


def _payment(payment: PaymentData, currency: str) -> OrderPayment:
    return OrderPayment(
        payment_id=payment.payment_id,
        amount=payment.amount,
        currency=payment.currency or currency,
        paid_at=payment.paid_at,
        kind=payment.kind,
        transaction_id=payment.transaction_id,
    )


def _paid_in_full_at(data: CanonicalOrder, payments: tuple[OrderPayment, ...]) -> datetime | None:
    """The moment of the last payment, once the payments in the order's currency reach its total."""
    own = [payment for payment in payments if payment.currency == data.currency]
    if not own or sum((payment.amount for payment in own), ZERO) < data.total:
        return None
    return max(payment.paid_at for payment in own)
