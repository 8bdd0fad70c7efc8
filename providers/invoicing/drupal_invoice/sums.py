"""The module's arithmetic, and unit costs under which it comes out at an order's totals. Pure.

The module keeps a unit cost without VAT of 3 decimals for each line. It rounds each line's net and adds those
up, but takes gross and VAT from sums that are not rounded, each rounded once. An order that was rounded line by
line, or whose prices include VAT, therefore needs unit costs with a third decimal here and there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from providers.domain.documents import DraftLine
from providers.domain.money import ZERO
from providers.domain.orders import LineKind

CENT: Final = Decimal("0.01")
MILL: Final = Decimal("0.001")
_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)
_BINARY_ERROR: Final = Decimal("0.000001")
"""The site computes in binary fractions; what would come out differently this near is not relied on."""
_UNDER: Final = Decimal("0.005")
_OVER: Final = Decimal("0.004")
"""A line's net may be so much nearer to nothing, or farther from it, than a whole cent and is still rounded to it."""
_TWISTS: Final = (0, 1, -1, 2, -2, 3, -3, 4, -4)
"""By how many thousandths the net of a rate is moved, in the order in which it is tried."""
_OWN_LINES: Final = (Decimal("0.005"), Decimal("-0.005"))
"""The net of a line of its own for what rounding leaves: the least that is shown as a cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line in the module's terms; `vat` is a percentage."""

    quantity: Decimal
    unitcost: Decimal
    vat: Decimal
    folded: bool = False
    """The order's quantity stands in the text."""


@dataclass(frozen=True, slots=True)
class _Twist:
    """How far the net of one rate is moved, and how much of it stands in a line of its own."""

    rate: Decimal
    moved: Decimal
    own: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """`extotal`, `vattotal` and `inctotal` of an invoice."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def rounded(amount: Decimal) -> Decimal:
    """To 3 decimals, then to 2, each half away from zero."""
    return amount.quantize(MILL, ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)


def sums(items: Iterable[Item], *, off_by: Decimal = ZERO) -> Sums:
    """What the module tells of an invoice with these lines; `off_by` shifts whatever is rounded."""
    net = tax = gross = ZERO
    for item in items:
        line = item.quantity * item.unitcost
        net += rounded(line + off_by)
        tax += line * item.vat / _HUNDRED
        gross += line * (1 + item.vat / _HUNDRED)
    return Sums(net=net, tax=rounded(tax + off_by), gross=rounded(gross + off_by))


def items(
    lines: Sequence[DraftLine], *, quantity_decimals: int, unit: Decimal, own_line: bool = False
) -> list[Item] | None:
    """The lines such that the module's gross is theirs, and net and VAT add up to it; None where there is no way.

    Net and VAT are the order's own where the module can come to them; else they are what follows from the
    gross amounts, apart from the order's by no more than a shop's rounding. All are whole numbers of `unit`.
    With `own_line`, what rounding leaves may become one line more, the last one, where nothing else helps.
    """
    wanted = Sums(
        net=sum((line.net for line in lines), ZERO),
        tax=sum((line.tax for line in lines), ZERO),
        gross=sum((line.gross for line in lines), ZERO),
    )
    if any(strays(line) for line in lines):
        return None
    slack = sum((_slack(line) for line in lines), ZERO)
    for candidate in _candidates(lines, wanted.gross, quantity_decimals, own_line=own_line):
        found = sums(candidate)
        adds_up = found.gross == wanted.gross and found.net + found.tax == found.gross
        if not adds_up or abs(found.tax - wanted.tax) > slack or found.net % unit or found.tax % unit:
            continue
        if found == sums(candidate, off_by=_BINARY_ERROR) == sums(candidate, off_by=-_BINARY_ERROR):
            return candidate
    return None


def strays(line: DraftLine) -> bool:
    """Whether a line's VAT is another one than its rate makes of its gross, beyond any shop's rounding."""
    return abs(line.gross * line.tax_rate / (_HUNDRED + line.tax_rate) - line.tax) > _slack(line)


def _slack(line: DraftLine) -> Decimal:
    """How far rounding, per unit at the worst, can have moved a line's VAT. A line of roundings has none of it."""
    if line.kind is LineKind.ROUNDING:
        return abs(line.gross)
    return CENT * max(_ONE, abs(line.quantity) / 2 + 1)


