from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.orders import LineKind, Order, OrderLine, PaymentKind
from providers.shops.woocommerce.shop import WooCommerceShop
from tests.unit.shops.samples import body, fee, item, rate, shipping, woo_order

SHOP = WooCommerceShop(name="tea", secret="s")


def order(**changes: Any) -> Order:
    return SHOP.read_order(body(woo_order(**changes)))


def line(rates: list[Any] | None = None, **changes: Any) -> OrderLine:
    return order(line_items=[item(**changes)], tax_lines=[rate()] if rates is None else rates).lines[0]


def sums(lines: tuple[OrderLine, ...]) -> list[str]:
    return [f"{one.net} + {one.tax} = {one.gross}" for one in lines]


def test_order_as_a_whole() -> None:
    read = order()
    assert (read.order_id, read.number, read.currency, read.total) == ("815", "T-815", "PLN", Decimal("24.60"))
    assert read.placed_at == datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
    assert read.modified_at == datetime(2026, 2, 3, 10, 5, tzinfo=UTC)
    assert read.paid_at == datetime(2026, 2, 3, 10, 4, 59, tzinfo=UTC)
    assert (read.fulfilled_at, read.cancelled_at, read.refunds) == (None, None, ())


def test_the_id_stands_in_for_a_missing_number() -> None:
    assert order(number="").number == "815"


def test_an_order_never_changed_was_modified_when_it_was_placed() -> None:
    assert order(date_modified_gmt=None).modified_at == datetime(2026, 2, 3, 10, 0, tzinfo=UTC)


def test_a_line_keeps_quantity_and_sku_and_adds_tax_to_net() -> None:
    assert line() == OrderLine(
        line_id="11",
        name="Tea pot",
        net=Decimal("20.00"),
        tax=Decimal("4.60"),
        gross=Decimal("24.60"),
        quantity=Decimal(2),
        tax_rate=Decimal(23),
        sku="POT",
    )


@pytest.mark.parametrize("prices_include_tax", [True, False])
def test_line_totals_are_net_whatever_the_prices_are(prices_include_tax: bool) -> None:
    read = order(prices_include_tax=prices_include_tax)
    assert sums(read.lines) == ["20.00 + 4.60 = 24.60"]
    assert read.prices_include_tax is prices_include_tax


def test_discounts_are_inside_the_line_totals_already() -> None:
    read = order(
        total="22.14",
        line_items=[item(subtotal="20.00", total="18.00", total_tax="4.14", taxes=[{"id": 3, "total": "4.14"}])],
        coupon_lines=[{"id": 1, "code": "tenth", "discount": "2.00", "discount_tax": "0.46"}],
    )
    assert sums(read.lines) == ["18.00 + 4.14 = 22.14"]


def test_shipping_and_fees_of_either_sign_are_lines() -> None:
    read = order(total="33.21", shipping_lines=[shipping()], fee_lines=[fee("-3.00", "-0.69", name="Loyalty bonus")])
    assert [(one.kind, one.name) for one in read.lines[1:]] == [
        (LineKind.SHIPPING, "Courier"),
        (LineKind.FEE, "Loyalty bonus"),
    ]
    assert sums(read.lines[1:]) == ["10.00 + 2.30 = 12.30", "-3.00 + -0.69 = -3.69"]


def test_free_shipping_is_no_line() -> None:
    read = order(shipping_lines=[shipping("0.00", "0.00", taxes=[], method_title="Pick-up")])
    assert [one.kind for one in read.lines] == [LineKind.ITEM]


def test_a_free_item_stays_a_line() -> None:
    free = item(12, total="0.00", total_tax="0.00", taxes=[{"id": 3, "total": "0"}])
    assert sums(order(line_items=[item(), free]).lines)[1] == "0.00 + 0.00 = 0.00"


def test_fractional_quantities_stay_exact() -> None:
    assert line(quantity=2.5).quantity == Decimal("2.5")


def test_names_lose_tags_and_entities() -> None:
    assert line(name="Salt &amp; <b>pepper</b> &ndash; 2 &lt; 3<br />").name == "Salt & pepper \u2013 2 < 3"


@pytest.mark.parametrize(("percent", "expected"), [(23, "23"), (5.5, "5.5"), ("8.0000", "8"), (0, "0")])
def test_the_rate_is_that_of_the_tax_line_with_the_same_id(percent: Any, expected: str) -> None:
    assert line([rate(4, 99), rate(3, percent)]).tax_rate == Decimal(expected)


def test_rate_ids_may_be_texts_of_a_tax_service() -> None:
    assert line([rate("svc-1", 7)], taxes=[{"id": "svc-1", "total": "4.60"}]).tax_rate == Decimal(7)


