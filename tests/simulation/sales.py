"""What shops tell: one sale at one moment, and the bodies that say it."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.builders import NOON

GARDEN = "garden"
"""Tells canonical orders over the queue; invoices once the order is paid."""
YARD = "yard"
"""As the garden, but invoices as soon as the order is placed."""
WOOL = "wool"
"""A WooCommerce shop with signed webhooks; invoices once the order is paid."""

PATIO = "patio"
"""As the yard; the invoice of an order that is cancelled unpaid is cancelled, every invoice is e-mailed, and every
refund gets its credit note."""

_WOOL_BODY = json.loads((Path(__file__).parents[2] / "docs" / "example-order.json").read_bytes())
_WOOL_TOTAL = Decimal("59.43")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale as its shop knows it at one moment; `stamp` is that moment, in seconds."""

    shop: str = GARDEN
    order_id: str = "1001"
    gross: Decimal = Decimal("123.00")
    payments: tuple[Decimal, ...] = ()
    cancelled: bool = False
    refunds: tuple[Decimal, ...] = ()
    company: str = ""
    stamp: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.shop, self.order_id

    @property
    def reference(self) -> str:
        return f"{self.shop}/{self.order_id}"

    @property
    def paid(self) -> bool:
        return sum(self.payments) >= self.gross

    @property
    def invoiced(self) -> bool:
        """Whether an invoice should exist by what is told here."""
        return not self.cancelled and not self.undone and (self.paid or self.shop in {YARD, PATIO})

    @property
    def undone(self) -> bool:
        """Whether all of it was given back."""
        return bool(self.refunds) and sum(self.refunds) >= self.gross

    @property
    def version(self) -> tuple[int, int]:
        """The newest wins; within one second the one that has come farther."""
        return self.stamp, len(self.payments) + self.paid + self.cancelled + len(self.refunds)

    @property
    def event_id(self) -> str:
        told = f"{self.order_id} {self.stamp} {self.gross} {len(self.payments)} {self.cancelled} {self.company}"
        return f"{told} {len(self.refunds)}".replace(" ", "-")

    def paid_in_full(self, *, later: int = 0) -> "Sale":
        left = self.gross - sum(self.payments)
        return replace(self, payments=(*self.payments, left), stamp=self.stamp + later)

    def given_back(self, amount: str, *, later: int = 0) -> "Sale":
        return replace(self, refunds=(*self.refunds, Decimal(amount)), stamp=self.stamp + later)

    def gone(self, *, later: int = 0) -> "Sale":
        return replace(self, cancelled=True, stamp=self.stamp + later)

    def changed(self, *, later: int = 0, **facts: object) -> "Sale":
        return replace(self, stamp=self.stamp + later, **facts)  # type: ignore[arg-type]

    def body(self) -> bytes:
        return self._wool() if self.shop == WOOL else self._canonical()

    def _canonical(self) -> bytes:
        moment = _stamp(self.stamp)
        data: dict[str, object] = {
            "order_id": self.order_id,
            "currency": "EUR",
            "total": str(self.gross),
            "lines": [{"name": "Watering can", "gross": str(self.gross), "tax_rate": 23}],
            "buyer": {
                "first_name": "Ada",
                "last_name": "Example",
                "company": self.company,
                "country": "PL",
                "email": "ada@example.com",
            },
            "placed_at": _stamp(0).isoformat(),
            "modified_at": moment.isoformat(),
            "payments": [
                {"payment_id": f"p{place}", "amount": str(amount), "paid_at": moment.isoformat(), "kind": "card"}
                for place, amount in enumerate(self.payments, start=1)
            ],
        }
        data["refunds"] = [
            {"refund_id": f"r{place}", "amount": str(amount)} for place, amount in enumerate(self.refunds, start=1)
        ]
        if self.cancelled:
            data["cancelled_at"] = moment.isoformat()
        return json.dumps({"type": "order.updated", "timestamp": moment.isoformat(), "data": data}).encode()

    def _wool(self) -> bytes:
        assert self.gross == _WOOL_TOTAL
        moment = _stamp(self.stamp).strftime("%Y-%m-%dT%H:%M:%S")
        status = "cancelled" if self.cancelled else "processing" if self.paid else "pending"
        told = {
            "id": int(self.order_id),
            "number": self.order_id,
            "status": status,
            "date_created_gmt": _stamp(0).strftime("%Y-%m-%dT%H:%M:%S"),
            "date_modified_gmt": moment,
            "date_paid_gmt": moment if self.paid else None,
            "transaction_id": f"pi_{self.order_id}" if self.paid else "",
        }
        return json.dumps({**_WOOL_BODY, **told}).encode()


def wool(order_id: str, **facts: object) -> Sale:
    """An unpaid sale of the WooCommerce shop."""
    return Sale(shop=WOOL, order_id=order_id, gross=_WOOL_TOTAL, **facts)  # type: ignore[arg-type]


def _stamp(seconds: int) -> datetime:
    return NOON - timedelta(hours=1) + timedelta(seconds=seconds)
