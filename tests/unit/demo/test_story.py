import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.money import ZERO
from providers.domain.reasons import Code
from providers.ports import Snapshot, Unreadable
from providers.shops.woocommerce.shop import TOPIC, WooCommerceShop
from worker.demo.catalogue import GARDEN, SHOPS
from worker.demo.story import Plot, Story, StoryOrder, tell
from worker.demo.till import ring_up

SIZES = [5, 6, 9, 10, 11, 30, 60, 137, 200]
SHOP = WooCommerceShop(name="any", secret="s")


def parsed(order: StoryOrder) -> list[Any]:
    return [json.loads(body, parse_float=Decimal) for _, body in order.deliveries]


def lines_of(payload: Any) -> list[Any]:
    return [*payload["line_items"], *payload["shipping_lines"], *payload["fee_lines"]]


def gross(payload: Any) -> Decimal:
    return sum((Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines_of(payload)), ZERO)


def positions(story: Story) -> dict[tuple[str, str], list[bytes]]:
    """For each order, the bodies in the order of sending."""
    sent = defaultdict(list)
    for delivery in story.deliveries:
        sent[delivery.shop, delivery.order_id].append(delivery.body)
    return sent


@pytest.fixture(scope="module")
def story() -> Story:
    return tell(60)


@pytest.mark.parametrize("size", SIZES)
def test_a_story_has_as_many_orders_as_asked_for_and_each_only_once(size: int) -> None:
    orders = tell(size).orders
    assert len({(order.shop, order.order_id) for order in orders}) == size


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", [1, 2])
def test_lines_add_up_to_the_total_in_every_order_but_the_broken_ones(size: int, seed: int) -> None:
    for order in tell(size, seed=seed).orders:
        for payload in parsed(order):
            if order.plot is Plot.MISMATCH:
                assert gross(payload) + 10 == Decimal(payload["total"])
            elif order.plot is Plot.UNREADABLE:
                assert not any(character.isdigit() for character in payload["total"])
            else:
                assert gross(payload) == Decimal(payload["total"])


@pytest.mark.parametrize("size", SIZES)
def test_every_plot_is_told_and_two_orders_are_broken_from_ten_on(size: int) -> None:
    plots = Counter(order.plot for order in tell(size).orders)
    broken = 1 if size >= 10 else 0
    assert plots[Plot.MISMATCH] == plots[Plot.UNREADABLE] == broken
    assert all(plots[plot] >= 1 for plot in (Plot.PAID_AT_ONCE, Plot.PAID_LATER, Plot.CANCELLED, Plot.FREE))


def test_fewer_orders_make_no_story() -> None:
    with pytest.raises(ValueError, match="5 orders or more, not 4"):
        tell(4)


def test_the_same_seed_tells_the_same_story_and_another_a_different_one() -> None:
    assert tell(60, seed=3) == tell(60, seed=3)
    assert tell(60, seed=3) != tell(60, seed=4)


@pytest.mark.parametrize("size", SIZES)
def test_a_tenth_comes_twice_and_everything_else_once(size: int) -> None:
    story = tell(size)
    sent = positions(story)
    tenth = max(1, round(size / 10))
    assert len(story.sent_twice) == tenth
    assert len(story.deliveries) == sum(len(order.deliveries) for order in story.orders) + tenth
    for order in story.orders:
        key = (order.shop, order.order_id)
        extra = 1 if key in story.sent_twice else 0
        assert len(sent[key]) == len(order.deliveries) + extra
        assert set(sent[key]) == {body for _, body in order.deliveries}


@pytest.mark.parametrize("size", SIZES)
def test_a_tenth_arrives_newest_first(size: int) -> None:
    story = tell(size)
    assert len(story.out_of_order) == max(1, round(size / 10))
    sent = positions(story)
    for order in story.orders:
        bodies = [body for _, body in order.deliveries]
        first_seen = list(dict.fromkeys(sent[order.shop, order.order_id]))
        turned = (order.shop, order.order_id) in story.out_of_order
        assert first_seen == (bodies[::-1] if turned else bodies)


def test_a_later_delivery_is_the_newer_one(story: Story) -> None:
    for order in story.orders:
        modified = [payload["date_modified_gmt"] for payload in parsed(order)]
        assert modified == sorted(set(modified))


def test_expected_sums_are_those_of_paid_orders_only(story: Story) -> None:
    for order in story.orders:
        expected = order.expectation
        due = order.plot in (Plot.PAID_AT_ONCE, Plot.PAID_LATER)
        assert expected.invoice is due
        assert (expected.reason_code is None) is due
        assert expected.gross == expected.paid == (gross(parsed(order)[-1]) if due else None)


