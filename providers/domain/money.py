"""Money: decimal amounts and the number of decimals that each currency has.

Amounts are `decimal.Decimal`, never floats. A *minor unit* is the smallest amount of a currency (a cent,
a yen, a fils); how many decimals it has is its ISO 4217 exponent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217 list one, as maintained by SIX: codes of money in use whose exponent is 2, and the exceptions.
_EXPONENT_2 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
YER ZAR ZMW ZWG
"""
_EXPONENT_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_EXPONENT_3 = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENT_4 = "CLF UYW"

EXPONENTS: dict[str, int] = {
    code: exponent
    for exponent, codes in ((2, _EXPONENT_2), (0, _EXPONENT_0), (3, _EXPONENT_3), (4, _EXPONENT_4))
    for code in codes.split()
}
"""ISO 4217 code -> number of decimals of its minor unit."""

_UNITS: dict[str, Decimal] = {code: Decimal(1).scaleb(-exponent) for code, exponent in EXPONENTS.items()}

ZERO = Decimal(0)


class UnknownCurrency(ValueError):
    """The code is no ISO 4217 currency in use."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is not an ISO 4217 currency code in use")
        self.code = code


class NotAnAmount(ValueError):
    """The value cannot be read as a finite decimal amount."""


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for EUR, 1 for JPY. Raises `UnknownCurrency`."""
    try:
        return _UNITS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def decimal_from(value: object) -> Decimal:
    """Read an amount from a JSON value: text, an integer or a `Decimal`.

    Floats are refused: whoever parsed them has lost cents already. Raises `NotAnAmount`.
    """
    if isinstance(value, str):
        value = value.strip()
    elif isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotAnAmount(f"{value!r} is not a decimal amount")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise NotAnAmount(f"{value!r} is not a decimal amount") from None
    if not amount.is_finite():
        raise NotAnAmount(f"{value!r} is not a finite amount")
    return amount


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's minor unit. Raises `UnknownCurrency`."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def is_whole(amount: Decimal, currency: str) -> bool:
    """Whether the amount has no part smaller than the currency's minor unit. Raises `UnknownCurrency`."""
    unit = minor_unit(currency)
    # Most amounts are written with just the currency's decimals, which is seen without any arithmetic.
    return amount.same_quantum(unit) or amount == amount.quantize(unit, rounding=ROUND_DOWN)


def plain(number: Decimal) -> str:
    """A decimal as text with a dot, without exponent and without trailing zeros: "1200", "0.5", "-3"."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def allocate(total: Decimal, weights: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """Split a total over weights so that the parts are whole minor units and add up exactly.

    The largest-remainder method: every part is rounded towards zero, and the minor units that are left go
    to the parts that lost most, the earlier one first where two lost the same. Weights that are all zero
    count as equal. Raises `ValueError` when there are no weights, when one is negative, or when the total is
    itself no whole number of minor units.
    """
    if not weights:
        raise ValueError("nothing to allocate to: no weights")
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if not is_whole(total, currency):
        raise ValueError(f"{total} {currency} is not a whole number of minor units")
    unit = minor_unit(currency)
    whole = sum(weights, ZERO)
    shares = [total * weight / whole if whole else total / len(weights) for weight in weights]
    parts = [share.quantize(unit, rounding=ROUND_DOWN) for share in shares]
    left = int((total - sum(parts, ZERO)) / unit)
    step = unit if left >= 0 else -unit
    order = sorted(range(len(parts)), key=lambda i: -abs(shares[i] - parts[i]))
    for index in order[: abs(left)]:
        parts[index] += step
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency. Comparing or adding two currencies is an error, never a conversion."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in EXPONENTS:
            raise UnknownCurrency(self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.amount:,.{EXPONENTS[self.currency]}f} {self.currency}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added or compared")
