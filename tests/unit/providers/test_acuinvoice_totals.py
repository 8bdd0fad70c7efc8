"""AcuInvoice's own arithmetic comes out at the draft's total, or the draft stops."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS, minor_unit, quantize
from providers.domain.orders import TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.acuinvoice import Options, mapping
from providers.invoicing.acuinvoice.arithmetic import computed
from providers.invoicing.acuinvoice.sandbox import Switches
from providers.invoicing.acuinvoice.sandbox.account import Account
from tests.builders import SettableClock, a_draft
from tests.unit.providers.acuinvoice_drafts import CENT, a_line, fields, reason


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
    return a_draft(currency=currency, lines=tuple(lines), rounding_name="Rounding")


ARITHMETICS = [
    (Options(), Switches()),
    (Options(tax_on="line"), Switches(tax_on_line=True)),
    (Options(tax_rounding="half_even"), Switches(tax_half_even=True)),
    (Options(decimals=0), Switches()),
    (Options(decimals=4, freight_is_taxed=True), Switches(freight_taxed=True)),
]


@pytest.mark.parametrize(("options", "switches"), ARITHMETICS)
@given(draft=drafts(("EUR", "USD", "JPY", "KWD", "CLF"), 2), rounding=st.sampled_from(["Rounding", ""]))
def test_the_services_arithmetic_comes_out_at_the_drafts_total_or_the_draft_stops(
    options: Options, switches: Switches, draft: Draft, rounding: str
) -> None:
    try:
        payload = mapping.invoice(replace(draft, rounding_name=rounding), "r", options).payload
    except CannotExpress:
        return
    sent = json.loads(json.dumps(payload))["invoice"]
    ours = computed(sent, options)
    assert ours is not None
    assert ours.gross == draft.gross
    assert rounding or len(sent["lines"]) == len(draft.lines)
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
    told = fields(lines=(line,), rounding_name="Cents")["lines"]
    assert told[1] == {"quantity": "1", "kind": "Product", "description": "Cents", "tax": "0", "price": "0.01"}
    stopped = reason(lines=(line,))
    assert (stopped.code, stopped.field, stopped.value) == (Code.TOTAL_MISMATCH, "gross", "0.05")
    assert "policy: `rounding_line`" in stopped.remedy


def test_more_than_a_cent_for_each_taxed_line_stops() -> None:
    line = a_line("1.00", "23", tax=Decimal("0.25"), gross=Decimal("1.25"))
    stopped = reason(lines=(line, a_line("1.00")), rounding_name="Cents")
    assert (stopped.code, stopped.remedy) == (Code.TOTAL_MISMATCH, "Invoice it by hand.")
    assert fields(lines=(line, a_line("1.00", "23")), rounding_name="Cents")["lines"][2]["price"] == "0.02"


def test_a_difference_downwards_needs_negative_prices() -> None:
    line = a_line("1.00", "23", tax=Decimal("0.22"), gross=Decimal("1.22"))
    assert fields(lines=(line,), rounding_name="Cents")["lines"][1]["price"] == "-0.01"
    stopped = reason(Options(negative_prices=False), lines=(line,), rounding_name="Cents")
    assert (stopped.code, stopped.remedy) == (Code.TOTAL_MISMATCH, "Invoice it by hand.")


def test_no_currency_gets_a_rounding_line_of_less_than_its_smallest_coin() -> None:
    line = DraftLine(name="Tea", net=Decimal(1003), tax=Decimal(80), gross=Decimal(1083), tax_rate=Decimal(8))
    assert minor_unit("JPY") == 1
    assert reason(currency="JPY", lines=(line,), rounding_name="Cents").code is Code.TOTAL_MISMATCH


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
