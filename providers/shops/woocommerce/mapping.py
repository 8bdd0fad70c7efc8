"""From a WooCommerce order to the canonical order. Pure: no clock, no network."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from providers.domain.money import EXPONENTS, ZERO, minor_unit
from providers.domain.orders import Buyer, LineKind, Order, OrderLine, OrderPayment, PaymentKind, Refund
from providers.payloads import text
from providers.shops.woocommerce.gateways import payment_kind
from providers.shops.woocommerce.payload import Billing, Item, OrderPayload, TaxLine
from providers.shops.woocommerce.rounding import Figures, settle

TAX_NO_KEYS = (
    "_billing_vat_number",
    "_vat_number",
    "vat_number",
    "_billing_nip",
    "billing_nip",
    "_billing_tax_no",
    "_billing_eu_vat_number",
    "_billing_vat",
    "_billing_vat_id",
    "_billing_nif",
)
"""Where plug-ins keep the buyer's tax number: WooCommerce itself has no place for it. The first filled one counts."""

DRAFTS = frozenset({"draft", "auto-draft", "checkout-draft", "new"})
"""Statuses of orders that nobody has placed yet; `checkout-draft` is a cart in the block checkout."""

_CALLED_OFF = frozenset({"cancelled", "failed", "trash"})
_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")


def status_of(payload: OrderPayload) -> str:
    """The status without the prefix of the database's names."""
    return payload.status.removeprefix("wc-")


def order_from(payload: OrderPayload, *, tax_no_keys: Sequence[str] = TAX_NO_KEYS) -> Order:
    """The canonical order. Figures that do not add up are handed on as they are: the gate stops them."""
    status = status_of(payload)
    modified_at = payload.date_modified_gmt or payload.date_created_gmt
    gift_cards = _gift_cards_used(payload)
    total = payload.total + sum((payment.amount for payment in gift_cards), ZERO)
    return Order(
        order_id=payload.id,
        number=payload.number or payload.id,
        currency=payload.currency,
        total=total,
        lines=_lines(payload, total),
        buyer=_buyer(payload.billing, _tax_no(payload.meta_data, tax_no_keys)),
        placed_at=payload.date_created_gmt,
        modified_at=modified_at,
        prices_include_tax=payload.prices_include_tax,
        paid_at=payload.date_paid_gmt,
        fulfilled_at=_fulfilled_at(payload, status, modified_at),
        cancelled_at=modified_at if status in _CALLED_OFF else None,
        payments=(*gift_cards, *_payment(payload)),
        refunds=_refunds(payload, status, total),
        payment_kind=payment_kind(payload.payment_method),
        payment_title=_plain(payload.payment_method_title),
    )


def _fulfilled_at(payload: OrderPayload, status: str, modified_at: datetime) -> datetime | None:
    if status == "completed":
        return payload.date_completed_gmt or modified_at
    return payload.date_completed_gmt if status == "refunded" else None


def _payment(payload: OrderPayload) -> Iterator[OrderPayment]:
    """The gateway's payment: WooCommerce knows one, and it is the whole total.

    Its id is a fixed word, since the transaction id may be filled in later. What costs nothing is not paid.
    """
    if payload.date_paid_gmt and payload.total:
        yield OrderPayment(
            payment_id="paid",
            amount=payload.total,
            currency=payload.currency,
            paid_at=payload.date_paid_gmt,
            kind=payment_kind(payload.payment_method),
            transaction_id=payload.transaction_id,
        )


def _gift_cards_used(payload: OrderPayload) -> tuple[OrderPayment, ...]:
    """Gift cards that were used, as payments.

    The extension lowers the order's total and leaves the lines alone, so the lines are worth more than the
    total by just the cards. Where they are not, the cards are in the lines already, and none is a payment.
    The card's code is as good as money and is not kept.
    """
    if not payload.gift_cards:
        return ()
    used = sum((card.amount.copy_abs() for card in payload.gift_cards), ZERO)
    goods = sum((item.total + item.total_tax for _, _, item in _items(payload)), ZERO)
    slack = minor_unit(payload.currency) if payload.currency in EXPONENTS else ZERO
    if not used or abs(goods - payload.total - used) > slack:
        return ()
    return tuple(
        OrderPayment(
            payment_id=f"gift_card:{card.id}",
            amount=card.amount.copy_abs(),
            currency=payload.currency,
            paid_at=payload.date_created_gmt,
            kind=PaymentKind.OTHER,
        )
        for card in payload.gift_cards
        if card.amount
    )


