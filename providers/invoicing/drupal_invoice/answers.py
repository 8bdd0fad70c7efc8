"""The module's answers in our words. Nothing here raises over a member that is missing or odd."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from providers.domain.documents import DocumentKind, RemoteDocument, RemoteState
from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import ZERO
from providers.invoicing.drupal_invoice import mapping, values
from providers.invoicing.drupal_invoice.options import Options

STATES: Final = {"paid": RemoteState.PAID, "unpaid": RemoteState.OPEN}
TOKEN_FIELD: Final = "X-CSRF-Token"  # noqa: S105 - a header
"""Names the refusal of a write that came without a valid session and token."""

_MAPPED: Final = frozenset(
    {"id", "number", "description", "extotal", "inctotal", "vattotal", "pay_status", "created", "changed"}
)
_LAST_NUMBER = re.compile(r"(\d+)/?\Z", re.ASCII)
_DATE_LETTER = re.compile(r"%(.)")


def document(answer: Mapping[str, object], options: Options, *, base_url: str, listed: bool) -> RemoteDocument:
    """An invoice as a GET or, where it was `listed`, a row of the list tells it. No currency is told."""
    remote_id = values.identity(answer)
    description = values.text(answer.get("description"))
    reference = mapping.reference(description)
    gross = values.amount(answer.get("inctotal"))
    state = STATES.get(values.text(answer.get("pay_status")))
    return RemoteDocument(
        remote_id=remote_id,
        kind=kind(reference) or mapping.kind_by_sign(gross or ZERO),
        number=values.text(answer.get("number")) if listed else number(answer),
        reference=reference,
        net=values.amount(answer.get("extotal")),
        tax=values.amount(answer.get("vattotal")),
        gross=gross,
        # The flag speaks of the whole: there are no payments behind it.
        paid=gross if state is RemoteState.PAID else ZERO if state is RemoteState.OPEN else None,
        state=state,
        updated_at=values.moment(answer.get("changed"), ZoneInfo(options.timezone)),
        issue_date=values.day(answer.get("created")),
        url=f"{base_url}/invoice/api/invoice.html/{remote_id}",
        extra={name: value for name, value in answer.items() if value is not None and name not in _MAPPED},
    )


def kind(reference: str) -> DocumentKind | None:
    """The kind that our reference names; None for one that names none, as a shortened one may."""
    parts = reference.split("/")
    if len(parts) == 2 and "~" not in reference:
        return DocumentKind.INVOICE
    return DocumentKind.CREDIT_NOTE if len(parts) == 4 and parts[2] == DocumentKind.CREDIT_NOTE else None


def number(answer: Mapping[str, object]) -> str:
    """The number of an invoice that was read by itself.

    There the module formats a number that is formatted already: one with letters reads "0". So it is made of
    its parts again, as the list shows it; empty where a part is not known.
    """
    prefix, created = answer.get("prefix"), values.day(answer.get("created"))
    zeros, remote_id = values.text(answer.get("leading_zeros")), values.identity(answer)
    if created is None or not zeros.isdigit() or not remote_id or not isinstance(prefix, str | None):
        return ""
    expanded = _expanded(prefix or "", created)
    return "" if expanded is None else f"{expanded}{remote_id.zfill(int(zeros))}"


def _expanded(prefix: str, day: date) -> str | None:
    """The prefix with `%Y` and other letters of PHP's date() filled in; None where it has one that we do not know."""
    letters = {
        "Y": f"{day.year:04}",
        "y": f"{day.year % 100:02}",
        "m": f"{day.month:02}",
        "n": str(day.month),
        "d": f"{day.day:02}",
        "j": str(day.day),
    }
    if any(letter not in letters for letter in _DATE_LETTER.findall(prefix)):
        return None
    return _DATE_LETTER.sub(lambda match: letters[match[1]], prefix)


def created_id(answer: object) -> str:
    """The id in the answer to a create; empty when there is none.

    The rest of the address is not used: it leaves out the site's folder and may name another scheme.
    """
    links = answer.get("_links") if isinstance(answer, dict) else None
    own = links.get("self") if isinstance(links, dict) else None
    href = own.get("href") if isinstance(own, dict) else None
    found = _LAST_NUMBER.search(href) if isinstance(href, str) else None
    return str(int(found[1])) if found and int(found[1]) else ""


def refusal(status: int, body: bytes) -> Refused:
    """The module's reason: `{"code": 400, "message": "..."}`. It names no field; a 401 says nothing at all."""
    if status == 401:
        return Refused(FieldRefusal("", 'the site does not know this account; it is written "user:password"'))
    try:
        answer = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        answer = None
    said = answer.get("message") if isinstance(answer, dict) else None
    text = said[:500] if isinstance(said, str) and said else f"refused with status {status}"
    return Refused(FieldRefusal(TOKEN_FIELD if status == 406 else "", text))


def lacks_token(refused: Refused) -> bool:
    return any(each.field == TOKEN_FIELD for each in refused.refusals)
