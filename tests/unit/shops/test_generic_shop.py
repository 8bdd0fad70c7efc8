import base64
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.orders import LineKind, Order, PaymentKind, TaxCategory
from providers.domain.reasons import Code
from providers.ports import BadSignature, Ignored, Removal, Snapshot, Unreadable
from providers.shops.generic.replayer import GenericReplayer
from providers.shops.generic.shop import GenericShop
from tests.unit.shops.samples import body, canonical_order, event

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes or more").decode()
OTHER = "whsec_" + base64.b64encode(b"some other twenty-four bytes").decode()
SHOP = GenericShop(name="own", secret=SECRET)


def order(**changes: Any) -> Order:
    return SHOP.read_order(body(canonical_order(**changes)))


def amounts(**line: Any) -> tuple[str, str, str]:
    one = order(lines=[{"name": "Cup", **line}]).lines[0]
    return str(one.net), str(one.tax), str(one.gross)


def unreadable(value: Any) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        SHOP.read({}, value if isinstance(value, bytes) else body(value))
    return caught.value


def test_a_signed_event_is_accepted() -> None:
    sent = GenericReplayer(secret=SECRET).event("e-1", "order.created", canonical_order(), at=datetime.now(UTC))
    SHOP.verify(sent.received, sent.body)
    content = SHOP.read(sent.received, sent.body).content
    assert isinstance(content, Snapshot)
    assert content.order.total == Decimal("24.60")


@pytest.mark.parametrize("age", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_an_event_far_from_now_is_refused(age: timedelta) -> None:
    sent = GenericReplayer(secret=SECRET).delivery("e-1", b"{}", at=datetime.now(UTC) - age)
    with pytest.raises(BadSignature):
        SHOP.verify(sent.received, sent.body)


def test_another_secret_does_not_sign() -> None:
    sent = GenericReplayer(secret=OTHER).delivery("e-1", b"{}", at=datetime.now(UTC))
    with pytest.raises(BadSignature):
        SHOP.verify(sent.received, sent.body)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", "x", "v1", "v1,,", "v1,ü", "v1,====", "v2,abc", "nan", "1e400", "\ud800"])
def test_missing_and_malformed_headers_are_bad_signatures(header: str, value: str | None) -> None:
    headers = GenericReplayer(secret=SECRET).delivery("e-1", b"{}", at=datetime.now(UTC)).received
    del headers[header]
    if value is not None:
        headers[header] = value
    with pytest.raises(BadSignature):
        SHOP.verify(headers, b"{}")


def test_a_body_that_is_not_utf_8_is_a_bad_signature() -> None:
    headers = GenericReplayer(secret=SECRET).delivery("e-1", b"{}", at=datetime.now(UTC)).received
    with pytest.raises(BadSignature):
        SHOP.verify(headers, b"\xff")


def test_one_good_signature_among_others_is_enough() -> None:
    headers = GenericReplayer(secret=SECRET).delivery("e-1", b"{}", at=datetime.now(UTC)).received
    headers["webhook-signature"] = f"v1a,abc v1,AAAA {headers['webhook-signature']}"
    SHOP.verify(headers, b"{}")


@pytest.mark.parametrize("secret", ["", "whsec_", "plain words", "whsec_!!!", "whsec_c2hvcnQ=", SECRET[6:]])
def test_a_secret_that_is_none_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ValueError, match="shop own: the secret is no Standard Webhooks secret"):
        GenericShop(name="own", secret=secret)


def test_there_is_no_greeting() -> None:
    assert not SHOP.is_greeting({}, b"webhook_id=1")


def test_the_event_id_is_the_senders() -> None:
    assert SHOP.event_id({"webhook-id": "e-1"}, b"a") == SHOP.event_id({"webhook-id": "e-1"}, b"b") == "e-1"


def test_a_long_or_odd_event_id_becomes_its_digest() -> None:
    ids = {SHOP.event_id({"webhook-id": value}, b"") for value in ("x" * 101, "x" * 102, "a\x00", "\ud800")}
    assert len(ids) == 4
    assert all(len(event_id) == 64 for event_id in ids)


