"""From a draft to AcuInvoice's words: every field in its documented form, or the draft stops."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from providers.domain.documents import DocumentKey, DocumentKind
from providers.domain.orders import Buyer, LineKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.acuinvoice import CARD, Options
from tests.unit.providers.acuinvoice_drafts import a_line, fields, prepared, reason


def test_the_fields_stand_in_the_documented_order_with_the_documented_forms() -> None:
    lines = (a_line("48.00", "8.75", name="Rake", quantity=Decimal(2)), a_line("7.50", name="Parcel"))
    told = fields(lines=lines, order_number="#9", due_days=10, issue_date=date(2026, 12, 30))
    assert told == {
        "invoice_number": "garden/1001",
        "invoice_date": "2026-12-30",
        "po_number": "garden/1001",
        "client_id": "",
        "currency": "EUR",
        "tax": "8.75%",
        "terms": "2027-01-09",
        "late_fee": "0.00",
        "lines": [
            {"quantity": "2", "kind": "Product", "description": "Rake", "tax": "1", "price": "24.00"},
            {"quantity": "1", "kind": "Product", "description": "Parcel", "tax": "0", "price": "7.50"},
        ],
        "notes": "Order #9",
    }
    order = "invoice_number invoice_date po_number client_id currency tax terms late_fee lines notes"
    assert list(told) == order.split()


def test_an_invoice_without_taxed_lines_names_no_tax() -> None:
    assert "tax" not in fields(lines=(a_line("5"),))


def test_shipping_is_a_line_and_never_freight() -> None:
    shipping = a_line("7.50", "23", kind=LineKind.SHIPPING)
    told = fields(Options(line_kinds={LineKind.SHIPPING: "Expense"}), lines=(a_line("1", "23"), shipping))
    assert [each["kind"] for each in told["lines"]] == ["Product", "Expense"]
    assert "freight" not in told


def test_the_number_is_ours_and_stays_unique_where_it_is_cut() -> None:
    long = [DocumentKey("garden", "9" * 60 + end, DocumentKind.INVOICE) for end in "ab"]
    numbers = [fields(Options(number_length=20), key=key)["invoice_number"] for key in long]
    assert len(set(numbers)) == 2
    assert all(len(number) <= 20 for number in numbers)


def test_the_account_may_count_by_itself() -> None:
    told = fields(Options(invoice_number="assigned"))
    assert "invoice_number" not in told
    assert told["po_number"] == "garden/1001"


def test_the_buyer_becomes_a_client_with_a_contact() -> None:
    buyer = Buyer(
        first_name="Ada",
        last_name="Example",
        company="Łąka\nand Son",
        street="Field 1",
        postcode="00-001",
        city="Testowo",
        country="PL",
        email="ada@example.com",
        phone="+48 600 100 200",
    )
    assert prepared(buyer=buyer)["client"] == {
        "name": "Łąka and Son",
        "address1": "Field 1",
        "city": "Testowo",
        "zip": "00-001",
        "country": "PL",
        "phone": "+48 600 100 200",
        "contacts": [
            {"first_name": "Ada", "last_name": "Example", "email": "ada@example.com", "phone": "+48 600 100 200"}
        ],
    }


@pytest.mark.parametrize("missing", ["first_name", "last_name", "email"])
def test_a_contact_without_what_is_mandatory_is_left_out(missing: str) -> None:
    buyer = Buyer(first_name="Ada", last_name="Example", company="Son", email="ada@example.com")
    assert "contacts" in prepared(buyer=buyer)["client"]
    assert "contacts" not in prepared(buyer=replace(buyer, **{missing: ""}))["client"]


def test_one_client_for_all_has_the_buyer_in_the_notes() -> None:
    buyer = Buyer(company="Son", tax_no="PL123", street="Field 1", postcode="00-001", city="Testowo", country="PL")
    payload = prepared(Options(client_id=7, tags="web shop"), buyer=buyer, order_number="#5")
    assert "client" not in payload
    assert (payload["invoice"]["client_id"], payload["invoice"]["tags"]) == ("7", "web shop")
    told = payload["invoice"]["notes"].splitlines()
    assert told == ["Order #5", "Buyer: Son, Field 1, 00-001 Testowo, PL", "Tax number: PL123"]


def test_the_notes_say_why_lines_have_no_tax() -> None:
    lines = tuple(a_line("5", tax_category=category) for category in [*TaxCategory, TaxCategory.EXEMPT])
    options = Options(untaxed_words={TaxCategory.REVERSE_CHARGE: "Reverse charge, Art. 196"})
    assert fields(options, lines=lines, order_number="")["notes"].splitlines() == [
        "Exempt from tax: line 2, 5",
        "Reverse charge, Art. 196: line 3",
        "Not subject to tax: line 4",
    ]


def test_texts_hold_nothing_that_xml_cannot_carry() -> None:
    told = fields(lines=(a_line("1", name="Be\x07ll\x00 \ud800 & <b>"),), order_number="1\x0b")
    assert told["lines"][0]["description"] == "Bell & <b>"
    assert told["notes"] == "Order 1"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": ()}, Code.NO_LINES, "lines"),
        ({"currency": "ZZZ"}, Code.CURRENCY_UNKNOWN, "currency"),
        ({"currency": "GBP"}, Code.CANNOT_EXPRESS, "currency"),
        ({"buyer": Buyer(email="a@b.example", first_name="\x01")}, Code.BUYER_NAME_MISSING, "buyer.name"),
        ({"currency": "KWD", "lines": (a_line("1.005"),)}, Code.AMOUNT_PRECISION, "lines.1.net"),
        ({"lines": (a_line("1"), a_line("1", quantity=Decimal(0)))}, Code.CANNOT_EXPRESS, "lines.2.quantity"),
        ({"lines": (a_line("1", name=" "),)}, Code.CANNOT_EXPRESS, "lines.1.name"),
        ({"lines": (a_line("1", tax_rate=Decimal(101)),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({"lines": (a_line("1", "8"), a_line("1", "23"))}, Code.CANNOT_EXPRESS, "lines.tax_rate"),
        ({"lines": (a_line("-1"),)}, Code.TOTAL_NEGATIVE, "gross"),
        ({"key": DocumentKey("garden", "1", DocumentKind.PRO_FORMA)}, Code.CANNOT_EXPRESS, "kind"),
    ],
)
def test_what_cannot_be_said_stops_with_a_reason(changes: dict[str, object], code: Code, field: str) -> None:
    told = reason(Options(currencies=frozenset({"EUR", "KWD", "ZZZ"})), **changes)
    assert (told.code, told.field) == (code, field)


def test_several_rates_are_named_in_the_reason() -> None:
    told = reason(lines=(a_line("1", "8"), a_line("1", "23"), a_line("1")))
    assert told.value == "8 %, 23 %"


def test_discounts_stop_where_the_account_takes_no_negative_prices() -> None:
    told = reason(Options(negative_prices=False), lines=(a_line("5"), a_line("-1")))
    assert told.field == "lines.2.net"


@pytest.mark.parametrize(
    "odd",
    [{"late_fee": "3%"}, {"time_zone": "Mars/Olympus"}, {"client_id": 0}, {"unheard": 1}, {"endpoint": "http://x"}],
)
def test_options_that_mean_nothing_are_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**odd)


def test_the_card_says_what_cannot_be_done() -> None:
    assert (CARD.payments, CARD.totals, CARD.cancel, CARD.pdf) == ("not_available", "never", False, False)
