"""From a draft to ACS Invoicing's words, under every assumption about its arithmetic."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.domain.card import Totals
from providers.domain.documents import DocumentKey, DocumentKind, Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS
from providers.domain.orders import Buyer, PaymentKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.acs import Options, mapping
from tests.builders import a_draft
from tests.contract.invoicing.suite import money

ADA = Buyer(
    first_name="Ada",
    last_name="Example",
    street="Fő utca 1",
    postcode="1011",
    city="Budapest",
    country="HU",
    email="ada@example.com",
)
VAT_CODES = {"exempt": "TAM", "reverse_charge": "FAD", "not_subject": "EUK"}


def options(**changes: Any) -> Options:
    return Options.model_validate({"vat_codes": VAT_CODES, **changes})


def prepared(chosen: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**{"buyer": ADA, **changes})
    payload = mapping.invoice(draft, draft.key.reference(), chosen or options()).payload
    assert json.loads(json.dumps(payload)) == payload
    return payload


def fields(chosen: Options | None = None, **changes: object) -> dict[str, Any]:
    invoice = prepared(chosen, **changes)["invoice"]
    assert isinstance(invoice, dict)
    return invoice


def a_line(gross: str, **changes: object) -> DraftLine:
    amount = Decimal(gross)
    facts: dict[str, object] = {"name": "Thing", "net": amount, "tax": Decimal(0), "gross": amount}
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]


def computed(invoice: dict[str, Any], chosen: Options, currency: str, rate_of: dict[str, Decimal]) -> Decimal:
    """The gross total as the service computes it: written anew here, so that it can contradict the mapping."""
    cent = Decimal(1).scaleb(-chosen.amount_decimals)

    def rounded(amount: Decimal, unit: Decimal = cent) -> Decimal:
        return amount.quantize(unit, ROUND_HALF_UP)

    groups: dict[str, Decimal] = {}
    total = Decimal(0)
    for item in invoice["items"]:
        price = Decimal(item["net_unit_price"])
        assert price == price.quantize(Decimal(1).scaleb(-max(chosen.price_decimals, chosen.amount_decimals)))
        net = rounded(Decimal(item["quantity"]) * price)
        group = json.dumps(item["vat_id"])
        groups[group] = groups.get(group, Decimal(0)) + net
        vat = item["vat_id"]
        rate = Decimal(vat["rate"]) if "rate" in vat else rate_of.get(vat["any_of"][0], Decimal(0))
        total += net + (Decimal(0) if chosen.tax_rounding == "vat_group" else rounded(net * rate / 100))
        if chosen.tax_rounding == "vat_group":
            rate_of = {**rate_of, group: rate}
    if chosen.tax_rounding == "vat_group":
        total += sum((rounded(net * rate_of[group] / 100) for group, net in groups.items()), Decimal(0))
    return rounded(total, Decimal(1)) if currency in chosen.whole_currencies else total


RATES = [Decimal(rate) for rate in ("27", "23", "18", "8", "5.5", "5", "0")]


@st.composite
def lines(draw: st.DrawFn, currency: str, *, net_shop: bool) -> DraftLine:
    """A line as a shop computes it: from net or from gross, with the rounding of the currency, discounts included."""
    unit = Decimal(1).scaleb(-min(EXPONENTS[currency], 2)) if currency != "HUF" else Decimal(1)
    category = draw(st.sampled_from([TaxCategory.RATED] * 4 + list(TaxCategory)))
    rate = draw(st.sampled_from(RATES)) if category is TaxCategory.RATED else Decimal(0)
    amount = draw(st.integers(min_value=-500, max_value=500_000)) * unit
    if net_shop:
        net = amount
        gross = net + (net * rate / 100).quantize(unit, ROUND_HALF_UP)
    else:
        gross = amount
        net = (gross / (1 + rate / 100)).quantize(unit, ROUND_HALF_UP)
    quantity = draw(st.sampled_from([Decimal(1), Decimal(2), Decimal(3), Decimal("0.5"), Decimal("2.345")]))
    return DraftLine(
        name="Thing",
        net=net,
        tax=gross - net,
        gross=gross,
        quantity=quantity,
        tax_rate=rate,
        tax_category=category,
    )


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    currency = draw(st.sampled_from(["EUR", "HUF", "PLN", "JPY", "KWD"]))
    net_shop = draw(st.booleans())
    found = draw(st.lists(lines(currency, net_shop=net_shop), min_size=1, max_size=30))
    return a_draft(currency=currency, lines=tuple(found), buyer=ADA)


CHOICES = st.builds(
    options,
    tax_rounding=st.sampled_from(["line", "vat_group"]),
    price_decimals=st.sampled_from([2, 4]),
    rounding_line=st.booleans(),
    rounding_vat_code=st.sampled_from(["", "EUK"]),
)


@given(draft=drafts(), chosen=CHOICES)
def test_the_providers_arithmetic_comes_out_at_the_drafts_total_or_the_order_stops(
    draft: Draft, chosen: Options
) -> None:
    try:
        payload = mapping.invoice(draft, "r", chosen).payload
    except CannotExpress:
        return
    invoice = payload["invoice"]
    assert isinstance(invoice, dict)
    assert computed(invoice, chosen, draft.currency, {}) == draft.gross


@given(draft=drafts().filter(lambda draft: draft.gross >= 0))
def test_with_a_rounding_line_no_total_of_two_decimals_stops(draft: Draft) -> None:
    invoice = mapping.invoice(draft, "r", options()).payload["invoice"]
    assert isinstance(invoice, dict)
    assert computed(invoice, options(), draft.currency, {}) == draft.gross


def test_a_gross_total_that_no_net_price_gives_gets_a_line_over_the_cent() -> None:
    line = a_line("0.99", net=Decimal("0.80"), tax=Decimal("0.19"), tax_rate=Decimal(23))
    told = fields(lines=(line,))["items"]
    assert [(item["name"], item["net_unit_price"]) for item in told] == [("Thing", "0.8"), ("Kerekítés", "0.01")]
    assert told[1]["vat_id"] == {"look_up": "vat", "rate": "23"}
    own = fields(options(rounding_vat_code="EUK", rounding_name="Rounding"), lines=(line,))["items"][1]
    assert (own["name"], own["vat_id"]) == ("Rounding", {"look_up": "vat", "any_of": ["EUK"]})
    with pytest.raises(CannotExpress) as raised:
        fields(options(rounding_line=False), lines=(line,))
    assert raised.value.reason.code is Code.TOTAL_MISMATCH


def test_the_shops_own_net_amount_is_kept_where_it_gives_the_gross_one() -> None:
    line = a_line("12.67", net=Decimal("11.74"), tax=Decimal("0.93"), tax_rate=Decimal(8))
    other = a_line("12.67", net=Decimal("11.73"), tax=Decimal("0.94"), tax_rate=Decimal(8))
    assert [item["net_unit_price"] for item in fields(lines=(line, other))["items"]] == ["11.73", "11.73"]


@pytest.mark.parametrize(
    ("net", "quantity", "decimals", "told"),
    [
        ("12.00", "3", 2, ("Thing", "3", "4")),
        ("10.00", "3", 2, ("3 x Thing", "1", "10")),
        ("10.01", "8", 2, ("8 x Thing", "1", "10.01")),
        ("10.01", "8", 5, ("Thing", "8", "1.25125")),
        ("5.00", "2.5", 2, ("Thing", "2.5", "2")),
        ("7.00", "1", 2, ("Thing", "1", "7")),
    ],
)
def test_a_quantity_is_told_where_its_price_is_exact_else_in_the_name(
    net: str, quantity: str, decimals: int, told: tuple[str, str, str]
) -> None:
    line = a_line(net, quantity=Decimal(quantity))
    item = fields(options(price_decimals=decimals), lines=(line,))["items"][0]
    assert (item["name"], item["quantity"], item["net_unit_price"]) == told


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
