"""Whatever the bytes are: a delivery, or `Unreadable`; a good signature, or `BadSignature`. Nothing else."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.domain.reasons import Code
from providers.ports import BadSignature, Delivery, Shop, Snapshot, Unreadable
from providers.shops.generic.shop import GenericShop
from providers.shops.woocommerce.shop import SIGNATURE, TOPIC, WooCommerceShop
from tests.unit.shops.samples import event, fee, item, rate, shipping, woo_order

WOO = WooCommerceShop(name="tea", secret="s")
OWN = GenericShop(name="own", secret="whsec_" + "a" * 32)
SHOPS = pytest.mark.parametrize("shop", [WOO, OWN], ids=["woocommerce", "generic"])
TOPICS = st.sampled_from(["order.created", "order.updated", "order.deleted", "order.restored", "", "other"])

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["", "-1", "1e5", "1E-999999", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "\ud800"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
FULL_WOO = woo_order(
    line_items=[item(), item(14, quantity=2.5)],
    tax_lines=[rate(), rate(4, 8)],
    shipping_lines=[shipping()],
    fee_lines=[fee("-3.00", "-0.69")],
    refunds=[{"id": 901, "reason": "late", "total": "-4.10"}],
    gift_cards=[{"id": 6, "amount": 20}],
    meta_data=[{"id": 1, "key": "vat_number", "value": "DE1"}],
)
FULL_OWN = event()
FULL_OWN["data"] |= {
    "payments": [{"payment_id": "a", "amount": "20.00", "paid_at": "2026-02-03T11:00:00Z"}],
    "refunds": [{"refund_id": "r", "amount": "1"}],
    "modified_at": "2026-02-03T11:00:00Z",
}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from paths(inner, (*path, step))


@st.composite
def mutated(draw: Callable[..., Any], valid: Any) -> bytes:
    """A valid payload with one to three places removed or replaced."""
    value = deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(paths(value)) or [("gone",)]))
        place = value
        for step in way:
            place = place[step]
        if draw(st.booleans()) or last == "gone":
            place[last] = draw(JSON)
        else:
            del place[last]
    return json.dumps(value).encode()


def storable(value: Any) -> bool:
    """Whether every text can be written to a database, and every number written out."""
    if isinstance(value, dict):
        return all(map(storable, value.values()))
    if isinstance(value, list | tuple):
        return all(map(storable, value))
    if isinstance(value, Decimal):
        return value.is_finite() and len(f"{value:f}") < 40
    if isinstance(value, str):
        value.encode()
        return "\x00" not in value
    return True


def check(shop: Shop, headers: dict[str, str], body: bytes) -> None:
    """Read, and hold the outcome to the protocol."""
    assert len(shop.event_id(headers, body)) <= 100
    assert shop.is_greeting(headers, body) in (True, False)
    try:
        outcome: Delivery | Unreadable = shop.read(headers, body)
    except Unreadable as error:
        outcome = error
    if isinstance(outcome, Unreadable):
        reason = outcome.reason
        assert reason.code == Code.UNREADABLE
        assert reason.field
        assert reason.remedy
        assert storable([reason.text, reason.field, reason.value, outcome.order_id, outcome.topic])
        assert len(reason.value) <= 61
    elif isinstance(outcome.content, Snapshot):
        order = outcome.content.order
        assert storable(asdict(order))
        assert order.version
        assert order.order_id
        assert order.refunded >= 0


@SHOPS
@given(body=st.binary(max_size=300), topic=TOPICS)
@example(body=b"[" * 100_000, topic="order.created")
@example(body=b'{"id":1,"total":1e999999999}', topic="order.created")
@example(body=b'{"type":"order.created","data":' + b'{"a":' * 5000, topic="")
def test_any_bytes_are_a_delivery_or_unreadable(shop: Shop, body: bytes, topic: str) -> None:
    check(shop, {TOPIC: topic} if topic else {}, body)


@SHOPS
@given(value=JSON, topic=TOPICS)
def test_any_json_is_a_delivery_or_unreadable(shop: Shop, value: Any, topic: str) -> None:
    check(shop, {TOPIC: topic}, json.dumps(value).encode())


@settings(max_examples=300, deadline=None)
@given(body=mutated(FULL_WOO), topic=TOPICS)
def test_any_damaged_woocommerce_order_is_a_delivery_or_unreadable(body: bytes, topic: str) -> None:
    check(WOO, {TOPIC: topic}, body)


@settings(max_examples=300, deadline=None)
@given(body=mutated(FULL_OWN))
def test_any_damaged_canonical_order_is_a_delivery_or_unreadable(body: bytes) -> None:
    check(OWN, {"webhook-id": "e-1"}, body)


@SHOPS
@given(
    headers=st.dictionaries(
        st.sampled_from([SIGNATURE, TOPIC, "webhook-id", "webhook-timestamp", "webhook-signature"]),
        st.text(max_size=40) | st.sampled_from(["v1,", "v1,AAAA", "1770112800", "nan", "-1e400"]),
    ),
    body=st.binary(max_size=50),
)
def test_any_made_up_headers_are_a_bad_signature(shop: Shop, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadSignature):
        shop.verify(headers, body)
    assert len(shop.event_id(headers, body)) <= 100


def test_the_orders_that_are_damaged_here_are_whole() -> None:
    assert isinstance(WOO.read({}, json.dumps(FULL_WOO).encode()).content, Snapshot)
    assert isinstance(OWN.read({}, json.dumps(FULL_OWN).encode()).content, Snapshot)
