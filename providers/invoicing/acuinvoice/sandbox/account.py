"""What exists in the sandbox's account, what it comes to, and what its clock makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from providers.invoicing.acuinvoice.sandbox.switches import Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock
from providers.sandbox.traps import NO_TRAPS, Traps

KINDS: Final = ("invoice", "client", "contact", "estimate", "recurring")
_CENT = Decimal("0.01")


@dataclass(slots=True, kw_only=True)
class Record:
    """One invoice, client, contact, estimate or recurring invoice, with the fields as they were sent."""

    id: int
    fields: JsonObject
    created: datetime
    updated: datetime
    status: str = "draft"
    """Of an invoice: draft, open or closed. Past due is open, with a due date that has passed."""


@dataclass(slots=True, kw_only=True)
class Mail:
    """An invoice or estimate that was sent by e-mail."""

    kind: str
    id: int
    to: tuple[str, ...]
    """The addresses of the contacts that were named."""
    message: str = ""
    gateways: tuple[str, ...] = ()
    copied: bool = False


@dataclass(slots=True)
class Account:
    """One account's data. Not safe for threads by itself."""

    switches: Switches
    clock: Clock
    tables: dict[str, dict[int, Record]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    mails: list[Mail] = field(default_factory=list)
    traps: Traps = NO_TRAPS
    _ids: dict[str, int] = field(default_factory=dict)
    _next_number: int = 1001
    _numbers: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, fields: JsonObject) -> Record:
        """A new record from checked fields."""
        now = self.clock()
        self._ids[kind] = self._ids.get(kind, 0) + 1
        record = Record(id=self._ids[kind], fields=dict(fields), created=now, updated=now)
        self.tables[kind][record.id] = record
        if kind == "invoice":
            if not record.fields.get("invoice_number"):
                record.fields["invoice_number"] = self._free_number()
            self._count(record, 1)
        return record

    def change(self, kind: str, record: Record, fields: JsonObject) -> None:
        """Only what is sent changes; lines are sent as a whole or not at all."""
        if kind == "invoice":
            self._count(record, -1)
        record.fields.update(fields)
        record.updated = self.clock()
        if kind == "invoice":
            self._count(record, 1)

    def remove(self, kind: str, record: Record) -> None:
        del self.tables[kind][record.id]
        if kind == "invoice":
            self._count(record, -1)

    def number_is_taken(self, number: str) -> bool:
        return self._numbers.get(number, 0) > 0

    def close(self, invoice_id: int) -> None:
        """What the service does by itself once an invoice is paid in full."""
        self.tables["invoice"][invoice_id].status = "closed"

    def status(self, invoice: Record) -> str:
        overdue = invoice.status == "open" and self.clock().date() > due(invoice.fields)
        return "pastdue" if overdue else invoice.status

    def total(self, record: Record) -> Decimal:
        """What an invoice or estimate comes to. No answer of the service tells it."""
        lines = record.fields.get("lines")
        amounts, taxed = [], []
        for line in lines if isinstance(lines, list) else []:
            amounts.append(number(line.get("quantity")) * number(line.get("price")))
            taxed += amounts[-1:] if line.get("tax") == "1" else []
        freight = number(record.fields.get("freight") or "0")
        taxed += [freight] if self.switches.freight_taxed else []
        rate = number(str(record.fields.get("tax") or "0").rstrip("%")) / 100
        return sum(amounts, freight) + self._tax(taxed, rate)

    def balance(self, invoice: Record) -> Decimal:
        """What is still to be paid: the late fee is added by itself once an invoice is past due."""
        status, total = self.status(invoice), self.total(invoice)
        if status == "closed":
            return Decimal(0)
        fee = str(invoice.fields.get("late_fee"))
        if status != "pastdue":
            return total
        extra = total * number(fee.rstrip("%")) / 100 if fee.endswith("%") else number(fee)
        return total + extra.quantize(_CENT, ROUND_HALF_UP)

    def listed(self, kind: str) -> list[Record]:
        """What lists show, oldest first."""
        newest = self.clock() - self.switches.list_lag
        return [record for record in self.tables[kind].values() if record.created <= newest]

    def _tax(self, taxed: Iterable[Decimal], rate: Decimal) -> Decimal:
        rounding = ROUND_HALF_EVEN if self.switches.tax_half_even else ROUND_HALF_UP
        bases = list(taxed) if self.switches.tax_on_line else [sum(taxed, Decimal(0))]
        return sum(((base * rate).quantize(_CENT, rounding) for base in bases), Decimal(0))

    def _free_number(self) -> str:
        while self.number_is_taken(str(self._next_number)):
            self._next_number += 1
        return str(self._next_number)

    def _count(self, record: Record, by: int) -> None:
        told = str(record.fields.get("invoice_number"))
        self._numbers[told] = self._numbers.get(told, 0) + by


def number(value: object) -> Decimal:
    """Raises `ValueError` when it is none."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not found.is_finite():
        raise ValueError(f"{value!r} is not a number")
    return found


def due(fields: JsonObject) -> date:
    """The day until which an invoice is to be paid: so many days after its own, or the day named."""
    terms = str(fields.get("terms"))
    if terms.startswith("NET "):
        return date.fromisoformat(str(fields["invoice_date"])) + timedelta(days=int(terms[4:]))
    return date.fromisoformat(terms)
