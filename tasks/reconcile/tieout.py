"""The totals that an accountant signs: shop, ledger and provider side by side, by day, tax rate and currency."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tasks.ledger.ledger import Ledger
from tasks.ledger.matching import Expected
from tasks.ledger.totals import ALL_RATES, Side, Sum

_NOTHING = Decimal(0)


def sums_of(ledger: Ledger, rows: list[Expected]) -> list[Sum]:
    """What the documents add to the ledger's side, and their orders, as they are now, to the shop's.

    A cancelled document counts for nothing on both. Raises `LedgerUnavailable`.
    """
    alive = {row.pk: row for row in rows if row.state != "cancelled"}
    found: list[Sum] = []
    for pk, draft, snapshot in ledger.matching.lines(sorted(alive)):
        row = alive[pk]
        found.extend(_side(Side.LEDGER, row, json.loads(draft)))
        if snapshot:
            found.extend(_side(Side.SHOP, row, json.loads(snapshot)))
    return found


def _side(side: Side, row: Expected, made_of: Mapping[str, Any]) -> Iterator[Sum]:
    whole = [_NOTHING, _NOTHING, _NOTHING]
    currency = made_of.get("currency", row.currency)
    for line in made_of.get("lines", ()):
        net, tax, gross = (Decimal(line[name]) for name in ("net", "tax", "gross"))
        whole = [whole[0] + net, whole[1] + tax, whole[2] + gross]
        yield _sum(side, row.issue_date, _rate(line), currency, net, tax, gross, documents=0)
    yield _sum(side, row.issue_date, ALL_RATES, currency, *whole, documents=1)


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
