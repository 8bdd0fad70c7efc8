"""What a shop sends, read with care: decimals stay decimals, texts become storable, errors name the member.

A payload is JSON from outside. Whatever its bytes are, reading it ends in a value or in `Unreadable`.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, NoReturn, TypeVar

from pydantic import BaseModel, JsonValue, PlainValidator, ValidationError, WithJsonSchema

from providers.domain.money import NotAnAmount, decimal_from
from providers.domain.reasons import Code, Reason
from providers.ports import Unreadable

AnyModel = TypeVar("AnyModel", bound=BaseModel)

_LARGEST = Decimal(10) ** 12
_FINEST = Decimal("1E-15")
"""Twelve digits before the point and fifteen after it fit into the 28 digits of Python's default decimal
context, so that sums of amounts are exact; a shop that sends more has sent a binary float's noise."""

_USUAL_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,15})?", re.ASCII)
"""What needs no second look: it is within the bounds, and written out."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SHOWN = 60
"""Characters of an offending value that are shown to people."""


def amount(value: object) -> Decimal:
    """Read a number given as text, JSON integer or `Decimal`. Raises `ValueError`.

    Python would take "1_000" and digits of any script for a number; a payload's number is plain ASCII.
    """
    if isinstance(value, str):
        if _USUAL_AMOUNT.fullmatch(value):
            return Decimal(value)
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError("is no decimal number")
    elif type(value) is int and -_LARGEST < value < _LARGEST:
        return Decimal(value)
    try:
        number = decimal_from(value)
    except NotAnAmount:
        raise ValueError("is no decimal number") from None
    if number.copy_abs() >= _LARGEST:
        raise ValueError("is too large for an amount or a quantity")
    exponent = int(number.as_tuple().exponent)
    if exponent < -15:
        return number.quantize(_FINEST)
    return number.quantize(Decimal(1)) if exponent > 0 else number


def text(value: object) -> str:
    """Read one line of text; null and PHP's `false` are empty. Raises `ValueError` for anything structured.

    Control characters and halves of surrogate pairs go: databases and UTF-8 do not take them.
    """
    if value is None or value is False:
        return ""
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValueError("is no text")  # noqa: TRY004 - pydantic lets TypeError through
        value = str(value)
    if not value.isprintable():  # neither of them is
        value = _CONTROL.sub(" ", value.encode("utf-8", "ignore").decode())
    return " ".join(value.split())


def utc_moment(value: object) -> datetime:
    """Read an ISO 8601 time; without a zone it is UTC. Raises `ValueError`."""
    return _moment(value, zone_needed=False)


def zoned_moment(value: object) -> datetime:
    """Read an ISO 8601 time with its zone or offset. Raises `ValueError`."""
    return _moment(value, zone_needed=True)


def _moment(value: object, *, zone_needed: bool) -> datetime:
    if not isinstance(value, str):
        raise ValueError("is no time")  # noqa: TRY004 - pydantic lets TypeError through
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("is no ISO 8601 time") from None
    if moment.tzinfo is None:
        if zone_needed:
            raise ValueError("has no time zone; end it with Z or an offset such as +02:00")
        moment = moment.replace(tzinfo=UTC)
    else:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise ValueError("is no time of this world") from None
    if moment.year < 1970:
        raise ValueError("lies before 1970")
    return moment


NUMBER_SCHEMA: dict[str, JsonValue] = {
    "anyOf": [{"type": "string", "pattern": r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$"}, {"type": "number"}]
}

# What these readers return needs no second look by pydantic.
Amount = Annotated[Decimal, PlainValidator(amount), WithJsonSchema(NUMBER_SCHEMA)]
Text = Annotated[str, PlainValidator(text, json_schema_input_type=str)]
UtcMoment = Annotated[datetime, PlainValidator(utc_moment, json_schema_input_type=datetime)]
ZonedMoment = Annotated[datetime, PlainValidator(zoned_moment, json_schema_input_type=datetime)]


def load_object(body: bytes, *, remedy: str, topic: str = "") -> dict[str, object]:
    """Parse a body that must be a JSON object; fractions become `Decimal`. Raises `Unreadable`."""
    try:
        value: object = _JSON.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        problem = "is not UTF-8"
    except ValueError as error:
        problem = f"is not JSON: {_shortened(str(error))}"
    except ArithmeticError:
        problem = "holds a number beyond all measure"
    except RecursionError:
        problem = "is nested too deeply"
    else:
        if isinstance(value, dict):
            return value
        problem = f"is {shown(value)}, not a JSON object"
    beginning = _shortened(body[: 4 * _SHOWN].decode("utf-8", "replace"))
    raise Unreadable(_reason("body", problem, beginning, remedy), topic=topic)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_JSON = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)


def validated(
    model: type[AnyModel], value: object, *, remedy: str, order_id: str = "", topic: str = "", inside: str = ""
) -> AnyModel:
    """Read a parsed value as a model. Raises `Unreadable` that names the first offending member.

    `inside` is the path of the value within the body, for the name of the member.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        first = problems[0]
        problem = "is missing" if first["type"] == "missing" else _problem(first)
        if len(problems) > 1:
            problem += f" (and {len(problems) - 1} more)"
        given = "nothing" if first["type"] == "missing" else shown(first["input"])
        reason = _reason(_path(inside, first["loc"]), problem, given, remedy)
    raise Unreadable(reason, order_id=order_id, topic=topic)


def _problem(error: Mapping[str, object]) -> str:
    context = error.get("ctx")
    own = context.get("error") if isinstance(context, dict) else None
    return str(own) if own is not None else f"is not accepted: {str(error['msg'])[0].lower()}{str(error['msg'])[1:]}"


def _path(inside: str, loc: tuple[int | str, ...]) -> str:
    """`("line_items", 2, "total")` -> `line_items[2].total`."""
    path = inside
    for step in loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return text(path)[:200] or "body"


def _reason(field: str, problem: str, value: str, remedy: str) -> Reason:
    return Reason(
        code=Code.UNREADABLE,
        text=f"The order cannot be read: {field} {problem}.",
        field=field,
        value=value,
        remedy=remedy,
    )


def shown(value: object) -> str:
    """A value as people may see it: short and on one line."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return _shortened(str(value))


def _shortened(value: str) -> str:
    short = text(value[: 4 * _SHOWN])
    return short if len(short) <= _SHOWN else f"{short[:_SHOWN]}…"
