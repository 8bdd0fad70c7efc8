"""The bridge's two calls on the wire, request and answer, and what it cannot be asked."""

from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKind
from providers.domain.errors import CannotExpress, OutcomeUnknown, Refused, Unavailable
from providers.invoicing.webparking import CARD, Options, answers, build
from providers.operations import operations
from providers.sandbox import Reply
from tests.unit.providers.webparking_bridge import ECHO, GUID, INVOICE, MADE, TOKEN, answered


def test_the_documented_create_is_sent_as_documented() -> None:
    client, bridge = answered(200, MADE)
    assert client.create_invoice(INVOICE) == MADE
    (asked,) = bridge.asked
    assert (asked.method, asked.url) == ("POST", "/invoice")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["content-type"] == "application/json"
    assert bridge.body == {"dry_run": "false", **INVOICE}


def test_the_documented_dry_run_is_sent_as_documented_and_its_echo_read_leniently() -> None:
    client, bridge = answered(200, {"dry_run": True, "data": ECHO})
    told = client.dry_run(INVOICE)
    assert bridge.body == {"dry_run": "true", **INVOICE}
    assert (told.accepted, told.differences) == (ECHO, ())


def test_an_echo_that_differs_is_told() -> None:
    echo = {**ECHO, "account_city": "Rotterdam", "lines": [{"code": "OTHER", "quantity": "3"}, {}]}
    client, _ = answered(200, {"dry_run": "true", "data": echo})
    assert client.dry_run(INVOICE).differences == (
        "account_city: Rotterdam in place of Teststad",
        "lines: 2 in place of 1",
        "lines.0.code: OTHER in place of RAKE-16",
        "lines.0.quantity: 3 in place of 2",
    )


def test_optional_fields_go_along() -> None:
    client, bridge = answered(200, MADE)
    client.create_invoice({**INVOICE, "account_phone": "010 1", "account_website": "https://shop.example"})
    assert (bridge.body["account_phone"], bridge.body["account_website"]) == ("010 1", "https://shop.example")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price": "1.00"}, "price"),
        ({"currency": "EUR"}, "currency"),
        ({"lines": [{"code": "A", "quantity": 1, "description": "a", "price": 5}]}, "lines.0.price"),
        ({"dry_run": "true"}, "dry_run"),
        ({"dry_run": False}, "dry_run"),
    ],
)
def test_a_field_that_the_bridge_would_drop_is_refused_and_nothing_is_sent(
    changes: Mapping[str, object], field: str
) -> None:
    client, bridge = answered(200, MADE)
    with pytest.raises(Refused) as raised:
        client.create_invoice({**INVOICE, **changes})
    assert [each.field for each in raised.value.refusals] == [field]
    assert bridge.asked == []


def test_a_form_is_written_as_php_reads_it() -> None:
    client, bridge = answered(200, MADE, body="form")
    client.create_invoice(INVOICE)
    (asked,) = bridge.asked
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(asked.body.decode())) == {
        "dry_run": "false",
        **{name: value for name, value in INVOICE.items() if name != "lines"},
        "lines[0][code]": "RAKE-16",
        "lines[0][quantity]": "2",
        "lines[0][description]": "Leaf rake",
    }


def test_the_documented_item_list_is_read_with_decimal_prices() -> None:
    row = {"code": "RAKE-16", "description": "Leaf rake", "price": 26.5}
    client, bridge = answered(200, {"data": [row, {"code": 7, "price": "n/a", "stock": 3}, {"description": "none"}]})
    first, second = client.items()
    assert (bridge.asked[0].method, bridge.asked[0].url, bridge.asked[0].body) == ("GET", "/item", b"")
    assert (first.code, first.description, first.price) == ("RAKE-16", "Leaf rake", Decimal("26.5"))
    assert (second.code, second.price, second.extra) == ("7", None, {"stock": 3})


