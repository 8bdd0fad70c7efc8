"""The totals that an accountant signs: shop, ledger and provider side by side, by day, tax rate and currency."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tasks.ledger.expected import MadeOf
from tasks.ledger.totals import ALL_RATES, Side, Sum, added

_NOTHING = Decimal(0)


def sums_of(rows: Iterable[MadeOf]) -> list[Sum]:
    """What the documents add to the ledger's side, and their orders, as they are now, to the shop's."""
    return added(each for row in rows for each in _sides(row))


def _sides(row: MadeOf) -> Iterator[Sum]:
    yield from _side(Side.LEDGER, row, json.loads(row.draft))
    if row.snapshot:
        yield from _side(Side.SHOP, row, json.loads(row.snapshot))


def _side(side: Side, row: MadeOf, made_of: Mapping[str, Any]) -> Iterator[Sum]:
    whole_net = whole_tax = whole_gross = _NOTHING
    currency = made_of.get("currency", row.currency)
    for line in made_of.get("lines", ()):
        net, tax, gross = Decimal(line["net"]), Decimal(line["tax"]), Decimal(line["gross"])
        whole_net, whole_tax, whole_gross = whole_net + net, whole_tax + tax, whole_gross + gross
        yield _sum(side, row.day, _rate(line), currency, net, tax, gross, documents=0)
    yield _sum(side, row.day, ALL_RATES, currency, whole_net, whole_tax, whole_gross, documents=1)


def _rate(line: Mapping[str, Any]) -> str:
    category = line.get("tax_category", "rated")
    if category != "rated":
        return str(category)
    told = line.get("tax_rate")
    return "unknown" if told is None else f"{Decimal(told).normalize():f}"


def _sum(
    side: Side, day: date, rate: str, currency: str, net: Decimal, tax: Decimal, gross: Decimal, *, documents: int
) -> Sum:
    return Sum(side=side, day=day, rate=rate, currency=currency, documents=documents, net=net, tax=tax, gross=gross)
