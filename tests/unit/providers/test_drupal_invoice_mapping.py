"""From a draft to the module's words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.domain.documents import DocumentKey, DocumentKind
from providers.domain.errors import CannotExpress
from providers.domain.orders import Buyer, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.drupal_invoice import Options, mapping
from tests.builders import a_draft
from tests.unit.providers.drupal_invoice_words import REFUND, a_line, fields


def test_the_request_has_the_documented_members_and_forms() -> None:
    """As the module's API.txt prints its example for POST and PUT, with texts for numbers in items."""
    lines = (a_line("61.41", "21", name="Rental 2026"), a_line("7.45", "21", name="Seeds", quantity=Decimal(28)))
    buyer = Buyer(
        first_name="Ada",
        last_name="Example",
        company="Tuin BV",
        tax_no="NL000000000B00",
        street="Voorbeeldlaan 1",
        postcode="1234 AB",
        city="Voorbeeldstad",
        country="NL",
    )
    options = Options(leading_zeros=4, prefix="%Y", country_names={"NL": "Nederland"})
    told = fields(options, lines=lines, buyer=buyer, due_days=14)
    assert told == {
        "leading_zeros": "4",
        "prefix": "%Y",
        "description": "Order 1001 [garden/1001]",
        "template": "default",
        "pay_limit": 14,
        "pay_status": "unpaid",
        "customer": {
            "company_name": "Tuin BV",
            "firstname": "Ada",
            "lastname": "Example",
            "street": "Voorbeeldlaan 1",
            "zipcode": "1234 AB",
            "city": "Voorbeeldstad",
            "country": "Nederland",
            "vat_number": "NL000000000B00",
        },
        "items": [
            {"description": "Rental 2026", "quantity": "1", "unitcost": "50.75", "vat": "21"},
            {"description": "Seeds", "quantity": "28", "unitcost": "0.22", "vat": "21"},
        ],
    }
    sums = mapping.sent_sums(told)
    assert (sums.net, sums.tax, sums.gross) == (Decimal("56.91"), Decimal("11.95"), Decimal("68.86"))


def test_what_the_site_has_a_default_for_is_left_to_it() -> None:
    assert {"leading_zeros", "prefix"}.isdisjoint(fields())
    assert "customer_number" not in fields()["customer"]


def test_the_reference_ends_the_text_and_is_read_from_there() -> None:
    told = fields(Options(description="Bestelling [web] {order_number}"), order_number="#1001")["description"]
    assert told == "Bestelling [web] #1001 [garden/1001]"
    assert mapping.reference(told) == "garden/1001"
    assert fields(Options(description=""))["description"] == "[garden/1001]"


@pytest.mark.parametrize("text", ["", "garden/1001", "[garden/1001] changed by hand", "[two words]", "[]", "]["])
def test_a_text_that_does_not_end_in_a_reference_has_none(text: str) -> None:
    assert mapping.reference(text) == ""


@given(st.text(min_size=1), st.text(min_size=1), st.text())
def test_every_reference_is_read_back_as_it_was_written(shop: str, order_id: str, number: str) -> None:
    key = DocumentKey(shop, order_id, DocumentKind.INVOICE)
    draft = a_draft(key=key, order_number=number)
    assert mapping.reference(mapping.described(draft, key.reference(), Options())) == key.reference()


def test_another_day_of_supply_is_told_in_the_text() -> None:
    days = {"issue_date": date(2026, 3, 4), "sale_date": date(2026, 3, 1)}
    assert fields(**days)["description"] == "Order 1001, Date of supply 2026-03-01 [garden/1001]"
    assert fields(Options(supply_description=""), **days)["description"] == "Order 1001 [garden/1001]"


def test_less_than_nothing_is_told_by_the_quantity() -> None:
    lines = (a_line("12.30", "23"), a_line("-2.46", "23", name="Voucher"))
    voucher = fields(lines=lines)["items"][1]
    assert (voucher["quantity"], voucher["unitcost"]) == ("-1", "2")


def test_a_credit_note_is_an_invoice_with_negative_quantities_that_names_what_it_credits() -> None:
    told = fields(key=REFUND, lines=(a_line("-24.60", "23", quantity=Decimal(2)),))
    assert (told["items"][0]["quantity"], told["items"][0]["unitcost"]) == ("-2", "10")
    assert mapping.sent_sums(told).gross == Decimal("-24.60")
    assert told["description"] == ("Credit for the invoice of order 1001 (garden/1001) [garden/1001/credit_note/r7]")


def test_untaxed_lines_say_why() -> None:
    lines = tuple(a_line("5", tax_category=category) for category in TaxCategory)
    told = fields(Options(untaxed_texts={TaxCategory.EXEMPT: "Art. 11"}), lines=lines)["items"]
    assert [each["description"] for each in told] == ["Thing", "Thing (Art. 11)", "Thing", "Thing"]
    assert fields(lines=lines)["items"][2]["description"] == "Thing (VAT reverse charge)"
    assert {each["vat"] for each in told} == {"0"}


