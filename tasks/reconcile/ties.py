"""The tie-out: what shop, ledger and provider come to, side by side. Pure functions over the sums of a run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from tasks.ledger.totals import ALL_RATES, Side, Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What one side comes to. `documents` counts them, for the sum over all rates."""

    documents: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(
            documents=self.documents + other.documents,
            net=self.net + other.net,
            tax=self.tax + other.tax,
            gross=self.gross + other.gross,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """The three sides of one day, or of all days, for one tax rate and currency. None: that side does not tell."""

    day: date | None
    rate: str
    currency: str
    shop: Amounts
    ledger: Amounts
    provider: Amounts | None

    @property
    def difference(self) -> Decimal:
        """How far the gross amounts are apart that are told."""
        told = [each.gross for each in (self.shop, self.ledger, self.provider) if each is not None]
        return max(told) - min(told)

    @property
    def differs(self) -> bool:
        return self.difference != 0

    @property
    def whole(self) -> bool:
        """Whether it is the sum over all rates."""
        return self.rate == ALL_RATES


def ties(sums: Iterable[Sum]) -> list[Tie]:
    """One line for each day, currency and rate; the sum over all rates comes last."""
    places: dict[tuple[date, str, str], dict[Side, Amounts]] = {}
    tells_rates: set[tuple[date, str]] = set()
    for each in sums:
        places.setdefault((each.day, each.currency, each.rate), {})[each.side] = _amounts(each)
        if each.side is Side.PROVIDER and each.rate != ALL_RATES:
            tells_rates.add((each.day, each.currency))
    return [
        Tie(
            day=day,
            rate=rate,
            currency=currency,
            shop=sides.get(Side.SHOP, Amounts()),
            ledger=sides.get(Side.LEDGER, Amounts()),
            provider=sides.get(
                Side.PROVIDER, Amounts() if rate == ALL_RATES or (day, currency) in tells_rates else None
            ),
        )
        for (day, currency, rate), sides in sorted(places.items(), key=lambda place: _order(*place[0]))
    ]


def by_rate(daily: Iterable[Tie]) -> list[Tie]:
    """The same over all days. A side that does not tell a rate on one of the days does not tell it at all."""
    found: dict[tuple[str, str], Tie] = {}
    for each in daily:
        before = found.get((each.currency, each.rate))
        found[each.currency, each.rate] = _both(before, each) if before else _of_all_days(each, each.provider)
    return [found[place] for place in sorted(found, key=lambda place: (place[0], _rank(place[1])))]


def by_day(daily: Iterable[Tie], currency: str) -> Iterator[Tie]:
    """The sums over all rates, day by day."""
    return (each for each in daily if each.whole and each.currency == currency)


def _both(one: Tie, other: Tie) -> Tie:
    provider = one.provider.plus(other.provider) if one.provider and other.provider else None
    return Tie(
        day=None,
        rate=one.rate,
        currency=one.currency,
        shop=one.shop.plus(other.shop),
        ledger=one.ledger.plus(other.ledger),
        provider=provider,
    )


def _of_all_days(tie: Tie, provider: Amounts | None) -> Tie:
    return Tie(day=None, rate=tie.rate, currency=tie.currency, shop=tie.shop, ledger=tie.ledger, provider=provider)


def _amounts(each: Sum) -> Amounts:
    return Amounts(documents=each.documents, net=each.net, tax=each.tax, gross=each.gross)


def _order(day: date, currency: str, rate: str) -> tuple[date, str, tuple[int, Decimal, str]]:
    return day, currency, _rank(rate)


def _rank(rate: str) -> tuple[int, Decimal, str]:
    """Percentages from the highest, then categories by name, then the sum of all."""
    if rate == ALL_RATES:
        return 2, Decimal(0), rate
    try:
        return 0, -Decimal(rate), rate
    except InvalidOperation:
        return 1, Decimal(0), rate


def rate_name(rate: str) -> str:
    """The rate as people read it."""
    kind = _rank(rate)[0]
    return {0: f"{rate} %", 1: rate.replace("_", " "), 2: "all rates"}[kind]
