"""ACS Invoicing's answers in our words. Nothing here raises over a member that is missing or odd."""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from providers.domain.documents import DocumentKind, RemoteDocument, RemoteState
from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import ZERO
from providers.invoicing.acs import values
from providers.invoicing.acs.names import ErrorNames, InvoiceNames
from providers.invoicing.acs.options import Options

STATUS: Final = "status"
RESULT: Final = "result"
FAILED: Final = "error"
"""Documented: the two members of every answer, and the status of a failure. The word of success is not."""

CurrencyOf: TypeAlias = Callable[[object], str]
"""An invoice's currency as the provider names it -> its ISO code, or empty."""

_DEEPEST = 5
_LONGEST = 500


def is_envelope(answer: object) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get(STATUS), str) and RESULT in answer


def is_failure(answer: Mapping[str, object]) -> bool:
    return str(answer.get(STATUS)).strip().lower() == FAILED


def document(row: Mapping[str, object], options: Options, currency_of: CurrencyOf) -> RemoteDocument:
    """An invoice as an answer or a row of a list tells it. Its `extra` holds what has no place elsewhere."""
    names = options.names.invoice
    gross = _told(row, names.gross)
    paid, state = _payment(row, gross, options)
    return RemoteDocument(
        remote_id=values.identity(row, names.id),
        kind=DocumentKind.INVOICE,
        number=values.text(row.get(names.number)),
        reference=values.text(row.get(names.reference)) if names.reference else "",
        currency=currency_of(row.get(names.currency)),
        net=_told(row, names.net),
        tax=_told(row, names.tax),
        gross=gross,
        paid=paid,
        state=state,
        issue_date=values.day(row.get(names.issue_date)),
        extra={name: value for name, value in row.items() if value is not None and name not in _mapped(names)},
    )


def _mapped(names: InvoiceNames) -> frozenset[str]:
    return frozenset(
        {
            *(names.id, names.number, names.reference, names.currency, names.net, names.tax, names.gross, names.paid),
            names.issue_date,
        }
    )


def _told(row: Mapping[str, object], name: str) -> Decimal | None:
    return values.amount(row.get(name)) if name else None


def _payment(
    row: Mapping[str, object], gross: Decimal | None, options: Options
) -> tuple[Decimal | None, RemoteState | None]:
    """What is paid, and the state that follows. The member is an amount or a flag; a flag that is false tells
    that nothing is paid only where parts cannot be."""
    names = options.names.invoice
    told = row.get(names.paid) if names.paid else None
    if isinstance(told, bool):
        if told:
            return gross, RemoteState.PAID
        return None if options.partial_payments else ZERO, RemoteState.OPEN
    paid = values.amount(told)
    if paid is None:
        return None, None
    if not paid:
        return paid, RemoteState.OPEN
    if gross is not None:
        return paid, RemoteState.PAID if paid >= gross else RemoteState.PARTIAL
    if not names.paid_date or names.paid_date not in row:
        return paid, None
    return paid, RemoteState.PAID if row[names.paid_date] else RemoteState.PARTIAL


def refusal(names: ErrorNames, status: int, body: bytes) -> Refused:
    """The reasons in the body of an answer with an HTTP status of failure."""
    try:
        answer = json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return Refused(FieldRefusal("", f"refused with status {status}; the answer cannot be read"))
    return reasons(answer.get(RESULT) if is_envelope(answer) else answer, names)


def reasons(result: object, names: ErrorNames) -> Refused:
    """The provider's own words, by field where it names one: `result` may be a text, an object or a list."""
    found = [FieldRefusal(field[:100], text) for field, text in _reasons(result, names, "", 0) if text]
    return Refused(*(found or [FieldRefusal("", _clip(result))]))


def code_in(result: object, names: ErrorNames) -> int | None:
    """The number that an error carries, where it carries one."""
    told = result.get(names.code) if isinstance(result, dict) and names.code else None
    text = values.text(told)
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else None


def _reasons(value: object, names: ErrorNames, field: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth >= _DEEPEST:
        yield field, _clip(value)
    elif isinstance(value, list):
        for each in value:
            yield from _reasons(each, names, field, depth + 1)
    elif isinstance(value, dict):
        named = values.text(value.get(names.field)) if names.field else ""
        for name, each in value.items():
            if name == names.field and named:
                continue
            inner = named or field if name in {names.text, names.code} else str(name)
            yield from _reasons(each, names, inner, depth + 1)
    else:
        yield field, _clip(value)


def _clip(said: object) -> str:
    return (said if isinstance(said, str) else json.dumps(said, default=str, ensure_ascii=False))[:_LONGEST]