def test_a_long_name_is_cut_and_keeps_its_quantity_and_its_reason() -> None:
    odd = a_line("10", name="Long \n name " * 60, quantity=Decimal("0.125"), tax_category=TaxCategory.EXEMPT)
    told = fields(Options(item_length=60), lines=(odd,))["items"][0]
    assert len(told["description"]) <= 60
    assert told["description"].startswith("0.125 x Long name Long")
    assert told["description"].endswith("… (VAT exempt)")
    assert told["quantity"] == "1"


def test_what_the_database_may_not_keep_is_left_out_of_texts_but_not_of_names() -> None:
    told = fields(order_number="#10 \U0001f381\ufe0f", lines=(a_line("1", name="Rake \U0001f331"),))
    assert told["description"] == "Order #10 [garden/1001]"
    assert told["items"][0]["description"] == "Rake"
    with pytest.raises(CannotExpress) as raised:
        fields(buyer=Buyer(company="\U00020bb7野家"))
    assert raised.value.reason.field == "buyer.company"
    assert fields(Options(four_byte_text=True), buyer=Buyer(company="\U00020bb7野家"))["customer"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": ()}, Code.NO_LINES, "lines"),
        ({"currency": "ZZZ"}, Code.CURRENCY_UNKNOWN, "currency"),
        ({"currency": "PLN"}, Code.CANNOT_EXPRESS, "currency"),
        ({"buyer": Buyer(email="a@b.example")}, Code.BUYER_NAME_MISSING, "buyer.name"),
        ({"buyer": Buyer(company="x" * 101)}, Code.CANNOT_EXPRESS, "buyer.company"),
        ({"buyer": Buyer(company="x", postcode="9" * 26)}, Code.CANNOT_EXPRESS, "buyer.postcode"),
        ({"currency": "KWD", "lines": (a_line("1.00", net=Decimal("1.005")),)}, Code.AMOUNT_PRECISION, "lines.1.net"),
        ({"lines": (a_line("1", tax=Decimal("0.10")),)}, Code.LINE_MISMATCH, "lines.1.gross"),
        ({"lines": (a_line("1"), a_line("1", quantity=Decimal(0)))}, Code.CANNOT_EXPRESS, "lines.2.quantity"),
        ({"lines": (a_line("1", name=" "),)}, Code.CANNOT_EXPRESS, "lines.1.name"),
        ({"lines": (a_line("1", tax_rate=Decimal(-1)),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({"lines": (a_line("10", "5.25"),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({"lines": (a_line("9", "9", tax_category=TaxCategory.EXEMPT),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({"lines": (a_line("-1"),)}, Code.TOTAL_NEGATIVE, "gross"),
        ({"lines": (a_line("90.00", tax_rate=Decimal(23)),)}, Code.TAX_MISMATCH, "lines.1.tax"),
        ({"key": REFUND}, Code.CANNOT_EXPRESS, "gross"),
        ({"key": replace(REFUND, kind=DocumentKind.RECEIPT)}, Code.CANNOT_EXPRESS, "kind"),
        ({"due_days": 65_536}, Code.CANNOT_EXPRESS, "due_days"),
    ],
)
def test_what_cannot_be_said_stops_with_a_reason(changes: dict[str, object], code: Code, field: str) -> None:
    with pytest.raises(CannotExpress) as raised:
        fields(**changes)
    reason = raised.value.reason
    assert (reason.code, reason.field) == (code, field)
    assert reason.remedy


def test_a_total_that_does_not_add_up_gets_a_line_for_it_where_the_policy_allows_one_or_stops() -> None:
    lines = (a_line("58.68", "10"),)
    told = fields(lines=lines, rounding_name="Afronding")
    assert told["items"][1] == {"description": "Afronding", "quantity": "1", "unitcost": "0.005", "vat": "10"}
    assert mapping.sent_sums(told).gross == Decimal("58.68")
    with pytest.raises(CannotExpress) as raised:
        fields(lines=lines)
    assert (raised.value.reason.code, raised.value.reason.field) == (Code.TOTAL_MISMATCH, "gross")
    assert "`rounding_line`" in raised.value.reason.remedy


def test_a_credit_note_over_a_total_that_does_not_add_up_gets_the_line_too_or_stops() -> None:
    taken = a_line("58.68", "10")
    lines = (replace(taken, net=-taken.net, tax=-taken.tax, gross=-taken.gross),)
    told = fields(key=REFUND, lines=lines, rounding_name="Afronding")
    assert [(each["description"], each["unitcost"]) for each in told["items"][1:]] == [("Afronding", "0.005")]
    assert mapping.sent_sums(told).gross == Decimal("-58.68")
    with pytest.raises(CannotExpress) as raised:
        fields(key=REFUND, lines=lines)
    assert "`rounding_line`" in raised.value.reason.remedy


def test_the_name_of_a_line_over_a_cent_is_cut_to_what_the_site_keeps() -> None:
    told = fields(Options(item_length=20), lines=(a_line("58.68", "10"),), rounding_name="Afronding " * 9)
    assert told["items"][1]["description"] == "Afronding Afronding…"


@pytest.mark.parametrize(
    "wrong",
    [{"template": " "}, {"currency": "eur"}, {"timezone": "Mars/Olympus"}, {"leading_zeros": 0}, {"brand": "x"}],
)
def test_options_that_the_module_does_not_have_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**wrong)
