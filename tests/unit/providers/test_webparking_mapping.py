"""From a draft to the bridge's words, and every order that they have no word for."""

import json
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.domain.documents import DocumentKey, DocumentKind, Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS
from providers.domain.orders import Buyer, LineKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.webparking import CARD, ItemPrices, Options, Unsaid, mapping
from tests.builders import a_draft

BUYER = Buyer(
    first_name="Noor",
    last_name="Voorbeeld",
    street="Tuinpad 3",
    postcode="9999 ZZ",
    city="Teststad",
    country="NL",
)


def a_line(net: str = "26.50", rate: str = "21", **changes: object) -> DraftLine:
    amount, percent = Decimal(net), Decimal(rate)
    tax = (amount * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    facts: dict[str, object] = {"name": "Leaf rake", "sku": "RAKE-16", "tax_rate": percent}
    facts |= {"net": amount, "tax": tax, "gross": amount + tax}
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]


def a_dutch_draft(**changes: object) -> Draft:
    return a_draft(**{"buyer": BUYER, "lines": (a_line(),), **changes})


def prepared(options: Options | None = None, **changes: object) -> Any:
    draft = a_dutch_draft(**changes)
    return mapping.invoice(draft, draft.key.reference(CARD.reference_length), options or Options())


def fields(options: Options | None = None, **changes: object) -> Any:
    return mapping.request(prepared(options, **changes))


def reason(options: Options | None = None, **changes: object) -> Any:
    with pytest.raises(CannotExpress) as raised:
        prepared(options, **changes)
    assert raised.value.reason.remedy
    return raised.value.reason


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


def test_what_is_missing_of_an_address_is_written_as_the_owner_says() -> None:
    told = fields(Options(missing="-"), buyer=replace(BUYER, street="", postcode="", city=" "))
    assert (told["account_address"], told["account_postal_code"], told["account_city"]) == ("-", "-", "-")
    no_name = replace(BUYER, first_name="", last_name="")
    assert reason(Options(missing="-"), buyer=no_name).code is Code.BUYER_NAME_MISSING


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"prices": {"RAKE-16": "26.49"}}, "lines.1.net"),
        ({"prices": {"RAKE-16": "26.50"}, "item_prices": "gross"}, "lines.1.gross"),
        ({"vat_rates": {"RAKE-16": "9"}}, "lines.1.tax_rate"),
    ],
)
def test_a_price_or_a_rate_that_the_item_does_not_have_stops_at_preview(options: dict[str, Any], field: str) -> None:
    assert reason(Options(**options)).field == field


def test_a_known_price_and_rate_pass() -> None:
    known = {"prices": {"RAKE-16": "26.495"}, "vat_rates": {"RAKE-16": "21.0"}}
    assert fields(Options.model_validate(known))
    assert fields(Options.model_validate({"prices": {"RAKE-16": "32.07"}, "item_prices": "gross"}))


def test_unchecked_prices_compare_nothing() -> None:
    options = Options.model_validate({"prices": {"RAKE-16": 1}, "item_prices": "unchecked"})
    assert mapping.amounts(prepared(options)) == [None]


def test_taxes_that_the_bridge_would_round_otherwise_stop() -> None:
    half_cents = (a_line("0.50", rate="9"), a_line("0.50", rate="9"))  # 9 % of 0.50 is 0.045, of 1.00 it is 0.09
    assert fields(lines=half_cents)
    told = reason(Options(vat_rounding="rate"), lines=half_cents)
    assert (told.code, told.field, told.value) == (Code.TOTAL_MISMATCH, "gross", "1.1")


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


