"""From a draft to the bridge's words, and every order that they have no word for."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from providers.domain.documents import DocumentKey, DocumentKind, DraftLine
from providers.domain.orders import LineKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.webparking import Options, Unsaid
from tests.unit.providers.webparking_drafts import BUYER, a_line, fields, prepared, reason


def test_the_request_is_the_documented_one() -> None:
    buyer = replace(BUYER, first_name="", last_name="", company="Kwekerij BV")
    line = a_line("53.00", quantity=Decimal(2))
    assert fields(buyer=buyer, lines=(line,)) == {
        "dry_run": "false",
        "account_name": "Kwekerij BV",
        "account_address": "Tuinpad 3",
        "account_postal_code": "9999 ZZ",
        "account_city": "Teststad",
        "invoice_reference": "garden/1001",
        "lines": [{"code": "RAKE-16", "quantity": 2, "description": "Leaf rake"}],
    }


def test_the_mode_is_always_said_and_always_a_text() -> None:
    assert fields()["dry_run"] == "false"
    assert fields(Options(environment="dry_run"))["dry_run"] == "true"


def test_a_phone_is_told_where_there_is_one() -> None:
    assert fields(buyer=replace(BUYER, phone="010 123 45 67"))["account_phone"] == "010 123 45 67"
    assert "account_phone" not in fields()


def test_beside_the_request_stands_what_it_must_come_to() -> None:
    lines = (a_line("53.00", quantity=Decimal(2)), a_line("10.00", rate="9"))
    payload = prepared(lines=lines).payload
    expected = {"currency": "EUR", "gross": "75.03", "prices": "net", "amounts": ["53", "10"]}
    assert payload["expected"] == expected
    assert json.loads(json.dumps(payload)) == payload


def test_text_stands_on_one_line_and_a_long_description_is_cut() -> None:
    told = fields(
        Options(description_length=20),
        buyer=replace(BUYER, street="Tuinpad 3\n achter "),
        lines=(a_line(name="A very\tlong name of a product"),),
    )
    assert told["account_address"] == "Tuinpad 3 achter"
    assert told["lines"][0]["description"] == "A very long name of…"


@pytest.mark.parametrize(
    ("line", "options", "code"),
    [
        (a_line(), {}, "RAKE-16"),
        (a_line(), {"codes": {"RAKE-16": "R1"}}, "R1"),
        (a_line(), {"codes": {"RAKE-16": "R1"}, "sku_is_code": False}, "R1"),
        (a_line(sku="", name="Course"), {"codes": {"Course": "C1"}}, "C1"),
        (a_line(sku="", name="Parcel", kind=LineKind.SHIPPING), {"shipping_code": "SHIP"}, "SHIP"),
        (a_line(sku="", name="Night", kind=LineKind.SHIPPING), {"shipping_code": "S", "codes": {"Night": "N"}}, "N"),
        (a_line(sku="", name="Wrap", kind=LineKind.FEE), {"fee_code": "FEE"}, "FEE"),
    ],
)
def test_a_line_is_sold_as_an_item(line: DraftLine, options: dict[str, Any], code: str) -> None:
    assert fields(Options(**options), lines=(line,))["lines"][0]["code"] == code


@pytest.mark.parametrize(
    ("line", "options", "field"),
    [
        (a_line(), {"sku_is_code": False}, "lines.1.sku"),
        (a_line(sku=""), {}, "lines.1.name"),
        (a_line(sku="", kind=LineKind.SHIPPING), {}, "lines.1.name"),
        (a_line(sku="", kind=LineKind.FEE), {"shipping_code": "SHIP"}, "lines.1.name"),
        (a_line("0.01", rate="0", kind=LineKind.ROUNDING), {"fee_code": "FEE"}, "lines.1.gross"),
    ],
)
def test_a_line_without_an_item_stops(line: DraftLine, options: dict[str, Any], field: str) -> None:
    told = reason(Options(**options), lines=(line,))
    assert (told.code, told.field) == (Code.CANNOT_EXPRESS, field)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": ()}, Code.NO_LINES, "lines"),
        ({"key": DocumentKey("garden", "1", DocumentKind.CREDIT_NOTE)}, Code.CANNOT_EXPRESS, "kind"),
        ({"currency": "ZZZ"}, Code.CURRENCY_UNKNOWN, "currency"),
        ({"currency": "PLN"}, Code.CANNOT_EXPRESS, "currency"),
        ({"lines": (a_line("-1"),)}, Code.TOTAL_NEGATIVE, "gross"),
        ({"lines": (a_line("9"), a_line("-1"))}, Code.CANNOT_EXPRESS, "lines.2.gross"),
        ({"lines": (a_line(quantity=Decimal("2.5")),)}, Code.CANNOT_EXPRESS, "lines.1.quantity"),
        ({"lines": (a_line(quantity=Decimal(0)),)}, Code.CANNOT_EXPRESS, "lines.1.quantity"),
        ({"lines": (a_line(name=" "),)}, Code.CANNOT_EXPRESS, "lines.1.name"),
        ({"lines": (a_line("1.005", rate="0"),)}, Code.AMOUNT_PRECISION, "lines.1.gross"),
        ({"lines": (a_line(tax_category=TaxCategory.EXEMPT),)}, Code.CANNOT_EXPRESS, "lines.1.tax_category"),
        ({"lines": (a_line(tax_rate=Decimal(-1)),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({"buyer": replace(BUYER, first_name="", last_name="")}, Code.BUYER_NAME_MISSING, "buyer.name"),
        ({"buyer": replace(BUYER, street=" ")}, Code.CANNOT_EXPRESS, "buyer.street"),
        ({"buyer": replace(BUYER, postcode="")}, Code.CANNOT_EXPRESS, "buyer.postcode"),
        ({"buyer": replace(BUYER, city="")}, Code.CANNOT_EXPRESS, "buyer.city"),
        ({"buyer": replace(BUYER, country="DE")}, Code.CANNOT_EXPRESS, "buyer.country"),
        ({"buyer": replace(BUYER, country="")}, Code.CANNOT_EXPRESS, "buyer.country"),
        ({"buyer": replace(BUYER, tax_no="NL000000000B00")}, Code.CANNOT_EXPRESS, "buyer.tax_no"),
    ],
)
def test_what_cannot_be_said_stops_with_a_reason(changes: dict[str, object], code: Code, field: str) -> None:
    told = reason(**changes)
    assert (told.code, told.field) == (code, field)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        (Unsaid.EMAIL, {"buyer": replace(BUYER, email="noor@example.nl")}),
        (Unsaid.CONTACT, {"buyer": replace(BUYER, company="Kwekerij BV")}),
        (Unsaid.TAX_NO, {"buyer": replace(BUYER, tax_no="NL000000000B00")}),
        (Unsaid.DUE_DATE, {"due_days": 14}),
        (Unsaid.SALE_DATE, {"sale_date": date(2026, 3, 1)}),
    ],
)
def test_what_has_no_field_is_left_out_only_where_the_owner_says_so(part: Unsaid, changes: dict[str, Any]) -> None:
    assert fields(Options(leave_out=frozenset({part})), **changes)
    told = reason(Options(leave_out=frozenset()), **changes)
    assert repr(part.value) in told.remedy


def test_countries_and_currency_are_the_books() -> None:
    options = Options(countries=frozenset({"BE", ""}), currency="PLN")
    for country in ("BE", ""):
        assert fields(options, buyer=replace(BUYER, country=country), currency="PLN")
    assert reason(options, buyer=replace(BUYER, country="BE")).field == "currency"


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_a_currency_that_has_no_cents_stops_whatever_the_book_says(currency: str) -> None:
    told = reason(Options(currency=currency), currency=currency, lines=(a_line("100", "0"),))
    assert (told.code, told.field, told.value) == (Code.CANNOT_EXPRESS, "currency", currency)


def test_what_is_missing_of_an_address_is_written_as_the_owner_says() -> None:
    told = fields(Options(missing="-"), buyer=replace(BUYER, street="", postcode="", city=" "))
    assert (told["account_address"], told["account_postal_code"], told["account_city"]) == ("-", "-", "-")
    no_name = replace(BUYER, first_name="", last_name="")
    assert reason(Options(missing="-"), buyer=no_name).code is Code.BUYER_NAME_MISSING


@pytest.mark.parametrize(
    "wrong",
    [
        {"environment": "test"},
        {"currency": "euro"},
        {"leave_out": ["price"]},
        {"prices": {"A": "NaN"}},
        {"prices": {"A": -1}},
        {"codes": {"A": ""}},
        {"dry_run": True},
    ],
)
def test_options_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)


def test_every_option_is_described() -> None:
    assert all(field.description for field in Options.model_fields.values())
