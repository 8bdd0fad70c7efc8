"""Documents as the ledger has them, to be held against a provider's list.

A list may tell a million documents: what a row holds as JSON is read only where somebody asks for it.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from providers.domain.documents import DocumentState
from providers.domain.facts import Facts
from tasks.ledger.codec import facts_from

IN_BOOK = (DocumentState.ISSUED, DocumentState.CANCELLED)
"""States of documents that are at the provider for sure."""
UNDER_WAY = (DocumentState.SENT, DocumentState.UNKNOWN)
_NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A document as the ledger has it. Amounts are decimals in `currency`."""

    pk: int
    order_pk: int
    shop: str
    order_id: str
    kind: str
    ordinal: str
    reference: str
    state: DocumentState
    remote_id: str
    number: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    currency: str
    issue_date: date
    issued_at: datetime | None
    payments: tuple[tuple[str, Decimal], ...] = ()
    """What is recorded: (key, amount)."""
    owed: Decimal | None = None
    """What the shop says was paid, for providers that cannot be told of payments."""
    settled: Decimal | None = None
    """What the shop says was paid, where the order rests because somebody else recorded that money there."""
    busy: bool = False
    """Whether something is under way with its order: what differs may be right in a moment."""
    draft: str = field(default="{}", repr=False)
    kept: str | None = None
    """What the provider told last, as text."""

    @property
    def issued(self) -> bool:
        return self.state in IN_BOOK

    @cached_property
    def recorded(self) -> Decimal:
        """What is recorded as paid."""
        return sum((amount for _, amount in self.payments), _NOTHING)

    @property
    def paid(self) -> Decimal:
        """What should be paid there."""
        return self.recorded if self.owed is None else self.owed

    @cached_property
    def facts(self) -> Facts | None:
        """What the provider told last."""
        return facts_from(self.kept)

    @property
    def lines(self) -> int:
        """How many there are: what splits into net and tax by rounding."""
        return len(self._made_of.get("lines", ()))

    @property
    def buyer_name(self) -> str:
        buyer = self._made_of.get("buyer", {})
        person = f"{buyer.get('first_name', '')} {buyer.get('last_name', '')}".strip()
        return str(buyer.get("company") or person)

    @property
    def buyer_tax_no(self) -> str:
        return str(self._made_of.get("buyer", {}).get("tax_no", ""))

    @cached_property
    def _made_of(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.draft)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOf:
    """What an issued document, and its order as it is now, consist of: JSON with lines."""

    pk: int
    day: date
    currency: str
    draft: str
    snapshot: str
