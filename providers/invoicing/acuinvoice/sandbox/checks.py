"""What the service refuses, by the rules that its pages mark."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from providers.invoicing.acuinvoice.sandbox.account import Account, Record, number
from providers.invoicing.acuinvoice.sandbox.replies import NUMBER_TAKEN, Failure
from providers.ports import JsonObject

_TERMS: Final = frozenset({"NET 15", "NET 30", "NET 45", "NET 60"})
_FEES: Final = frozenset({"1%", "1.5%", "2%"})
_LINE_KINDS: Final = frozenset({"Hours", "Days", "Product", "Expense"})
_PERIODS: Final = frozenset({"day", "week", "month", "year"})
_CURRENCY = re.compile(r"[A-Z]{3}")
_PERCENT = re.compile(r"\d+(\.\d+)?%")


def check(kind: str, fields: JsonObject, account: Account, record: Record | None = None) -> None:
    """Raises `Failure`. `fields` are those that the record would have; `record` is the one that is changed."""
    CHECKS[kind](fields, account)
    if kind == "invoice":
        _number_is_free(fields, account, record)


def _invoice(fields: JsonObject, account: Account) -> None:
    _needs(fields, "invoice_date", "client_id", "currency", "terms", "late_fee")
    _date(fields, "invoice_date")
    _client(fields.get("client_id"), account)
    if len(str(fields.get("po_number") or "")) > account.switches.po_number_length:
        raise Failure("The PO number is too long.")
    _terms(fields, account)
    _money(fields, account)


def _estimate(fields: JsonObject, account: Account) -> None:
    _needs(fields, "estimate_date", "estimate_expiration", "client_id", "currency")
    _date(fields, "estimate_date")
    _date(fields, "estimate_expiration")
    _client(fields.get("client_id"), account)
    _money(fields, account)


def _recurring(fields: JsonObject, account: Account) -> None:
    _needs(fields, "currency", "terms", "late_fee", "recurring_frequency", "recurring_period")
    if fields["recurring_period"] not in _PERIODS:
        raise Failure("The period must be day, week, month or year.")
    clients = fields.get("clients")
    for each in clients if isinstance(clients, list) else []:
        _client(each.get("client_id"), account)
    _terms(fields, account)
    _money(fields, account)


def _client_fields(fields: JsonObject, _account: Account) -> None:
    _needs(fields, "name")
    contacts = fields.get("contacts")
    for contact in contacts if isinstance(contacts, list) else []:
        _needs(contact, "first_name", "last_name", "email")


def _contact(fields: JsonObject, account: Account) -> None:
    _needs(fields, "client_id", "first_name", "last_name", "email")
    _client(fields.get("client_id"), account)


CHECKS: Final[dict[str, Callable[[JsonObject, Account], None]]] = {
    "invoice": _invoice,
    "estimate": _estimate,
    "recurring": _recurring,
    "client": _client_fields,
    "contact": _contact,
}


def _needs(fields: JsonObject, *names: str) -> None:
    for name in names:
        if not str(fields.get(name) or "").strip():
            raise Failure(f"The field {name} is mandatory.")


def _number_is_free(fields: JsonObject, account: Account, record: Record | None) -> None:
    told = str(fields.get("invoice_number") or "")
    if len(told) > account.switches.number_length:
        raise Failure("The invoice number is too long.")
    own = record is not None and record.fields.get("invoice_number") == told
    if account.switches.reject_duplicate_number and not own and account.number_is_taken(told):
        raise Failure("This invoice number is in use already. Choose another one.", NUMBER_TAKEN)


def _client(told: object, account: Account) -> None:
    if not str(told).isdecimal() or int(str(told)) not in account.tables["client"]:
        raise Failure("There is no such client.")


def _terms(fields: JsonObject, account: Account) -> None:
    if fields["terms"] not in _TERMS:
        _date(fields, "terms")
    fee = str(fields["late_fee"])
    if fee not in _FEES and _number(fee, "late_fee") == 0 and not account.switches.zero_late_fee:
        raise Failure("The late fee must not be zero.")


def _money(fields: JsonObject, account: Account) -> None:
    allowed = account.switches.currencies
    currency = str(fields["currency"])
    if not _CURRENCY.fullmatch(currency) or (allowed and currency not in allowed):
        raise Failure("The currency is not supported.")
    if (tax := fields.get("tax")) and not _PERCENT.fullmatch(str(tax)):
        raise Failure("The tax must be a percentage.")
    _number(fields.get("freight") or "0", "freight")
    lines = fields.get("lines")
    if not isinstance(lines, list) or not lines:
        raise Failure("There must be at least one line.")
    for line in lines:
        _line(line, account)


def _line(line: JsonObject, account: Account) -> None:
    if line.get("kind") not in _LINE_KINDS:
        raise Failure("The kind of a line must be Hours, Days, Product or Expense.")
    if line.get("tax", "0") not in {"0", "1"}:
        raise Failure("The tax of a line must be 1 or 0.")
    _number(line.get("quantity"), "quantity")
    if _number(line.get("price"), "price") < 0 and not account.switches.negative_prices:
        raise Failure("The price must not be negative.")


def _number(value: object, name: str) -> float:
    try:
        return float(number(value))
    except ValueError:
        raise Failure(f"The field {name} must be numeric.") from None


def _date(fields: JsonObject, name: str) -> None:
    try:
        date.fromisoformat(str(fields.get(name)))
    except ValueError:
        raise Failure(f"The field {name} is no date.") from None
