"""What every shop must do, whatever it is called and however it signs: the contract of `ports.Shop`.

A shop's own file holds one fixture, `bench`, and an empty subclass of each class below.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import pytest

from providers.domain.money import ZERO
from providers.domain.orders import Order
from providers.domain.reasons import Code
from providers.ports import BadSignature, Delivery, Ignored, Removal, Shop, Snapshot, Unreadable
from providers.replaying import SignedDelivery, corrupted

PLACED_AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


class ReadsOrders(Shop, Protocol):
    """A shop that also reads orders from a file."""

    def read_order(self, body: bytes) -> Order: ...


class Bench(Protocol):
    """A shop on the test bench: it and a stranger with another secret, and deliveries signed for the shop.

    Orders have the lines 2 x 10.00 net at 23 % and shipping of 8.00 net at 8 %, in EUR: 33.24 in all. An
    order's id is the text of `number`; times are those of the arguments.
    """

    shop: ReadsOrders
    stranger: Shop

    def placed(self, number: int, *, modified_at: datetime) -> SignedDelivery:
        """An unpaid order."""
        ...

    def paid(self, number: int, *, paid_at: datetime) -> SignedDelivery:
        """The same order, paid in full at that moment."""
        ...

    def cancelled(self, number: int, *, cancelled_at: datetime) -> SignedDelivery: ...

    def restored(self, number: int) -> SignedDelivery: ...

    def removed(self, number: int) -> SignedDelivery: ...

    def without_total(self, number: int) -> SignedDelivery:
        """An order whose total is missing."""
        ...

    def unrelated(self) -> SignedDelivery:
        """Something signed that concerns no order."""
        ...

    def exported(self, number: int) -> bytes:
        """An unpaid order as a line of a file holds it."""
        ...


def order_in(delivery: Delivery) -> Order:
    assert isinstance(delivery.content, Snapshot)
    return delivery.content.order


class SignatureContract:
    """Only the shop gets in."""

    def test_an_own_delivery_is_let_in(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        bench.shop.verify(sent.received, sent.body)

    def test_a_stranger_is_not(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        with pytest.raises(BadSignature):
            bench.stranger.verify(sent.received, sent.body)

    def test_a_damaged_body_is_not(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        for place in (0, len(sent.body) // 2, -1):
            with pytest.raises(BadSignature):
                bench.shop.verify(sent.received, corrupted(sent, at=place).body)

    def test_a_body_without_headers_is_not(self, bench: Bench) -> None:
        with pytest.raises(BadSignature):
            bench.shop.verify({}, bench.placed(7, modified_at=PLACED_AT).body)

    @pytest.mark.parametrize("value", ["", " ", "x", "=", "ü", "\ud800", "\x00", "v1,=", "9" * 5000])
    def test_no_header_raises_anything_but_a_bad_signature(self, bench: Bench, value: str) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        with pytest.raises(BadSignature):
            bench.shop.verify(dict.fromkeys(sent.received, value), sent.body)

    def test_a_signed_order_is_no_greeting(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        assert not bench.shop.is_greeting(sent.received, sent.body)


class EventIdContract:
    """Repeats are one event, and nothing else is."""

    def test_a_repeat_has_the_same_id(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        assert bench.shop.event_id(sent.received, sent.body) == bench.shop.event_id(dict(sent.received), sent.body)

    def test_different_deliveries_have_different_ids(self, bench: Bench) -> None:
        later = PLACED_AT + timedelta(seconds=1)
        deliveries = [
            bench.placed(7, modified_at=PLACED_AT),
            bench.placed(8, modified_at=PLACED_AT),
            bench.placed(7, modified_at=later),
            bench.paid(7, paid_at=later),
            bench.removed(7),
            bench.unrelated(),
        ]
        ids = {bench.shop.event_id(sent.received, sent.body) for sent in deliveries}
        assert len(ids) == len(deliveries)
        assert all(0 < len(event_id) <= 100 for event_id in ids)

    def test_reading_tells_the_same_id(self, bench: Bench) -> None:
        for sent in (bench.placed(7, modified_at=PLACED_AT), bench.removed(7), bench.unrelated()):
            delivery = bench.shop.read(sent.received, sent.body)
            assert delivery.event_id == bench.shop.event_id(sent.received, sent.body)


class ReadingContract:
    """A delivery says what it says, whatever the shop's words for it are."""

    def test_a_placed_order(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        order = order_in(bench.shop.read(sent.received, sent.body))
        assert (order.order_id, order.currency, order.total) == ("7", "EUR", Decimal("33.24"))
        assert [line.tax_rate for line in order.lines] == [23, 8]
        assert [line.gross for line in order.lines] == [Decimal("24.60"), Decimal("8.64")]
        assert all(line.net + line.tax == line.gross for line in order.lines)
        assert sum((line.gross for line in order.lines), ZERO) == order.total
        assert order.lines[0].quantity == 2
        assert order.modified_at == PLACED_AT
        assert (order.paid_at, order.cancelled_at, order.payments, order.refunds) == (None, None, (), ())

    def test_a_paid_order_has_its_money(self, bench: Bench) -> None:
        paid_at = PLACED_AT + timedelta(minutes=4)
        sent = bench.paid(7, paid_at=paid_at)
        order = order_in(bench.shop.read(sent.received, sent.body))
        assert order.paid_at == paid_at
        assert [(one.amount, one.currency, one.paid_at) for one in order.payments] == [
            (Decimal("33.24"), "EUR", paid_at)
        ]

    def test_a_later_state_sorts_after_an_earlier_one(self, bench: Bench) -> None:
        later = PLACED_AT + timedelta(minutes=4)
        sent = [
            bench.placed(7, modified_at=PLACED_AT),
            bench.placed(7, modified_at=later),
            bench.paid(7, paid_at=later),
        ]
        versions = [order_in(bench.shop.read(one.received, one.body)).version for one in sent]
        assert versions == sorted(set(versions))

    def test_a_cancelled_order_says_when(self, bench: Bench) -> None:
        cancelled_at = PLACED_AT + timedelta(hours=1)
        sent = bench.cancelled(7, cancelled_at=cancelled_at)
        assert order_in(bench.shop.read(sent.received, sent.body)).cancelled_at == cancelled_at

    def test_a_restored_order_says_so(self, bench: Bench) -> None:
        sent = bench.restored(7)
        content = bench.shop.read(sent.received, sent.body).content
        assert isinstance(content, Snapshot)
        assert content.restored

    def test_a_removed_order_is_named(self, bench: Bench) -> None:
        sent = bench.removed(7)
        assert bench.shop.read(sent.received, sent.body).content == Removal(order_id="7")

    def test_what_concerns_no_order_is_ignored_with_words(self, bench: Bench) -> None:
        sent = bench.unrelated()
        content = bench.shop.read(sent.received, sent.body).content
        assert isinstance(content, Ignored)
        assert content.why

    def test_an_order_is_read_without_its_signature(self, bench: Bench) -> None:
        sent = bench.placed(7, modified_at=PLACED_AT)
        assert order_in(bench.shop.read({}, sent.body)).order_id == "7"

    def test_an_exported_order_is_read(self, bench: Bench) -> None:
        assert bench.shop.read_order(bench.exported(7)).order_id == "7"

    def test_a_missing_total_is_told_with_order_field_and_remedy(self, bench: Bench) -> None:
        sent = bench.without_total(7)
        with pytest.raises(Unreadable) as caught:
            bench.shop.read(sent.received, sent.body)
        assert caught.value.order_id == "7"
        assert caught.value.reason.code == Code.UNREADABLE
        assert caught.value.reason.field.endswith("total")
        assert caught.value.reason.remedy

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b"{}", b'"order"', b"\xff\xfe", b"[" * 50_000])
    def test_signed_nonsense_is_unreadable_and_nothing_worse(self, bench: Bench, body: bytes) -> None:
        for read in (lambda: bench.shop.read({}, body), lambda: bench.shop.read_order(body)):
            with pytest.raises(Unreadable) as caught:
                read()
            assert caught.value.reason.code == Code.UNREADABLE
