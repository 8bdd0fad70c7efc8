"""What the service's own webhooks say: "look at this record", and no more. Pure.

Deliveries are not signed: all that proves one is a text that its owner chose and that comes back in it, and that may be
empty. They are not repeated when they fail, and their figures are no copy of the record's. So nothing of a delivery
is believed but the id, and the record is read again.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from providers.invoicing.invoiceocean import values

_KINDS: Final = {"deal": "invoice", "client": "client", "product": "product"}
"""The member that holds the record -> what it is. Documents are called deals there (observed)."""
_BRAND: Final = "fakturownia"


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that may have changed."""

    kind: str
    """invoice, client or product."""
    remote_id: str


def read(body: bytes, *, echo: str = "") -> Hint | None:
    """The record that a delivery names; None where it names none that can be read.

    `echo` is the `api_token` that the webhook was set up with: with it, a delivery that does not bring it back is
    none of ours. Never raises, whatever the body holds.
    """
    try:
        told = json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    if not isinstance(told, dict) or not _echoes(told, echo):
        return None
    for member, kind in _KINDS.items():
        record = told.get(member)
        if isinstance(record, dict) and (remote_id := _identity(record, told.get("app_name"))):
            return Hint(kind, remote_id)
    return None


def document(body: bytes) -> str:
    """The id of the document that a delivery names; empty where it names none. Never raises."""
    hint = read(body)
    return hint.remote_id if hint is not None and hint.kind == "invoice" else ""


def _echoes(told: Mapping[str, object], echo: str) -> bool:
    brought = values.text(told.get("api_token"))
    return not echo or hmac.compare_digest(brought.encode("utf-8", "replace"), echo.encode("utf-8", "replace"))


def _identity(record: Mapping[str, object], app_name: object) -> str:
    """A document's id stands only among `external_ids`, by the name of the service; other records have both."""
    ids = record.get("external_ids")
    if isinstance(ids, dict):
        for name in (values.text(app_name), _BRAND):
            if found := values.identity({"id": ids.get(name)}):
                return found
    return values.identity(record)