def test_without_an_event_id_the_body_tells_events_apart() -> None:
    assert SHOP.event_id({}, b"a") != SHOP.event_id({}, b"b")


def test_restored_deleted_and_other_types() -> None:
    restored = SHOP.read({}, body(event("order.restored"))).content
    assert isinstance(restored, Snapshot)
    assert restored.restored
    assert SHOP.read({}, body(event("order.deleted", data={"order_id": "n-7"}))).content == Removal(order_id="n-7")
    assert SHOP.read({}, body(event("order.deleted"))).content == Removal(order_id="n-7")
    other = SHOP.read({}, body(event("customer.created", data={"a": 1}))).content
    assert other == Ignored(why="customer.created concerns no order")


def test_the_envelope_may_hold_the_senders_own_members() -> None:
    assert isinstance(SHOP.read({}, body(event(trace="abc"))).content, Snapshot)


def test_the_events_time_stands_in_for_the_orders() -> None:
    content = SHOP.read({}, body(event())).content
    assert isinstance(content, Snapshot)
    assert content.order.modified_at == datetime(2026, 2, 3, 10, 6, tzinfo=UTC)
    assert order().modified_at == order().placed_at == datetime(2026, 2, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        {"net": "20.00", "tax": "4.60"},
        {"net": "20.00", "gross": "24.60"},
        {"tax": "4.60", "gross": "24.60"},
        {"net": "20.00", "tax": "4.60", "gross": "24.60"},
        {"gross": "24.60", "tax_rate": 23},
        {"net": "20.00", "tax_rate": "23"},
    ],
)
def test_two_amounts_or_one_and_the_rate_make_a_line(line: dict[str, Any]) -> None:
    assert tuple(map(Decimal, amounts(**line))) == (Decimal("20.00"), Decimal("4.60"), Decimal("24.60"))


def test_the_tax_by_rate_is_rounded_half_up_to_the_minor_unit() -> None:
    assert amounts(net="0.50", tax_rate="19") == ("0.50", "0.10", "0.60")
    assert order(currency="JPY", lines=[{"name": "Cup", "net": "105", "tax_rate": 10}]).lines[0].tax == 11


def test_json_numbers_are_amounts_too() -> None:
    assert SHOP.read_order(body(canonical_order(total=24.6))).total == Decimal("24.6")


@pytest.mark.parametrize("category", ["exempt", "reverse_charge", "not_subject"])
def test_an_untaxed_line_needs_one_amount(category: str) -> None:
    assert amounts(gross="5.00", tax_category=category) == ("5.00", "0", "5.00")
    assert order(lines=[{"name": "Cup", "net": "5", "tax_category": category}]).lines[0].tax_category == category


def test_three_amounts_that_do_not_fit_are_handed_on() -> None:
    assert amounts(net="1.00", tax="1.00", gross="3.00") == ("1.00", "1.00", "3.00")


@pytest.mark.parametrize(
    "line", [{}, {"gross": "1"}, {"net": "1"}, {"tax": "1"}, {"tax_rate": 5}, {"tax": "1", "tax_rate": 5}]
)
def test_a_line_that_says_too_little_is_named(line: dict[str, Any]) -> None:
    error = unreadable(
        event(data=canonical_order(lines=[{"name": "Tin", "gross": "1", "tax": "0"}, {"name": "Cup", **line}]))
    )
    assert error.reason.field == "data.lines[1]"
    assert error.reason.value == "Cup"
    assert error.order_id == "n-7"


def test_lines_are_numbered_unless_they_have_ids() -> None:
    lines = [{"name": "a", "net": 1, "tax": 0}, {"name": "b", "net": 1, "tax": 0, "line_id": "L9", "kind": "fee"}]
    read = order(lines=lines).lines
    assert [(one.line_id, one.kind) for one in read] == [("1", LineKind.ITEM), ("L9", LineKind.FEE)]
    assert read[0].tax_category is TaxCategory.RATED


