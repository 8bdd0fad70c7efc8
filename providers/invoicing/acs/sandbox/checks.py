"""What the sandbox refuses, by member. Which data the service misses is documented for account holders only."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from providers.domain.money import ZERO
from providers.invoicing.acs.sandbox.account import Account, Invoice, number_in
from providers.ports import JsonObject

Problem: TypeAlias = tuple[str, str]
"""A member and what is wrong with it."""

MISSING = "is missing"
UNKNOWN = "does not exist"


def invoice_problems(sent: JsonObject, account: Account) -> Iterator[Problem]:
    names, switches = account.switches.names.invoice, account.switches
    for kind, name in (
        ("payment_methods", names.payment_method),
        ("currencies", names.currency),
        ("languages", names.language),
    ):
        yield from _entry_problems(sent, kind, name, account)
    inline = sent.get(names.customer) if names.customer else None
    if isinstance(inline, dict) and switches.inline_customers:
        yield from customer_problems(inline, account)
    elif str(sent.get(names.customer_id)) not in map(str, account.customers):
        yield names.customer_id, UNKNOWN if names.customer_id in sent else MISSING
    for name in filter(None, (names.fulfillment_date, names.due_date)):
        if name not in sent:
            yield name, MISSING
    for name in filter(None, (names.issue_date, names.fulfillment_date, names.due_date)):
        if name in sent and not _is_date(sent[name]):
            yield name, "is not a date"
    if names.reference and len(str(sent.get(names.reference, ""))) > switches.reference_length:
        yield names.reference, f"is longer than {switches.reference_length} characters"
    yield from _item_problems(sent.get(names.items), account)


def customer_problems(sent: JsonObject, account: Account) -> Iterator[Problem]:
    names = account.switches.names.customer
    for name in filter(None, (names.name, names.postcode, names.city, names.street)):
        if not str(sent.get(name) or "").strip():
            yield name, MISSING
    yield from _entry_problems(sent, "countries", names.country, account)
    numbered = sent.get(names.tax_number) or sent.get(names.eu_tax_number)
    if account.switches.strict_companies and sent.get(names.is_company) and not numbered:
        yield names.tax_number, MISSING


def payment_problems(sent: JsonObject, invoice: Invoice, account: Account) -> Iterator[Problem]:
    names = account.switches.names.pay
    yield from _entry_problems(sent, "payment_methods", names.payment_method, account)
    if names.date and not _is_date(sent.get(names.date)):
        yield names.date, "is not a date" if names.date in sent else MISSING
    if names.amount and names.amount in sent:
        amount = _amount(sent[names.amount], account)
        if amount is None or amount <= 0:
            yield names.amount, "is not an amount"
        elif account.switches.paid_as_flag and amount != invoice.gross:
            yield names.amount, "is not the whole"


def _item_problems(items: object, account: Account) -> Iterator[Problem]:
    names = account.switches.names.item
    if not isinstance(items, list) or not items:
        yield account.switches.names.invoice.items, MISSING
        return
    for item in items:
        if not isinstance(item, dict):
            yield account.switches.names.invoice.items, "is not a line"
            continue
        if not str(item.get(names.name) or "").strip():
            yield names.name, MISSING
        quantity, price = (_amount(item.get(name), account) for name in (names.quantity, names.price))
        if not quantity:
            yield names.quantity, "is not a number"
        if price is None or price != round(price, account.switches.price_decimals):
            yield names.price, "is not a price"
        elif (quantity or ZERO) * price < 0 and not account.switches.negative_lines:
            yield names.price, "is negative"
        yield from _entry_problems(item, "units", names.unit, account)
        yield from _entry_problems(item, "vat", names.vat, account)


def _entry_problems(sent: JsonObject, kind: str, name: str, account: Account) -> Iterator[Problem]:
    if name and name not in sent:
        yield name, MISSING
    elif name and account.entries.find(kind, sent[name]) is None:
        yield name, UNKNOWN


def _amount(value: object, account: Account) -> Decimal | None:
    form = account.switches.amounts_in
    if (form == "text" and not isinstance(value, str)) or (form == "number" and isinstance(value, str)):
        return None
    return number_in(value)


def _is_date(value: object) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True
