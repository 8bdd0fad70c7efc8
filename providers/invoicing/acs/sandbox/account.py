"""What exists in the sandbox's account: customers and invoices, and how the service computes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from providers.domain.money import ZERO
from providers.invoicing.acs.sandbox.entries import Entries
from providers.invoicing.acs.sandbox.switches import Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock

ZONE = ZoneInfo("Europe/Budapest")
_FIRST_INVOICE = 70_001
_FIRST_CUSTOMER = 5_001


def number_in(value: object) -> Decimal | None:
    """An amount of a request, as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


@dataclass(slots=True)
class Item:
    sent: JsonObject
    net: Decimal
    rate: Decimal
    vat_id: object


@dataclass(slots=True)
class Invoice:
    id: int
    number: str
    sent: JsonObject
    customer_id: int
    created: datetime
    issued: date
    currency: str
    items: list[Item]
    net: Decimal
    tax: Decimal
    gross: Decimal
    payments: list[Decimal] = field(default_factory=list)
    paid_date: date | None = None

    @property
    def paid(self) -> Decimal:
        return sum(self.payments, ZERO)

    @property
    def status(self) -> str:
        if self.paid >= self.gross > 0:
            return "paid"
        return "partial" if self.paid else "open"


class Account:
    """One account's data. Not safe for threads by itself."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self.switches = switches
        self._clock = clock
        self.entries = Entries(switches)
        self.invoices: dict[int, Invoice] = {}
        self.customers: dict[int, JsonObject] = {}
        self._made = self._registered = 0

    def now(self) -> datetime:
        return self._clock()

    def wipe(self) -> None:
        """The test system is overwritten from the live one: what was made here is gone, and its ids come again."""
        self.invoices.clear()
        self.customers.clear()
        self._made = self._registered = 0

    def add_customer(self, sent: Mapping[str, object]) -> int:
        self._registered += 1
        customer_id = _FIRST_CUSTOMER + self._registered
        self.customers[customer_id] = {**sent, self.switches.names.customer.id: customer_id}
        return customer_id

    def add_invoice(self, sent: JsonObject) -> Invoice:
        """A new invoice from checked members."""
        names = self.switches.names.invoice
        if names.customer_id and names.customer_id in sent:
            customer_id = int(str(sent[names.customer_id]))
        else:
            inline = sent.get(names.customer)
            customer_id = self.add_customer(inline if isinstance(inline, dict) else {})
        now = self.now()
        issued = date.fromisoformat(str(sent.get(names.issue_date) or now.astimezone(ZONE).date()))
        currency = self.entries.find("currencies", sent.get(names.currency)) or {}
        code = str(currency.get(self.entries.names.code))
        told = sent.get(names.items)
        items = [self._item(each) for each in told] if isinstance(told, list) else []
        net, tax, gross = self._totals(items, code)
        self._made += 1
        invoice = Invoice(
            id=_FIRST_INVOICE + self._made,
            number=f"ACS-{issued.year}/{self._made:05d}",
            sent=dict(sent),
            customer_id=customer_id,
            created=now,
            issued=issued,
            currency=code,
            items=items,
            net=net,
            tax=tax,
            gross=gross,
        )
        self.invoices[invoice.id] = invoice
        return invoice

    def pay(self, invoice: Invoice, amount: Decimal | None) -> None:
        """A second payment replaces the first, or is added to it; no amount means what is outstanding."""
        left = invoice.gross - invoice.paid
        if self.switches.pay_appends:
            invoice.payments.append(left if amount is None else amount)
        else:
            invoice.payments = [invoice.gross if amount is None else amount]
        invoice.paid_date = self.now().astimezone(ZONE).date() if invoice.status == "paid" else None

    def _item(self, sent: JsonObject) -> Item:
        names = self.switches.names.item
        group = self.entries.find("vat", sent.get(names.vat)) or {}
        quantity, price = number_in(sent.get(names.quantity)) or ZERO, number_in(sent.get(names.price)) or ZERO
        rate = number_in(group.get(self.entries.names.rate)) or ZERO
        return Item(dict(sent), self._rounded(quantity * price), rate, group.get(self.entries.names.id))

    def _totals(self, items: list[Item], currency: str) -> tuple[Decimal, Decimal, Decimal]:
        net = sum((item.net for item in items), ZERO)
        if self.switches.tax_by_group:
            groups: dict[object, Decimal] = {}
            rates: dict[object, Decimal] = {}
            for item in items:
                groups[item.vat_id] = groups.get(item.vat_id, ZERO) + item.net
                rates[item.vat_id] = item.rate
            tax = sum((self._rounded(total * rates[group] / 100) for group, total in groups.items()), ZERO)
        else:
            tax = sum((self._rounded(item.net * item.rate / 100) for item in items), ZERO)
        gross = net + tax
        if currency in self.switches.whole_currencies:
            gross = gross.quantize(Decimal(1), ROUND_HALF_UP)
        return net, tax, gross

    def _rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(Decimal(1).scaleb(-self.switches.amount_decimals), ROUND_HALF_UP)