def test_paid_without_payments_means_all_of_it() -> None:
    (payment,) = order(paid_at="2026-02-03T11:00:00Z", payment_kind="transfer").payments
    assert (payment.payment_id, payment.amount, payment.currency) == ("paid", Decimal("24.60"), "EUR")
    assert payment.kind is PaymentKind.TRANSFER


def test_payments_that_reach_the_total_pay_the_order() -> None:
    first = {"payment_id": "a", "amount": "20.00", "paid_at": "2026-02-03T11:00:00Z"}
    second = {"payment_id": "b", "amount": "4.60", "paid_at": "2026-02-04T11:00:00+01:00", "currency": "EUR"}
    foreign = {**second, "currency": "USD"}
    assert order(payments=[first]).paid_at is None
    assert order(payments=[first, foreign]).paid_at is None
    assert order(payments=[first, second]).paid_at == datetime(2026, 2, 4, 10, tzinfo=UTC)


def test_a_free_order_is_paid_without_a_payment() -> None:
    read = order(total="0", lines=[], paid_at="2026-02-03T11:00:00Z")
    assert read.payments == ()
    assert read.paid_at is not None


def test_refunds_and_ends_are_read() -> None:
    read = order(
        refunds=[{"refund_id": "r", "amount": "4.60", "reason": "late"}],
        cancelled_at="2026-02-05T00:00:00Z",
        fulfilled_at="2026-02-04T00:00:00Z",
        language="de",
    )
    assert read.refunded == Decimal("4.60")
    assert read.cancelled_at == datetime(2026, 2, 5, tzinfo=UTC)
    assert read.fulfilled_at == datetime(2026, 2, 4, tzinfo=UTC)
    assert read.language == "de"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total": "lots"}, "data.total"),
        ({"placed_at": "2026-02-03T10:00:00"}, "data.placed_at"),
        ({"canceled_at": "2026-02-03T10:00:00Z"}, "data.canceled_at"),
        ({"lines": [{"name": "", "net": 1, "tax": 0}]}, "data.lines[0].name"),
        ({"lines": [{"name": "x", "gros": 1}]}, "data.lines[0].gros"),
        ({"lines": [{"name": "x", "gross": 1, "tax_rate": 123}]}, "data.lines[0].tax_rate"),
        ({"lines": [{"name": "x", "gross": 1, "tax": 0, "quantity": 0}]}, "data.lines[0].quantity"),
        ({"lines": [{"name": "x", "gross": 1, "tax": 0, "kind": "gift"}]}, "data.lines[0].kind"),
        ({"payment_kind": "shells"}, "data.payment_kind"),
        ({"refunds": [{"refund_id": "r", "amount": "-1"}]}, "data.refunds[0].amount"),
        ({"refunds": [{"refund_id": "r", "amount": "1"}] * 2}, "data.refunds"),
        ({"payments": [{"payment_id": "p", "amount": "1", "paid_at": "2026-02-03T10:00:00Z"}] * 2}, "data.payments"),
        ({"buyer": "Nora"}, "data.buyer"),
    ],
)
def test_a_wrong_member_is_named(changes: dict[str, Any], field: str) -> None:
    error = unreadable(event(data=canonical_order(**changes)))
    assert error.reason.code == Code.UNREADABLE
    assert error.reason.field == field
    assert "docs/generic-shop.md" in error.reason.remedy
    assert error.order_id == "n-7"


@pytest.mark.parametrize("member", ["order_id", "currency", "total", "lines", "buyer", "placed_at"])
def test_a_missing_member_is_named(member: str) -> None:
    data = canonical_order()
    del data[member]
    error = unreadable(event(data=data))
    assert (error.reason.field, error.reason.value) == (f"data.{member}", "nothing")
    assert error.order_id == ("" if member == "order_id" else "n-7")


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", {"type": "order.created"}, {"type": [], "data": {}}])
def test_a_body_without_an_envelope_is_unreadable(value: Any) -> None:
    assert unreadable(value).reason.code == Code.UNREADABLE


def test_an_id_too_long_for_the_ledger_is_refused() -> None:
    error = unreadable(event(data=canonical_order(order_id="x" * 101)))
    assert error.reason.field == "data.order_id"
    assert error.order_id == ""
