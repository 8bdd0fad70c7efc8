"""Every provider's own arithmetic over what is prepared comes out at the order's total, or the order stops.

The mapping says the draft, the sandbox computes it anew from what arrives there, and the two must meet: for shops with
net and with gross prices, currencies with no, two and three decimals, discounts, and several rates on one order.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from providers.domain.documents import Draft, DraftLine
from providers.domain.errors import CannotExpress, Refused
from providers.domain.money import minor_unit, quantize
from providers.domain.orders import LineKind, TaxCategory
from providers.invoicing import memory
from providers.invoicing.acs.sandbox import Switches as Acs
from providers.invoicing.acuinvoice.sandbox import Switches as AcuInvoice
from providers.invoicing.drupal_invoice.sandbox import Module
from providers.invoicing.drupal_invoice.sandbox import Switches as Drupal
from providers.invoicing.invoiceocean.sandbox import Switches as InvoiceOcean
from providers.invoicing.webparking import ItemPrices
from providers.invoicing.webparking.sandbox import StockItem, VatRounding
from providers.invoicing.webparking.sandbox import Switches as WebParking
from providers.registry import PROVIDERS
from tests.contract.invoicing import test_acs as acs
from tests.contract.invoicing import test_acuinvoice as acuinvoice
from tests.contract.invoicing import test_drupal_invoice as drupal_invoice
from tests.contract.invoicing import test_invoiceocean as invoiceocean
from tests.contract.invoicing import test_memory as in_memory
from tests.contract.invoicing import test_webparking as webparking
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import draft
from tests.contract.invoicing.moods import Mood

RATES: Final = tuple(map(Decimal, ("23", "8", "5.5", "19", "27", "20", "5", "0")))
BLANK: Final = DraftLine(name="Thing", net=Decimal(0), tax=Decimal(0), gross=Decimal(0))
UNTAXED: Final = (TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE, TaxCategory.NOT_SUBJECT)
ALL_CURRENCIES: Final = ("EUR", "JPY", "KWD")
EVERY_ORDER = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

SOME_ORDER = settings(EVERY_ORDER, max_examples=3_000, phases=[Phase.generate])


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """A provider in one of the ways in which it may compute."""

    bench: Callable[[Mood], Bench]
    mood: Callable[[str], Mood]
    """Currency -> the account in that currency."""
    currencies: Sequence[str] = ALL_CURRENCIES
    rounding_name: str = "Rounding"
    """What the shop calls a line over what rounding leaves; empty where its policy has none."""
    stops_late: bool = False
    """Whether an order whose prices are not the provider's is stopped when it is about to be sent."""


