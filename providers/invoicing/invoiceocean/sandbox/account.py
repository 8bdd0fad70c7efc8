"""What exists in the sandbox's account: documents in order of change, payments, and the records made along the way."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox import banking, ksef, references
from providers.invoicing.invoiceocean.sandbox.catalogue import KINDS, Shelf
from providers.invoicing.invoiceocean.sandbox.figures import ZONE, number_in
from providers.invoicing.invoiceocean.sandbox.hooks import Hooks
from providers.invoicing.invoiceocean.sandbox.paid import Payment
from providers.invoicing.invoiceocean.sandbox.positions import Position
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.invoicing.invoiceocean.sandbox.switches import OidScope, Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock
from providers.sandbox.traps import NO_TRAPS

FIRST_ID = 460_000_001
_PREFIXES = {"proforma": "P", "receipt": "R", "bill": "B", "correction": "K"}
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Account:
    """One account's data. Not safe for threads by itself."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self.switches = switches
        self.traps = NO_TRAPS
        self._clock = clock
        self._ids = FIRST_ID
        self._dice = random.Random(7)  # noqa: S311 - tokens of a sandbox
        self._series: Counter[tuple[str, int, int]] = Counter()
        self._by_oid: dict[str, list[int]] = {}
        self._payments_by_invoice: dict[int, list[int]] = {}
        self.invoices: dict[int, Invoice] = {}
        """In the order in which they changed last, newest last."""
        self.payments: dict[int, Payment] = {}
        self.shelves = {kind.plural: Shelf(kind) for kind in KINDS}
        self.cards = references.Cards()
        self.mails: list[JsonObject] = []
        """What was sent by e-mail: document, addresses, whether with the file."""
        self.printed: list[int] = []
        self.hooks = Hooks(self.shelves["webhooks"])

    def now(self) -> datetime:
        return self._clock()

    def today(self) -> date:
        return self.now().astimezone(ZONE).date()

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def create(self, sent: JsonObject, *, to_gov: bool = False) -> Invoice:
        """A new document from checked fields. `to_gov` sends it to the Polish national system at once."""
        now = self.now()
        kind = str(sent.get("kind") or "vat")
        issued = date.fromisoformat(str(sent.get("issue_date") or self.today()))
        in_month, number = self._number(kind, issued)
        invoice = Invoice(
            id=self.next_id(),
            kind=kind,
            number=str(sent.get("number") or number),
            in_month=in_month,
            sent=dict(sent),
            issue_date=issued,
            created=now,
            updated=now,
            client_id=references.client_of(sent, self),
            token="".join(self._dice.choices(_ALPHABET, k=20)),
        )
        references.fill_seller(invoice, self)
        references.fill_buyer(invoice, self)
        positions = sent.get("positions")
        for position in positions if isinstance(positions, list) else []:
            self.add_position(invoice, position)
        self.set_paid(invoice, sent)
        invoice.sent["bank_accounts"] = banking.chosen(invoice, self)
        self.invoices[invoice.id] = invoice
        if invoice.oid:
            self._by_oid.setdefault(invoice.oid, []).append(invoice.id)
        references.link_receipt(invoice, self)
        if ksef.goes_by_itself(invoice, self.switches, asked=to_gov):
            invoice.gov_sent = now
        self.hooks.invoice("create", invoice)
        return invoice

    def add_position(self, invoice: Invoice, sent: JsonObject) -> None:
        whole, product = references.product_of(sent, self)
        forced = references.forced_tax(invoice)
        invoice.positions.append(Position.read(whole, position_id=self.next_id(), product_id=product, tax=forced))

    def set_paid(self, invoice: Invoice, sent: JsonObject) -> None:
        """What a create or an update says of the payment: `status`, `paid`."""
        status = sent.get("status")
        if status == "paid":
            invoice.paid_directly = max(invoice.gross - invoice.paid_by_payments, ZERO)
            invoice.status, invoice.paid_date = "paid", self.today()
            return
        if isinstance(status, str) and status:
            back = invoice.status == "paid" and status != "partial" and self.switches.status_goes_back
            invoice.paid_directly = ZERO if back else invoice.paid_directly
            invoice.status = status
        if (paid := number_in(sent.get("paid"))) is not None:
            invoice.paid_directly = paid
        invoice.settle(self.today())

    def touch(self, invoice: Invoice) -> None:
        """It changed now, so that it stands in front of every list by change."""
        invoice.earlier.append(invoice.updated)
        invoice.updated = self.now()
        self.invoices[invoice.id] = self.invoices.pop(invoice.id)
        self.hooks.invoice("update", invoice)

    def delete(self, invoice: Invoice) -> None:
        del self.invoices[invoice.id]
        if invoice.oid:
            self._by_oid[invoice.oid].remove(invoice.id)
        self.hooks.invoice("destroy", invoice)

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

    def is_locked(self, invoice: Invoice) -> bool:
        """Whether it has a number of the Polish national system."""
        return ksef.has_number(invoice, self.switches, self.now())

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
        """A new payment."""
        payment = Payment(self.next_id(), dict(sent), price, paid_at, self.now())
        self.payments[payment.id] = payment
        self.settle(payment, invoices)
        return payment

    def settle(self, payment: Payment, invoices: list[Invoice]) -> None:
        """A payment settles its documents in their order; what is left over goes to the last one."""
        left, payment.overpaid = payment.price, ZERO
        for invoice in invoices:
            share = min(left, max(invoice.gross - invoice.paid, ZERO))
            left -= share
            if invoice is invoices[-1]:
                payment.overpaid = left
                share += left if self.switches.overpayment_counts else ZERO
            payment.shares[invoice.id] = share
            self._payments_by_invoice.setdefault(invoice.id, []).append(payment.id)
        if payment.counts:
            self._book(payment, 1)

    def unsettle(self, payment: Payment, *, books: bool = True) -> None:
        """Take it off its documents; `books` gives them back what they owed."""
        for invoice_id in payment.shares:
            self._payments_by_invoice[invoice_id].remove(payment.id)
        if books and payment.counts:
            self._book(payment, -1)
        payment.shares.clear()

    def delete_payment(self, payment: Payment) -> None:
        del self.payments[payment.id]
        self.unsettle(payment, books=self.switches.payment_deletion_reopens)

    def payments_of(self, invoice: Invoice) -> list[Payment]:
        return [self.payments[found] for found in self._payments_by_invoice.get(invoice.id, [])]

    def add(self, plural: str, sent: JsonObject) -> JsonObject:
        """A new record of the catalogue."""
        record = self.shelves[plural].add(self.next_id(), sent, self.now())
        self.hooks.record(plural, "create", record)
        return record

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
