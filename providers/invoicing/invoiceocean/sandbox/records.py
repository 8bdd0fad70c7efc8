"""Invoices and payments of the sandbox, and how answers show them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from providers.domain.money import ZERO
from providers.ports import JsonObject

ZONE: Final = ZoneInfo("Europe/Warsaw")
CENT: Final = Decimal("0.01")

# Members that are always there and never differ here: real answers have some 110 of them.
_NULLS = """
accounting_kind accounting_other_tax_date accounting_scheme accounting_status additional_info_desc app
approval_status buyer_bank buyer_bank_account buyer_fax buyer_mass_payment_code buyer_note buyer_person
buyer_tax_no_kind buyer_www category_id correction delivery_address description_footer description_long
discount_net email_status exchange_currency exchange_currency_rate exchange_date fiscal_status from_invoice_id
gov_id gov_status internal_note invoice_id issuer pattern_nr pattern_nr_d place print_time recipient_id
recipient_name recurring_id sell_date_kind seller_bank seller_bank_account seller_bank_account_id seller_email
seller_fax seller_person seller_phone seller_tax_no_kind seller_www sent_time warehouse_document_id
warehouse_id
"""
_CONSTANTS: Final[JsonObject] = {
    **dict.fromkeys(_NULLS.split()),
    "additional_info": False,
    "attachments_count": 0,
    "discount": "0.0",
    "discount_kind": "percent_total",
    "exchange_difference": "0.0",
    "exchange_kind": "nbp",
    "exchange_note": "",
    "exchange_rate": "1.0",
    "exclude_from_accounting": False,
    "exclude_from_stock_level": False,
    "from_api": True,
    "has_attachments": False,
    "income": True,
    "invoice_template_id": 1,
    "not_cost": False,
    "overdue?": False,
    "reverse_charge": False,
    "show_attachments": False,
    "show_discount": False,
    "split_payment": None,
    "tax_visible?": True,
    "test": False,
    "use_delivery_address": False,
    "use_moss": False,
}
_SENT = """
buyer_city buyer_country buyer_email buyer_first_name buyer_last_name buyer_name buyer_phone buyer_post_code
buyer_street buyer_tax_no description oid payment_type department_id seller_name seller_tax_no seller_city
seller_street seller_post_code seller_country exempt_tax_kind np_tax_kind
"""
_SHOWN_AS_SENT: Final = tuple(_SENT.split())


def ruby(number: Decimal) -> str:
    """A decimal as Ruby's BigDecimal#to_s writes it: "60.23", "100.0", "0.0"."""
    text = f"{number.normalize():f}" if number else "0"
    return text if "." in text else f"{text}.0"


def stamp(moment: datetime, *, fresh: bool = False) -> str:
    """A timestamp with offset. Only the answer to the change itself shows the milliseconds."""
    local = moment.astimezone(ZONE)
    return (local if fresh else local.replace(microsecond=0)).isoformat(timespec="milliseconds")


def number_in(value: object) -> Decimal | None:
    """An amount as requests may give it: a number, "72.57" or "72,57"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


@dataclass(slots=True)
class Position:
    """One line. The documented arithmetic: the line's gross drives, net is rounded, tax is the rest."""

    id: int
    product_id: int | None
    name: str
    quantity: Decimal
    tax: str
    gross: Decimal
    net: Decimal

    @classmethod
    def read(cls, sent: JsonObject, *, position_id: int, product_id: int | None) -> "Position":
        tax = str(sent.get("tax", "0")).strip() or "0"
        rate = number_in(tax) or ZERO
        quantity = number_in(sent.get("quantity", 1)) or Decimal(1)
        gross, net = _line(sent, quantity, 1 + rate / 100)
        return cls(position_id, product_id, str(sent.get("name", "")), quantity, tax, gross, net)

    def shown(self, invoice: "Invoice") -> JsonObject:
        def each(total: Decimal) -> str:
            return ruby((total / self.quantity).quantize(CENT, ROUND_HALF_UP))

        return {
            "id": self.id,
            "invoice_id": invoice.id,
            "name": self.name,
            "description": None,
            "price_net": each(self.net),
            "quantity": ruby(self.quantity),
            "total_price_gross": ruby(self.gross),
            "total_price_net": ruby(self.net),
            "quantity_unit": None,
            "tax": self.tax,
            "price_gross": each(self.gross),
            "price_tax": each(self.gross - self.net),
            "total_price_tax": ruby(self.gross - self.net),
            "kind": None,
            "product_id": self.product_id,
            "deleted": False,
            "discount": None,
            "tax2": "0",
        }