@pytest.mark.parametrize(
    "body",
    [
        Reply(200, b'{"data": [{"code": "RAKE-16"}, ...\n}'),
        Reply.html(200, "Log in"),
        Reply.json(200, {"data": {}}),
        Reply.json(200, []),
        Reply.json(200, {"data": ["RAKE"]}),
    ],
)
def test_an_item_list_that_cannot_be_read_is_unavailable(body: Reply) -> None:
    client, _ = answered(200, body)
    with pytest.raises(Unavailable):
        client.items()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    client, bridge = answered(status, Reply(status, b"", {"Location": "https://bridge.example/invoice"}))
    with pytest.raises(OutcomeUnknown):
        client.create_invoice(INVOICE)
    assert len(bridge.asked) == 1
    with pytest.raises(Unavailable):
        client.dry_run(INVOICE)
    assert len(bridge.asked) == 2


def test_a_create_that_was_taken_for_a_dry_run_made_nothing() -> None:
    client, _ = answered(200, {"dry_run": True, "data": ECHO})
    with pytest.raises(Refused) as raised:
        client.create_invoice(INVOICE)
    assert raised.value.refusals[0].field == "dry_run"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "ok",
        {"data": {}},
        {"data": {"guid": ""}},
        {"data": {"guid": None}},
        {"data": [{"guid": GUID}]},
        {"dry_run": False, "data": {"guid": GUID}},
        {"dry_run": True, "data": {"guid": GUID}},
        {"dry_run": False, "data": ECHO},
    ],
)
def test_an_answer_without_the_id_of_an_invoice_leaves_the_outcome_unknown(body: object) -> None:
    client, _ = answered(200, body)
    with pytest.raises(OutcomeUnknown):
        client.create_invoice(INVOICE)


def test_a_dry_run_that_made_an_invoice_is_unknown_and_one_that_is_none_is_unavailable() -> None:
    client, _ = answered(200, MADE)
    with pytest.raises(OutcomeUnknown, match=GUID):
        client.dry_run(INVOICE)
    for body in ({}, {"data": ECHO}, {"dry_run": False, "data": ECHO}):
        client, _ = answered(200, body)
        with pytest.raises(Unavailable):
            client.dry_run(INVOICE)


def test_the_answer_tells_an_id_and_nothing_else_and_unknown_members_are_kept() -> None:
    made = answers.document({"data": {"guid": GUID, "status": "created"}, "took": 12})
    assert (made.remote_id, made.kind) == (GUID, DocumentKind.INVOICE)
    assert (made.number, made.currency, made.gross, made.state, made.payments) == ("", "", None, None, None)
    assert made.extra == {"status": "created", "took": 12}


@given(st.recursive(st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_no_echo_breaks_the_comparison(echo: object) -> None:
    answers.dry_run(INVOICE, {"dry_run": True, "data": echo, "lines": echo})
    answers.dry_run(INVOICE, {"dry_run": True, "data": {"lines": echo}})


def test_what_the_options_say_stands_on_the_card() -> None:
    options = Options(reference_length=80, currency="USD", refuses_repeated_reference=True)
    provider = build(base_url="https://bridge.example/", token=TOKEN, options=options)
    card = provider.card
    assert (card.reference_length, card.currencies) == (80, {"USD"})
    assert card.refuses_repeated_reference
    assert repr(provider) == "WebParking('https://bridge.example')"
    provider.close()


def test_both_documented_calls_can_be_made_by_hand_and_a_dry_run_counts_as_reading() -> None:
    client, bridge = answered(200, {"dry_run": True, "data": ECHO})
    told = {each.name: each for each in operations(client)}
    assert {name: each.writes for name, each in told.items()} == {
        "items": False,
        "dry_run": False,
        "create_invoice": True,
    }
    assert all(each.summary.startswith(("GET /item", "POST /invoice")) for each in told.values())
    told["dry_run"]({"fields": INVOICE})
    assert bridge.body["dry_run"] == "true"


def test_an_invoice_can_neither_be_cancelled_nor_sent_by_e_mail() -> None:
    provider = build(base_url="https://bridge.example", token=TOKEN)
    with pytest.raises(CannotExpress) as cancelled:
        provider.cancel(GUID, reason="gone", idempotency_key="k")
    with pytest.raises(CannotExpress) as sent:
        provider.email(GUID, to="ada@example.com", idempotency_key="k")
    for raised in (cancelled, sent):
        assert raised.value.reason.value == GUID
        assert "Exact Online by hand" in raised.value.reason.remedy
    assert (CARD.cancel, CARD.email, CARD.pdf) == (False, False, False)
