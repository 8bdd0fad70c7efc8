"""The bridge's two calls, request and answer, and what its refusals mean."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKind
from providers.domain.errors import AccessDenied, OutcomeUnknown, Refused, Unavailable
from providers.http import Credentials
from providers.invoicing.webparking import CARD, Options, answers, build
from providers.invoicing.webparking.client import WebParkingClient
from providers.invoicing.webparking.session import BridgeSession, form
from providers.ports import JsonObject
from providers.sandbox import Reply, Request, Sandbox, SandboxAdapter

TOKEN = "t0ken/bridge"

INVOICE: dict[str, object] = {
    "account_name": "Kwekerij BV",
    "account_address": "Tuinpad 3",
    "account_postal_code": "9999 ZZ",
    "account_city": "Teststad",
    "invoice_reference": "Garden order 7",
    "lines": [{"code": "RAKE-16", "quantity": 2, "description": "Leaf rake"}],
}
ECHO = {**INVOICE, "lines": [{"code": "RAKE-16", "quantity": "2"}]}
GUID = "0e4dd2c6-8d0b-4c59-9f0e-2f7f0c3b1a55"
MADE = {"data": {"guid": GUID}}
CITY = {"message": "The given data was invalid.", "errors": {"account_city": ["The account city field is required."]}}


class Bridge:
    """Answers everything with one reply and keeps what it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.reply

    def state(self) -> JsonObject:
        return {}

    @property
    def body(self) -> Any:
        return json.loads(self.asked[-1].body)


def answered(status: int, told: object, **options: Any) -> tuple[WebParkingClient, Bridge]:
    reply = told if isinstance(told, Reply) else Reply.json(status, told)
    bridge = Bridge(reply)
    session = BridgeSession(
        base_url="https://bridge.example",
        credentials=Credentials.bearer(TOKEN),
        connect_timeout=CARD.connect_timeout,
        read_timeout=CARD.read_timeout,
        explain=answers.refusal,
        adapter=SandboxAdapter(Sandbox(bridge)),
        sleep=lambda _seconds: None,
    )
    return WebParkingClient(session, **options), bridge


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
    assert form({"a": [{"b": "é"}, {"b": 1}]}) == [("a[0][b]", "é"), ("a[1][b]", "1")]


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


@pytest.mark.parametrize("status", [403, 422])
def test_errors_by_field_refuse_the_data_whatever_the_status(status: int) -> None:
    client, _ = answered(status, CITY)
    for call in (client.create_invoice, client.dry_run):
        with pytest.raises(Refused) as raised:
            call(INVOICE)
        assert [(each.field, each.text) for each in raised.value.refusals] == [
            ("account_city", "The account city field is required.")
        ]


@pytest.mark.parametrize(
    "body",
    [
        Reply.json(403, {"message": "Access denied."}),
        Reply.json(403, {"message": "The given data was invalid.", "errors": {}}),
        Reply.json(403, {"errors": []}),
        Reply.html(403, "Forbidden"),
        Reply(403),
        Reply.json(401, {"message": "Unauthenticated."}),
    ],
)
def test_a_403_without_errors_by_field_refuses_the_caller(body: Reply) -> None:
    client, _ = answered(403, body)
    for call in (lambda: client.create_invoice(INVOICE), lambda: client.dry_run(INVOICE), client.items):
        with pytest.raises(AccessDenied):
            call()


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


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"message": "m", "errors": {"lines.0.code": ["a", "b"], "x": "c"}},
            ["lines.0.code: a", "lines.0.code: b", "x: c"],
        ),
        ({"message": "Server Error"}, ["Server Error"]),
        ({"message": {"odd": 1.5}}, ['{"odd": "1.5"}']),
        ({"errors": {"a": {"b": 1}}}, ['a: {"b": 1}']),
        ([], ["the answer cannot be read"]),
    ],
)
def test_reasons_are_read_by_field(body: object, told: list[str]) -> None:
    assert [str(each) for each in answers.refusal(422, json.dumps(body).encode()).refusals] == told


def test_a_refused_reference_is_a_repeated_one_only_where_the_owner_says_so() -> None:
    body = json.dumps({"errors": {"invoice_reference": ["Deze is al gebruikt."]}}).encode()
    assert not answers.refusal(403, body).duplicate
    assert answers.refusal(403, body, repeated_is_refused=True).duplicate
    both = json.dumps({"errors": {"invoice_reference": ["?"], "account_city": ["?"]}}).encode()
    assert not answers.refusal(403, both, repeated_is_refused=True).duplicate


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)).map(
        lambda v: json.dumps({"errors": v, "data": v}).encode()
    )
)
def test_no_body_breaks_the_reading(body: bytes) -> None:
    answers.refusal(403, body)
    answers.names_fields(body)


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
