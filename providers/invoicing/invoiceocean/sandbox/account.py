"""What exists in the sandbox's account: invoices in order of change, payments, and the cards made along the way."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.records import ZONE, Invoice, Payment, Position, number_in
from providers.invoicing.invoiceocean.sandbox.switches import OidScope, Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock

Key = TypeVar("Key")

FIRST_ID = 460_000_001
_PREFIXES = {"proforma": "P", "receipt": "R", "bill": "B", "correction": "K"}
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Account:
    """One account's data. Not safe for threads by itself."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self.switches = switches
        self._clock = clock
        self._ids = FIRST_ID
        self._dice = random.Random(7)  # noqa: S311 - tokens of a sandbox
        self._series: Counter[tuple[str, int, int]] = Counter()
        self._by_oid: dict[str, list[int]] = {}
        self._payments_by_invoice: dict[int, list[int]] = {}
        self.invoices: dict[int, Invoice] = {}
        """In the order in which they changed last, newest last."""
        self.payments: dict[int, Payment] = {}
        self.clients: dict[tuple[str, str, str], int] = {}
        self.products: dict[str, int] = {}
        self.departments: dict[str, int] = {}

    def now(self) -> datetime:
        return self._clock()

    def today(self) -> date:
        return self.now().astimezone(ZONE).date()

    def create(self, sent: JsonObject) -> Invoice:
        """A new document from checked fields."""
        now = self.now()
        kind = str(sent.get("kind") or "vat")
        issued = date.fromisoformat(str(sent.get("issue_date") or self.today()))
        in_month, number = self._number(kind, issued)
        invoice = Invoice(
            id=self._next_id(),
            kind=kind,
            number=str(sent.get("number") or number),
            in_month=in_month,
            sent=dict(sent),
            issue_date=issued,
            created=now,
            updated=now,
            client_id=self._client(sent),
            token="".join(self._dice.choices(_ALPHABET, k=20)),
        )
        if (seller := str(sent.get("seller_name") or "")) and not sent.get("department_id"):
            # An unknown seller becomes a new department.
            invoice.sent["department_id"] = self._card(self.departments, seller)
        positions = sent.get("positions")
        for position in positions if isinstance(positions, list) else []:
            self.add_position(invoice, position)
        self.set_paid(invoice, sent)
        self.invoices[invoice.id] = invoice
        if invoice.oid:
            self._by_oid.setdefault(invoice.oid, []).append(invoice.id)
        return invoice

    def add_position(self, invoice: Invoice, sent: JsonObject) -> None:
        # An unknown line becomes a new product.
        product = self._card(self.products, str(sent.get("name") or ""))
        invoice.positions.append(Position.read(sent, position_id=self._next_id(), product_id=product))

    def set_paid(self, invoice: Invoice, sent: JsonObject) -> None:
        """What a create or an update says of the payment: `status`, `paid`."""
        if sent.get("status") == "paid":
            invoice.paid_directly = max(invoice.gross - invoice.paid_by_payments, ZERO)
            invoice.status, invoice.paid_date = "paid", self.today()
            return
        if (paid := number_in(sent.get("paid"))) is not None:
            invoice.paid_directly = paid
        if isinstance(status := sent.get("status"), str) and status:
            invoice.status = status
        invoice.settle(self.today())

    def touch(self, invoice: Invoice) -> None:
        """It changed now, so that it stands in front of every list by change."""
        invoice.updated = self.now()
        self.invoices[invoice.id] = self.invoices.pop(invoice.id)

    def delete(self, invoice: Invoice) -> None:
        del self.invoices[invoice.id]
        if invoice.oid:
            self._by_oid[invoice.oid].remove(invoice.id)

    def rename(self, invoice: Invoice, oid: str) -> None:
        """Give it another order number."""
        if invoice.oid:
            self._by_oid[invoice.oid].remove(invoice.id)
        invoice.sent["oid"] = oid
        if oid:
            self._by_oid.setdefault(oid, []).append(invoice.id)

    def is_newest(self, invoice: Invoice) -> bool:
        """Whether it is the last of its series."""
        series = (invoice.kind, invoice.issue_date.year, invoice.issue_date.month)
        return invoice.in_month == self._series[series]

    def with_oid(self, oid: str) -> Iterator[Invoice]:
        """By the list's filter: exactly, or by a part where that is switched so."""
        if self.switches.oid_filter_exact:
            return (self.invoices[found] for found in self._by_oid.get(oid, []))
        return (invoice for invoice in self.invoices.values() if oid.lower() in invoice.oid.lower())

    def oid_is_taken(self, oid: str, kind: str) -> bool:
        for found in self._by_oid.get(oid, []):
            other = self.invoices[found]
            same = self.switches.oid_scope is OidScope.ACCOUNT or other.kind == kind
            if same and (self.switches.oid_counts_cancelled or not other.cancelled):
                return True
        return False

    def pay(self, sent: JsonObject, price: Decimal, invoices: list[Invoice], paid_at: datetime) -> Payment:
        """A payment settles its invoices in their order; what is left over goes to the last one."""
        payment = Payment(self._next_id(), dict(sent), price, paid_at, self.now())
        self.payments[payment.id] = payment
        left = price
        for invoice in invoices:
            share = min(left, max(invoice.gross - invoice.paid, ZERO))
            left -= share
            if invoice is invoices[-1]:
                payment.overpaid = left
                share += left if self.switches.overpayment_counts else ZERO
            payment.shares[invoice.id] = share
            self._payments_by_invoice.setdefault(invoice.id, []).append(payment.id)
        if sent.get("paid", True) is not False:
            self._book(payment, 1)
        return payment

    def delete_payment(self, payment: Payment) -> None:
        del self.payments[payment.id]
        for invoice_id in payment.shares:
            self._payments_by_invoice[invoice_id].remove(payment.id)
        if self.switches.payment_deletion_reopens and payment.sent.get("paid", True) is not False:
            self._book(payment, -1)

    def payments_of(self, invoice: Invoice) -> list[Payment]:
        return [self.payments[found] for found in self._payments_by_invoice.get(invoice.id, [])]

    def _book(self, payment: Payment, sign: int) -> None:
        for invoice_id, share in payment.shares.items():
            invoice = self.invoices.get(invoice_id)
            if invoice is not None:
                invoice.paid_by_payments += sign * share
                invoice.settle(self.today())
                self.touch(invoice)

    def _number(self, kind: str, issued: date) -> tuple[int, str]:
        series = (kind, issued.year, issued.month)
        self._series[series] += 1
        return self._series[series], f"{_PREFIXES.get(kind, '')}{self._series[series]}/{issued.month}/{issued.year}"

    def _client(self, sent: JsonObject) -> int:
        given = sent.get("client_id")
        if isinstance(given, int) and given > 0:
            return given
        key = (str(sent.get("buyer_name")), str(sent.get("buyer_tax_no")), str(sent.get("buyer_email")))
        return self._card(self.clients, key)

    def _card(self, cards: dict[Key, int], key: Key) -> int:
        if key not in cards:
            cards[key] = self._next_id()
        return cards[key]

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids
