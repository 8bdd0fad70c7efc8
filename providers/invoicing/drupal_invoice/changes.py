"""What is written over an invoice that is there, or against it. Pure: from what a GET told to the body of a request.

Whatever is left out of a PUT is wiped, but for the items, which are kept as they are. So nothing is written back
unless everything was told.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import ZERO
from providers.invoicing.drupal_invoice import answers, values
from providers.ports import JsonObject

CUSTOMER: Final = (
    *("customer_number", "company_name", "firstname", "lastname", "street", "building_number", "zipcode", "city"),
    *("state", "country", "coc_number", "vat_number", "description"),
)
_KEPT: Final = ("leading_zeros", "prefix", "description", "template", "pay_limit", "pay_status")
_NEEDED: Final = frozenset({"leading_zeros", "template", "pay_limit", "pay_status"})
_NUMBERS: Final = ("quantity", "unitcost", "vat")


def rewritten(stored: Mapping[str, object], changes: Mapping[str, object]) -> JsonObject:
    """The body of a PUT that changes nothing else. Raises `Refused`.

    Members of `customer` are changed one by one, `items` as a whole.
    """
    body = _told(stored)
    strange = [name for name in changes if name not in {*body, "items"}]
    if strange:
        raise Refused(*(FieldRefusal(name, "an invoice has no such member that can be changed") for name in strange))
    customer = changes.get("customer", {})
    if not isinstance(customer, Mapping):
        raise Refused(FieldRefusal("customer", "this must be an object"))
    if "items" in changes and not changes["items"]:
        raise Refused(FieldRefusal("items", "the site keeps the lines that there are when it is told none"))
    return {**body, **changes, "customer": {**_customer(stored), **customer}}


def credited(stored: Mapping[str, object], description: str) -> JsonObject:
    """The body of a POST that takes an invoice back: its lines with the opposite quantities. Raises `Refused`.

    The module computes each line's total and the sums away from zero, so that they come out as the opposite ones.
    """
    items = stored.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(each, Mapping) for each in items):
        raise Refused(FieldRefusal("items", "this invoice has no lines to be credited"))
    if (values.amount(stored.get("inctotal")) or ZERO) <= 0:
        raise Refused(FieldRefusal("inctotal", "an invoice over nothing or less is not credited"))
    told = description or f"Credit for invoice {answers.number(stored) or values.identity(stored)}"
    return {**_told(stored), "description": told, "pay_status": "unpaid", "items": [_opposite(each) for each in items]}


def check_numbers(payload: Mapping[str, object]) -> None:
    """Refuse an item whose figures are no exact numbers: on PHP 8 the module would die over it and leave half an
    invoice behind."""
    items = payload.get("items")
    refusals = [
        FieldRefusal(f"items.{place}.{name}", "this must be a number, as text or whole")
        for place, item in enumerate(items if isinstance(items, list) else [])
        for name in _NUMBERS
        if isinstance(item, Mapping) and item.get(name) is not None and values.amount(item[name]) is None
    ]
    if refusals:
        raise Refused(*refusals)


def sendable(value: object) -> object:
    """As it may stand in a request: a fraction as text."""
    if isinstance(value, Decimal):
        return values.plain(value)
    if isinstance(value, Mapping):
        return {name: sendable(each) for name, each in value.items()}
    return [sendable(each) for each in value] if isinstance(value, list) else value


def _told(stored: Mapping[str, object]) -> JsonObject:
    """Everything of an invoice but its lines."""
    if not stored.keys() >= _NEEDED:
        raise _incomplete()
    return {**{name: sendable(stored.get(name)) for name in _KEPT}, "customer": _customer(stored)}


def _customer(stored: Mapping[str, object]) -> JsonObject:
    customer = stored.get("customer")
    if not isinstance(customer, Mapping):
        raise _incomplete()
    return {name: sendable(customer.get(name)) for name in CUSTOMER}


def _incomplete() -> Refused:
    return Refused(FieldRefusal("customer", "the site does not tell all of the invoice; a change would erase it"))


def _opposite(item: Mapping[str, object]) -> JsonObject:
    quantity = values.amount(item.get("quantity"))
    if quantity is None:
        raise Refused(FieldRefusal("items", "the site does not tell the quantity of a line"))
    kept = {name: sendable(item.get(name)) for name in ("description", "unitcost", "vat", "weight")}
    return {**kept, "quantity": values.plain(-quantity)}