def _line(sent: JsonObject, quantity: Decimal, factor: Decimal) -> tuple[Decimal, Decimal]:
    """Gross and net of a line from whichever price was sent; the line's gross is asked first."""
    for name, times in (("total_price_gross", Decimal(1)), ("price_gross", quantity)):
        if (price := number_in(sent.get(name))) is not None:
            gross = (price * times).quantize(CENT, ROUND_HALF_UP)
            return gross, (gross / factor).quantize(CENT, ROUND_HALF_UP)
    for name, times in (("total_price_net", Decimal(1)), ("price_net", quantity)):
        if (price := number_in(sent.get(name))) is not None:
            net = (price * times).quantize(CENT, ROUND_HALF_UP)
            return (net * factor).quantize(CENT, ROUND_HALF_UP), net
    return ZERO, ZERO


@dataclass(slots=True)
class Invoice:
    id: int
    kind: str
    number: str
    in_month: int
    sent: JsonObject
    issue_date: date
    created: datetime
    updated: datetime
    client_id: int
    token: str
    positions: list[Position] = field(default_factory=list)
    paid_directly: Decimal = ZERO
    paid_by_payments: Decimal = ZERO
    paid_date: date | None = None
    status: str = "issued"
    cancelled: bool = False
    cancel_reason: str | None = None

    @property
    def oid(self) -> str:
        return str(self.sent.get("oid") or "")

    @property
    def net(self) -> Decimal:
        return sum((position.net for position in self.positions), ZERO)

    @property
    def gross(self) -> Decimal:
        return sum((position.gross for position in self.positions), ZERO)

    @property
    def paid(self) -> Decimal:
        return self.paid_directly + self.paid_by_payments

    def settle(self, today: date) -> None:
        """Status and date of payment after anything about the money has changed."""
        if self.paid >= self.gross > 0:
            self.paid_date = self.paid_date or today
            self.status = "paid"
        elif self.paid > 0:
            self.status, self.paid_date = "partial", None
        elif self.status in {"paid", "partial"}:
            self.status, self.paid_date = "issued", None

    def shown(self, *, host: str, fresh: bool = False, positions: bool = False) -> JsonObject:
        """The members that every answer has, and the positions where they are told."""
        net, gross = self.net, self.gross
        sell_date = str(self.sent.get("sell_date") or self.issue_date)
        shown: JsonObject = {
            "id": self.id,
            **_CONSTANTS,
            **{name: self.sent.get(name) for name in _SHOWN_AS_SENT},
            "buyer_company": str(self.sent.get("buyer_company", "1")).lower() in {"1", "true", "yes"},
            "cancelled": self.cancelled,
            "client_id": self.client_id,
            "created_at": stamp(self.created, fresh=fresh),
            "currency": self.sent.get("currency") or "PLN",
            "delivery_date": sell_date,
            "issue_date": self.issue_date.isoformat(),
            "issue_year": self.issue_date.year,
            "kind": "canceled" if self.cancelled else self.kind,
            "lang": self.sent.get("lang") or "pl",
            "number": self.number,
            "paid": ruby(self.paid),
            "paid_date": self.paid_date.isoformat() if self.paid_date else None,
            "pattern": "nr/m/yyyy",
            "pattern_nr_m": self.in_month,
            "payment_to": self.sent.get("payment_to"),
            "payment_to_kind": str(self.sent.get("payment_to_kind") or "other_date"),
            "price_gross": ruby(gross),
            "price_net": ruby(net),
            "price_tax": ruby(gross - net),
            "product_cache": ", ".join(position.name[:6] for position in self.positions),
            "sell_date": sell_date,
            "status": self.status,
            "token": self.token,
            "transaction_date": sell_date,
            "updated_at": stamp(self.updated, fresh=fresh),
            "view_url": f"https://{host}/invoice/{self.token}",
        }
        if positions:
            shown["positions"] = [position.shown(self) for position in self.positions]
        return shown


@dataclass(slots=True)
class Payment:
    id: int
    sent: JsonObject
    price: Decimal
    paid_at: datetime
    created: datetime
    shares: dict[int, Decimal] = field(default_factory=dict)
    """Invoice -> what of this payment went to it."""
    overpaid: Decimal = ZERO

    def shown(self, *, brief: bool = False) -> JsonObject:
        some: JsonObject = {
            "id": self.id,
            "name": self.sent.get("name"),
            "price": ruby(self.price),
            "paid": self.sent.get("paid", True),
            "paid_date": stamp(self.paid_at),
        }
        if brief:
            return some
        return {
            **some,
            "client_id": None,
            "created_at": stamp(self.created),
            "currency": self.sent.get("currency") or "PLN",
            "department_id": None,
            "description": self.sent.get("description"),
            "invoice_id": next(iter(self.shares), None),
            "kind": self.sent.get("kind"),
            "oid": self.sent.get("oid"),
            "overpaid": ruby(self.overpaid),
            "provider": self.sent.get("provider"),
            "provider_title": self.sent.get("provider_title"),
            "updated_at": stamp(self.created),
        }