@st.composite
def sales(draw: st.DrawFn) -> tuple[Draft, Options]:
    """Orders of shops with net and gross prices, by items whose prices and rates are known; some with a discount,
    and some whose taxes were rounded another way."""
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    unit = Decimal(1).scaleb(-EXPONENTS[currency])
    gross_shop = draw(st.booleans())
    meaning = draw(st.sampled_from([ItemPrices.NET, ItemPrices.GROSS]))
    places = EXPONENTS[currency] + draw(st.integers(0, 1))
    prices: dict[str, Decimal] = {}
    lines = []
    for number in range(draw(st.integers(1, 30))):
        price = draw(st.decimals(min_value=0, max_value=10_000, places=places))
        rate = draw(st.sampled_from([Decimal(0), Decimal(9), Decimal(21), Decimal("5.5")]))
        quantity = Decimal(draw(st.integers(1, 40)))
        discount = draw(st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 10]))
        shown = (price * quantity * (100 - discount) / 100).quantize(unit, ROUND_HALF_UP)
        if gross_shop:
            tax = (shown * rate / (100 + rate)).quantize(unit, ROUND_HALF_UP)
            net = shown - tax
        else:
            tax = (shown * rate / 100).quantize(unit, ROUND_HALF_UP)
            net = shown
        prices[f"I{number}"] = price
        facts = {"net": net, "tax": tax, "gross": net + tax, "tax_rate": rate}
        lines.append(DraftLine(name="Thing", sku=f"I{number}", quantity=quantity, **facts))
    options = Options(
        prices=prices,
        item_prices=meaning,
        vat_rounding=draw(st.sampled_from(["line", "rate"])),
        currency=currency,
    )
    return a_dutch_draft(currency=currency, lines=tuple(lines)), options


def bridge_total(draft: Draft, told: list[dict[str, Any]], options: Options) -> Decimal:
    """The bridge's arithmetic once more, over what it is sent and its own prices."""
    unit = Decimal(1).scaleb(-EXPONENTS[draft.currency])
    rates = {line.sku: line.tax_rate for line in draft.lines}
    amounts = [
        ((options.prices[line["code"]] * line["quantity"]).quantize(unit, ROUND_HALF_UP), rates[line["code"]])
        for line in told
    ]
    total = sum((amount for amount, _ in amounts), Decimal(0))
    if options.item_prices is ItemPrices.GROSS:
        return total
    if options.vat_rounding == "line":
        return total + sum((amount * rate / 100).quantize(unit, ROUND_HALF_UP) for amount, rate in amounts)
    of_rates = [sum(amount for amount, rate in amounts if rate == one) * one / 100 for one in set(rates.values())]
    return total + sum(tax.quantize(unit, ROUND_HALF_UP) for tax in of_rates)


def said(draft: Draft, options: Options) -> list[dict[str, Any]] | None:
    """The lines as they are sent; None for an order that stops."""
    try:
        made = mapping.invoice(draft, "r", options)
    except CannotExpress:
        return None
    return [json.loads(json.dumps(line)) for line in mapping.lines(made)]


@given(sale=sales())
def test_the_bridges_total_is_the_orders_or_the_order_stops(sale: tuple[Draft, Options]) -> None:
    draft, options = sale
    told = said(draft, options)
    assert told is None or bridge_total(draft, told, options) == draft.gross


@pytest.mark.parametrize("meaning", [ItemPrices.NET, ItemPrices.GROSS])
@given(sale=sales())
def test_an_order_at_the_items_own_prices_is_never_stopped(meaning: ItemPrices, sale: tuple[Draft, Options]) -> None:
    draft, options = sale
    options = options.model_copy(update={"item_prices": meaning, "vat_rounding": "line"})
    unit = Decimal(1).scaleb(-EXPONENTS[draft.currency])
    lines = []
    for line in draft.lines:
        amount = (options.prices[line.sku] * line.quantity).quantize(unit, ROUND_HALF_UP)
        base = 100 if meaning is ItemPrices.NET else 100 + line.tax_rate
        tax = (amount * line.tax_rate / base).quantize(unit, ROUND_HALF_UP)
        net = amount if meaning is ItemPrices.NET else amount - tax
        lines.append(replace(line, net=net, tax=tax, gross=net + tax))
    whole = replace(draft, lines=tuple(lines))
    told = said(whole, options)
    assert told is not None
    assert bridge_total(whole, told, options) == whole.gross
