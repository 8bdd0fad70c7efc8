"""Types of single values, as a person writes them: "5m", "1 MiB", 23."""

import re
from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from config.problems import Wrong
from config.urls import ConnectionUrl, broker_url, ledger_url, listener_url, web_url

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")
_LONGEST = timedelta(days=3650)
_SIZES = {"": 1, "b": 1, "kb": 10**3, "kib": 2**10, "mb": 10**6, "mib": 2**20, "gb": 10**9, "gib": 2**30}


def duration(value: object) -> timedelta:
    """Read "30s", "5m", "24h", "2d", "1h 30m", "250ms", or a number of seconds. Raises `Wrong`."""
    wrong = Wrong("This is no length of time", 'Write a number with a unit, such as "30s", "5m", "24h" or "2d".')
    if isinstance(value, timedelta):
        length = value
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise wrong
    else:
        try:
            length = _duration(str(value).strip())
        except (ValueError, OverflowError):
            raise wrong from None
    if not timedelta(0) < length <= _LONGEST:
        raise Wrong("This is out of range", "Write a length of time above zero and of at most ten years.")
    return length


def _duration(text: str) -> timedelta:
    if _PART.sub("", text):
        return timedelta(seconds=float(text))
    return sum((float(number) * _UNITS[unit] for number, unit in _PART.findall(text)), timedelta(0))


def duration_text(length: timedelta) -> str:
    """The shortest exact spelling that `duration` reads: 15m, not 900s."""
    for unit in ("d", "h", "m", "s"):
        if length % _UNITS[unit] == timedelta(0):
            return f"{length // _UNITS[unit]}{unit}"
    return f"{length / _UNITS['ms']:g}ms"


def time_of_day(value: object) -> time:
    """Read "02:30", or TOML's own 02:30:00. Raises `Wrong`."""
    wrong = Wrong("This is no time of day", 'Write hours and minutes, such as "02:30".')
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,2}:\d{2}", value.strip()):
        raise wrong
    hour, minute = map(int, value.split(":"))
    if hour > 23 or minute > 59:
        raise wrong
    return time(hour, minute)


def whole(value: object) -> object:
    """Keep `true` from being read as 1. Raises `Wrong`."""
    if isinstance(value, bool):
        raise Wrong("This is no whole number", "Write digits only, without quotes.")
    return value


def size(value: object) -> int:
    """Read "1 MiB", "512 kB" or a number of bytes. Raises `Wrong`."""
    match = re.fullmatch(r"(\d+)\s*([a-z]*)", str(value).strip().lower())
    if isinstance(value, bool) or match is None or match[2] not in _SIZES:
        raise Wrong(
            "This is no size", 'Write a whole number of bytes, or one with a unit, such as "512 KiB" or "1 MiB".'
        )
    return int(match[1]) * _SIZES[match[2]]


Duration: TypeAlias = Annotated[
    timedelta, BeforeValidator(duration), PlainSerializer(duration_text, return_type=str, when_used="json")
]
TimeOfDay: TypeAlias = Annotated[
    time,
    BeforeValidator(time_of_day),
    PlainSerializer(lambda told: f"{told:%H:%M}", return_type=str, when_used="json"),
]
Whole: TypeAlias = Annotated[int, BeforeValidator(whole)]
Size: TypeAlias = Annotated[int, BeforeValidator(size), Field(ge=1024, le=2**30)]
Percent: TypeAlias = Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)]
Name: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WebUrl: TypeAlias = Annotated[str, AfterValidator(web_url)]
ListenerUrl: TypeAlias = Annotated[str, AfterValidator(listener_url)]
LedgerUrl: TypeAlias = Annotated[ConnectionUrl, AfterValidator(ledger_url)]
BrokerUrl: TypeAlias = Annotated[ConnectionUrl, AfterValidator(broker_url)]
