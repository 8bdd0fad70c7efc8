"""Reading the module's values: numbers and text that may be null, times without an offset."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from providers.domain.money import NotAnAmount, decimal_from

_DIGITS = 15


def text(value: object) -> str:
    """Text, or what a number reads as; empty for null and for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ""


def amount(value: object) -> Decimal | None:
    """An amount; None when there is none, or one that no invoice has."""
    try:
        read = decimal_from(value)
    except NotAnAmount:
        return None
    return read if not read or -_DIGITS < read.adjusted() < _DIGITS else None


def day(value: object) -> date | None:
    """The day of "YYYY-MM-DD HH:MM:SS"; None when it is something else."""
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        return None


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """The moment of "YYYY-MM-DD HH:MM:SS", which is told without an offset; None when it is something else."""
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return read.replace(tzinfo=zone) if read.tzinfo is None else read


def identity(value: Mapping[str, object]) -> str:
    """The id of an invoice as text; empty when there is none."""
    found = text(value.get("id"))
    return found if found.isascii() and found.isdigit() and int(found) else ""


def plain(number: Decimal) -> str:
    """A decimal as text with a dot, without exponent and without trailing zeros."""
    return f"{number.normalize():f}" if number else "0"
