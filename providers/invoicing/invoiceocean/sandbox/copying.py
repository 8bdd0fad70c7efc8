"""Documents that are made from others: the fields of a create, filled from the document that it names."""

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.checks import phrases
from providers.invoicing.invoiceocean.sandbox.figures import id_in, is_yes, number_in, ruby
from providers.invoicing.invoiceocean.sandbox.positions import Position
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.ports import JsonObject

if TYPE_CHECKING:
    from providers.invoicing.invoiceocean.sandbox.account import Account

_OF_ITS_OWN: Final = frozenset(
    {
        *("number", "kind", "oid", "oid_unique", "positions", "status", "paid", "paid_date", "bank_accounts"),
        *("issue_date", "sell_date", "payment_to", "payment_to_kind", "correction_reason"),
    }
)
"""What a copy does not take over. Documented: the bank accounts are the department's, never the source's."""


def completed(sent: JsonObject, account: "Account") -> tuple[JsonObject, dict[str, list[str]]]:
    """The fields with what the source brings, and the errors of the naming, by field."""
    if not sent.get("copy_invoice_from"):
        return sent, {}
    say = phrases(account.switches)
    source = account.invoices.get(id_in(sent["copy_invoice_from"]))
    if source is None:
        return sent, {"copy_invoice_from": [say["invalid"]]}
    kind = str(sent.get("kind") or source.kind)
    positions: list[JsonObject] = [each.as_sent() for each in source.positions]
    if kind == "correction":
        whole = is_yes(sent.get("total_correction"))
        positions = [_taken_back(each, whole=whole) for each in source.positions]
    elif kind == "advance":
        amount = _advance(sent, source)
        if amount is None:
            return sent, {"advance_value": [say["invalid"]]}
        positions = [_one_line(str(sent.get("position_name") or "Advance"), amount, source)]
    elif kind == "final" and not _has_advance(sent, account):
        return sent, {"invoice_ids": [say["blank"]]}
    brought = {name: value for name, value in source.sent.items() if name not in _OF_ITS_OWN}
    links: JsonObject = {"from_invoice_id": source.id, "client_id": source.client_id}
    if kind in {"correction", "advance", "final"}:
        links["invoice_id"] = source.id
    return {**brought, **links, **sent, "kind": kind, "positions": positions}, {}


def _taken_back(position: Position, *, whole: bool) -> JsonObject:
    """A corrected line: all of it back, or a frame without a difference."""
    was = position.as_sent()
    nothing = {**was, "quantity": "0", "total_price_gross": "0"}
    return {
        **(position.as_sent(-1) if whole else nothing),
        "kind": "correction",
        "correction_before_attributes": {**was, "kind": "correction_before"},
        "correction_after_attributes": {**(nothing if whole else was), "kind": "correction_after"},
    }


def _advance(sent: JsonObject, source: Invoice) -> Decimal | None:
    value, mode = number_in(sent.get("advance_value")), sent.get("advance_creation_mode")
    if value is None or value <= ZERO:
        return None
    return {"amount": value, "percent": source.gross * value / 100}.get(str(mode))


def _one_line(name: str, gross: Decimal, source: Invoice) -> JsonObject:
    """Which tax an advance over lines of several rates has is not documented: here the first line's."""
    tax = source.positions[0].tax if source.positions else "23"
    return {"name": name, "quantity": 1, "tax": tax, "total_price_gross": ruby(gross)}


def _has_advance(sent: JsonObject, account: "Account") -> bool:
    named = sent.get("invoice_ids")
    found = [account.invoices.get(id_in(each)) for each in named] if isinstance(named, list) else []
    return any(each is not None and each.kind == "advance" for each in found)
