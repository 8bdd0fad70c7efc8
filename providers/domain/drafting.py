"""The equality gate before sending: an order becomes a draft that is right to the minor unit, or a reason.

Nothing is corrected in silence. The lines add up to the total, every line's tax follows from its rate, and
every rate is named by the shop and known to the book; otherwise a person is told which figure is wrong.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from providers.domain.documents import DocumentKey, Draft, DraftLine, fingerprint
from providers.domain.money import EXPONENTS, ZERO, is_whole, minor_unit, plain
from providers.domain.orders import Buyer, LineKind, Order, OrderLine, TaxCategory
from providers.domain.policy import Policy
from providers.domain.reasons import Code, Reason

_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_HUNDRED = Decimal(100)
_IN_HAND = 64
"""Orders whose sale is remembered: more than a worker has in hand at a time."""


@dataclass(frozen=True, kw_only=True)
class Sale:
    """What an order sells, as its invoice tells it: all of a draft but the document that it is for, and its dates."""

    currency: str
    buyer: Buyer
    lines: tuple[DraftLine, ...]

    @cached_property
    def gross(self) -> Decimal:
        return sum([line.gross for line in self.lines], ZERO)

    @cached_property
    def fingerprint(self) -> str:
        """As that of a `Draft` of it."""
        return fingerprint(self.currency, self.buyer, self.lines)


class _Asked:
    """The order and the policy that a sale follows from, as a key.

    It stands for these very objects: that costs nothing to compare, an equal order may write its amounts otherwise,
    and as long as the key is kept no other object takes their place.
    """

    __slots__ = ("order", "policy")

    def __init__(self, order: Order, policy: Policy) -> None:
        self.order = order
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.order is other.order and self.policy is other.policy

    def __hash__(self) -> int:
        return id(self.order)


def draft(order: Order, key: DocumentKey, policy: Policy, *, issue_date: date) -> Draft | Reason:
    """Say the whole order as a draft of the document `key`, or why it cannot become one."""
    sale = sale_of(order, policy, rates=policy.tax_rates)
    if isinstance(sale, Reason):
        return sale
    sold = order.fulfilled_at or order.paid_at or order.placed_at
    return Draft(
        key=key,
        order_number=order.number,
        currency=order.currency,
        lines=sale.lines,
        buyer=order.buyer,
        issue_date=issue_date,
        sale_date=min(sold.astimezone(ZoneInfo(policy.timezone)).date(), issue_date),
        due_days=0 if order.paid_at else policy.due_days,
        payment_kind=order.payment_kind,
        payment_title=order.payment_title,
        language=order.language,
        rounding_name=policy.rounding_name if policy.rounding_line else "",
    )


def sale_of(order: Order, policy: Policy, *, rates: tuple[Decimal, ...]) -> Sale | Reason:
    """What the order sells, or why it cannot be invoiced.

    `rates` are the tax rates that the book knows; empty means that every rate the shop names is taken.
    """
    return _sale_of(_Asked(order, policy), rates)


@lru_cache(maxsize=_IN_HAND)
def _sale_of(asked: _Asked, rates: tuple[Decimal, ...]) -> Sale | Reason:
    """Remembered, for an order in hand is asked about again after its invoice and after each payment."""
    order, policy = asked.order, asked.policy
    problem = _order_problem(order)
    if problem is not None:
        return problem
    lines: list[DraftLine] = []
    for index, line in enumerate(order.lines):
        drafted = _draft_line(line, f"lines[{index}]", order.currency, policy, rates)
        if isinstance(drafted, Reason):
            return drafted
        if drafted is not None:
            lines.append(drafted)
    rounding = _rounding_line(order, lines, policy)
    if isinstance(rounding, Reason):
        return rounding
    if rounding is not None:
        lines.append(rounding)
    if not lines:
        return Reason(
            code=Code.NO_LINES,
            text="The order has no lines to put on an invoice",
            field="lines",
            value="0",
            remedy="Add the sold items to the order in the shop.",
        )
    return Sale(currency=order.currency, buyer=order.buyer, lines=tuple(lines))


def _order_problem(order: Order) -> Reason | None:
    """What is wrong with the order as a whole, apart from its lines."""
    if order.currency not in EXPONENTS:
        return Reason(
            code=Code.CURRENCY_UNKNOWN,
            text="The order's currency is no ISO 4217 currency in use",
            field="currency",
            value=order.currency,
            remedy="Correct the currency of the order in the shop.",
        )
    if order.total < ZERO:
        return Reason(
            code=Code.TOTAL_NEGATIVE,
            text="The order's total is negative",
            field="total",
            value=str(order.total),
            remedy="Correct the order in the shop; money given back belongs in a refund.",
        )
    if not is_whole(order.total, order.currency):
        return _precision("total", order.total, order.currency)
    if not order.buyer.name:
        return Reason(
            code=Code.BUYER_NAME_MISSING,
            text="The buyer has neither a name nor a company",
            field="buyer.name",
            value="empty",
            remedy="Fill in the billing name of the order in the shop.",
        )
    if order.buyer.country and not _COUNTRY.match(order.buyer.country):
        return Reason(
            code=Code.COUNTRY_UNKNOWN,
            text="The buyer's country is no ISO 3166-1 code of two letters",
            field="buyer.country",
            value=order.buyer.country,
            remedy="Correct the billing country of the order in the shop.",
        )
    return None


def _precision(field: str, amount: Decimal, currency: str) -> Reason:
    return Reason(
        code=Code.AMOUNT_PRECISION,
        text=f"The amount has more decimals than {currency} has",
        field=field,
        value=str(amount),
        remedy="Set the shop to round amounts to the currency's decimals.",
    )


def _draft_line(
    line: OrderLine, field: str, currency: str, policy: Policy, rates: tuple[Decimal, ...]
) -> DraftLine | Reason | None:
    """The line for the draft; None for a free shipping or fee line, which says nothing on an invoice."""
    for name, amount in (("net", line.net), ("tax", line.tax), ("gross", line.gross)):
        if not is_whole(amount, currency):
            return _precision(f"{field}.{name}", amount, currency)
    if line.net + line.tax != line.gross:
        return Reason(
            code=Code.LINE_MISMATCH,
            text=f"The line {line.name!r} does not add up: net {line.net} + tax {line.tax} is not gross {line.gross}",
            field=f"{field}.gross",
            value=str(line.gross),
            remedy="Correct the line in the shop, or record the invoice by hand.",
        )
    if not line.gross and not line.tax and line.kind is not LineKind.ITEM:
        return None
    taxed = _taxed(line, field, policy, rates)
    if isinstance(taxed, Reason):
        return taxed
    rate, category = taxed
    implausible = _implausible_tax(line, rate, field, currency)
    if implausible is not None:
        return implausible
    return DraftLine(
        name=line.name or line.sku or line.kind.value,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        quantity=line.quantity,
        tax_rate=rate,
        tax_category=category,
        kind=line.kind,
        sku=line.sku,
        line_id=line.line_id,
    )


def _taxed(
    line: OrderLine, field: str, policy: Policy, rates: tuple[Decimal, ...]
) -> tuple[Decimal, TaxCategory] | Reason:
    if line.tax_category is not TaxCategory.RATED:
        return ZERO, line.tax_category
    rate = line.tax_rate
    if rate is None:
        if not line.gross and not line.tax:
            return ZERO, policy.untaxed.category or TaxCategory.RATED
        if line.tax or policy.untaxed.category is None:
            return Reason(
                code=Code.TAX_RATE_UNKNOWN,
                text=f"The shop does not tell the tax rate of {line.name!r}",
                field=f"{field}.tax_rate",
                value="missing",
                remedy="Give the item a tax rate in the shop, or say in the shop's policy what `untaxed` means.",
            )
        return ZERO, policy.untaxed.category
    if not ZERO <= rate <= _HUNDRED or (rates and rate not in rates):
        known = ", ".join(map(plain, rates)) or "0 to 100"
        return Reason(
            code=Code.TAX_RATE_UNKNOWN,
            text=f"The book does not know the tax rate of {line.name!r}; it knows {known}",
            field=f"{field}.tax_rate",
            value=plain(rate),
            remedy="Correct the rate in the shop, or add it to the book's `tax_rates`.",
        )
    return rate, TaxCategory.RATED


def _implausible_tax(line: OrderLine, rate: Decimal, field: str, currency: str) -> Reason | None:
    """Whether the tax cannot come from the rate.

    Shops round per unit, per line or per order, so that honest figures differ by half a minor unit per
    unit sold and a little more; a wrong rate or a forgotten tax differs by more.
    """
    unit = minor_unit(currency)
    expected = (line.net * rate / _HUNDRED).quantize(unit, rounding=ROUND_HALF_UP)
    if expected == line.tax:
        return None
    slack = unit * max(Decimal(1), abs(line.quantity) / 2 + 1)
    if abs(expected - line.tax) <= slack:
        return None
    return Reason(
        code=Code.TAX_MISMATCH,
        text=f"The tax of {line.name!r} is {line.tax}, but {plain(rate)} % of {line.net} is {expected}",
        field=f"{field}.tax",
        value=str(line.tax),
        remedy="Correct the tax of the line in the shop, or record the invoice by hand.",
    )


def _rounding_line(order: Order, lines: list[DraftLine], policy: Policy) -> DraftLine | Reason | None:
    """The difference between the lines and the total: none, a line of its own where allowed, or a reason."""
    added = sum([line.gross for line in lines], ZERO)
    difference = order.total - added
    if not difference:
        return None
    if policy.rounding_line and lines and abs(difference) <= minor_unit(order.currency) * len(lines):
        biggest = max(lines, key=lambda line: line.gross)
        return DraftLine(
            name=policy.rounding_name,
            net=difference,
            tax=ZERO,
            gross=difference,
            tax_rate=biggest.tax_rate,
            tax_category=biggest.tax_category,
            kind=LineKind.ROUNDING,
        )
    return Reason(
        code=Code.TOTAL_MISMATCH,
        text=f"The lines add up to {added} {order.currency}, but the order's total is {order.total} {order.currency}",
        field="total",
        value=str(order.total),
        remedy="Correct the order in the shop; a difference of cents may become a line: policy `rounding_line`.",
    )
