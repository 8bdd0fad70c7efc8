"""The bridge's own arithmetic comes out at the order's total, or the order stops."""

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
from providers.domain.reasons import Code
from providers.invoicing.webparking import ItemPrices, Options, mapping
from tests.unit.providers.webparking_drafts import a_dutch_draft, a_line, fields, prepared, reason

CENT = Decimal("0.01")


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


@st.composite
def sales(draw: st.DrawFn, currencies: tuple[str, ...] = ("EUR", "PLN")) -> tuple[Draft, Options]:
    """Orders of shops with net and gross prices, by items whose prices and rates are known; some with a discount,
    and some whose taxes were rounded another way."""
    currency = draw(st.sampled_from(currencies))
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
    rates = {line.sku: line.tax_rate for line in draft.lines}
    amounts = [
        ((options.prices[line["code"]] * line["quantity"]).quantize(CENT, ROUND_HALF_UP), rates[line["code"]])
        for line in told
    ]
    total = sum((amount for amount, _ in amounts), Decimal(0))
    if options.item_prices is ItemPrices.GROSS:
        return total
    if options.vat_rounding == "line":
        return total + sum((amount * rate / 100).quantize(CENT, ROUND_HALF_UP) for amount, rate in amounts)
    of_rates = [sum(amount for amount, rate in amounts if rate == one) * one / 100 for one in set(rates.values())]
    return total + sum(tax.quantize(CENT, ROUND_HALF_UP) for tax in of_rates)


def said(draft: Draft, options: Options) -> list[dict[str, Any]] | None:
    """The lines as they are sent; None for an order that stops."""
    try:
        made = mapping.invoice(draft, "r", options)
    except CannotExpress:
        return None
    return [json.loads(json.dumps(line)) for line in mapping.lines(made)]


@given(sale=sales(("EUR", "JPY", "KWD")))
def test_the_bridges_total_is_the_orders_or_the_order_stops(sale: tuple[Draft, Options]) -> None:
    draft, options = sale
    told = said(draft, options)
    assert told is None or bridge_total(draft, told, options) == draft.gross


@pytest.mark.parametrize("meaning", [ItemPrices.NET, ItemPrices.GROSS])
@given(sale=sales())
def test_an_order_at_the_items_own_prices_is_never_stopped(meaning: ItemPrices, sale: tuple[Draft, Options]) -> None:
    draft, options = sale
    options = options.model_copy(update={"item_prices": meaning, "vat_rounding": "line"})
    lines = []
    for line in draft.lines:
        amount = (options.prices[line.sku] * line.quantity).quantize(CENT, ROUND_HALF_UP)
        base = 100 if meaning is ItemPrices.NET else 100 + line.tax_rate
        tax = (amount * line.tax_rate / base).quantize(CENT, ROUND_HALF_UP)
        net = amount if meaning is ItemPrices.NET else amount - tax
        lines.append(replace(line, net=net, tax=tax, gross=net + tax))
    whole = replace(draft, lines=tuple(lines))
    told = said(whole, options)
    assert told is not None
    assert bridge_total(whole, told, options) == whole.gross
