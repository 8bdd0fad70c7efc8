"""The document that a conformance check makes: small, complete, and with arithmetic that can go wrong."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from secrets import token_hex
from typing import Protocol, runtime_checkable

from providers.domain.documents import DocumentKey, DocumentKind, Draft, DraftLine
from providers.domain.drafting import draft
from providers.domain.orders import Buyer, Order
from providers.domain.policy import Policy
from providers.domain.reasons import Reason
from providers.ports import InvoicingProvider

SHOP = "counterfoil-check"
"""What stands before the slash in the references of documents that a check makes. No shop may have this name."""

_CENT = Decimal("0.01")
_USUAL_RATE = Decimal(20)
_ROUNDING = "Rounding"
"""A cent that the provider's arithmetic cannot reach must not keep a check from being made. No shop's policy is asked:
the sample is nobody's order."""
_BUYER = Buyer(
    first_name="Counterfoil",
    last_name="Check",
    street="Testweg 1",
    postcode="9999 ZZ",
    city="Teststad",
    country="NL",
    email="check@example.com",
)


class Item(Protocol):
    """Something that the provider sells by its own list."""

    @property
    def code(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def price(self) -> Decimal | None: ...


@runtime_checkable
class SellsItems(Protocol):
    """A provider that invoices nothing but items of its own list."""

    def items(self) -> Iterable[Item]: ...


def sample(provider: InvoicingProvider, *, now: datetime, rate: Decimal | None = None) -> Draft:
    """An invoice over two lines. Where the provider sells by a list of its own, they are of that list, which is read
    for it; raises what that raises."""
    currencies = provider.card.currencies
    rate = _USUAL_RATE if rate is None else rate
    lines = tuple(_of_list(provider.items(), rate)) if isinstance(provider, SellsItems) else _two_lines(rate)
    today = now.date()
    return Draft(
        key=_key(),
        order_number="conformance check",
        currency="EUR" if currencies is None or "EUR" in currencies else min(currencies),
        lines=lines,
        buyer=_BUYER,
        issue_date=today,
        sale_date=today,
        rounding_name=_ROUNDING,
    )


def drafted(order: Order, policy: Policy, *, now: datetime) -> Draft | Reason:
    """An order of one's own as the document to make, under a reference that nothing else has; or why it cannot be."""
    return draft(order, _key(), replace(policy, tax_rates=()), issue_date=now.date())


def another(one: Draft) -> Draft:
    """The same document under another reference."""
    return replace(one, key=_key())


def _key() -> DocumentKey:
    return DocumentKey(SHOP, token_hex(4), DocumentKind.INVOICE)


def _two_lines(rate: Decimal) -> tuple[DraftLine, ...]:
    """Three of something whose net total needs rounding, and one whose tax is close to half a cent."""
    return _line("Counterfoil check: three of these", Decimal("3.33"), 3, rate), _line("and one", _CENT * 50, 1, rate)


def _of_list(items: Iterable[Item], rate: Decimal) -> Iterable[DraftLine]:
    priced = ((item, item.price) for item in items if item.price)
    for item, price in islice(priced, 2):
        yield _line(item.description or item.code, price, 1, rate, sku=item.code)


def _line(name: str, price: Decimal, quantity: int, rate: Decimal, *, sku: str = "") -> DraftLine:
    net = (price * quantity).quantize(_CENT, rounding=ROUND_HALF_UP)
    tax = (net * rate / 100).quantize(_CENT, rounding=ROUND_HALF_UP)
    return DraftLine(name=name, net=net, tax=tax, gross=net + tax, quantity=Decimal(quantity), tax_rate=rate, sku=sku)