def _refunds(payload: OrderPayload, status: str, total: Decimal) -> tuple[Refund, ...]:
    """Refunds with money in them. The status can be set by hand without one: then all of it went back."""
    refunds = tuple(
        Refund(refund_id=refund.id, amount=refund.total.copy_abs(), reason=_plain(refund.reason))
        for refund in payload.refunds
        if refund.total
    )
    if status == "refunded" and not refunds and total > 0:
        return (Refund(refund_id="refunded", amount=total, reason="status set to refunded"),)
    return refunds


def _lines(payload: OrderPayload, total: Decimal) -> tuple[OrderLine, ...]:
    rates = {rate.rate_id: rate for rate in payload.tax_lines}
    items = list(_items(payload))
    stated = [Figures(item.total, item.total_tax) for _, _, item in items]
    unrounded = (Figures(item.total, _unrounded_tax(item)) for _, _, item in items)  # hardly ever looked at
    settled = settle(stated, unrounded, total=total, currency=payload.currency)
    return tuple(
        OrderLine(
            line_id=item.id,
            name=_plain(name) or kind.value.capitalize(),
            net=figures.net,
            tax=figures.tax,
            gross=figures.gross,
            quantity=item.quantity,
            tax_rate=_tax_rate(item, rates),
            kind=kind,
            sku=item.sku,
        )
        for (kind, name, item), figures in zip(items, settled, strict=True)
    )


def _items(payload: OrderPayload) -> Iterator[tuple[LineKind, str, Item]]:
    """Everything that makes up the total. Discounts are in `total` already; coupon_lines only tell of them.

    Free shipping carries no amount and no tax rate, and says nothing that an invoice needs.
    """
    for line in payload.line_items:
        yield LineKind.ITEM, line.name, line
    for shipping in payload.shipping_lines:
        if shipping.total or shipping.total_tax:
            yield LineKind.SHIPPING, shipping.method_title, shipping
    for fee in payload.fee_lines:
        if fee.total or fee.total_tax:
            yield LineKind.FEE, fee.name, fee


def _unrounded_tax(item: Item) -> Decimal:
    """The finer tax of `taxes`, if it is the one that `total_tax` shows rounded; else `total_tax`."""
    parts = [tax.total for tax in item.taxes if tax.total is not None]
    finer = sum(parts, ZERO)
    shown_to = Decimal(1).scaleb(int(item.total_tax.as_tuple().exponent))
    agrees = bool(parts) and abs(finer - item.total_tax) <= shown_to / 2 * len(parts)
    return finer if agrees else item.total_tax


def _tax_rate(item: Item, rates: dict[str, TaxLine]) -> Decimal | None:
    """The line's percentage; None when WooCommerce does not tell it, or when one tax is taken on another.

    A percentage is never worked out from the amounts: of small ones several would fit.
    """
    applied = [tax for tax in item.taxes if tax.total is not None]
    charged = [tax for tax in applied if tax.total] or applied
    known = [rates[tax.id] for tax in charged if tax.id in rates]
    percents = [rate.rate_percent for rate in known if rate.rate_percent is not None]
    if not charged or len(percents) < len(charged):
        return None
    if len(known) > 1 and any(rate.compound for rate in known):
        return None
    return sum(percents, ZERO)


def _buyer(billing: Billing, tax_no: str) -> Buyer:
    return Buyer(
        first_name=_plain(billing.first_name),
        last_name=_plain(billing.last_name),
        company=_plain(billing.company),
        tax_no=tax_no,
        street=", ".join(part for part in (_plain(billing.address_1), _plain(billing.address_2)) if part),
        postcode=billing.postcode,
        city=_plain(billing.city),
        country=billing.country.upper(),
        email=billing.email,
        phone=billing.phone,
    )


def _tax_no(meta_data: object, keys: Sequence[str]) -> str:
    """The first filled tax number among the order's meta data, in the order of `keys`."""
    entries = list(meta_data.values()) if isinstance(meta_data, dict) else meta_data
    if not isinstance(entries, list) or not entries:
        return ""
    found: dict[str, str] = {}
    for entry in entries:
        key, value = (entry.get("key"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        if isinstance(key, str) and isinstance(value, str | int) and not isinstance(value, bool):
            found.setdefault(key, text(value))
    return next((found[key] for key in keys if found.get(key)), "")


def _plain(value: str) -> str:
    """Text as it looks on a page: tags go, then entities are decoded ("Salt &amp; pepper")."""
    if "<" not in value and "&" not in value:
        return value
    return text(html.unescape(_TAG.sub("", value)))
