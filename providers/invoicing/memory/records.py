"""What exists in the account."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from providers.domain.card import Card, PaymentStyle, Totals
from providers.domain.documents import RemoteState
from providers.domain.money import ZERO
from providers.ports import JsonObject


@dataclass(slots=True)
class Paid:
    """One payment."""

    id: str
    amount: Decimal
    reference: str


@dataclass(slots=True, kw_only=True)
class Document:
    """One document, with the members as they were sent."""

    id: int
    sent: JsonObject
    made: datetime
    changed: datetime
    payments: list[Paid] = field(default_factory=list)
    cancelled: bool = False
    emails: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return str(self.sent["reference"])

    @property
    def kind(self) -> str:
        return str(self.sent["kind"])

    @property
    def number(self) -> str:
        return f"M {self.id}/{self.made.year}"

    @property
    def issued(self) -> date:
        return date.fromisoformat(str(self.sent["issue_date"]))

    @property
    def net(self) -> Decimal:
        return self._sum("net")

    @property
    def gross(self) -> Decimal:
        return self._sum("gross")

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def state(self) -> RemoteState:
        if self.cancelled:
            return RemoteState.CANCELLED
        if not self.paid:
            return RemoteState.OPEN
        return RemoteState.PAID if self.paid >= self.gross else RemoteState.PARTIAL

    def shown(self, card: Card, *, fresh: bool = False) -> JsonObject:
        """As answers tell it: totals and payments as far as the card says; `fresh` is the answer to a create."""
        told: JsonObject = {
            "id": str(self.id),
            "kind": self.kind,
            "number": self.number,
            "reference": self.reference,
            "currency": self.sent["currency"],
            "state": self.state,
            "issue_date": self.sent["issue_date"],
            "updated_at": self.changed.isoformat(),
            "emailed_at": self.emails[-1][0].isoformat() if self.emails else None,
        }
        if card.totals is Totals.IN_CREATE_ANSWER or (card.totals is Totals.ON_READ and not fresh):
            told |= {"net": str(self.net), "tax": str(self.gross - self.net), "gross": str(self.gross)}
        if card.payments is not PaymentStyle.NOT_AVAILABLE:
            told["paid"] = str(self.paid)
        if card.payments is PaymentStyle.APPENDED:
            told["payments"] = [
                {"id": each.id, "amount": str(each.amount), "reference": each.reference} for each in self.payments
            ]
        return told

    def behind(self) -> JsonObject:
        """Everything, whatever the card says that is told."""
        return {
            "reference": self.reference,
            "kind": self.kind,
            "remote_id": str(self.id),
            "number": self.number,
            "currency": self.sent["currency"],
            "gross": str(self.gross),
            "paid": str(self.paid),
            "status": self.state.value,
            "payments": [
                {"remote_id": each.id, "reference": each.reference, "amount": str(each.amount)}
                for each in self.payments
            ],
        }

    def _sum(self, member: str) -> Decimal:
        lines = self.sent["lines"]
        assert isinstance(lines, list)  # noqa: S101 - checked when it was made
        return sum((Decimal(str(line[member])) for line in lines), ZERO)
