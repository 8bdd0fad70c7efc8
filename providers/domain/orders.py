"""The canonical order: one sale as the shop knows it now, whatever shop system it came from.

Amounts are decimals in the order's currency, after discounts, for the whole quantity of a line: a unit
price is never multiplied. Times are aware datetimes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from providers.domain.money import ZERO


class LineKind(StrEnum):
    ITEM = "item"
    SHIPPING = "shipping"
    FEE = "fee"
    ROUNDING = "rounding"


class TaxCategory(StrEnum):
    """How a line is taxed. Everything but RATED carries no tax and needs a ground in law."""

    RATED = "rated"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"
    NOT_SUBJECT = "not_subject"


class PaymentKind(StrEnum):
    """The way of paying, as far as invoices care."""

    TRANSFER = "transfer"
    CARD = "card"
    CASH = "cash"
    CASH_ON_DELIVERY = "cash_on_delivery"
    PAYPAL = "paypal"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One thing that was sold: an item, a shipping method, a fee. Net + tax = gross, to the minor unit."""

    line_id: str
    name: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    quantity: Decimal = Decimal(1)
    tax_rate: Decimal | None = None
    """Percent, such as 23 or 5.5; None when the shop does not say."""
    tax_category: TaxCategory = TaxCategory.RATED
    kind: LineKind = LineKind.ITEM
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who buys. `company` is filled for a company; then `tax_no` is its tax number if it gave one."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    tax_no: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2, or empty."""
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """The name for the invoice: the company's, else the person's."""
        return self.company or f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPayment:
    """Money that came in for an order.

    `payment_id` tells two payments of one order apart and never changes for the same payment, not even when
    the gateway's `transaction_id` becomes known later.
    """

    payment_id: str
    amount: Decimal
    currency: str
    paid_at: datetime
    kind: PaymentKind = PaymentKind.OTHER
    transaction_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """What was given back of one line of the order. `gross` is positive; `quantity` zero for a price reduction."""

    line_id: str
    gross: Decimal
    quantity: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money or goods given back. `amount` is positive, in the order's currency."""

    refund_id: str
    amount: Decimal
    reason: str = ""
    lines: tuple["RefundLine", ...] = ()
    """What was given back of which line, where the shop tells; they add up to `amount`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One sale. `total` is what the buyer owes, tax included, before anything that counts as payment."""

    order_id: str
    """The shop's own, stable id; `number` is what its pages and the buyer call the order."""
    number: str
    currency: str
    """ISO 4217; the currency the buyer pays in."""
    total: Decimal
    lines: tuple[OrderLine, ...]
    buyer: Buyer
    placed_at: datetime
    modified_at: datetime
    prices_include_tax: bool = False
    paid_at: datetime | None = None
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    payments: tuple[OrderPayment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    payment_kind: PaymentKind = PaymentKind.OTHER
    payment_title: str = ""
    language: str = ""
    """ISO 639-1 of the buyer, or empty."""

    @property
    def version(self) -> str:
        """Sorts as text: later changes sort higher.

        Shops stamp changes to the second and a paid order may carry the stamp of the unpaid one, so that a
        tie is broken by how far the sale has come: what has happened does not unhappen within a second.
        """
        moment = self.modified_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        facts = (self.paid_at, self.fulfilled_at, self.cancelled_at)
        progress = sum(fact is not None for fact in facts) + len(self.payments) + len(self.refunds)
        return f"{moment}Z/{progress:03d}"

    @property
    def refunded(self) -> Decimal:
        """The sum of all refunds, in the order's currency."""
        return sum((refund.amount for refund in self.refunds), ZERO)


class OrderState(StrEnum):
    """Where an order stands in the ledger.

    ::

        DUE ──plan──> WAITING    nothing to do until the shop says more (unpaid, not shipped)
         ▲      ├───> DONE       every document and payment is at the provider, read back and equal
         │      ├───> CLOSED     nothing is to be invoiced (cancelled, free of charge)
         │      └───> ATTENTION  a person decides
         └── any newer event, or a person's word, makes it DUE again; so does a due time in back-off
    """

    DUE = "due"
    WAITING = "waiting"
    DONE = "done"
    CLOSED = "closed"
    ATTENTION = "attention"