def test_reasons_are_those_of_the_domain(story: Story) -> None:
    assert {order.plot: order.expectation.reason_code for order in story.orders} == {
        Plot.PAID_AT_ONCE: None,
        Plot.PAID_LATER: None,
        Plot.FREE: Code.ZERO_TOTAL,
        Plot.CANCELLED: Code.CANCELLED_BEFORE_INVOICE,
        Plot.MISMATCH: Code.TOTAL_MISMATCH,
        Plot.UNREADABLE: Code.UNREADABLE,
    }


def test_unpaid_orders_become_paid_or_cancelled(story: Story) -> None:
    for order in story.orders:
        payloads = parsed(order)
        if order.plot is Plot.PAID_LATER:
            assert [bool(payload["date_paid_gmt"]) for payload in payloads] == [False, True]
        elif order.plot is Plot.CANCELLED:
            assert [bool(payload["date_paid_gmt"]) for payload in payloads] == [False, False]
            assert payloads[-1]["status"] == "cancelled"


def test_the_default_story_shows_everything_the_demo_promises(story: Story) -> None:
    payloads = [payload for order in story.orders for payload in parsed(order)]
    by_currency = {payload["currency"]: payload["prices_include_tax"] for payload in payloads}
    assert by_currency == {"EUR": False, "PLN": True}
    rates = {(payload["currency"], tax["rate_percent"]) for payload in payloads for tax in payload["tax_lines"]}
    assert rates == {("EUR", 19), ("EUR", 7), ("PLN", 23), ("PLN", 8), ("PLN", 5), ("PLN", 0)}
    for present in (
        [payload for payload in payloads if payload["coupon_lines"] and payload["total"] != "0.00"],
        [payload for payload in payloads if payload["fee_lines"]],
        [payload for payload in payloads if payload["shipping_lines"][0]["total"] != "0.00"],
        [payload for payload in payloads if payload["shipping_lines"][0]["method_id"] == "free_shipping"],
        [payload for payload in payloads if payload["total"] == "0.00"],
        [payload for payload in payloads if payload["billing"]["company"] and payload["meta_data"]],
        [payload for payload in payloads if not payload["billing"]["company"]],
        [line for payload in payloads for line in payload["line_items"] if line["quantity"] % 1],
        [payload for payload in payloads if payload["status"] == "completed"],
    ):
        assert len(present) >= 2


def test_half_cents_occur_and_are_rounded_up(story: Story) -> None:
    halves = [
        (Decimal(tax["total"]), Decimal(line["total_tax"]))
        for order in story.orders
        for payload in parsed(order)
        for line in lines_of(payload)
        for tax in line["taxes"]
        if Decimal(tax["total"]) * 1000 % 10 == 5
    ]
    assert halves
    assert all(rounded - exact == Decimal("0.005") for exact, rounded in halves)


def test_a_discount_is_taken_before_the_tax() -> None:
    label = next(product for product in GARDEN.products if product.sku == "LABEL")
    line = ring_up(GARDEN, label, Decimal(3), Decimal(10))
    assert (line.full_net, line.net, line.tax, line.gross) == (
        Decimal("1.50"),
        Decimal("1.35"),
        Decimal("0.26"),
        Decimal("1.61"),
    )


def test_reading_the_payloads_comes_out_at_the_expectation(story: Story) -> None:
    for order in story.orders:
        topic, body = order.deliveries[-1]
        if order.plot is Plot.UNREADABLE:
            with pytest.raises(Unreadable) as caught:
                SHOP.read({TOPIC: topic}, body)
            assert caught.value.order_id == order.order_id
            assert caught.value.reason.field == "total"
            continue
        content = SHOP.read({TOPIC: topic}, body).content
        assert isinstance(content, Snapshot)
        read = content.order
        assert read.order_id == order.order_id
        assert read.currency == order.expectation.currency
        assert all(line.tax_rate is not None for line in read.lines)
        paid = sum((payment.amount for payment in read.payments), ZERO)
        if order.expectation.invoice:
            assert sum((line.gross for line in read.lines), ZERO) == read.total == order.expectation.gross
            assert paid == order.expectation.paid
        elif order.plot in (Plot.FREE, Plot.CANCELLED):
            assert paid == 0
        assert (read.cancelled_at is not None) is (order.plot is Plot.CANCELLED)


def test_nobody_real_is_in_it() -> None:
    for shop in SHOPS:
        for person in (*shop.people, *shop.companies):
            domain = person.email.partition("@")[2]
            assert domain.startswith("example.") or domain.endswith(".test")


def test_all_has_happened_three_hours_after_the_last_order() -> None:
    opened_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    last = max(
        payload["date_modified_gmt"] for order in tell(60, opened_at=opened_at).orders for payload in parsed(order)
    )
    assert datetime.fromisoformat(f"{last}Z") <= opened_at + timedelta(minutes=59, hours=3)
