"""Line taxes that are finer than a cent, brought to whole cents that add up to the order's total.

With WooCommerce's option "Round tax at subtotal level" a line's tax is not rounded; only the sum is. The
REST API still shows each line's `total_tax` rounded to the shop's decimals, while `taxes[].total` keeps the
unrounded figure (woocommerce/woocommerce, includes/class-wc-order-item-product.php, `set_taxes`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from providers.domain.money import EXPONENTS, ZERO, is_whole, minor_unit, quantize


@dataclass(frozen=True, slots=True)
class Figures:
    """Net and tax of one line, in the order's currency."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def settle(
    stated: Sequence[Figures], unrounded: Iterable[Figures], *, total: Decimal, currency: str
) -> Sequence[Figures]:
    """The lines in whole minor units with gross amounts that add up to `total`, where that is honest.

    `stated` are the figures as shown, `unrounded` the same with the finer taxes. Figures that are whole and
    add up stay as they are. Otherwise the unrounded ones are spread by largest remainder, if their sum is
    within one minor unit of the total. In every other case the stated figures are handed back: they do not
    add up, and whoever checks the order shall see that.
    """
    if currency not in EXPONENTS or not is_whole(total, currency):
        return stated
    whole = _all_whole(stated, currency)
    if whole and _sum(stated) == total:
        return stated
    finer = list(unrounded) if whole else stated
    if _all_whole(finer, currency) or abs(_sum(finer) - total) > minor_unit(currency):
        return stated
    grosses = spread([line.gross for line in finer], total=total, currency=currency)
    taxes = [quantize(line.tax, currency) for line in finer]
    return [Figures(gross - tax, tax) for gross, tax in zip(grosses, taxes, strict=True)]


def spread(amounts: Sequence[Decimal], *, total: Decimal, currency: str) -> list[Decimal]:
    """Round amounts of either sign to whole minor units that add up to `total`, a whole one itself.

    Largest remainder: all are rounded down, and the missing units go to those that lost most, the earlier
    one first where two lost the same. (`money.allocate` splits by weights, which cannot be negative; a
    discount given as a fee is.)
    """
    unit = minor_unit(currency)
    floors = [amount.quantize(unit, rounding=ROUND_FLOOR) for amount in amounts]
    missing = int((total - sum(floors, ZERO)) / unit)
    losses = [amount - floor for amount, floor in zip(amounts, floors, strict=True)]
    by_loss = sorted(range(len(amounts)), key=lambda place: -losses[place])
    if missing < 0:
        by_loss.reverse()
    for turn in range(abs(missing)):
        floors[by_loss[turn % len(by_loss)]] += unit if missing > 0 else -unit
    return floors


def _all_whole(lines: Sequence[Figures], currency: str) -> bool:
    return all(is_whole(line.net, currency) and is_whole(line.tax, currency) for line in lines)


def _sum(lines: Sequence[Figures]) -> Decimal:
    return sum((line.gross for line in lines), ZERO)
