"""The module's arithmetic, and unit costs under which it comes out at an order's totals."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.domain.documents import Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.orders import LineKind
from providers.domain.reasons import Code
from providers.invoicing.drupal_invoice import Options, mapping, sums
from tests.builders import a_draft

CENT = Decimal("0.01")
RATES = [Decimal(rate) for rate in ("0", "2.1", "5", "5.5", "6", "8", "9", "10", "19", "20", "21", "23", "25")]


def item(quantity: str, unitcost: str, vat: str) -> sums.Item:
    return sums.Item(quantity=Decimal(quantity), unitcost=Decimal(unitcost), vat=Decimal(vat))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def sold(price: Decimal, quantity: Decimal, rate: Decimal, how: str) -> DraftLine:
    """A line as shops round it: from net or gross, by the line or by the unit."""
    total = price * quantity if how.endswith("unit") else price
    if how.startswith("net"):
        net = total
        tax = cents(price * rate / 100) * quantity if how.endswith("unit") else cents(net * rate / 100)
    else:
        net = cents(total / (1 + rate / 100))
        tax = total - net
    return DraftLine(name="Thing", net=net, tax=tax, gross=net + tax, quantity=quantity, tax_rate=rate)


def less(line: DraftLine) -> DraftLine:
    """A discount over the same amounts."""
    return replace(line, net=-line.net, tax=-line.tax, gross=-line.gross)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    how = draw(st.sampled_from(["net", "net unit", "gross", "gross unit"]))
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=4))
    lines = draw(
        st.lists(
            st.builds(
                sold,
                st.integers(0, 200_000).map(lambda price: Decimal(price) / 100),
                st.sampled_from([1, 2, 3, 7, 12, 100]).map(Decimal),
                st.sampled_from(rates),
                st.just(how),
            ),
            min_size=1,
            max_size=30,
        )
    )
    discounts = [less(line) for line in lines if draw(st.integers(0, 9)) == 0][: len(lines) - 1]
    return a_draft(lines=(*lines, *discounts))


@settings(deadline=None)
@given(draft=drafts(), rounding=st.sampled_from(["Rounding", ""]))
def test_the_modules_arithmetic_comes_out_at_the_drafts_total_or_the_draft_stops(draft: Draft, rounding: str) -> None:
    draft = replace(draft, rounding_name=rounding)
    found = sums.items(draft.lines, quantity_decimals=1, unit=CENT, own_line=bool(rounding))
    if found is None:
        with pytest.raises(CannotExpress) as raised:
            mapping.invoice(draft, "r", Options())
        assert raised.value.reason.code is Code.TOTAL_MISMATCH
        return
    payload = mapping.invoice(draft, "r", Options()).payload
    told = mapping.sent_sums(payload)
    assert told.gross == draft.gross
    assert told.net + told.tax == told.gross
    assert abs(told.tax - draft.tax) <= CENT * sum(max(Decimal(1), line.quantity / 2 + 1) for line in draft.lines)
    items = payload["items"]
    assert isinstance(items, list)
    assert [each["description"] for each in items[len(draft.lines) :]] in ([], [rounding] if rounding else [])
    for each in items:
        assert Decimal(each["unitcost"]) >= 0
        assert -Decimal(each["unitcost"]).as_tuple().exponent <= 3


def taxed(net: Decimal, tax: Decimal, rate: Decimal) -> DraftLine:
    return DraftLine(name="Thing", net=net, tax=tax, gross=net + tax, tax_rate=rate)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            taxed,
            st.decimals(min_value=-1000, max_value=1000, places=2),
            st.decimals(min_value=-2, max_value=100, places=2),
            st.sampled_from(RATES),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_the_taxes_are_the_total_is_right_or_there_is_none(lines: list[DraftLine]) -> None:
    found = sums.items(lines, quantity_decimals=1, unit=CENT)
    if found is not None:
        assert sums.sums(found).gross == sum(line.gross for line in lines)


def test_every_order_of_real_shops_comes_out_and_nearly_all_without_a_line_of_their_own() -> None:
    dice, without = Random(11), 0
    for _ in range(600):
        how = dice.choice(["net", "net unit", "gross", "gross unit"])
        rates = dice.sample(RATES, dice.choice([1, 1, 2, 3]))
        lines = [
            sold(Decimal(dice.randrange(20_000)) / 100, Decimal(dice.choice([1, 1, 2, 3, 12])), dice.choice(rates), how)
            for _ in range(dice.randint(1, 50))
        ]
        without += sums.items(lines, quantity_decimals=1, unit=CENT) is not None
        assert sums.items(lines, quantity_decimals=1, unit=CENT, own_line=True) is not None
    assert without >= 594


@pytest.mark.parametrize("rate", RATES)
def test_any_price_can_be_sold_alone(rate: Decimal) -> None:
    for price in range(1, 3000, 7):
        for how in ("net", "gross"):
            line = sold(Decimal(price) / 100, Decimal(1), rate, how)
            assert sums.items([line], quantity_decimals=1, unit=CENT, own_line=True) is not None


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([item("1", "40.35", "21"), item("7", "0.22", "21")], ("41.89", "8.80", "50.69")),
        (
            [item("3", "33.334", "21"), item("0.5", "1.005", "21"), item("1", "38.675", "9")],
            ("139.18", "24.59", "163.77"),
        ),
        ([item("1", "1000.5", "6"), item("3", "0.1", "0"), item("-1", "10.006", "21")], ("990.79", "57.93", "1048.72")),
        ([item("1", "1", "100"), item("-1", "0.005", "0")], ("0.99", "1.00", "2.00")),
        ([], ("0", "0", "0")),
    ],
)
def test_net_is_rounded_by_the_line_and_gross_and_vat_once(items: list[sums.Item], told: tuple[str, str, str]) -> None:
    found = sums.sums(items)
    assert (found.net, found.tax, found.gross) == tuple(map(Decimal, told))


@pytest.mark.parametrize(
    ("amount", "told"), [("38.675", "38.68"), ("0.0045", "0.01"), ("0.00449", "0.00"), ("-10.006", "-10.01")]
)
def test_rounding_goes_by_three_decimals_and_away_from_nothing(amount: str, told: str) -> None:
    assert sums.rounded(Decimal(amount)) == Decimal(told)


def test_a_quantity_is_kept_where_its_unit_cost_has_three_decimals_at_most() -> None:
    kept = sold(Decimal("9.99"), Decimal(3), Decimal(23), "gross unit")
    found = sums.items([kept], quantity_decimals=1, unit=CENT)
    assert found == [item("3", "8.122", "23")]


def test_a_quantity_that_leads_elsewhere_is_folded_into_the_text() -> None:
    odd = DraftLine(
        name="Rope", net=Decimal("10.00"), tax=Decimal("0.00"), gross=Decimal("10.00"), quantity=Decimal("0.125")
    )
    assert sums.items([odd], quantity_decimals=1, unit=CENT) == [replace(item("1", "10", "0"), folded=True)]
    assert sums.items([odd], quantity_decimals=3, unit=CENT) == [item("0.125", "80", "0")]


def test_nets_move_by_cents_where_the_shop_rounded_each_line() -> None:
    """Ten times 9.99 with 23 % in it: line by line the VAT is 18.70, of the sum it is 18.68."""
    lines = [sold(Decimal("9.99"), Decimal(1), Decimal(23), "gross")] * 10
    found = sums.items(lines, quantity_decimals=1, unit=CENT)
    assert found is not None
    told = sums.sums(found)
    assert (told.net, told.tax, told.gross) == (Decimal("81.22"), Decimal("18.68"), Decimal("99.90"))


def test_a_line_of_roundings_carries_no_vat_of_its_own() -> None:
    """It has the rate of the biggest line, and the module takes VAT out of it all the same."""
    price = sold(Decimal("100.00"), Decimal(1), Decimal(23), "gross")
    cent = DraftLine(
        name="Rounding",
        net=Decimal("0.05"),
        tax=Decimal(0),
        gross=Decimal("0.05"),
        tax_rate=Decimal(23),
        kind=LineKind.ROUNDING,
    )
    found = sums.items([price, cent], quantity_decimals=1, unit=CENT)
    assert found is not None
    assert sums.sums(found).gross == Decimal("100.05")


def test_vat_that_does_not_follow_from_the_rate_is_not_made_to_fit() -> None:
    wrong = [taxed(Decimal(100), Decimal(5), Decimal(23)), taxed(Decimal(100), Decimal(41), Decimal(23))]
    assert sums.items(wrong, quantity_decimals=1, unit=CENT) is None
    assert sums.strays(wrong[0])


def test_whole_currencies_stay_whole() -> None:
    lines = [sold(Decimal(1000), Decimal(1), Decimal(10), "net"), sold(Decimal(500), Decimal(2), Decimal(8), "net")]
    found = sums.items(lines, quantity_decimals=1, unit=Decimal(1))
    assert found is not None
    assert sums.sums(found) == sums.Sums(net=Decimal(1500), tax=Decimal(140), gross=Decimal(1640))
    bent = [DraftLine(name="x", net=Decimal(909), tax=Decimal(91), gross=Decimal(1000), tax_rate=Decimal(10))]
    assert sums.items(bent, quantity_decimals=1, unit=Decimal(1)) is None


def test_what_a_binary_fraction_could_round_otherwise_is_not_relied_on() -> None:
    """53.345 at 10 % has 5.3345 of VAT, which is a cent more or less as the last bit falls."""
    price = sold(Decimal("58.68"), Decimal(1), Decimal(10), "gross")
    assert sums.items([price], quantity_decimals=1, unit=CENT) is None


def test_a_line_of_its_own_takes_what_rounding_leaves() -> None:
    """Shown as 53.34 and 0.01, with 5.33 of VAT: 58.68."""
    price = sold(Decimal("58.68"), Decimal(1), Decimal(10), "gross")
    found = sums.items([price], quantity_decimals=1, unit=CENT, own_line=True)
    assert found is not None
    assert found[1] == item("1", "0.005", "10")
    assert sums.sums(found) == sums.Sums(net=Decimal("53.35"), tax=Decimal("5.33"), gross=Decimal("58.68"))
