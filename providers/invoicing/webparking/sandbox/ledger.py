"""The invoices in Exact Online behind the bridge, which the bridge itself never shows again."""

from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID, uuid5

from providers.invoicing.webparking.sandbox.switches import StockItem, Switches, VatRounding
from providers.ports import JsonObject

_CENT: Final = Decimal("0.01")
_NAMESPACE: Final = UUID("6f1c5b0a-94a1-5d0e-9a53-0c1d6d2b7e11")


@dataclass(frozen=True, slots=True)
class Invoice:
    guid: str
    number: int
    reference: str
    gross: Decimal
    sent: JsonObject


class Ledger:
    """What exists."""

    def __init__(self) -> None:
        self._invoices: list[Invoice] = []

    def has(self, reference: str) -> bool:
        return any(invoice.reference == reference for invoice in self._invoices)

    def create(self, fields: JsonObject, switches: Switches) -> Invoice:
        """Make an invoice at the items' prices. Raises `KeyError` for a code that is none."""
        lines = fields["lines"]
        assert isinstance(lines, list)  # noqa: S101 - validated before
        stock = {item.code: item for item in switches.items}
        charged = [(stock[line["code"]], int(line["quantity"])) for line in lines]
        number = len(self._invoices) + 1
        invoice = Invoice(
            guid=str(uuid5(_NAMESPACE, str(number))),
            number=26_000_000 + number,
            reference=str(fields["invoice_reference"]),
            gross=_total(charged, switches),
            sent={name: value for name, value in fields.items() if name != "dry_run"},
        )
        self._invoices.append(invoice)
        return invoice

    def state(self, currency: str) -> JsonObject:
        """Every invoice, and counts that show a duplicate at a glance. Payments are unknown to the bridge."""
        documents: list[JsonObject] = [
            {
                "reference": invoice.reference,
                "kind": "invoice",
                "remote_id": invoice.guid,
                "number": str(invoice.number),
                "currency": currency,
                "gross": f"{invoice.gross:.2f}",
                "paid": "0.00",
                "status": "open",
                "payments": [],
                "sent": invoice.sent,
            }
            for invoice in self._invoices
        ]
        return {
            "documents": documents,
            "by_reference": dict(Counter(invoice.reference for invoice in self._invoices)),
            "payments_per_document": {invoice.guid: 0 for invoice in self._invoices},
        }


def _total(charged: list[tuple[StockItem, int]], switches: Switches) -> Decimal:
    amounts = [(_cents(item.price * quantity), item.vat) for item, quantity in charged]
    net = sum((amount for amount, _ in amounts), Decimal(0))
    if switches.prices_are_gross:
        return net
    if switches.vat_rounding is VatRounding.LINE:
        return net + sum((_cents(amount * vat / 100) for amount, vat in amounts), Decimal(0))
    by_rate: dict[Decimal, Decimal] = {}
    for amount, vat in amounts:
        by_rate[vat] = by_rate.get(vat, Decimal(0)) + amount
    return net + sum((_cents(amount * vat / 100) for vat, amount in by_rate.items()), Decimal(0))


def _cents(amount: Decimal) -> Decimal:
    """Whatever the currency: of others than those with cents nothing is known, and none is asked for."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)
