"""Reading the provider's values: everything is text, dates come with or without a time, percentages with a sign."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from providers.domain.money import NotAnAmount, decimal_from

_DIGITS = 15


def text(value: object) -> str:
    """The text of a leaf; empty for what is none."""
    return value if isinstance(value, str) else ""


def amount(value: object) -> Decimal | None:
    """A number; None when there is none, or one that no invoice has."""
    try:
        read = decimal_from(value)
    except NotAnAmount:
        return None
    return read if not read or -_DIGITS < read.adjusted() < _DIGITS else None


def percent(value: object) -> Decimal | None:
    """The number of a percentage such as "8.75%"; the sign may be missing."""
    return amount(text(value).strip().removesuffix("%"))


def day(value: object) -> date | None:
    """A date, of a date-time too; None when it is neither."""
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        return None


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A date-time, or the beginning of a day where only that is told. The service names no zone."""
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=zone)


def is_id(value: object) -> bool:
    """Whether this can be the id of a record: digits, and nothing else."""
    return isinstance(value, str) and value.isascii() and value.isdigit()
