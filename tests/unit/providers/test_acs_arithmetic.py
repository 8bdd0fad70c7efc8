"""Net prices under which ACS Invoicing comes out at the order's total, whatever is assumed of its arithmetic."""

import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS
from providers.domain.orders import TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.acs import Options, mapping
from tests.builders import a_draft
from tests.unit.providers.acs_words import ADA, a_line, fields, options


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
    rounding_vat_code=st.sampled_from(["", "EUK"]),
)


@given(draft=drafts(), chosen=CHOICES, rounding=st.sampled_from(["Rounding", ""]))
def test_the_providers_arithmetic_comes_out_at_the_drafts_total_or_the_order_stops(
    draft: Draft, chosen: Options, rounding: str
) -> None:
    try:
        payload = mapping.invoice(replace(draft, rounding_name=rounding), "r", chosen).payload
    except CannotExpress:
        return
    invoice = payload["invoice"]
    assert isinstance(invoice, dict)
    assert [item["name"] for item in invoice["items"][len(draft.lines) :]] in ([], [rounding] if rounding else [])
    assert computed(invoice, chosen, draft.currency, {}) == draft.gross


@given(draft=drafts().filter(lambda draft: draft.gross >= 0))
def test_with_a_rounding_line_no_total_of_two_decimals_stops(draft: Draft) -> None:
    invoice = mapping.invoice(replace(draft, rounding_name="Rounding"), "r", options()).payload["invoice"]
    assert isinstance(invoice, dict)
    assert computed(invoice, options(), draft.currency, {}) == draft.gross


def test_a_gross_total_that_no_net_price_gives_gets_a_line_over_the_cent_where_the_policy_allows_it() -> None:
    line = a_line("0.99", net=Decimal("0.80"), tax=Decimal("0.19"), tax_rate=Decimal(23))
    told = fields(lines=(line,), rounding_name="Kerekítés")["items"]
    assert [(item["name"], item["net_unit_price"]) for item in told] == [("Thing", "0.8"), ("Kerekítés", "0.01")]
    assert told[1]["vat_id"] == {"look_up": "vat", "rate": "23"}
    own = fields(options(rounding_vat_code="EUK"), lines=(line,), rounding_name="Rounding")["items"][1]
    assert (own["name"], own["vat_id"]) == ("Rounding", {"look_up": "vat", "any_of": ["EUK"]})
    with pytest.raises(CannotExpress) as raised:
        fields(lines=(line,))
    assert raised.value.reason.code is Code.TOTAL_MISMATCH
    assert "`rounding_line`" in raised.value.reason.remedy


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
