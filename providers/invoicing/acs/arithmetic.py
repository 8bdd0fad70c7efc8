"""The provider's arithmetic as it is assumed, and net prices that come out at a gross total under it. Pure.

Lines carry net unit prices, so that a gross total is hit or missed: at 23 %, a net of 0.80 makes 0.98, one of
0.81 makes 1.00, and nothing makes 0.99. Lines that miss their own amount are chosen so that they make up for each
other; what they still miss of the total goes into a line of its own, where the shop's policy has a name for it, or
the order stops.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from providers.domain.documents import Draft, DraftLine
from providers.domain.money import ZERO
from providers.domain.orders import LineKind, TaxCategory
from providers.invoicing.acs.options import Options

ONE = Decimal(1)
_NEARBY = (0, 1, -1, 2, -2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A line with the net amount that will be asked for. `rate` is zero for every untaxed category."""

    line: DraftLine
    net: Decimal
    rate: Decimal

    @property
    def group(self) -> tuple[Decimal, TaxCategory]:
        """What the provider sums VAT by, where it rounds once for each group."""
        return self.rate, self.line.tax_category


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """How the provider computes: decimals of amounts, where VAT is rounded, whether the total is rounded whole."""

    unit: Decimal
    by_group: bool
    whole: bool

    @classmethod
    def of(cls, options: Options, currency: str) -> "Arithmetic":
        return cls(
            unit=ONE.scaleb(-options.amount_decimals),
            by_group=options.tax_rounding == "vat_group",
            whole=currency in options.whole_currencies,
        )

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.unit, ROUND_HALF_UP)

    def gross(self, net: Decimal, rate: Decimal) -> Decimal:
        return net + self.rounded(net * rate / 100)

    def total(self, lines: Iterable[Priced]) -> Decimal:
        """The invoice's gross total."""
        if self.by_group:
            nets: dict[tuple[Decimal, TaxCategory], Decimal] = {}
            for line in lines:
                nets[line.group] = nets.get(line.group, ZERO) + line.net
            total = sum((self.gross(net, rate) for (rate, _), net in nets.items()), ZERO)
        else:
            total = sum((self.gross(line.net, line.rate) for line in lines), ZERO)
        return total.quantize(ONE, ROUND_HALF_UP) if self.whole else total

    def net_for(self, gross: Decimal, rate: Decimal, wish: Decimal, *, missed: Decimal = ZERO) -> Decimal:
        """The net amount that gives `gross`: `wish` if it does, else the nearest one that does. Where none does, the
        one that makes up best for what the lines before have `missed`."""
        nearby = tuple(self._around(self.rounded(gross / (1 + rate / 100))))
        for net in (self.rounded(wish), *nearby):
            if self.gross(net, rate) == gross:
                return net
        return min(nearby, key=lambda net: abs(missed + self.gross(net, rate) - gross))

    def _around(self, amount: Decimal) -> Iterator[Decimal]:
        for step in _NEARBY:
            yield amount + step * self.unit

    def rounding_nets(self, difference: Decimal, rate: Decimal) -> Iterator[Decimal]:
        """Net amounts that a line of this rate may need to make up for the difference."""
        for start in (difference, difference / (1 + rate / 100)):
            yield from self._around(self.rounded(start))


def priced(draft: Draft, options: Options) -> list[Priced] | Decimal:
    """The draft's lines with net amounts that come out at its gross total, a rounding line included where it is
    needed and allowed; or the total that they would come out at instead."""
    rules = Arithmetic.of(options, draft.currency)
    lines = _priced(draft.lines, rules)
    if rules.by_group:
        lines = _fitted_groups(lines, rules)
    total = rules.total(lines)
    difference = draft.gross - total
    if not difference:
        return lines
    unit = max(rules.unit, ONE if rules.whole else ZERO)
    if draft.rounding_name and abs(difference) <= unit * len(lines):
        for rounding in _rounding_lines(difference, lines, rules, options, draft.rounding_name):
            if rules.total([*lines, rounding]) == draft.gross:
                return [*lines, rounding]
    return total


def _priced(lines: Iterable[DraftLine], rules: Arithmetic) -> list[Priced]:
    found, missed = list[Priced](), ZERO
    for line in lines:
        rate = line.tax_rate if line.tax_category is TaxCategory.RATED else ZERO
        net = rules.net_for(line.gross, rate, line.net, missed=missed)
        missed += rules.gross(net, rate) - line.gross
        found.append(Priced(line=line, net=net, rate=rate))
    return found


def _fitted_groups(lines: Sequence[Priced], rules: Arithmetic) -> list[Priced]:
    """The same, each group's biggest line changed by what brings the group to its gross amount, if anything does."""
    fitted = list(lines)
    for group in {line.group for line in lines}:
        places = [place for place, line in enumerate(fitted) if line.group == group]
        net = sum((fitted[place].net for place in places), ZERO)
        gross = sum((fitted[place].line.gross for place in places), ZERO)
        biggest = max(places, key=lambda place: abs(fitted[place].net))
        change = rules.net_for(gross, group[0], net) - net
        fitted[biggest] = replace(fitted[biggest], net=fitted[biggest].net + change)
    return fitted


def _rounding_lines(
    difference: Decimal, lines: Sequence[Priced], rules: Arithmetic, options: Options, name: str
) -> Iterator[Priced]:
    """Lines that may make up for the difference: of the owner's untaxed group, else taxed as the biggest lines are."""
    if options.rounding_vat_code:
        yield _rounding(name, difference, ZERO, TaxCategory.NOT_SUBJECT)
        return
    for like in sorted(lines, key=lambda line: -abs(line.net)):
        for net in rules.rounding_nets(difference, like.rate):
            yield _rounding(name, net, like.rate, like.line.tax_category)


def _rounding(name: str, net: Decimal, rate: Decimal, category: TaxCategory) -> Priced:
    line = DraftLine(
        name=name,
        net=net,
        tax=ZERO,
        gross=net,
        tax_rate=rate,
        tax_category=category,
        kind=LineKind.ROUNDING,
    )
    return Priced(line=line, net=net, rate=rate)
