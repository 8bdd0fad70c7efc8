"""From a draft to AcuInvoice's words: the total is right by the service's own arithmetic, or the draft stops."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.domain.documents import DocumentKey, DocumentKind, Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS, minor_unit, quantize
from providers.domain.orders import Buyer, LineKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.acuinvoice import CARD, Options, mapping
from providers.invoicing.acuinvoice.arithmetic import computed
from providers.invoicing.acuinvoice.sandbox import Switches
from providers.invoicing.acuinvoice.sandbox.account import Account
from tests.builders import SettableClock, a_draft

CENT = Decimal("0.01")


def prepared(options: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**changes)
    return mapping.invoice(draft, draft.key.reference(), options or Options()).payload


def fields(options: Options | None = None, **changes: object) -> dict[str, Any]:
    return prepared(options, **changes)["invoice"]


def a_line(net: str, rate: str = "0", **changes: object) -> DraftLine:
    """As a shop with net prices makes it."""
    amount = Decimal(net)
    tax = (amount * Decimal(rate) / 100).quantize(CENT, "ROUND_HALF_UP")
    facts: dict[str, object] = {
        "name": "Thing",
        "net": amount,
        "tax": tax,
        "gross": amount + tax,
        "tax_rate": Decimal(rate),
    }
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]


def reason(options: Options | None = None, **changes: object) -> Any:
    with pytest.raises(CannotExpress) as raised:
        fields(options, **changes)
    assert raised.value.reason.remedy
    return raised.value.reason


@st.composite
def shop_lines(draw: st.DrawFn, currency: str, rates: list[Decimal]) -> DraftLine:
    """A line of a shop with net or with gross prices; a discount now and then."""
    places = EXPONENTS[currency]
    amount = draw(st.decimals(min_value=-50, max_value=100_000, places=places))
    rate = draw(st.sampled_from(rates))
    category = draw(st.sampled_from([TaxCategory.RATED] * 5 + [TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE]))
    rate = rate if category is TaxCategory.RATED else Decimal(0)
    if draw(st.booleans()):
        net, tax = amount, quantize(amount * rate / 100, currency)
    else:
        net = quantize(amount / (1 + rate / 100), currency)
        tax = amount - net
    quantity = draw(st.decimals(min_value="0.001", max_value=500, places=3) | st.integers(1, 9).map(Decimal))
    return DraftLine(
        name="Thing", net=net, tax=tax, gross=net + tax, quantity=quantity, tax_rate=rate, tax_category=category
    )


@st.composite
def drafts(draw: st.DrawFn, currencies: tuple[str, ...], most_rates: int) -> Draft:
    currency = draw(st.sampled_from(currencies))
    known = st.sampled_from([Decimal(rate) for rate in ("5", "5.5", "7.7", "8.75", "19", "23", "25", "100")])
    rates = draw(st.lists(known, min_size=1, max_size=most_rates, unique=True))
    lines = draw(st.lists(shop_lines(currency, [*rates, Decimal(0)]), min_size=1, max_size=30))
    return a_draft(currency=currency, lines=tuple(lines))


ARITHMETICS = [
    (Options(), Switches()),
    (Options(tax_on="line"), Switches(tax_on_line=True)),
    (Options(tax_rounding="half_even"), Switches(tax_half_even=True)),
    (Options(decimals=0), Switches()),
    (Options(decimals=4, freight_is_taxed=True), Switches(freight_taxed=True)),
]


@pytest.mark.parametrize(("options", "switches"), ARITHMETICS)
@given(draft=drafts(("EUR", "USD", "JPY", "KWD", "CLF"), 2))
def test_the_services_arithmetic_comes_out_at_the_drafts_total_or_the_draft_stops(
    options: Options, switches: Switches, draft: Draft
) -> None:
    try:
        payload = mapping.invoice(draft, "r", options).payload
    except CannotExpress:
        return
    sent = json.loads(json.dumps(payload))["invoice"]
    ours = computed(sent, options)
    assert ours is not None
    assert ours.gross == draft.gross
    account = Account(switches, SettableClock())
    assert account.total(account.add("invoice", sent)) == draft.gross


@given(draft=drafts(("EUR",), 1))
def test_every_draft_with_one_rate_and_two_decimals_can_be_said(draft: Draft) -> None:
    if draft.gross < 0:
        return
    lines = mapping.invoice(draft, "r", Options()).payload["invoice"]["lines"]  # type: ignore[index]
    rounding = lines[len(draft.lines) :]
    assert len(rounding) <= 1
    assert sum(abs(Decimal(each["price"])) for each in rounding) <= CENT * len(draft.lines)
    told = [Decimal(each["quantity"]) * Decimal(each["price"]) for each in lines[: len(draft.lines)]]
    assert told == [line.net for line in draft.lines]


@given(draft=drafts(("EUR",), 3))
def test_two_rates_are_never_said_as_one(draft: Draft) -> None:
    rates = {line.tax_rate for line in draft.lines if line.tax_rate}
    if len(rates) < 2 or draft.gross < 0:
        return
    with pytest.raises(CannotExpress) as raised:
        mapping.invoice(draft, "r", Options())
    assert raised.value.reason.field == "lines.tax_rate"
    assert raised.value.reason.code is Code.CANNOT_EXPRESS


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


def test_a_price_that_is_not_whole_cents_moves_the_quantity_into_the_text() -> None:
    thirds = fields(lines=(a_line("10.00", quantity=Decimal(3)),))["lines"][0]
    assert (thirds["quantity"], thirds["price"], thirds["description"]) == ("1", "10.00", "3 x Thing")
    fine = fields(lines=(a_line("10.00", quantity=Decimal("0.125")),))["lines"][0]
    assert (fine["quantity"], fine["description"]) == ("1", "0.125 x Thing")
    finer = fields(Options(decimals=3), lines=(a_line("10.00", quantity=Decimal("0.125")),))["lines"][0]
    assert (finer["quantity"], finer["price"]) == ("0.125", "80.000")


def test_a_cent_between_the_services_tax_and_the_shops_becomes_a_line_that_can_be_seen() -> None:
    # 23 % of 0.03 is 0.0069: one cent, where the shop that has gross prices came to two.
    line = a_line("0.03", "23", tax=Decimal("0.02"), gross=Decimal("0.05"))
    told = fields(Options(rounding_name="Cents"), lines=(line,))["lines"]
    assert told[1] == {"quantity": "1", "kind": "Product", "description": "Cents", "tax": "0", "price": "0.01"}
    stopped = reason(Options(rounding_line=False), lines=(line,))
    assert (stopped.code, stopped.field, stopped.value) == (Code.TOTAL_MISMATCH, "gross", "0.05")
    assert "rounding_line" in stopped.remedy


def test_more_than_a_cent_for_each_taxed_line_stops() -> None:
    line = a_line("1.00", "23", tax=Decimal("0.25"), gross=Decimal("1.25"))
    assert reason(lines=(line, a_line("1.00"))).code is Code.TOTAL_MISMATCH
    assert fields(lines=(line, a_line("1.00", "23")))["lines"][2]["price"] == "0.02"


def test_a_difference_downwards_needs_negative_prices() -> None:
    line = a_line("1.00", "23", tax=Decimal("0.22"), gross=Decimal("1.22"))
    assert fields(lines=(line,))["lines"][1]["price"] == "-0.01"
    assert reason(Options(negative_prices=False), lines=(line,)).code is Code.TOTAL_MISMATCH


def test_no_currency_gets_a_rounding_line_of_less_than_its_smallest_coin() -> None:
    line = DraftLine(name="Tea", net=Decimal(1003), tax=Decimal(80), gross=Decimal(1083), tax_rate=Decimal(8))
    assert minor_unit("JPY") == 1
    assert reason(currency="JPY", lines=(line,)).code is Code.TOTAL_MISMATCH


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


def test_prices_without_decimals_stop_an_amount_with_cents() -> None:
    assert reason(Options(decimals=0), lines=(a_line("1.50"),)).code is Code.AMOUNT_PRECISION


@pytest.mark.parametrize(
    ("told", "net", "tax", "gross"),
    [
        # The shape of the printed example: two taxed lines, one untaxed, freight that is not taxed.
        ({"tax": "6.5%", "freight": "2.20"}, "14.20", "0.65", "14.85"),
        ({"tax": "6.5%"}, "12.00", "0.65", "12.65"),
        ({}, "12.00", "0.00", "12.00"),
    ],
)
def test_totals_are_lines_and_tax_of_the_taxed_ones_and_freight(
    told: dict[str, object], net: str, tax: str, gross: str
) -> None:
    lines = [
        {"quantity": "2", "price": "3.00", "tax": "1"},
        {"quantity": "4", "price": "0.50", "tax": "0"},
        {"quantity": "1", "price": "4.00", "tax": "1"},
    ]
    found = computed({**told, "lines": lines}, Options())
    assert found is not None
    assert (found.net, found.tax, found.gross) == (Decimal(net), Decimal(tax), Decimal(gross))


@pytest.mark.parametrize(
    "told",
    [{}, {"lines": [{"quantity": "x", "price": "1"}]}, {"lines": [], "tax": "a lot"}, {"lines": ["odd"]}],
)
def test_totals_of_what_cannot_be_read_are_none(told: dict[str, object]) -> None:
    assert computed(told, Options()) is None


@pytest.mark.parametrize(
    "odd",
    [{"late_fee": "3%"}, {"time_zone": "Mars/Olympus"}, {"client_id": 0}, {"unheard": 1}, {"endpoint": "http://x"}],
)
def test_options_that_mean_nothing_are_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**odd)


def test_the_card_says_what_cannot_be_done() -> None:
    assert (CARD.payments, CARD.totals, CARD.cancel, CARD.email, CARD.pdf) == ("not_available", "never", *[False] * 3)