def test_taxes_that_do_not_apply_to_the_line_are_blank() -> None:
    assert line([rate(3, 23), rate(4, 8)], taxes=[{"id": 3, "total": "4.6"}, {"id": 4, "total": ""}]).tax_rate == 23


def test_a_tax_that_took_nothing_does_not_count_beside_one_that_did() -> None:
    assert line([rate(3, 23), rate(4, 8)], taxes=[{"id": 3, "total": "4.6"}, {"id": 4, "total": "0"}]).tax_rate == 23


def test_several_taxes_side_by_side_add_up() -> None:
    two = [{"id": 5, "total": "1.00"}, {"id": 6, "total": "1.995"}]
    assert line([rate(5, 5), rate(6, 9.975)], total_tax="3.00", taxes=two).tax_rate == Decimal("14.975")


def test_a_tax_on_a_tax_has_no_single_rate() -> None:
    two = [{"id": 5, "total": "1.00"}, {"id": 6, "total": "2.10"}]
    assert line([rate(5, 5), rate(6, 10, compound=True)], total_tax="3.10", taxes=two).tax_rate is None


@pytest.mark.parametrize("rates", [[], [rate(3, None)], [{"rate_id": 3}], [rate(8, 23)]])
def test_a_rate_that_the_shop_does_not_tell_is_not_guessed(rates: list[Any]) -> None:
    assert line(rates).tax_rate is None


def test_one_unknown_rate_among_several_makes_the_whole_unknown() -> None:
    assert line([rate(5, 5)], taxes=[{"id": 5, "total": "1"}, {"id": 6, "total": "3.6"}]).tax_rate is None


def test_an_untaxed_line_has_no_rate_and_no_tax() -> None:
    untaxed = line(total_tax="", taxes=[])
    assert (untaxed.tax_rate, untaxed.tax, untaxed.gross) == (None, Decimal(0), Decimal("20.00"))


def test_a_zero_rate_is_a_rate() -> None:
    assert line([rate(3, 0)], total_tax="0.00", taxes=[{"id": 3, "total": "0"}]).tax_rate == 0


def test_a_paid_order_has_one_payment_of_its_total() -> None:
    (payment,) = order().payments
    assert (payment.payment_id, payment.amount, payment.currency) == ("paid", Decimal("24.60"), "PLN")
    assert payment.paid_at == datetime(2026, 2, 3, 10, 4, 59, tzinfo=UTC)
    assert (payment.kind, payment.transaction_id) == (PaymentKind.CARD, "tx_1")


def test_a_late_transaction_id_does_not_make_another_payment() -> None:
    assert order(transaction_id="").payments[0].payment_id == order(transaction_id="tx_9").payments[0].payment_id


@pytest.mark.parametrize("status", ["pending", "on-hold", "processing", "completed"])
def test_only_the_date_proves_a_payment(status: str) -> None:
    read = order(status=status, date_paid_gmt=None)
    assert (read.paid_at, read.payments) == (None, ())


def test_what_costs_nothing_is_paid_without_a_payment() -> None:
    free = item(total="0.00", total_tax="0.00", taxes=[{"id": 3, "total": "0"}])
    read = order(total="0.00", line_items=[free])
    assert read.paid_at is not None
    assert read.payments == ()


