"""How the service reads and writes numbers and moments."""

from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Warsaw")
CENT: Final = Decimal("0.01")
_YES: Final = frozenset({"1", "true", "yes"})


def ruby(number: Decimal) -> str:
    """A decimal as Ruby's BigDecimal#to_s writes it: "60.23", "100.0", "0.0"."""
    text = f"{number.normalize():f}" if number else "0"
    return text if "." in text else f"{text}.0"


def stamp(moment: datetime, *, fresh: bool = False) -> str:
    """A timestamp with offset. Only the answer to the change itself shows the milliseconds."""
    local = moment.astimezone(ZONE)
    return (local if fresh else local.replace(microsecond=0)).isoformat(timespec="milliseconds")


def number_in(value: object) -> Decimal | None:
    """An amount as requests may give it: a number, "72.57" or "72,57"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def id_in(value: object) -> int:
    """An id as requests may give it, number or text; 0 for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0


def moment_in(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)).astimezone()
    except ValueError:
        return None


def is_yes(value: object, *, default: bool = False) -> bool:
    """A flag as requests may give it: true, "1", "true", "yes"."""
    return default if value is None else str(value).lower() in _YES
