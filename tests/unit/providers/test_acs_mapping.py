"""From a draft to ACS Invoicing's words."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.domain.card import Totals
from providers.domain.documents import DocumentKey, DocumentKind
from providers.domain.errors import CannotExpress
from providers.domain.orders import Buyer, PaymentKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.acs import Options, mapping
from tests.contract.invoicing.suite import money
from tests.unit.providers.acs_words import ADA, VAT_CODES, a_line, fields, options, prepared


def test_an_invoice_says_all_that_is_assumed_to_be_needed() -> None:
    told = fields(issue_date=date(2026, 12, 30), sale_date=date(2026, 12, 29), due_days=5, order_number="#7")
    assert told == {
        "payment_method_id": {"look_up": "payment_methods", "any_of": ["Egyéb"]},
        "currency_id": {"look_up": "currencies", "any_of": ["EUR"]},
        "language_id": {"look_up": "languages", "any_of": ["hu"]},
        "issue_date": "2026-12-30",
        "fulfillment_date": "2026-12-29",
        "due_date": "2027-01-04",
        "electronic": False,
        "comment": "Order #7",
        "order_number": "garden/1001",
        "items": [
            {
                "name": "Watering can",
                "quantity": "1",
                "unit_id": {"look_up": "units", "any_of": ["db"]},
                "net_unit_price": "100",
                "vat_id": {"look_up": "vat", "rate": "23"},
            }
        ],
    }


def test_the_customer_stands_beside_the_invoice_or_in_it() -> None:
    beside = prepared()
    inline = prepared(options(customers="inline"))
    assert beside["customer"] == {
        "name": "Ada Example",
        "email": "ada@example.com",
        "country_id": {"look_up": "countries", "any_of": ["HU"]},
        "zip": "1011",
        "city": "Budapest",
        "address": "Fő utca 1",
        "is_company": False,
    }
    assert "customer" not in beside["invoice"]
    assert inline.keys() == {"invoice"}
    assert inline["invoice"]["customer"] == beside["customer"]


@pytest.mark.parametrize(
    ("country", "tax_no", "member"),
    [
        ("HU", "12345678-1-42", "tax_number"),
        ("HU", "HU12345678", "tax_number"),
        ("DE", "DE999999999", "eu_tax_number"),
        ("PL", "999-99-99-999", "tax_number"),
    ],
)
def test_a_tax_number_goes_where_it_belongs(country: str, tax_no: str, member: str) -> None:
    told = mapping.customer(replace(ADA, company="Kert Kft", country=country, tax_no=tax_no), options())
    assert {"tax_number", "eu_tax_number"} & told.keys() == {member}
    assert (told[member], told["is_company"], told["name"]) == (tax_no, True, "Kert Kft")


def test_every_name_can_be_another_one_and_an_empty_one_is_not_sent() -> None:
    names = {"invoice": {"reference": "sajat_azonosito", "comment": ""}, "item": {"price": "egysegar"}}
    told = fields(options(names=names))
    assert told["sajat_azonosito"] == "garden/1001"
    assert {"order_number", "comment", ""}.isdisjoint(told)
    assert told["items"][0]["egysegar"] == "100"


@pytest.mark.parametrize(
    ("kind", "title", "any_of"),
    [
        (PaymentKind.CARD, "Stripe", ["Stripe", "Bankkártya"]),
        (PaymentKind.CARD, "", ["Bankkártya"]),
        (PaymentKind.PAYPAL, "Pay fast", ["My PayPal"]),
    ],
)
def test_the_way_of_paying_is_the_owners_or_the_shops_or_the_usual_one(
    kind: PaymentKind, title: str, any_of: list[str]
) -> None:
    told = fields(options(payment_methods={"paypal": "My PayPal"}), payment_kind=kind, payment_title=title)
    assert told["payment_method_id"]["any_of"] == any_of


def test_the_buyers_language_comes_first() -> None:
    told = fields(options(language="en"), language="de-AT")
    assert told["language_id"]["any_of"] == ["de", "en"]


def test_vat_groups_are_named_by_rate_or_as_the_owner_says() -> None:
    lines = [a_line("5", tax_category=category) for category in TaxCategory]
    told = fields(options(vat_codes={**VAT_CODES, "0.00": "ZERO"}), lines=tuple(lines))["items"]
    assert [item["vat_id"]["any_of"] for item in told] == [["ZERO"], ["TAM"], ["FAD"], ["EUK"]]
    told = fields(lines=(a_line("1.00", tax_rate=Decimal("5.50")),))["items"]
    assert told[0]["vat_id"] == {"look_up": "vat", "rate": "5.5"}


@pytest.mark.parametrize(
    ("chosen", "changes", "code", "field"),
    [
        ({}, {"lines": ()}, Code.NO_LINES, "lines"),
        ({}, {"currency": "ZZZ"}, Code.CURRENCY_UNKNOWN, "currency"),
        ({}, {"buyer": Buyer(email="a@b.example")}, Code.BUYER_NAME_MISSING, "buyer.name"),
        ({}, {"buyer": replace(ADA, company="x" * 201)}, Code.CANNOT_EXPRESS, "buyer.name"),
        ({}, {"buyer": replace(ADA, country="")}, Code.COUNTRY_UNKNOWN, "buyer.country"),
        ({}, {"buyer": replace(ADA, postcode=" ")}, Code.CANNOT_EXPRESS, "buyer.postcode"),
        ({}, {"buyer": replace(ADA, street="")}, Code.CANNOT_EXPRESS, "buyer.street"),
        ({}, {"currency": "KWD", "lines": (a_line("1.005"),)}, Code.AMOUNT_PRECISION, "lines.1.gross"),
        ({}, {"currency": "HUF", "lines": (a_line("1.50"),)}, Code.AMOUNT_PRECISION, "gross"),
        ({}, {"lines": (a_line("1"), a_line("1", quantity=Decimal(0)))}, Code.CANNOT_EXPRESS, "lines.2.quantity"),
        ({}, {"lines": (a_line("1", name=" "),)}, Code.CANNOT_EXPRESS, "lines.1.name"),
        ({}, {"lines": (a_line("1", tax_rate=Decimal(-1)),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({}, {"lines": (a_line("-1"),)}, Code.TOTAL_NEGATIVE, "gross"),
        ({"negative_lines": False}, {"lines": (a_line("2"), a_line("-1"))}, Code.CANNOT_EXPRESS, "lines.2.gross"),
        (
            {"vat_codes": {}},
            {"lines": (a_line("1", tax_category=TaxCategory.EXEMPT),)},
            Code.CANNOT_EXPRESS,
            "lines.1.tax_category",
        ),
        ({}, {"key": DocumentKey("garden", "1", DocumentKind.RECEIPT)}, Code.CANNOT_EXPRESS, "kind"),
    ],
)
def test_what_cannot_be_said_stops_with_a_reason(
    chosen: dict[str, Any], changes: dict[str, object], code: Code, field: str
) -> None:
    with pytest.raises(CannotExpress) as raised:
        fields(options(**chosen), **changes)
    reason = raised.value.reason
    assert (reason.code, reason.field) == (code, field)
    assert reason.remedy


def test_an_owner_can_take_buyers_without_an_address() -> None:
    told = prepared(options(address_required=False), buyer=Buyer(company="Kert Kft"))["customer"]
    assert told == {"name": "Kert Kft", "is_company": True}
    told = prepared(options(address_required=False, country="HU"), buyer=Buyer(company="Kert Kft"))["customer"]
    assert told["country_id"]["any_of"] == ["HU"]


def test_long_texts_are_cut_with_an_ellipsis() -> None:
    told = fields(lines=(a_line("1", name="Long \n name " * 60),))["items"][0]["name"]
    assert len(told) <= 200
    assert told.startswith("Long name Long")
    assert told.endswith("…")


def test_a_payment_names_method_day_and_amount() -> None:
    late = replace(money("10.50"), kind=PaymentKind.CARD, paid_at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC))
    assert mapping.payment(late, Decimal("30.50"), options()) == {
        "payment_method_id": {"look_up": "payment_methods", "any_of": ["Bankkártya"]},
        "date": "2026-03-05",
        "amount": "30.5",
    }


@given(st.decimals(min_value=-1_000_000, max_value=1_000_000, places=4))
def test_an_amount_sent_as_a_number_reads_as_the_same_decimal(amount: Decimal) -> None:
    chosen = options(amounts_as="number", names={"pay": {"amount": "sum"}})
    body = mapping.payment_with_numbers({"sum": f"{amount:f}"}, chosen)
    assert json.loads(json.dumps(body), parse_float=Decimal, parse_int=Decimal)["sum"] == amount
    assert mapping.payment_with_numbers({"amount": "1.5"}, options()) == {"amount": "1.5"}


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"names": {"invoice": {"net": "gross_total"}}}, "two members have one name"),
        ({"names": {"invoice": {"colour": "red"}}}, "Extra inputs"),
        ({"names": {"invoice": {"id": ""}}}, "at least 1 character"),
        ({"names": {"invoice": {"customer_id": ""}}}, "customer_id is empty"),
        ({"names": {"invoice": {"gross": ""}}}, "gross is empty"),
        ({"names": {"pay": {"amount": ""}}}, "amount is empty"),
        ({"names": {"look_up": {"code": ""}}, "named_by": "code"}, "code is empty"),
        ({"names": {"invoice": {"reference": ""}}, "list_proves_absence": True}, "reference is empty"),
        ({"vat_codes": {"luxury": "X"}}, "neither a rate"),
        ({"token_param": "a&b"}, "should match pattern"),
        ({"timezone": "Mars/Olympus"}, "time zone"),
    ],
)
def test_options_that_make_no_sense_are_refused(chosen: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Options.model_validate(chosen)


def test_every_option_is_described() -> None:
    assert all(option.description for option in Options.model_fields.values())
    assert Options(totals=Totals.NEVER, names={"invoice": {"gross": ""}}).names.invoice.gross == ""  # type: ignore[arg-type]
