"""Payments of the sandbox, and how answers show them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.figures import is_yes, ruby, stamp
from providers.ports import JsonObject


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

    @property
    def counts(self) -> bool:
        """Whether it is really paid."""
        return is_yes(self.sent.get("paid"), default=True)

    def shown(self, *, brief: bool = False) -> JsonObject:
        some: JsonObject = {
            "id": self.id,
            "name": self.sent.get("name"),
            "price": ruby(self.price),
            "paid": self.counts,
            "paid_date": stamp(self.paid_at),
        }
        if brief:
            return some
        return {
            **some,
            "client_id": self.sent.get("client_id"),
            "created_at": stamp(self.created),
            "currency": self.sent.get("currency") or "PLN",
            "department_id": self.sent.get("department_id"),
            "description": self.sent.get("description"),
            "invoice_id": next(iter(self.shares), None),
            "kind": self.sent.get("kind"),
            "oid": self.sent.get("oid"),
            "overpaid": ruby(self.overpaid),
            "provider": self.sent.get("provider"),
            "provider_title": self.sent.get("provider_title"),
            "updated_at": stamp(self.created),
        }
