"""Reading the provider's values, whose types nobody public knows: text or numbers, dates with or without time."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from providers.domain.money import NotAnAmount, decimal_from

_DIGITS = 15


def text(value: object) -> str:
    """Text, or what a number reads as; empty for null and for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ""


def amount(value: object) -> Decimal | None:
    """An amount as a number or as text, a percent sign ignored. None when there is none, or one that no invoice has."""
    if isinstance(value, str):
        value = value.rstrip(" %").replace(",", ".")
    try:
        read = decimal_from(value)
    except NotAnAmount:
        return None
    return read if not read or -_DIGITS < read.adjusted() < _DIGITS else None


def day(value: object) -> date | None:
    """A date, of a timestamp too; None when it is null, empty or something else."""
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        return None


def identity(record: Mapping[str, object], name: str) -> str:
    """The id of a record as text; empty when there is none."""
    return text(record.get(name)).strip()


def sendable(value: object) -> object:
    """A record as it was read, ready to be sent again: JSON knows no decimals. A float is written as the shortest
    text that reads as it, which is the amount."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(name): sendable(each) for name, each in value.items()}
    return [sendable(each) for each in value] if isinstance(value, list | tuple) else value


def plain(number: Decimal) -> str:
    """A decimal as text with a dot, without exponent and without trailing zeros."""
    return f"{number.normalize():f}" if number else "0"
