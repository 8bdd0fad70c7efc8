"""A WooCommerce order as its REST API writes it, as far as an invoice needs it.

Source: woocommerce/woocommerce, includes/rest-api/Controllers/Version2/class-wc-rest-orders-v2-controller.php
(version 3 inherits it) and the REST API documentation, "Order properties". Members that are not named here,
plug-ins' additions among them, are passed over.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from providers.domain.money import ZERO
from providers.payloads import Amount, Text, UtcMoment, amount

_LARGEST_ID = 2**63


def identifier(value: object) -> str:
    """Read an id: a positive whole number, or text of digits (PHP hooks hand both on). Raises `ValueError`."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LARGEST_ID:
        raise ValueError("is no id")
    return str(value)


def _rate_id(value: object) -> str:
    """Read a tax rate's id; tax services use texts of their own here."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is no id of a tax rate")  # noqa: TRY004 - pydantic lets TypeError through
    return str(value)


def _blank(value: object) -> Decimal | None:
    """Read a tax figure that WordPress leaves empty where the tax does not apply."""
    return None if value is None or value == "" else amount(value)


def _blank_is_zero(value: object) -> Decimal:
    number = _blank(value)
    return ZERO if number is None else number


Identifier = Annotated[str, PlainValidator(identifier)]
RateId = Annotated[str, PlainValidator(_rate_id)]
BlankAmount = Annotated[Decimal | None, PlainValidator(_blank)]
TaxAmount = Annotated[Decimal, PlainValidator(_blank_is_zero)]


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ItemTax(_Member):
    """What one tax rate took from one line, not rounded to the currency."""

    id: RateId
    total: BlankAmount = None


class Item(_Member):
    """What every kind of line has. `total` is net and after discounts, whatever prices_include_tax says."""

    id: Identifier
    total: Amount
    total_tax: TaxAmount = ZERO
    taxes: tuple[ItemTax, ...] = ()
    quantity: Amount = Decimal(1)
    sku: Text = ""


class LineItem(Item):
    name: Text
    quantity: Amount


class ShippingLine(Item):
    method_title: Text = ""


class FeeLine(Item):
    name: Text = ""


class TaxLine(_Member):
    """A tax rate of the order. `rate_percent` came with WooCommerce 3.7; older ones do not tell."""

    rate_id: RateId
    rate_percent: BlankAmount = None
    compound: bool = False


class Billing(_Member):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address_1: Text = ""
    address_2: Text = ""
    city: Text = ""
    postcode: Text = ""
    country: Text = ""
    email: Text = ""
    phone: Text = ""


class ShopRefund(_Member):
    id: Identifier
    reason: Text = ""
    total: Amount
    """Negative: "-10.00"."""


class GiftCard(_Member):
    """A gift card that was used, as the WooCommerce Gift Cards extension adds it to an order."""

    id: Identifier
    amount: Amount


def _recognised(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Take another plug-in's idea of the same member for nothing: no order stops because of it alone."""
    try:
        return read(value)
    except ValidationError:
        return ()


class OrderPayload(_Member):
    id: Identifier
    number: Text = ""
    status: Text
    currency: Text
    date_created_gmt: UtcMoment
    date_modified_gmt: UtcMoment | None = None
    date_paid_gmt: UtcMoment | None = None
    date_completed_gmt: UtcMoment | None = None
    total: Amount
    prices_include_tax: bool = False
    billing: Billing
    payment_method: Text = ""
    payment_method_title: Text = ""
    transaction_id: Text = ""
    line_items: tuple[LineItem, ...]
    shipping_lines: tuple[ShippingLine, ...] = ()
    fee_lines: tuple[FeeLine, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    refunds: tuple[ShopRefund, ...] = ()
    gift_cards: Annotated[tuple[GiftCard, ...], WrapValidator(_recognised)] = ()
    meta_data: object = ()
    """A list of {id, key, value}; what plug-ins put here is anything, and may not stop an order."""


class RemovedPayload(_Member):
    """The body of order.deleted: nothing but the id."""

    id: Identifier