@pytest.mark.parametrize("status", ["cancelled", "failed", "trash", "wc-cancelled"])
def test_called_off_orders_are_cancelled_at_their_last_change(status: str) -> None:
    assert order(status=status).cancelled_at == datetime(2026, 2, 3, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize("status", ["pending", "on-hold", "processing", "refunded", "shipped-by-plug-in"])
def test_no_other_status_cancels(status: str) -> None:
    assert order(status=status).cancelled_at is None


def test_completed_orders_are_fulfilled() -> None:
    done = order(status="completed", date_completed_gmt="2026-02-05T08:00:00")
    assert done.fulfilled_at == datetime(2026, 2, 5, 8, tzinfo=UTC)
    assert order(status="completed").fulfilled_at == datetime(2026, 2, 3, 10, 5, tzinfo=UTC)
    assert order(status="processing", date_completed_gmt="2026-02-05T08:00:00").fulfilled_at is None


def test_refunds_are_positive_and_keep_their_ids() -> None:
    read = order(refunds=[{"id": 901, "reason": "broken &amp; late", "total": "-4.10"}, {"id": 902, "total": "-0.00"}])
    assert [(one.refund_id, one.amount, one.reason) for one in read.refunds] == [
        ("901", Decimal("4.10"), "broken & late")
    ]


def test_the_status_alone_refunds_everything() -> None:
    assert order(status="refunded").refunded == Decimal("24.60")
    assert order(status="refunded", refunds=[{"id": 901, "total": "-4.10"}]).refunded == Decimal("4.10")


def test_the_buyer_comes_from_the_billing_address() -> None:
    buyer = order().buyer
    assert (buyer.name, buyer.street, buyer.postcode, buyer.city, buyer.country) == (
        "Nora Example",
        "ul. Próbna 4, m. 2",
        "00-004",
        "Wzorów",
        "PL",
    )
    assert (buyer.email, buyer.phone, buyer.tax_no) == ("nora@example.com", "000 000 000", "")


def test_a_company_gives_its_name() -> None:
    assert order(billing={"company": "Salt &amp; Sons"}).buyer.name == "Salt & Sons"


@pytest.mark.parametrize("key", ["_billing_vat_number", "_vat_number", "billing_nip", "_billing_eu_vat_number"])
def test_the_tax_number_is_found_where_common_plugins_put_it(key: str) -> None:
    assert order(meta_data=[{"id": 1, "key": key, "value": " PL1234563218 "}]).buyer.tax_no == "PL1234563218"


def test_the_first_filled_key_counts_in_the_order_of_the_list() -> None:
    shop = WooCommerceShop(name="tea", secret="s", tax_no_keys=("a", "b", "c"))
    meta = [{"key": "c", "value": "third"}, {"key": "b", "value": 22}, {"key": "a", "value": ""}]
    assert shop.read_order(body(woo_order(meta_data=meta))).buyer.tax_no == "22"


@pytest.mark.parametrize("meta", [None, "x", 5, [5, None, {"key": []}, {"key": "vat_number", "value": {"a": 1}}], {}])
def test_odd_meta_data_stops_no_order(meta: Any) -> None:
    assert order(meta_data=meta).buyer.tax_no == ""


def test_meta_data_with_gaps_comes_as_an_object() -> None:
    assert order(meta_data={"2": {"key": "vat_number", "value": "DE1"}}).buyer.tax_no == "DE1"


@pytest.mark.parametrize(
    ("gateway", "kind"),
    [
        ("bacs", PaymentKind.TRANSFER),
        ("cheque", PaymentKind.OTHER),
        ("cod", PaymentKind.CASH_ON_DELIVERY),
        ("paypal", PaymentKind.PAYPAL),
        ("ppcp-gateway", PaymentKind.PAYPAL),
        ("ppcp-credit-card-gateway", PaymentKind.CARD),
        ("stripe", PaymentKind.CARD),
        ("stripe_cc", PaymentKind.CARD),
        ("stripe_sepa", PaymentKind.TRANSFER),
        ("woocommerce_payments", PaymentKind.CARD),
        ("square_credit_card", PaymentKind.CARD),
        ("mollie_wc_gateway_banktransfer", PaymentKind.TRANSFER),
        ("przelewy24", PaymentKind.TRANSFER),
        ("", PaymentKind.OTHER),
        ("barter", PaymentKind.OTHER),
    ],
)
def test_the_gateway_tells_the_way_of_paying(gateway: str, kind: PaymentKind) -> None:
    assert order(payment_method=gateway).payment_kind == kind


def test_a_gift_card_used_is_payment_and_the_goods_keep_their_worth() -> None:
    read = order(total="4.60", gift_cards=[{"id": 6, "code": "SECRET", "amount": 20}])
    assert read.total == Decimal("24.60")
    assert [(one.payment_id, one.amount) for one in read.payments] == [
        ("gift_card:6", Decimal(20)),
        ("paid", Decimal("4.60")),
    ]
    assert "SECRET" not in str(read)


def test_a_gift_card_pays_before_the_rest_is_paid() -> None:
    read = order(total="4.60", gift_cards=[{"id": 6, "amount": "20.00"}], date_paid_gmt=None)
    assert [one.payment_id for one in read.payments] == ["gift_card:6"]
    assert read.paid_at is None


@pytest.mark.parametrize("cards", [[{"id": 6, "amount": 20}], [{"id": 6, "amount": 0}], {"CODE": 5}, [5], "x", None])
def test_gift_cards_that_the_total_does_not_show_are_no_payment(cards: Any) -> None:
    read = order(gift_cards=cards)
    assert read.total == Decimal("24.60")
    assert [one.payment_id for one in read.payments] == ["paid"]


def test_figures_that_do_not_add_up_are_handed_on() -> None:
    read = order(total="30.00")
    assert read.total == Decimal("30.00")
    assert sums(read.lines) == ["20.00 + 4.60 = 24.60"]


def test_an_unknown_currency_is_handed_on() -> None:
    assert order(currency="XYZ").currency == "XYZ"
