"""Documents of the sandbox, and how answers show them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.figures import CENT, is_yes, number_in, ruby, stamp
from providers.invoicing.invoiceocean.sandbox.positions import Position
from providers.ports import JsonObject

# Members that are always there and never differ here: real answers have some 110 of them.
_NULLS = """
accounting_kind accounting_other_tax_date accounting_scheme accounting_status additional_info_desc app
approval_status buyer_bank buyer_bank_account buyer_fax buyer_mass_payment_code buyer_note buyer_person
buyer_tax_no_kind buyer_www correction delivery_address description_footer description_long
discount_net email_status exchange_currency exchange_currency_rate exchange_date fiscal_status gov_id gov_status
invoice_for_receipt_id issuer pattern_nr pattern_nr_d place print_time receipt_for_invoice_id recipient_id
recipient_name recurring_id sell_date_kind seller_bank seller_bank_account seller_bank_account_id seller_email
seller_fax seller_person seller_phone seller_tax_no_kind seller_www warehouse_document_id
"""
_CONSTANTS: Final[JsonObject] = {
    **dict.fromkeys(_NULLS.split()),
    "additional_info": False,
    "discount": "0.0",
    "discount_kind": "percent_total",
    "exchange_difference": "0.0",
    "exchange_kind": "nbp",
    "exchange_note": "",
    "exchange_rate": "1.0",
    "exclude_from_accounting": False,
    "exclude_from_stock_level": False,
    "from_api": True,
    "invoice_template_id": 1,
    "not_cost": False,
    "overdue?": False,
    "show_discount": False,
    "split_payment": None,
    "tax_visible?": True,
    "test": False,
    "use_delivery_address": False,
}
_SENT = """
buyer_city buyer_country buyer_email buyer_first_name buyer_last_name buyer_name buyer_phone buyer_post_code
buyer_street buyer_tax_no description oid payment_type department_id seller_name seller_tax_no seller_city
seller_street seller_post_code seller_country exempt_tax_kind np_tax_kind category_id correction_reason
from_invoice_id internal_note invoice_id warehouse_id
"""
_SHOWN_AS_SENT: Final = tuple(_SENT.split())


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
    sent_time: datetime | None = None
    gov_sent: datetime | None = None
    """When it went to the Polish national system."""
    earlier: list[datetime] = field(default_factory=list)
    """When it changed before, oldest first."""
    attachments: list[str] = field(default_factory=list)
    linked: dict[str, int] = field(default_factory=dict)
    """Members that link an invoice and its receipt."""

    @property
    def oid(self) -> str:
        return str(self.sent.get("oid") or "")

    def as_of(self, moment: datetime) -> datetime | None:
        """When it had changed last, as it stood then; None when it was not there yet."""
        return next((each for each in (self.updated, *reversed(self.earlier)) if each <= moment), None)

    @property
    def net(self) -> Decimal:
        """The sum of the lines; where `calculating_strategy` says so, worked out from the gross of each rate."""
        strategy = self.sent.get("calculating_strategy")
        if not isinstance(strategy, dict) or strategy.get("sum") != "keep_gross":
            return sum((position.net for position in self.positions), ZERO)
        by_tax: dict[str, Decimal] = {}
        for position in self.positions:
            by_tax[position.tax] = by_tax.get(position.tax, ZERO) + position.gross
        nets = (gross / (1 + (number_in(tax) or ZERO) / 100) for tax, gross in by_tax.items())
        return sum((net.quantize(CENT, ROUND_HALF_UP) for net in nets), ZERO)

    @property
    def gross(self) -> Decimal:
        return sum((position.gross for position in self.positions), ZERO)

    @property
    def income(self) -> bool:
        return is_yes(self.sent.get("income"), default=True)

    @property
    def for_company(self) -> bool:
        return is_yes(self.sent.get("buyer_company"), default=True)

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

    def shown(self, *, host: str, fresh: bool = False, positions: bool = False, full: bool = False) -> JsonObject:
        """The members that every answer has, and the positions where they are told."""
        net, gross = self.net, self.gross
        sell_date = str(self.sent.get("sell_date") or self.issue_date)
        shown: JsonObject = {
            "id": self.id,
            **_CONSTANTS,
            **{name: self.sent.get(name) for name in _SHOWN_AS_SENT},
            **self.linked,
            "attachments_count": len(self.attachments),
            "buyer_company": self.for_company,
            "cancelled": self.cancelled,
            "client_id": self.client_id,
            "created_at": stamp(self.created, fresh=fresh),
            "currency": self.sent.get("currency") or "PLN",
            "delivery_date": sell_date,
            "has_attachments": bool(self.attachments),
            "income": self.income,
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
            "reverse_charge": is_yes(self.sent.get("reverse_charge")),
            "sell_date": sell_date,
            "sent_time": stamp(self.sent_time) if self.sent_time else None,
            "show_attachments": is_yes(self.sent.get("show_attachments")),
            "status": self.status,
            "token": self.token,
            "transaction_date": sell_date,
            "updated_at": stamp(self.updated, fresh=fresh),
            "use_moss": is_yes(self.sent.get("use_oss", self.sent.get("use_moss"))),
            "use_oss": is_yes(self.sent.get("use_oss", self.sent.get("use_moss"))),
            "view_url": f"https://{host}/invoice/{self.token}",
        }
        if positions:
            shown["positions"] = [position.shown(self, full=full) for position in self.positions]
        return shown
