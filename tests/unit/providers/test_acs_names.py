"""The one table of names: every one of them can be another, and is documented; and every call can be reached."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from providers.invoicing.acs import Options, names_page
from providers.invoicing.acs.names import Names
from providers.operations import operations
from tests.unit.providers.acs_desk import Desk

PAGE = Path(__file__).parents[3] / "docs" / "acs-names.md"

CALLS = {
    "time": "GET /time",
    "languages": "GET /languages",
    "countries": "GET /countries",
    "payment_methods": "GET /paymentmethods",
    "currencies": "GET /currencies",
    "units": "GET /units",
    "vat": "GET /vat",
    "invoices": "GET /invoices",
    "create_invoices": "POST /invoices",
    "invoice": "GET /invoice/{invoiceId}",
    "create_invoice": "POST /invoice",
    "pay": "POST /invoice/{invoiceId}/pay",
    "customers": "GET /customers",
    "customer": "GET /customer/{customerId}",
    "edit_customer": "PUT /customer/{customerId}",
    "create_customer": "POST /customer",
}
"""Operation -> the call that the developer page lists."""


def keys(table: BaseModel, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The way to every name: ("invoice", "due_date")."""
    for key in type(table).model_fields:
        value = getattr(table, key)
        if isinstance(value, BaseModel):
            yield from keys(value, (*way, key))
        else:
            yield (*way, key)


def configured(way: tuple[str, ...], name: str) -> Options:
    """Options in which one name is another."""
    told: object = name
    for key in reversed(way):
        told = {key: told}
    return Options.model_validate({"names": told})


def described(way: tuple[str, ...]) -> str | None:
    table: type[BaseModel] = Names
    for key in way[:-1]:
        table = type(getattr(table(), key))
    return table.model_fields[way[-1]].description


@pytest.mark.parametrize("way", list(keys(Names())), ids=".".join)
def test_every_name_can_be_another_and_is_described(way: tuple[str, ...]) -> None:
    found: object = configured(way, "masik").names
    for key in way:
        found = getattr(found, key)
    assert found == "masik"
    assert described(way)


def test_a_name_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(ValidationError):
        configured(("invoice", "colour"), "szin")


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == names_page.page(), (
        "write it anew: python -m providers.invoicing.acs.names_page > docs/acs-names.md"
    )


def test_every_documented_call_is_an_operation_that_tells_its_call_in_one_line() -> None:
    found = {each.name: each for each in operations(Desk().provider.client)}
    assert found.keys() == CALLS.keys()
    for name, call in CALLS.items():
        assert found[name].summary.endswith(f": {call}."), found[name].summary
        assert found[name].writes is not call.startswith("GET")


def test_operations_are_called_with_plain_data() -> None:
    desk = Desk()
    made = desk.issue()
    found = {each.name: each for each in operations(desk.provider.client)}
    assert found["invoices"]({}) == found["invoices"]({"page": 1, "filters": {"date_from": "2026-03-01"}})
    row = found["invoice"]({"invoice_id": made})
    assert isinstance(row, dict)
    assert found["create_invoice"]({"body": row}) == desk.provider.client.invoice(str(int(made) + 1))
    paid = found["pay"]({"invoice_id": made, "body": {"payment_method_id": 71, "date": "2026-03-04"}})
    assert isinstance(paid, dict)
    assert str(paid["paid"]) == "71.44"
