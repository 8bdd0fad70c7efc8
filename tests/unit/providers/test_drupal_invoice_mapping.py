"""From a draft to the module's words, and from its answers back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.domain.documents import DocumentKey, DocumentKind, DraftLine, RemoteState
from providers.domain.errors import CannotExpress, Refused
from providers.domain.orders import Buyer, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.drupal_invoice import Options, answers, mapping
from tests.builders import a_draft
from tests.contract.invoicing.suite import money

REFUND = DocumentKey("garden", "1001", DocumentKind.CREDIT_NOTE, "r7")


def fields(options: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**changes)
    return mapping.invoice(draft, draft.key.reference(), options or Options()).payload


def a_line(gross: str, rate: str = "0", **changes: object) -> DraftLine:
    total = Decimal(gross)
    net = (total / (1 + Decimal(rate) / 100)).quantize(Decimal("0.01"))
    facts: dict[str, object] = {"name": "Thing", "net": net, "tax": total - net, "gross": total}
    return DraftLine(**{**facts, "tax_rate": Decimal(rate), **changes})  # type: ignore[arg-type]


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


def test_a_total_that_does_not_add_up_gets_a_line_for_it_or_stops() -> None:
    lines = (a_line("58.68", "10"),)
    told = fields(Options(rounding_text="Afronding"), lines=lines)
    assert told["items"][1] == {"description": "Afronding", "quantity": "1", "unitcost": "0.005", "vat": "10"}
    assert mapping.sent_sums(told).gross == Decimal("58.68")
    with pytest.raises(CannotExpress) as raised:
        fields(Options(rounding_text=""), lines=lines)
    assert (raised.value.reason.code, raised.value.reason.field) == (Code.TOTAL_MISMATCH, "gross")


@pytest.mark.parametrize(
    "wrong",
    [{"template": " "}, {"currency": "eur"}, {"timezone": "Mars/Olympus"}, {"leading_zeros": 0}, {"brand": "x"}],
)
def test_options_that_the_module_does_not_have_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**wrong)


STORED: dict[str, Any] = {
    "id": 12,
    "nid": 31,
    "leading_zeros": 4,
    "prefix": "INV-%Y-",
    "description": "Order #7 [garden/7]",
    "template": "default",
    "pay_limit": 14,
    "pay_status": "unpaid",
    "customer": {"id": 9, "customer_number": 3, "company_name": "Tuin BV", "firstname": None, "loyalty": "gold"},
    "items": [{"id": 4, "weight": 0, "description": "Rake", "quantity": 2, "unitcost": Decimal("12.5"), "vat": 21}],
    "number": "0",
    "vat_totals": [{"vat": 21, "vattotal": Decimal("5.25"), "formatted_vattotal": "$5.25"}],
    "vattotal": Decimal("5.25"),
    "extotal": 25,
    "inctotal": Decimal("30.25"),
    "formatted_inctotal": "$30.25",
    "created": "2026-03-04 00:30:00",
    "changed": "2026-07-04 13:00:00",
}


def document(options: Options | None = None, *, listed: bool = False, **changes: object) -> Any:
    stored = {**STORED, **changes}
    return answers.document(stored, options or Options(), base_url="https://billing.example", listed=listed)


def test_an_invoice_is_read_with_its_amounts_and_times() -> None:
    read = document(Options(timezone="Europe/Amsterdam"))
    assert (read.remote_id, read.kind, read.reference) == ("12", DocumentKind.INVOICE, "garden/7")
    assert (read.net, read.tax, read.gross, read.paid) == (25, Decimal("5.25"), Decimal("30.25"), 0)
    assert read.updated_at == datetime(2026, 7, 4, 11, tzinfo=UTC)
    assert read.issue_date == date(2026, 3, 4)
    assert (read.currency, read.payments) == ("", None)
    assert read.url == "https://billing.example/invoice/api/invoice.html/12"
    assert {"customer", "items", "formatted_inctotal", "nid"} <= read.extra.keys()


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({}, "INV-2026-0012"),
        ({"prefix": "%Y", "number": "20260012"}, "20260012"),
        ({"prefix": "%y%m%d/%n.%j-"}, "260304/3.4-0012"),
        ({"prefix": None}, "0012"),
        ({"prefix": "%D"}, ""),
        ({"leading_zeros": None}, ""),
        ({"created": "yesterday"}, ""),
    ],
)
def test_a_number_that_was_formatted_twice_is_made_again_of_its_parts(changes: dict[str, Any], number: str) -> None:
    assert document(**changes).number == number
    assert document(listed=True, **{**changes, "number": "as listed"}).number == "as listed"


@pytest.mark.parametrize(
    ("changes", "state", "paid"),
    [
        ({"pay_status": "paid"}, RemoteState.PAID, Decimal("30.25")),
        ({"pay_status": "unpaid"}, RemoteState.OPEN, 0),
        ({"pay_status": "overdue"}, None, None),
        ({"pay_status": "paid", "inctotal": None}, RemoteState.PAID, None),
    ],
)
def test_what_is_paid_is_all_or_nothing(changes: dict[str, Any], state: RemoteState | None, paid: object) -> None:
    read = document(**changes)
    assert (read.state, read.paid) == (state, paid)


@pytest.mark.parametrize(
    ("description", "gross", "kind"),
    [
        ("x [garden/7]", -5, DocumentKind.INVOICE),
        ("x [garden/7/credit_note/r7]", 0, DocumentKind.CREDIT_NOTE),
        ("made by hand", -5, DocumentKind.CREDIT_NOTE),
        (None, None, DocumentKind.INVOICE),
        ("[a-very-long~0123456789abcdef]", -5, DocumentKind.CREDIT_NOTE),
        ("[garden/7~0123456789abcdef]", -5, DocumentKind.CREDIT_NOTE),
    ],
)
def test_the_kind_is_what_the_reference_or_else_the_total_says(description: Any, gross: Any, kind: Any) -> None:
    assert document(description=description, inctotal=gross).kind is kind


@pytest.mark.parametrize("odd", [None, "", "n/a", [], {}, True, "1E+99999"])
def test_odd_members_are_unknown_and_no_failure(odd: object) -> None:
    read = document(inctotal=odd, created=odd, changed=odd, pay_status=odd, number=odd, prefix=odd, description=odd)
    assert (read.gross, read.updated_at, read.issue_date, read.state) == (None, None, None, None)


def test_marking_as_paid_sends_back_all_that_would_be_wiped_and_leaves_the_items() -> None:
    told = mapping.marked_as_paid(STORED)
    assert told["pay_status"] == "paid"
    kept = ("leading_zeros", "prefix", "description", "template", "pay_limit")
    assert {name: told[name] for name in kept} == {name: STORED[name] for name in kept}
    customer = told["customer"]
    assert isinstance(customer, dict)
    assert (customer["customer_number"], customer["company_name"], customer["firstname"]) == (3, "Tuin BV", None)
    assert {"id", "loyalty"}.isdisjoint(customer)
    assert "items" not in told
    json.dumps(told)


@pytest.mark.parametrize("missing", ["customer", "leading_zeros", "template", "pay_limit"])
def test_an_invoice_that_is_not_told_whole_is_not_written_back(missing: str) -> None:
    with pytest.raises(Refused):
        mapping.marked_as_paid({name: value for name, value in STORED.items() if name != missing})


def test_only_the_whole_total_in_the_books_currency_can_be_paid() -> None:
    mapping.check_payment(money("30.25"), document(), Options())
    for wrong in (money("30.24"), money("30.26"), money("30.25", currency="PLN")):
        with pytest.raises(Refused):
            mapping.check_payment(wrong, document(), Options())
    with pytest.raises(Refused):
        mapping.check_payment(money("30.25"), document(inctotal=None), Options())


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"_links": {"self": {"href": "http://billing.example/invoice/api/invoice.json/13"}}}, "13"),
        ({"_links": {"self": {"href": "http://internal:8080/invoice/api/invoice.json/13/"}}}, "13"),
        ({"_links": {"self": {"href": "http://billing.example/invoice/api/invoice.json/0"}}}, ""),
        ({"_links": {"self": {"href": "http://billing.example/"}}}, ""),
        ({"_links": {"self": {"href": None}}}, ""),
        ({"_links": []}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_new_id_is_the_last_number_of_the_address(answer: object, found: str) -> None:
    assert answers.created_id(answer) == found


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, b'{"code":400,"message":"Template is required"}', "Template is required"),
        (403, b'{"code":403,"message":"IP address is not allowed"}', "IP address is not allowed"),
        (404, b"<html>Page not found</html>", "refused with status 404"),
        (406, b'{"code":406,"message":"Token validation failed"}', "X-CSRF-Token: Token validation failed"),
        (400, b'{"code":400,"message":null}', "refused with status 400"),
    ],
)
def test_reasons_are_the_sites_own_words(status: int, body: bytes, told: str) -> None:
    assert str(answers.refusal(status, body)) == told


def test_a_401_says_how_the_account_is_written() -> None:
    assert "user:password" in str(answers.refusal(401, b""))


@given(st.integers(400, 499), st.binary(max_size=200))
def test_no_body_of_a_refusal_breaks_the_reading(status: int, body: bytes) -> None:
    answers.refusal(status, body)