def _candidates(lines: Sequence[DraftLine], gross: Decimal, decimals: int, *, own_line: bool) -> Iterator[list[Item]]:
    """Ways to say the lines, the most natural first."""
    yield [_nearest(line, decimals) for line in lines]
    yield [_exact(line, line.net, decimals) for line in lines]
    rates = sorted({line.tax_rate for line in lines})
    for own in (ZERO, *(_OWN_LINES if own_line else ())):
        for mills in _TWISTS:
            for rate in rates:
                balanced = _balanced(lines, gross, _Twist(rate, mills * MILL, own))
                if balanced is None:
                    continue
                told = [_exact(line, net, decimals) for line, net in zip(lines, balanced, strict=True)]
                yield [*told, Item(quantity=_ONE.copy_sign(own), unitcost=abs(own), vat=rate)] if own else told


def _nearest(line: DraftLine, decimals: int) -> Item:
    """The order's quantity with the nearest unit cost, where the line's net comes out."""
    unitcost = (abs(line.net) / line.quantity).quantize(MILL, ROUND_HALF_UP)
    if _is_kept(line.quantity, decimals) and rounded(line.quantity * unitcost) == abs(line.net):
        return _item(line, line.net, line.quantity, unitcost)
    return _folded(line, line.net)


def _exact(line: DraftLine, net: Decimal, decimals: int) -> Item:
    """The order's quantity where the unit cost needs no more than 3 decimals, else one unit of it all."""
    unitcost = (abs(net) / line.quantity).quantize(MILL, ROUND_HALF_UP)
    if _is_kept(line.quantity, decimals) and line.quantity * unitcost == abs(net):
        return _item(line, net, line.quantity, unitcost)
    return _folded(line, net)


def _folded(line: DraftLine, net: Decimal) -> Item:
    return _item(line, net, _ONE, abs(net), folded=line.quantity != 1)


def _item(line: DraftLine, net: Decimal, quantity: Decimal, unitcost: Decimal, *, folded: bool = False) -> Item:
    """Less than nothing is told by the quantity, as the module's own credit invoices do."""
    return Item(quantity=-quantity if net < 0 else quantity, unitcost=unitcost, vat=line.tax_rate, folded=folded)


def _is_kept(quantity: Decimal, decimals: int) -> bool:
    return quantity == quantity.quantize(_ONE.scaleb(-decimals))


def _balanced(lines: Sequence[DraftLine], gross: Decimal, twist: _Twist) -> list[Decimal] | None:
    """Net amounts of 3 decimals for the lines, from their gross amounts; None where they cannot be split so.

    First each rate gets the net that its gross means, to the thousandth, but for the rate that is twisted.
    What is left of the gross after VAT is the net that must come out; its cents go to the rates, and within a
    rate to the lines, where they are missed most. The thousandths over go where they change no cent.
    """
    groups: dict[Decimal, list[int]] = {}
    for index, line in enumerate(lines):
        groups.setdefault(line.tax_rate, []).append(index)
    ideal = [line.gross / (1 + line.tax_rate / _HUNDRED) for line in lines]
    whole = {
        rate: sum((ideal[each] for each in group), ZERO).quantize(MILL, ROUND_HALF_UP) for rate, group in groups.items()
    }
    whole[twist.rate] += twist.moved
    net = gross - rounded(sum((amount * rate / _HUNDRED for rate, amount in whole.items()), ZERO))
    cents = _moved([rounded(amount) for amount in whole.values()], list(whole.values()), net)
    told = [line.net for line in lines]
    for (rate, group), cent in zip(groups.items(), cents, strict=True):
        own = twist.own if rate == twist.rate else ZERO
        shown = cent - rounded(own)
        moved = _moved([told[each] for each in group], [ideal[each] for each in group], shown)
        spread = _spread(moved, whole[rate] - own - shown)
        if spread is None:
            return None
        for each, amount in zip(group, spread, strict=True):
            told[each] = amount
    return told


def _moved(amounts: list[Decimal], ideal: list[Decimal], total: Decimal) -> list[Decimal]:
    """The amounts moved by whole cents to the total: cent by cent where the ideal is missed most."""
    moved = list(amounts)
    for _ in range(int(abs(total - sum(moved, ZERO)) / CENT)):
        step = CENT if total > sum(moved, ZERO) else -CENT
        index = max(range(len(moved)), key=lambda each: (ideal[each] - moved[each]) * step)
        moved[index] += step
    return moved


def _spread(amounts: list[Decimal], over: Decimal) -> list[Decimal] | None:
    """The amounts with `over` spread among them so that none is rounded to another cent; None where it is too much."""
    spread = list(amounts)
    for index in sorted(range(len(spread)), key=lambda each: -abs(spread[each])):
        below, above = (_UNDER, _OVER) if spread[index] > 0 else (_OVER, _UNDER)
        part = max(-below, min(above, over)) if spread[index] else ZERO
        spread[index] += part
        over -= part
    return None if over else spread
