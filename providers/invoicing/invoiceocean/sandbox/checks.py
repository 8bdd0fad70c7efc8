"""Which creates and updates the service refuses, and in which words."""

import re
from datetime import date
from typing import TYPE_CHECKING

from providers.invoicing.invoiceocean.sandbox.figures import number_in
from providers.invoicing.invoiceocean.sandbox.switches import Switches
from providers.ports import JsonObject

if TYPE_CHECKING:
    from providers.invoicing.invoiceocean.sandbox.account import Account

_KINDS = """
vat proforma bill receipt advance final correction vat_mp invoice_other vat_margin kp kw estimate vat_rr
correction_note accounting_note client_order dw wnt wdt import_service import_service_eu import_products
export_products
"""
KINDS = frozenset(_KINDS.split())
_LIMITS = {"buyer_name": 256, "seller_name": 256, "buyer_phone": 16, "buyer_email": 255, "description": 65_535}
_LIMITS |= {"correction_reason": 256}
_EMOJI = re.compile("[\U0001f300-\U0001faff]")
_YES = frozenset({"1", "true", "yes"})

_ENGLISH = {
    "blank": "can't be blank",
    "long": "is too long (maximum is {} characters)",
    "list": "is not included in the list",
    "invalid": "is invalid",
}
_POLISH = {
    "blank": "- nie może być puste",
    "long": "- pole jest za długie (maksymalna ilość znaków: {})",
    "list": "- nie znajduje się na liście",
    "invalid": "- jest nieprawidłowe",
}


def phrases(switches: Switches) -> dict[str, str]:
    """The texts in the account's language."""
    return _POLISH if switches.polish else _ENGLISH


def errors_in(sent: JsonObject, account: "Account") -> dict[str, list[str]]:
    """Field -> texts, as a 422 shows them; empty when the create is fine."""
    say = phrases(account.switches)
    errors: dict[str, list[str]] = {}
    if not str(sent.get("buyer_name") or "").strip() and not sent.get("client_id"):
        errors["buyer_name"] = [say["blank"]]
    if account.switches.strict_buyers:
        company = str(sent.get("buyer_company", "1")).lower() in _YES
        needed = ("buyer_tax_no",) if company else ("buyer_first_name", "buyer_last_name")
        errors |= {name: [say["blank"]] for name in needed if not sent.get(name)}
    errors |= _limits(sent, say)
    if str(sent.get("kind") or "vat") not in KINDS:
        errors["kind"] = [say["list"]]
    if not _is_date(sent.get("issue_date")):
        errors["issue_date"] = [say["invalid"]]
    if _EMOJI.search(str(sent.get("description") or "")):
        errors["description"] = [say["invalid"]]
    errors |= _position_errors(sent.get("positions"), say)
    oid = str(sent.get("oid") or "")
    guarded = account.switches.oid_unique and str(sent.get("oid_unique")).lower() in _YES
    if oid and guarded and account.oid_is_taken(oid, str(sent.get("kind") or "vat")):
        errors["oid"] = [account.switches.oid_refusal]
    return errors


def is_oss(sent: JsonObject) -> bool:
    """Whether a sale belongs to the one stop shop. Documented: not where seller and buyer are of one country."""
    return str(sent.get("buyer_country") or "PL") != str(sent.get("seller_country") or "PL")


def _limits(sent: JsonObject, say: dict[str, str]) -> dict[str, list[str]]:
    return {
        name: [say["long"].format(limit)] for name, limit in _LIMITS.items() if len(str(sent.get(name) or "")) > limit
    }


def _position_errors(positions: object, say: dict[str, str]) -> dict[str, list[str]]:
    """A line's errors stand beside "positions"."""
    if positions is None:
        return {}
    if not isinstance(positions, list) or not all(isinstance(each, dict) for each in positions):
        return {"positions": [say["invalid"]]}
    found: dict[str, list[str]] = {}
    for position in positions:
        name = str(position.get("name") or "")
        if not name and not position.get("product_id"):
            found["positions.name"] = [say["blank"]]
        elif len(name) > _LIMITS["buyer_name"]:
            found["positions.name"] = [say["long"].format(_LIMITS["buyer_name"])]
        # A correction of the price alone has no difference in quantity.
        quantity = number_in(position.get("quantity", 1))
        if quantity is None or (not quantity and "correction_before_attributes" not in position):
            found["positions.quantity"] = [say["invalid"]]
    return {"positions": [say["invalid"]], **found} if found else {}


def _is_date(value: object) -> bool:
    try:
        date.fromisoformat(str(value or "2000-01-01"))
    except ValueError:
        return False
    return True
