"""The canonical order as JSON: the friendly wire form of `providers.domain.orders.Order`.

Amounts are decimal texts or JSON numbers in the order's currency, after discounts, for the whole quantity
of a line. Unknown members are refused: a misspelt `cancelled_at` that is passed over would become an invoice.
The published JSON Schema (`docs/canonical-order.schema.json`) is made from these models.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainValidator, WithJsonSchema, field_validator

from providers.domain.orders import LineKind, PaymentKind, TaxCategory
from providers.payloads import NUMBER_SCHEMA, Amount, Text, ZonedMoment, amount, text

_LONGEST_ID = 100


def _name(value: object) -> str:
    name = text(value)
    if not name:
        raise ValueError("is empty")
    return name


def _identifier(value: object) -> str:
    identifier = _name(value)
    if len(identifier) > _LONGEST_ID:
        raise ValueError(f"is longer than {_LONGEST_ID} characters")
    return identifier


def _positive(value: object) -> Decimal:
    number = amount(value)
    if number <= 0:
        raise ValueError("is not more than zero")
    return number


def _percent(value: object) -> Decimal:
    number = amount(value)
    if not 0 <= number <= 100:
        raise ValueError("is no percentage between 0 and 100")
    return number


Name = Annotated[str, PlainValidator(_name), WithJsonSchema({"type": "string", "minLength": 1})]
Id = Annotated[
    str,
    PlainValidator(_identifier),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _LONGEST_ID}),
]
Positive = Annotated[Decimal, PlainValidator(_positive), WithJsonSchema({**NUMBER_SCHEMA, "exclusiveMinimum": 0})]
Percent = Annotated[Decimal, PlainValidator(_percent), WithJsonSchema({**NUMBER_SCHEMA, "minimum": 0, "maximum": 100})]

_UNTAXED: dict[str, JsonValue] = {
    "tax_category": {"enum": [category.value for category in TaxCategory if category is not TaxCategory.RATED]}
}
_ENOUGH_AMOUNTS: dict[str, JsonValue] = {
    "anyOf": [
        {"required": ["net", "tax"]},
        {"required": ["net", "gross"]},
        {"required": ["tax", "gross"]},
        {"required": ["gross", "tax_rate"]},
        {"required": ["net", "tax_rate"]},
        {"required": ["gross", "tax_category"], "properties": _UNTAXED},
        {"required": ["net", "tax_category"], "properties": _UNTAXED},
    ]
}


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Member):
    """One thing that was sold. Of net, tax and gross any two suffice; so does one of net and gross with a rate."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_ENOUGH_AMOUNTS)

    line_id: Annotated[Text, Field(description="Defaults to the line's position, from 1.")] = ""
    name: Name
    quantity: Positive = Decimal(1)
    net: Annotated[Amount | None, Field(description="Without tax, for the whole quantity.")] = None
    tax: Amount | None = None
    gross: Annotated[Amount | None, Field(description="With tax, for the whole quantity.")] = None
    tax_rate: Annotated[Percent | None, Field(description="In percent: 23 or 5.5.")] = None
    tax_category: Annotated[
        TaxCategory, Field(description="Anything but rated carries no tax and needs a ground in law.")
    ] = TaxCategory.RATED
    kind: LineKind = LineKind.ITEM
    sku: Text = ""


class BuyerData(_Member):
    """Who buys: a company, or a person with first and last name."""

    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    tax_no: Text = ""
    street: Text = ""
    postcode: Text = ""
    city: Text = ""
    country: Annotated[Text, Field(description="ISO 3166-1 alpha-2, such as DE.")] = ""
    email: Text = ""
    phone: Text = ""


class PaymentData(_Member):
    """Money that came in. `payment_id` never changes for the same payment."""

    payment_id: Id
    amount: Positive
    currency: Annotated[Text, Field(description="Defaults to the order's.")] = ""
    paid_at: ZonedMoment
    kind: PaymentKind = PaymentKind.OTHER
    transaction_id: Text = ""


class RefundLineData(_Member):
    """What was given back of one line of the order."""

    line_id: Name
    gross: Positive
    quantity: Annotated[Amount, Field(description="0 where only the price was lowered.")] = Decimal(0)


class RefundData(_Member):
    """Money or goods given back."""

    refund_id: Id
    amount: Positive
    reason: Text = ""
    lines: Annotated[
        tuple[RefundLineData, ...], Field(description="Of which lines, where the shop knows; they add up to amount.")
    ] = ()


class CanonicalOrder(_Member):
    """One sale as the shop knows it now. `total` is what the buyer owes, tax included."""

    order_id: Annotated[Id, Field(description="The shop's own stable id.")]
    number: Annotated[Text, Field(description="What the buyer calls the order; defaults to order_id.")] = ""
    currency: Annotated[Name, Field(description="ISO 4217, such as EUR.")]
    total: Annotated[Amount, Field(description="Equals the sum of the lines' gross amounts.")]
    lines: tuple[Line, ...]
    buyer: BuyerData
    placed_at: ZonedMoment
    modified_at: Annotated[
        ZonedMoment | None,
        Field(description="The newest wins. Defaults to the event's timestamp, in a file to placed_at."),
    ] = None
    prices_include_tax: bool = False
    paid_at: Annotated[
        ZonedMoment | None, Field(description="Without payments: the whole total came in at that moment.")
    ] = None
    fulfilled_at: ZonedMoment | None = None
    cancelled_at: ZonedMoment | None = None
    payments: tuple[PaymentData, ...] = ()
    refunds: tuple[RefundData, ...] = ()
    payment_kind: PaymentKind = PaymentKind.OTHER
    payment_title: Text = ""
    language: Annotated[Text, Field(description="ISO 639-1 of the buyer, such as de.")] = ""

    @field_validator("payments")
    @classmethod
    def _payments_differ(cls, payments: tuple[PaymentData, ...]) -> tuple[PaymentData, ...]:
        if len({payment.payment_id for payment in payments}) < len(payments):
            raise ValueError("hold one payment_id twice")
        return payments

    @field_validator("refunds")
    @classmethod
    def _refunds_differ(cls, refunds: tuple[RefundData, ...]) -> tuple[RefundData, ...]:
        if len({refund.refund_id for refund in refunds}) < len(refunds):
            raise ValueError("hold one refund_id twice")
        return refunds


class Event(BaseModel):
    """The envelope, after the Standard Webhooks specification; it may hold members of the sender's own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Text
    timestamp: ZonedMoment | None = None
    data: dict[str, object]


class RemovedOrder(BaseModel):
    """The data of order.deleted. A sender that puts the whole order there is understood as well."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: Id
