"""Rings up a sale as WooCommerce does, and writes the order as its REST API does. Exact: Decimal only.

Line totals are net whatever kind of price the shop shows, discounts are inside them, and a line's tax is
rounded half up to the cent while `taxes` keeps the unrounded figure.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from worker.demo.catalogue import DemoShop, Person, Product

_CENT = Decimal("0.01")
_FINE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Rung:
    """One line as rung up: `full` are net and tax before the discount."""

    product: Product
    quantity: Decimal
    net: Decimal
    tax: Decimal
    unrounded_tax: Decimal
    full_net: Decimal
    full_tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What one buyer took. `discount` is a coupon's percentage off the goods."""

    shop: DemoShop
    order_id: int
    buyer: Person
    goods: tuple[Rung, ...]
    shipping: Rung | None
    fee: Rung | None
    discount: Decimal
    gateway: tuple[str, str]
    placed_at: datetime

    @property
    def lines(self) -> tuple[Rung, ...]:
        return (*self.goods, *(line for line in (self.shipping, self.fee) if line))

    @property
    def total(self) -> Decimal:
        return sum((line.gross for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How far a sale has come when the shop tells of it."""

    status: str
    modified_at: datetime
    paid_at: datetime | None = None
    completed_at: datetime | None = None


def ring_up(shop: DemoShop, product: Product, quantity: Decimal, discount: Decimal = Decimal(0)) -> Rung:
    """Price one line: the discount is rounded to the cent first, then the tax on what is left."""
    full = _cents(product.price * quantity)
    left = full - _cents(full * discount / 100)
    full_net, full_tax, _ = _taxed(full, product.rate, shop)
    net, tax, unrounded = _taxed(left, product.rate, shop)
    return Rung(product, quantity, net, tax, unrounded, full_net, full_tax)


def _taxed(shown: Decimal, rate: Decimal, shop: DemoShop) -> tuple[Decimal, Decimal, Decimal]:
    """Net, rounded tax and unrounded tax of an amount as the shop shows it."""
    if shop.prices_include_tax:
        exact = shown * rate / (100 + rate)
        return shown - _cents(exact), _cents(exact), exact
    exact = shown * rate / 100
    return shown, _cents(exact), exact


def payload(sale: Sale, moment: Moment) -> dict[str, object]:
    """The order at a moment, as the REST API (version 3) writes it."""
    rates = sorted({line.product.rate for line in sale.lines}, reverse=True)
    shipping_tax = sale.shipping.tax if sale.shipping else Decimal(0)
    total_tax = sum((line.tax for line in sale.lines), Decimal(0))
    cut_net = sum((line.full_net - line.net for line in sale.goods), Decimal(0))
    cut_tax = sum((line.full_tax - line.tax for line in sale.goods), Decimal(0))
    return {
        "id": sale.order_id,
        "parent_id": 0,
        "number": str(sale.order_id),
        "order_key": f"wc_order_demo{sale.order_id}",
        "created_via": "checkout",
        "version": "10.2.0",
        "status": moment.status,
        "currency": sale.shop.currency,
        **_times("date_created", sale.placed_at),
        **_times("date_modified", moment.modified_at),
        "discount_total": _two(cut_net),
        "discount_tax": _two(cut_tax),
        "shipping_total": _two(sale.shipping.net if sale.shipping else Decimal(0)),
        "shipping_tax": _two(shipping_tax),
        "cart_tax": _two(total_tax - shipping_tax),
        "total": _two(sale.total),
        "total_tax": _two(total_tax),
        "prices_include_tax": sale.shop.prices_include_tax,
        "customer_id": 0,
        "customer_note": "",
        "billing": _billing(sale),
        "payment_method": sale.gateway[0],
        "payment_method_title": sale.gateway[1],
        "transaction_id": f"demo_{sale.order_id}" if moment.paid_at and sale.total else "",
        **_times("date_paid", moment.paid_at),
        **_times("date_completed", moment.completed_at),
        "meta_data": _meta(sale),
        "line_items": [_item(sale, place, line) for place, line in enumerate(sale.goods)],
        "tax_lines": [_tax_line(sale, rate) for rate in rates],
        "shipping_lines": [_shipping_line(sale)],
        "fee_lines": [_fee_line(sale, sale.fee)] if sale.fee else [],
        "coupon_lines": _coupons(sale, cut_net, cut_tax),
        "refunds": [],
    }


def _item(sale: Sale, place: int, line: Rung) -> dict[str, object]:
    whole = line.quantity == line.quantity.to_integral_value()
    return {
        "id": _line_id(sale, place),
        "name": line.product.name,
        "product_id": 300 + sale.shop.products.index(line.product),
        "variation_id": 0,
        "quantity": int(line.quantity) if whole else float(line.quantity),
        "tax_class": "",
        "subtotal": _two(line.full_net),
        "subtotal_tax": _two(line.full_tax),
        "total": _two(line.net),
        "total_tax": _two(line.tax),
        "taxes": [_tax(line)],
        "meta_data": [],
        "sku": line.product.sku,
        # WooCommerce works this figure out for display; nothing may be counted with it.
        "price": float(line.net / line.quantity),
    }


def _shipping_line(sale: Sale) -> dict[str, object]:
    """Free shipping is a line as well: without amount, and without a tax."""
    line = sale.shipping
    return {
        "id": _line_id(sale, 80),
        "method_title": line.product.name if line else "Free shipping",
        "method_id": "flat_rate" if line else "free_shipping",
        "total": _two(line.net) if line else "0.00",
        "total_tax": _two(line.tax) if line else "0.00",
        "taxes": [_tax(line)] if line else [],
        "meta_data": [],
    }


def _fee_line(sale: Sale, line: Rung) -> dict[str, object]:
    return {
        "id": _line_id(sale, 90),
        "name": line.product.name,
        "tax_class": "",
        "tax_status": "taxable",
        "amount": _two(line.net),
        "total": _two(line.net),
        "total_tax": _two(line.tax),
        "taxes": [_tax(line)],
        "meta_data": [],
    }


def _coupons(sale: Sale, cut_net: Decimal, cut_tax: Decimal) -> list[dict[str, object]]:
    if not sale.discount:
        return []
    coupon = {"id": _line_id(sale, 95), "code": f"demo{sale.discount}", "meta_data": []}
    return [{**coupon, "discount": _two(cut_net), "discount_tax": _two(cut_tax)}]


def _tax(line: Rung) -> dict[str, object]:
    total = _fine(line.unrounded_tax)
    return {"id": _rate_id(line.product.rate), "total": total, "subtotal": total}


def _tax_line(sale: Sale, rate: Decimal) -> dict[str, object]:
    taxed = [line for line in sale.lines if line.product.rate == rate]
    shipping = [line for line in taxed if line is sale.shipping]
    of_goods = sum((line.tax for line in taxed if line is not sale.shipping), Decimal(0))
    return {
        "id": _line_id(sale, 70) + int(rate),
        "rate_code": f"{sale.shop.country}-VAT-{rate}",
        "rate_id": _rate_id(rate),
        "label": f"VAT {rate}%",
        "compound": False,
        "tax_total": _two(of_goods),
        "shipping_tax_total": _two(sum((line.tax for line in shipping), Decimal(0))),
        "rate_percent": int(rate),
        "meta_data": [],
    }


def _billing(sale: Sale) -> dict[str, object]:
    buyer = sale.buyer
    return {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "company": buyer.company,
        "address_1": buyer.street,
        "address_2": "",
        "city": buyer.city,
        "state": "",
        "postcode": buyer.postcode,
        "country": sale.shop.country,
        "email": buyer.email,
        "phone": "",
    }


def _meta(sale: Sale) -> list[dict[str, object]]:
    if not sale.buyer.tax_no:
        return []
    return [{"id": _line_id(sale, 99), "key": sale.shop.tax_no_key, "value": sale.buyer.tax_no}]


def _times(name: str, moment: datetime | None) -> dict[str, str | None]:
    """Both forms of a time; the demo's shops live in UTC, and WooCommerce writes no zone."""
    written = moment.strftime("%Y-%m-%dT%H:%M:%S") if moment else None
    return {name: written, f"{name}_gmt": written}


def _line_id(sale: Sale, place: int) -> int:
    return sale.order_id * 100 + place


def _rate_id(rate: Decimal) -> int:
    return 40 + int(rate)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _fine(amount: Decimal) -> str:
    """Up to six decimals without trailing zeros, as PHP writes a number."""
    written = f"{amount.quantize(_FINE, rounding=ROUND_HALF_UP):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def written(order: dict[str, object]) -> bytes:
    """JSON as PHP's json_encode writes it: ASCII only, slashes escaped."""
    return json.dumps(order, separators=(",", ":")).replace("/", "\\/").encode()
