"""The option "Round tax at subtotal level": line taxes finer than a cent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.money import ZERO
from providers.domain.orders import OrderLine
from providers.shops.woocommerce.rounding import spread
from providers.shops.woocommerce.shop import WooCommerceShop
from tests.unit.shops.samples import body, fee, item, woo_order

SHOP = WooCommerceShop(name="tea", secret="s")


def lines(**changes: Any) -> tuple[OrderLine, ...]:
    return SHOP.read_order(body(woo_order(**changes))).lines


def taxed(line_id: int, net: str, shown: str, exact: str) -> dict[str, Any]:
    return item(line_id, total=net, total_tax=shown, taxes=[{"id": 3, "total": exact}])


def gross(read: tuple[OrderLine, ...]) -> list[str]:
    return [str(line.gross) for line in read]


def test_rounded_taxes_that_add_up_stay_although_finer_ones_are_known() -> None:
    read = lines(total="1.26", line_items=[taxed(n, "0.50", "0.13", "0.125") for n in (1, 2)])
    assert gross(read) == ["0.63", "0.63"]


def test_unrounded_taxes_are_spread_to_the_orders_total() -> None:
    # Three times 0.125 is 0.375, rounded once: 0.38. The lines show 0.13 each, one cent too much.
    read = lines(total="1.88", line_items=[taxed(n, "0.50", "0.13", "0.125") for n in (1, 2, 3)])
    assert gross(read) == ["0.63", "0.63", "0.62"]
    assert all(line.net + line.tax == line.gross for line in read)


def test_figures_finer_than_a_cent_become_whole_ones() -> None:
    items = [taxed(1, "17.647059", "0.352941", "0.352941"), taxed(2, "8.333", "1.917", "1.91659")]
    read = lines(total="28.25", line_items=items)
    assert gross(read) == ["18.00", "10.25"]
    assert [str(line.tax) for line in read] == ["0.35", "1.92"]


def test_a_discount_given_as_a_fee_takes_part() -> None:
    read = lines(
        total="0.48",
        line_items=[taxed(1, "0.50", "0.125", "0.125")],
        fee_lines=[fee("-0.1200", "-0.0276")],
    )
    assert sum(line.gross for line in read) == Decimal("0.48")


@pytest.mark.parametrize("total", ["1.90", "1.86", "2.00"])
def test_more_than_one_cent_apart_is_not_smoothed_over(total: str) -> None:
    read = lines(total=total, line_items=[taxed(n, "0.50", "0.13", "0.125") for n in (1, 2, 3)])
    assert gross(read) == ["0.63", "0.63", "0.63"]


def test_a_cent_that_no_unrounded_tax_explains_stays_visible() -> None:
    read = lines(total="1.25", line_items=[taxed(n, "0.50", "0.13", "0.13") for n in (1, 2)])
    assert gross(read) == ["0.63", "0.63"]


def test_finer_taxes_that_belong_to_another_figure_are_not_used() -> None:
    read = lines(total="0.60", line_items=[taxed(1, "0.50", "0.13", "0.095")])
    assert gross(read) == ["0.63"]


def test_a_total_finer_than_a_cent_is_handed_on() -> None:
    read = lines(total="0.625", line_items=[taxed(1, "0.50", "0.125", "0.125")])
    assert gross(read) == ["0.625"]


def test_yen_have_no_cents() -> None:
    items = [taxed(1, "100.4", "10.04", "10.04"), taxed(2, "50.3", "5.03", "5.03")]
    assert gross(lines(currency="JPY", total="166", line_items=items)) == ["111", "55"]


@given(
    st.lists(st.decimals("-50", "50", places=5), min_size=1, max_size=12),
    st.integers(-1, 1),
)
def test_spread_adds_up_and_moves_no_line_by_more_than_a_cent(amounts: list[Decimal], cents_off: int) -> None:
    total = sum(amounts, ZERO).quantize(Decimal("0.01")) + Decimal(cents_off).scaleb(-2)
    parts = spread(amounts, total=total, currency="EUR")
    assert sum(parts) == total
    assert all(part == part.quantize(Decimal("0.01")) for part in parts)
    allowed = Decimal("0.03") if len(amounts) == 1 else Decimal("0.02")
    assert all(abs(part - amount) <= allowed for part, amount in zip(parts, amounts, strict=True))