def goods(currency: str, *, gross: bool = False) -> tuple[StockItem, ...]:
    """What the shop sells by the piece, at prices that the provider knows too."""
    unit = minor_unit(currency)
    return tuple(
        StockItem(code, code.title(), unit * (cents + (cents * rate // 100 if gross else 0)), Decimal(rate))
        for code, cents, rate in (("BARREL", 3965, 23), ("SEEDS", 391, 8), ("PARCEL", 813, 23))
    )


def bridge(*, gross: bool = False, rounding: VatRounding = VatRounding.LINE) -> Arithmetic:
    options = {
        "item_prices": ItemPrices.GROSS if gross else ItemPrices.NET,
        "vat_rounding": rounding.value,
    }
    return Arithmetic(
        bench=webparking.a_bench,
        mood=lambda currency: Mood(
            switches=WebParking(
                items=goods(currency, gross=gross), currency=currency, prices_are_gross=gross, vat_rounding=rounding
            ),
            options={**options, "currency": currency},
        ),
        stops_late=True,
    )


ARITHMETICS: Final[Mapping[str, Arithmetic]] = {
    "acs": Arithmetic(bench=acs.a_bench, mood=lambda _: Mood(switches=Acs())),
    "acs, VAT by group": Arithmetic(
        bench=acs.a_bench,
        mood=lambda _: Mood(switches=Acs(tax_by_group=True), options={"tax_rounding": "vat_group"}),
    ),
    "acs, no rounding line": Arithmetic(bench=acs.a_bench, mood=lambda _: Mood(switches=Acs()), rounding_name=""),
    "acs, VAT by group, no rounding line": Arithmetic(
        bench=acs.a_bench,
        mood=lambda _: Mood(switches=Acs(tax_by_group=True), options={"tax_rounding": "vat_group"}),
        rounding_name="",
    ),
    "acuinvoice": Arithmetic(bench=acuinvoice.a_bench, mood=lambda _: Mood(switches=AcuInvoice())),
    "acuinvoice, by line, half to even": Arithmetic(
        bench=acuinvoice.a_bench,
        mood=lambda _: Mood(
            switches=AcuInvoice(tax_on_line=True, tax_half_even=True),
            options={"tax_on": "line", "tax_rounding": "half_even"},
        ),
    ),
    "acuinvoice, no rounding line": Arithmetic(
        bench=acuinvoice.a_bench, mood=lambda _: Mood(switches=AcuInvoice()), rounding_name=""
    ),
    "drupal_invoice": Arithmetic(
        bench=drupal_invoice.a_bench,
        mood=lambda currency: Mood(
            switches=Drupal(module=Module.V1_2, currency=currency), options={"dialect": "1.2", "currency": currency}
        ),
    ),
    "drupal_invoice, no rounding line": Arithmetic(
        bench=drupal_invoice.a_bench,
        mood=lambda currency: Mood(
            switches=Drupal(module=Module.V1_2, currency=currency), options={"dialect": "1.2", "currency": currency}
        ),
        rounding_name="",
    ),
    "invoiceocean": Arithmetic(bench=invoiceocean.a_bench, mood=lambda _: Mood(switches=InvoiceOcean())),
    "memory": Arithmetic(bench=in_memory.a_bench, mood=lambda _: Mood(switches=memory.CARD)),
    "webparking": bridge(),
    "webparking, VAT by rate": bridge(rounding=VatRounding.RATE),
    "webparking, gross prices": bridge(gross=True),
}


def priced(line: DraftLine, amount: Decimal, currency: str, *, gross_shop: bool) -> DraftLine:
    """The line over an amount, as a shop with net or with gross prices rounds it."""
    net = quantize(amount / (1 + line.tax_rate / 100), currency) if gross_shop else amount
    gross = amount if gross_shop else amount + quantize(amount * line.tax_rate / 100, currency)
    return replace(line, net=net, tax=gross - net, gross=gross)


@st.composite
def items(draw: st.DrawFn, currency: str, *, gross_shop: bool) -> DraftLine:
    """So many pieces of what the provider knows too."""
    item = draw(st.sampled_from(goods(currency, gross=gross_shop)))
    quantity = Decimal(draw(st.integers(1, 12)))
    line = replace(BLANK, name=item.description, sku=item.code, quantity=quantity, tax_rate=item.vat)
    return priced(line, item.price * quantity, currency, gross_shop=gross_shop)


@st.composite
def anything(draw: st.DrawFn, currency: str, rates: Sequence[Decimal], *, gross_shop: bool) -> DraftLine:
    """A line over any amount; a discount now and then."""
    category = draw(st.sampled_from((TaxCategory.RATED,) * 6 + UNTAXED))
    rate = draw(st.sampled_from(rates)) if category is TaxCategory.RATED else Decimal(0)
    amount = minor_unit(currency) * draw(st.integers(-2_000, 500_000))
    quantity = draw(st.sampled_from(("1", "1", "2", "3", "7", "100", "0.5", "2.345")).map(Decimal))
    kind = draw(st.sampled_from((LineKind.ITEM, LineKind.ITEM, LineKind.SHIPPING, LineKind.FEE)))
    line = replace(BLANK, quantity=quantity, tax_rate=rate, tax_category=category, kind=kind)
    return priced(line, amount, currency, gross_shop=gross_shop)


@st.composite
def orders(draw: st.DrawFn, currencies: Sequence[str], most_lines: int = 50) -> Draft:
    """An order of one to fifty lines, with one rate or several, at the provider's prices or at any."""
    currency, gross_shop = draw(st.sampled_from(currencies)), draw(st.booleans())
    known = items(currency, gross_shop=gross_shop)
    if not draw(st.booleans()):
        rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=4, unique=True))
        known = anything(currency, rates, gross_shop=gross_shop)
    lines = draw(st.lists(known, min_size=1, max_size=most_lines))
    return replace(draft(), currency=currency, lines=tuple(lines))


def made(arithmetic: Arithmetic, order: Draft) -> Decimal | None:
    """The total that the provider computes; None for an order that stops, of which nothing is there."""
    bench = arithmetic.bench(arithmetic.mood(order.currency))
    order = replace(order, rounding_name=arithmetic.rounding_name)
    with suppress(CannotExpress, *((Refused,) if arithmetic.stops_late else ())):
        bench.provider.create(bench.provider.prepare(order), idempotency_key="k")
    there = bench.behind()
    assert len(there) <= 1
    return there[0].gross if there else None


@pytest.mark.parametrize("name", ARITHMETICS)
def test_the_providers_total_is_the_orders_or_the_order_stops(name: str) -> None:
    arithmetic = ARITHMETICS[name]

    @EVERY_ORDER
    @given(order=orders(arithmetic.currencies))
    def holds(order: Draft) -> None:
        assert made(arithmetic, order) in {order.gross, None}

    holds()


@pytest.mark.parametrize("name", ARITHMETICS)
def test_orders_of_several_lines_are_made_under_each_arithmetic(name: str) -> None:
    arithmetic = ARITHMETICS[name]

    def is_made(order: Draft) -> bool:
        return len(order.lines) > 2 and order.gross > 0 and made(arithmetic, order) is not None

    assert is_made(find(orders(arithmetic.currencies, most_lines=5), is_made, settings=SOME_ORDER, random=Random(7)))


def test_every_provider_is_held_to_it() -> None:
    assert set(PROVIDERS) <= {name.partition(",")[0] for name in ARITHMETICS}
