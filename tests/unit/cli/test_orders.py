"""`orders`, `order`, `retry` and `status`."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from providers.domain.steps import Rest, Stop, Wait
from tests.builders import NOON, a_paid_order, an_order
from tests.unit.cli.desk import STOPPED, TOML, Desk

SOON = datetime.now(UTC) + timedelta(hours=1)
RETRYING = Reason(code=Code.RETRYING, text="Attempt 1 failed: no connection")
NOT_PAID = Reason(code=Code.NOT_PAID_YET, text="The invoice is due once the order is paid")


def test_a_listing_has_the_shape_that_scripts_rely_on(desk: Desk) -> None:
    desk.issue()
    said = desk.type("orders", "--json")
    assert said.code == 0
    (order,) = said.json
    assert {name: order[name] for name in ("shop", "order", "number", "state", "total", "currency", "reason")} == {
        "shop": "garden",
        "order": "1001",
        "number": "1001",
        "state": "done",
        "total": "123.00",
        "currency": "EUR",
        "reason": None,
    }
    (document,) = order["documents"]
    assert document == {
        "kind": "invoice",
        "reference": "garden/1001",
        "state": "issued",
        "remote_id": "r1001",
        "number": "FV 1001/2026",
        "gross": "123.00",
        "paid": "123.00",
        "currency": "EUR",
        "verified": True,
        "facts": None,
    }


def test_a_reason_names_field_value_and_remedy_and_needs_attention(desk: Desk) -> None:
    desk.rest(an_order(), Stop(reason=STOPPED))
    said = desk.type("orders", "--json")
    assert said.code == 1
    assert said.json[0]["reason"] == {
        "code": "total_mismatch",
        "text": STOPPED.text,
        "field": "total",
        "value": "123.00",
        "remedy": "Correct the order in the shop.",
    }


def test_an_unreadable_delivery_is_listed_with_its_event_and_without_an_order(desk: Desk) -> None:
    desk.take_unreadable()
    said = desk.type("orders", "--state", "attention", "--json")
    assert said.code == 1
    (line,) = said.json
    assert (line["order"], line["event"], line["total"]) == (None, 1, None)
    assert line["reason"]["code"] == "unreadable"


def test_an_empty_listing_is_an_empty_list(desk: Desk) -> None:
    said = desk.type("orders", "--json")
    assert (said.code, said.json) == (0, [])


def test_listings_are_narrowed_by_state_shop_and_number(desk: Desk) -> None:
    desk.issue()
    desk.rest(an_order(order_id="7"), Rest(state=OrderState.WAITING, reason=NOT_PAID))
    desk.take(an_order(order_id="8"), shop="kiosk")
    assert [line["order"] for line in desk.type("orders", "--json", "--state", "waiting").json] == ["7"]
    assert [line["order"] for line in desk.type("orders", "--json", "--shop", "kiosk").json] == ["8"]
    assert [line["order"] for line in desk.type("orders", "--json", "--limit", "2").json] == ["1001", "7"]


def test_an_unknown_shop_names_those_that_there_are(desk: Desk) -> None:
    said = desk.type("orders", "--shop", "gardn")
    assert said.code == 2
    assert "'gardn'" in said.err
    assert "garden, kiosk" in said.err


def test_orders_of_a_shop_that_was_taken_out_of_the_configuration_are_still_listed(desk: Desk) -> None:
    desk.take(an_order(), shop="closed")
    assert len(desk.type("orders", "--shop", "closed", "--json").json) == 1


def test_a_table_off_the_terminal_has_one_uncut_line_for_each_order(desk: Desk) -> None:
    desk.rest(an_order(order_id="x" * 120), Stop(reason=STOPPED))
    said = desk.type("orders")
    assert said.code == 1
    title, row = said.out.splitlines()
    assert title.split()[:2] == ["shop", "order"]
    assert "x" * 120 in row
    assert "123.00 EUR" in row
    assert row.endswith("(total: 123.00). Correct the order in the shop.")


def test_a_table_that_is_cut_off_says_so(desk: Desk) -> None:
    for order_id in ("1", "2", "3"):
        desk.take(an_order(order_id=order_id))
    said = desk.type("orders", "--limit", "2")
    assert len(said.out.splitlines()) == 3
    assert "first 2" in said.err


def test_what_a_terminal_would_obey_is_not_printed(desk: Desk) -> None:
    reason = Reason(code=Code.REFUSED, text="no\x1b[2J\x07", remedy="look")
    desk.rest(an_order(), Stop(reason=reason))
    for said in (desk.type("orders"), desk.type("order", "garden", "1001")):
        assert "\x1b" not in said.out
        assert "\x07" not in said.out


def test_an_order_is_told_as_a_timeline(desk: Desk) -> None:
    desk.issue()
    said = desk.type("order", "garden", "1001")
    assert said.code == 0
    places = [
        said.out.index(text)
        for text in (
            "garden 1001: done, 123.00 EUR",
            "FV 1001/2026, 123.00 EUR, paid 123.00, read back and equal",
            "order.updated by webhook",
            "create was sent to the provider",
            "oid=garden/1001",
            "create is done",
            "pay was sent",
            "pay is done",
            "What happens next",
            "it is finished",
        )
    ]
    assert places == sorted(places)


def test_a_payload_is_shown_without_what_is_named_like_a_secret(desk: Desk) -> None:
    desk.issue()
    out = desk.type("order", "garden", "1001").out
    assert "never-shown" not in out
    assert "positions=1 entry" in out


def test_an_orders_json_holds_listing_next_timeline_and_snapshot(desk: Desk) -> None:
    desk.rest(an_order(), Stop(reason=STOPPED))
    said = desk.type("order", "garden", "1001", "--json")
    assert said.code == 1
    told = said.json
    assert told["reason"]["code"] == "total_mismatch"
    assert told["next"]["actions"][0]["command"] == "counterfoil retry garden 1001"
    assert told["timeline"][0]["what"] == "received"
    assert told["timeline"][0]["at"] == "2026-03-04T12:00:00.000Z"
    assert told["snapshot"]["total"] == "123.00"


def test_an_order_in_attention_names_what_may_be_done(desk: Desk) -> None:
    desk.rest(an_order(), Stop(reason=STOPPED))
    said = desk.type("order", "garden", "1001")
    assert said.code == 1
    for text in ("total_mismatch", "field: total, value: 123.00", "remedy: Correct", "counterfoil retry garden 1001"):
        assert text in said.out


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Wait(until=SOON, reason=RETRYING), "It is due at"),
        (Wait(until=NOON, reason=RETRYING), "It is due now"),
        (Rest(state=OrderState.WAITING, reason=NOT_PAID), "until the shop says more"),
        (Rest(state=OrderState.CLOSED), "it is finished"),
    ],
)
def test_what_happens_next_follows_from_the_state(desk: Desk, step: Wait | Rest, told: str) -> None:
    desk.rest(an_order(), step)
    said = desk.type("order", "garden", "1001")
    assert said.code == 0
    assert told in said.out


def test_an_order_whose_book_is_paused_says_what_it_waits_for(desk: Desk) -> None:
    desk.take(an_order())
    desk.type("book", "pause", "main", "--why", "new account")
    out = desk.type("order", "garden", "1001").out
    assert "new account" in out
    assert "counterfoil book resume main" in out


def test_an_id_that_a_shell_would_take_apart_is_quoted(desk: Desk) -> None:
    desk.rest(an_order(order_id="a b;c"), Stop(reason=STOPPED))
    assert "counterfoil retry garden 'a b;c'" in desk.type("order", "garden", "a b;c").out


def test_an_unknown_order_names_the_one_that_has_it_as_number(desk: Desk) -> None:
    desk.take(an_order(number="W-77"))
    said = desk.type("order", "garden", "W-77")
    assert (said.code, said.out) == (1, "")
    assert "counterfoil order garden 1001" in said.err


def test_an_unknown_order_of_an_unknown_shop_is_wrong_usage(desk: Desk) -> None:
    assert desk.type("order", "gardn", "1").code == 2


def test_an_order_that_never_could_be_read_says_so(desk: Desk) -> None:
    desk.take_unreadable("815")
    said = desk.type("order", "garden", "815")
    assert said.code == 1
    assert "body is not JSON" in said.out
    assert "it could not be read" in said.out
    assert desk.type("retry", "garden", "815").code == 1


def test_retry_makes_an_order_due(desk: Desk) -> None:
    desk.rest(an_order(), Stop(reason=STOPPED))
    said = desk.type("retry", "garden", "1001")
    assert said.code == 0
    assert "due now" in said.out
    (line,) = desk.ledger.views.orders()
    assert (line.state, line.attempts) == ("due", 0)


def test_retry_says_that_the_book_is_paused(desk: Desk) -> None:
    desk.take(an_order())
    desk.type("book", "pause", "main")
    said = desk.type("retry", "garden", "1001")
    assert said.code == 1
    assert "counterfoil book resume main" in said.out


def test_retry_of_an_unknown_order_changes_nothing(desk: Desk) -> None:
    said = desk.type("retry", "garden", "nothing")
    assert said.code == 1
    assert "not known" in said.err


def test_status_counts_every_state(desk: Desk) -> None:
    desk.configure(TOML + "[reconcile]\nenabled = false\n")
    desk.issue(a_paid_order())
    desk.take(an_order(order_id="7"))
    said = desk.type("status", "--json")
    assert said.code == 0
    told = said.json
    assert told["orders"] == {"due": 1, "waiting": 0, "done": 1, "closed": 0, "attention": 0}
    assert (told["due"], told["unknown"], told["unreadable"], told["paused"]) == (1, 0, 0, [])
    assert told["documents"] == {"issued": 1}
    assert told["overdue_seconds"] > 0


def test_status_in_words(desk: Desk) -> None:
    desk.rest(an_order(), Stop(reason=STOPPED))
    said = desk.type("status")
    assert said.code == 1
    assert "1 attention" in said.out
    assert "counterfoil orders --state attention" in said.out


@pytest.mark.parametrize("trouble", ["attention", "unreadable", "paused"])
def test_status_ends_with_one_when_anything_needs_attention(desk: Desk, trouble: str) -> None:
    match trouble:
        case "attention":
            desk.rest(an_order(), Stop(reason=STOPPED))
        case "unreadable":
            desk.take_unreadable()
        case _:
            desk.type("book", "pause", "main")
    assert desk.type("status", "--json").code == 1
