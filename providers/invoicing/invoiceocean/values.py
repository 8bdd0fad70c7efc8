"""Reading the provider's values: decimals as text, dates that may be empty, text that may be null."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from providers.domain import money
from providers.domain.money import NotAnAmount, decimal_from

_DIGITS = 15


def text(value: object) -> str:
    """Text, or what a number reads as; empty for null and for anything else."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, int | Decimal) else ""


def amount(value: object) -> Decimal | None:
    """An amount. Answers show "60.23"; the documentation prints decimal commas too. None when there is none,
    or one that no invoice has."""
    if value is None:
        return None
    if isinstance(value, str):
        value = value.replace(",", ".")
    try:
        read = decimal_from(value)
    except NotAnAmount:
        return None
    return read if not read or -_DIGITS < read.adjusted() < _DIGITS else None


def day(value: object) -> date | None:
    """A date; None when it is null, empty or something else. Payments carry a timestamp where invoices do not."""
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        return None


def moment(value: object) -> datetime | None:
    """A timestamp with its offset; None when it is null, empty, something else or without an offset."""
    if not value:
        return None
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return read if read.tzinfo else None


def identity(value: Mapping[str, object]) -> str:
    """The id of a record as text; empty when there is none."""
    found = value.get("id")
    return text(found) if isinstance(found, int) or (isinstance(found, str) and found.isdigit()) else ""


def number(remote_id: str) -> int:
    """The id as the service takes it. Ids are whole numbers from 1: anything else is 0, which nothing has there."""
    return int(remote_id) if remote_id.isascii() and remote_id.isdigit() else 0


def plain(number: Decimal) -> str:
    """A decimal as text with a dot, without exponent and without trailing zeros."""
    return money.plain(number) if number else "0"
