from decimal import Decimal
from typing import Any

import pytest

from providers.domain.reasons import Code
from providers.ports import Ignored, Removal, Snapshot, Unreadable
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from providers.shops.woocommerce.shop import TOPIC, WooCommerceShop
from tests.unit.shops.samples import body, item, woo_order

SHOP = WooCommerceShop(name="tea", secret="s")


def read(topic: str, value: Any) -> Any:
    return SHOP.read({TOPIC: topic}, value if isinstance(value, bytes) else body(value)).content


def unreadable(value: Any, topic: str = "order.updated") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(topic, value)
    return caught.value


def test_the_ping_is_a_greeting() -> None:
    ping = WooCommerceReplayer(secret="s", webhook_id=7).ping()
    assert ping.body == b"webhook_id=7"
    assert SHOP.is_greeting(ping.received, ping.body)


@pytest.mark.parametrize(
    ("headers", "ping"),
    [
        ({TOPIC: "order.created"}, b"webhook_id=7"),
        ({}, b'{"id": 7}'),
        ({}, b""),
        ({}, b"webhook_id=7&id=5"),
        ({}, b"webhook_id="),
        ({}, b"\xff\x00"),
    ],
)
def test_nothing_else_is_a_greeting(headers: dict[str, str], ping: bytes) -> None:
    assert not SHOP.is_greeting(headers, ping)


@pytest.mark.parametrize("topic", ["order.created", "order.updated"])
def test_created_and_updated_orders_are_snapshots(topic: str) -> None:
    content = read(topic, woo_order())
    assert isinstance(content, Snapshot)
    assert not content.restored
    assert content.order.order_id == "815"


def test_a_restored_order_says_so() -> None:
    content = read("order.restored", woo_order())
    assert isinstance(content, Snapshot)
    assert content.restored


def test_a_deleted_order_is_a_removal_by_id_alone() -> None:
    assert read("order.deleted", {"id": 815}) == Removal(order_id="815")
    assert read("order.deleted", {"id": "815"}) == Removal(order_id="815")


@pytest.mark.parametrize("value", [{}, {"id": None}, {"id": True}, {"id": -4}, {"id": 0}, {"id": "x"}, {"id": 2**63}])
def test_a_removal_without_an_id_is_unreadable(value: Any) -> None:
    assert unreadable(value, "order.deleted").reason.field == "id"


@pytest.mark.parametrize("topic", ["product.updated", "action.woocommerce_payment_complete", "order.exploded"])
def test_other_topics_are_ignored_whatever_they_hold(topic: str) -> None:
    assert read(topic, b"\xff") == Ignored(why=f"{topic} concerns no order")


@pytest.mark.parametrize("status", ["draft", "auto-draft", "checkout-draft", "wc-checkout-draft"])
def test_drafts_are_ignored(status: str) -> None:
    assert read("order.updated", woo_order(status=status)) == Ignored(why="draft order")


def test_a_message_without_a_topic_is_the_order_as_it_is_now() -> None:
    delivery = SHOP.read({}, body(woo_order()))
    assert delivery.topic == "order.updated"
    assert isinstance(delivery.content, Snapshot)


def test_a_repeat_has_the_same_event_id_whatever_its_delivery_id() -> None:
    first = {TOPIC: "order.updated", "x-wc-webhook-delivery-id": "a"}
    second = {TOPIC: "order.updated", "x-wc-webhook-delivery-id": "b"}
    assert SHOP.event_id(first, b"{}") == SHOP.event_id(second, b"{}")
    assert SHOP.read(first, body(woo_order())).event_id == SHOP.event_id(first, body(woo_order()))


def test_topic_and_body_tell_events_apart_although_the_delivery_id_is_one() -> None:
    ids = {
        SHOP.event_id({TOPIC: topic, "x-wc-webhook-delivery-id": "same"}, value)
        for topic in ("order.updated", "order.deleted")
        for value in (b'{"id":1}', b'{"id":2}')
    }
    assert len(ids) == 4
    assert all(len(event_id) == 64 for event_id in ids)


@pytest.mark.parametrize("member", ["id", "status", "currency", "date_created_gmt", "total", "billing", "line_items"])
def test_a_missing_member_is_named(member: str) -> None:
    order = woo_order()
    del order[member]
    error = unreadable(order)
    assert error.reason.code == Code.UNREADABLE
    assert error.reason.field == member
    assert error.reason.value == "nothing"
    assert error.reason.text == f"The order cannot be read: {member} is missing."
    assert "v3" in error.reason.remedy
    assert error.order_id == ("" if member == "id" else "815")
    assert error.topic == "order.updated"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"total": "about forty"}, "total", "about forty"),
        ({"total": None}, "total", "null"),
        ({"total": ""}, "total", ""),
        ({"total": True}, "total", "True"),
        ({"line_items": {}}, "line_items", "an object"),
        ({"line_items": [item(), 5]}, "line_items[1]", "5"),
        ({"line_items": [item(), item(12, total="1,50")]}, "line_items[1].total", "1,50"),
        ({"line_items": [item(taxes=[{"id": 3, "total": "x"}])]}, "line_items[0].taxes[0].total", "x"),
        ({"line_items": [item(quantity="many")]}, "line_items[0].quantity", "many"),
        ({"date_created_gmt": "0000-00-00 00:00:00"}, "date_created_gmt", "0000-00-00 00:00:00"),
        ({"date_paid_gmt": 7}, "date_paid_gmt", "7"),
        ({"billing": []}, "billing", "a list of 0"),
        ({"billing": {"first_name": []}}, "billing.first_name", "a list of 0"),
        ({"refunds": [{"id": 1}]}, "refunds[0].total", "nothing"),
        ({"tax_lines": [{"rate_percent": 5}]}, "tax_lines[0].rate_id", "nothing"),
        ({"currency": {}}, "currency", "an object"),
    ],
)
def test_a_wrong_member_is_named_with_its_value(changes: dict[str, Any], field: str, value: str) -> None:
    error = unreadable(woo_order(**changes))
    assert (error.reason.field, error.reason.value) == (field, value)
    assert error.order_id == "815"


def test_a_long_wrong_value_is_shortened() -> None:
    assert len(unreadable(woo_order(total="9" * 5000 + "x")).reason.value) <= 61


def test_more_than_one_problem_is_counted() -> None:
    assert "(and 1 more)" in unreadable(woo_order(total="x", currency=[])).reason.text


def test_an_error_message_in_place_of_the_order_says_who_may_not_read_it() -> None:
    error = unreadable({"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": 403}})
    assert error.reason.value == "woocommerce_rest_cannot_view"
    assert "user who may read orders" in error.reason.remedy


def test_an_imported_line_is_read_as_an_order() -> None:
    assert SHOP.read_order(body(woo_order())).total == Decimal("24.60")


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", body(woo_order(status="auto-draft"))])
def test_an_imported_line_that_is_no_placed_order_is_unreadable(line: bytes) -> None:
    with pytest.raises(Unreadable):
        SHOP.read_order(line)
