"""The bridge's answers in our words. Nothing here raises over a member that is missing or odd."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from providers.domain.documents import DocumentKind, RemoteDocument
from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import NotAnAmount, decimal_from
from providers.ports import JsonObject

REFERENCE_FIELD: Final = "invoice_reference"
_LONGEST_WORDS = 500
_FORBIDDEN: Final = 403
_INVALID: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What can be invoiced. The currency of the price is told nowhere, nor whether it includes VAT."""

    code: str
    description: str = ""
    price: Decimal | None = None
    """None where the list tells none, or none that can be read."""
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What the bridge said to an invoice that it was asked not to make."""

    accepted: JsonObject
    """The input as the bridge repeats it."""
    differences: tuple[str, ...] = ()
    """Fields that it repeats otherwise than they were sent."""


def item(row: Mapping[str, object]) -> Item | None:
    """An item of the list; None for a row without a code."""
    code = text(row.get("code"))
    if not code:
        return None
    known = {"code", "description", "price"}
    return Item(
        code=code,
        description=text(row.get("description")),
        price=_price(row.get("price")),
        extra={name: value for name, value in row.items() if name not in known},
    )


def guid(answer: object) -> str:
    """The id of the invoice that was made; empty where the answer tells none."""
    data = answer.get("data") if isinstance(answer, dict) else None
    return text(data.get("guid")) if isinstance(data, dict) else ""


def says_dry_run(answer: object) -> bool:
    """Whether the answer is that to a dry run. The member is a boolean there, and a text in requests."""
    return isinstance(answer, dict) and answer.get("dry_run") in (True, "true")


def document(answer: JsonObject) -> RemoteDocument:
    """The invoice that was made, which is its id and nothing else: neither number nor reference nor total."""
    data = answer.get("data")
    members = {**answer, **(data if isinstance(data, dict) else {})}
    return RemoteDocument(
        remote_id=guid(answer),
        kind=DocumentKind.INVOICE,
        extra={name: value for name, value in members.items() if name not in {"data", "guid"}},
    )


def dry_run(sent: Mapping[str, object], answer: JsonObject) -> DryRun:
    """The answer to a dry run. Numbers may come back as text, and a line without its description: the page's own
    example shows both."""
    echo = answer.get("data")
    accepted = echo if isinstance(echo, dict) else {}
    told = {name: value for name, value in sent.items() if name != "dry_run"}
    return DryRun(accepted=accepted, differences=tuple(_differences(told, accepted, "")))


def _differences(sent: object, echo: object, where: str) -> Iterator[str]:
    if isinstance(sent, list) and isinstance(echo, list):
        if len(sent) != len(echo):
            yield f"{where}: {len(echo)} in place of {len(sent)}"
        for place, (ours, theirs) in enumerate(zip(sent, echo, strict=False)):
            yield from _differences(ours, theirs, f"{where}.{place}")
    elif isinstance(sent, Mapping) and isinstance(echo, Mapping):
        for name, ours in sent.items():
            if name in echo:
                yield from _differences(ours, echo[name], f"{where}.{name}" if where else name)
    elif str(sent) != str(echo):
        yield f"{where}: {_clip(echo)} in place of {_clip(sent)}"


def counts_as(status: int, body: bytes) -> int:
    """The bridge's own word on a status: a 403 with errors by field refuses the data, as a 422 does elsewhere
    (documented by example); without them it refuses the caller (inferred)."""
    return _INVALID if status == _FORBIDDEN and _names_fields(body) else status


def _names_fields(body: bytes) -> bool:
    answer = _json(body)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return isinstance(errors, dict) and bool(errors)


def refusal(_status: int, body: bytes, *, repeated_is_refused: bool = False) -> Refused:
    """The bridge's reasons: `errors` by field, else `message`. Nothing is decided on a text: where the owner says
    that repeated references are refused, an error of that field means one."""
    answer = _json(body)
    if not isinstance(answer, dict):
        return Refused(FieldRefusal("", "the answer cannot be read"))
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors:
        return Refused(FieldRefusal("", _clip(answer.get("message", ""))))
    reasons = [
        FieldRefusal(str(name)[:100], _clip(said))
        for name, texts in errors.items()
        for said in (texts if isinstance(texts, list) else [texts])
    ]
    return Refused(*reasons, duplicate=repeated_is_refused and set(errors) == {REFERENCE_FIELD})


def text(value: object) -> str:
    """Text, or what a number reads as; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ""


def _price(value: object) -> Decimal | None:
    try:
        read = decimal_from(value)
    except NotAnAmount:
        return None
    return read if not read or abs(read.adjusted()) < 15 else None


def _json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _clip(said: object) -> str:
    return (said if isinstance(said, str) else json.dumps(said, default=str, ensure_ascii=False))[:_LONGEST_WORDS]
