"""The totals that the service would compute. It never tells its own: these are ours, and are called so everywhere.

sum(quantity x price) + tax % of the lines with tax 1 + freight. Documented are the parts; how the tax is rounded,
and whether freight is taxed, are settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final

from providers.domain.money import ZERO
from providers.invoicing.acuinvoice import values
from providers.invoicing.acuinvoice.options import Options

CENT: Final = Decimal("0.01")
_ROUNDINGS: Final = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


@dataclass(frozen=True, slots=True)
class Computed:
    """Totals by our computation, never by the provider's word."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def computed(fields: Mapping[str, object], options: Options) -> Computed | None:
    """The totals of an invoice or estimate; None where a part of it cannot be read, or its lines are not told."""
    lines = fields.get("lines")
    rate = values.percent(fields.get("tax") or "0")
    freight = values.amount(fields.get("freight") or "0")
    if not isinstance(lines, list) or rate is None or freight is None:
        return None
    net, taxed = freight, [freight] if options.freight_is_taxed else []
    for line in lines:
        amount = _line_amount(line)
        if amount is None:
            return None
        net += amount
        if values.text(line.get("tax")) == "1":
            taxed.append(amount)
    return Computed(net, _tax(taxed, rate, options))


def _tax(taxed: list[Decimal], rate: Decimal, options: Options) -> Decimal:
    bases = taxed if options.tax_on == "line" else [sum(taxed, ZERO)]
    rounding = _ROUNDINGS[options.tax_rounding]
    return sum(((base * rate / 100).quantize(CENT, rounding) for base in bases), ZERO.quantize(CENT))


def _line_amount(line: object) -> Decimal | None:
    if not isinstance(line, Mapping):
        return None
    quantity, price = values.amount(line.get("quantity")), values.amount(line.get("price"))
    return None if quantity is None or price is None else quantity * price
