"""The sandbox behaves as the bridge's page says, and as its switches say where that says nothing."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from providers.invoicing.webparking.sandbox import Bodies, StockItem, Switches, VatRounding, WebParkingService
from providers.sandbox import Reply, Request

TOKEN = "t0ken/bridge"
ITEMS = (
    StockItem("RAKE-16", "Leaf rake", Decimal("26.5"), Decimal(21)),
    StockItem("HALF", "Half a cent of tax", Decimal("0.50"), Decimal(9)),
)
HEADERS = {"authorization": f"Bearer {TOKEN}", "accept": "application/json", "content-type": "application/json"}


def invoice(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "dry_run": "false",
        "account_name": "Kwekerij BV",
        "account_address": "Tuinpad 3",
        "account_postal_code": "9999 ZZ",
        "account_city": "Teststad",
        "invoice_reference": "Garden order 7",
        "lines": [{"code": "RAKE-16", "quantity": 2, "description": "Leaf rake"}],
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


class Account:
    def __init__(self, **switches: Any) -> None:
        self.service = WebParkingService(token=TOKEN, switches=Switches(**{"items": ITEMS, **switches}))

    def call(self, method: str, url: str, body: bytes = b"", **headers: str) -> Reply:
        return self.service.handle(Request(method, url, {**HEADERS, **headers}, body))

    def post(self, **changes: object) -> Reply:
        return self.call("POST", "/invoice", json.dumps(invoice(**changes)).encode())

    def errors(self, **changes: object) -> Any:
        reply = self.post(**changes)
        assert reply.status == 403, reply.body
        return json.loads(reply.body)["errors"]

    @property
    def documents(self) -> Any:
        return self.service.state()["documents"]


def test_items_are_listed_as_the_page_shows_them() -> None:
    told = json.loads(Account().call("GET", "/item").body)
    assert told["data"][0] == {"code": "RAKE-16", "description": "Leaf rake", "price": 26.5}


def test_a_create_is_answered_with_an_id_and_nothing_else() -> None:
    account = Account()
    reply = account.post()
    (made,) = account.documents
    assert (reply.status, json.loads(reply.body)) == (200, {"data": {"guid": made["remote_id"]}})


def test_a_status_is_told_where_switched_so() -> None:
    assert json.loads(Account(tells_status=True).post().body)["data"]["status"] == "created"


def test_a_forgotten_mode_is_a_dry_run_and_makes_nothing() -> None:
    account = Account()
    for mode in (None, "true"):
        reply = account.post(dry_run=mode)
        told = json.loads(reply.body)
        assert (reply.status, told["dry_run"]) == (200, True)
        assert told["data"]["lines"] == [{"code": "RAKE-16", "quantity": "2"}]
        assert "dry_run" not in told["data"]
    assert account.documents == []


def test_a_dry_run_repeats_descriptions_and_numbers_as_switched() -> None:
    account = Account(echo_descriptions=True, echo_quantities_as_text=False)
    told = json.loads(account.post(dry_run="true").body)
    assert told["data"] == {name: value for name, value in invoice().items() if name != "dry_run"}


@pytest.mark.parametrize("mode", [False, True, "", "no", 0])
def test_a_mode_that_is_no_text_is_refused(mode: object) -> None:
    assert Account().errors(dry_run=mode) == {"dry_run": ["The selected dry run is invalid."]}


def test_a_boolean_mode_counts_where_switched_so() -> None:
    account = Account(strict_dry_run=False)
    account.post(dry_run=True)
    assert account.documents == []
    account.post(dry_run=False)
    assert len(account.documents) == 1


def test_an_instance_can_take_everything_for_a_dry_run() -> None:
    assert json.loads(Account(dry_run_only=True).post().body)["dry_run"] is True


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"account_city": None}, {"account_city": ["The account city field is required."]}),
        ({"account_name": " "}, {"account_name": ["The account name field is required."]}),
        ({"account_name": 7}, {"account_name": ["The account name must be a string."]}),
        ({"account_website": "shop"}, {"account_website": ["The account website format is invalid."]}),
        ({"lines": []}, {"lines": ["The lines field is required."]}),
        ({"lines": "all"}, {"lines": ["The lines must be an array."]}),
        (
            {"lines": [{"code": "NONE", "quantity": "two"}]},
            {
                "lines.0.code": ["The selected lines.0.code is invalid."],
                "lines.0.quantity": ["The lines.0.quantity must be an integer."],
                "lines.0.description": ["The lines.0.description field is required."],
            },
        ),
        (
            {"lines": ["odd"]},
            {
                f"lines.0.{name}": [f"The lines.0.{name} field is required."]
                for name in ("code", "quantity", "description")
            },
        ),
        (
            {"account_city": "x" * 256},
            {"account_city": ["The account city may not be greater than 255 characters."]},
        ),
    ],
)
def test_a_refusal_names_every_field(changes: dict[str, object], errors: dict[str, list[str]]) -> None:
    account = Account()
    assert account.errors(**changes) == errors
    assert account.documents == []


def test_optional_fields_are_taken() -> None:
    assert Account().post(account_phone="010 1", account_website="https://shop.example").status == 200


def test_the_refusals_status_and_message_are_as_switched() -> None:
    assert json.loads(Account().post(account_city="").body)["message"] == "The given data was invalid."
    reply = Account(validation_status=422, message_is_first_error=True).post(account_city="")
    assert (reply.status, json.loads(reply.body)["message"]) == (422, "The account city field is required.")


def test_a_refusal_redirects_a_caller_that_does_not_accept_json() -> None:
    bad = json.dumps(invoice(account_city=None)).encode()
    reply = Account().call("POST", "/invoice", bad, accept="*/*")
    assert (reply.status, reply.headers["Location"]) == (302, "/")
    assert Account(redirect_without_accept=False).call("POST", "/invoice", bad, accept="*/*").status == 403


@pytest.mark.parametrize(
    ("bodies", "as_json", "as_form"),
    [(Bodies.EITHER, 200, 200), (Bodies.JSON, 200, 403), (Bodies.FORM, 403, 200)],
)
def test_bodies_are_read_as_switched(bodies: Bodies, as_json: int, as_form: int) -> None:
    account = Account(bodies=bodies)
    assert account.post().status == as_json
    flat = {name: value for name, value in invoice().items() if name != "lines"}
    line = {"lines[0][code]": "RAKE-16", "lines[0][quantity]": "2", "lines[0][description]": "Rake"}
    body = urlencode({**flat, **line}).encode()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert account.call("POST", "/invoice", body, **kind).status == as_form


def test_a_body_that_is_no_json_holds_no_field() -> None:
    account = Account()
    for body in (b"{", b"[]"):
        assert "account_name" in json.loads(account.call("POST", "/invoice", body).body)["errors"]


def test_an_unknown_code_is_refused_or_breaks_exact_as_switched() -> None:
    lines = [{"code": "NONE", "quantity": 1, "description": "None"}]
    assert Account().post(lines=lines).status == 403
    account = Account(checks_codes=False)
    assert account.post(lines=lines).status == 500
    assert account.documents == []


def test_a_repeated_reference_is_taken_or_refused_as_switched() -> None:
    account = Account()
    account.post()
    account.post()
    assert account.service.state()["by_reference"] == {"Garden order 7": 2}
    account = Account(refuses_repeated_reference=True)
    account.post()
    assert list(account.errors()) == ["invoice_reference"]


def test_a_wrong_token_is_refused_everywhere_but_on_the_page() -> None:
    account = Account()
    for headers in ({"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}, {"authorization": ""}):
        for method, path in (("GET", "/item"), ("POST", "/invoice")):
            assert account.call(method, path, **headers).status == 401
        assert account.call("GET", "/", **headers).status == 200
    assert Account(token_refusal=403).call("GET", "/item", authorization="").status == 403


def test_an_unknown_address_is_a_403_without_errors() -> None:
    reply = Account(ip_allowed=False).post()
    assert reply.status == 403
    assert "errors" not in json.loads(reply.body)


def test_exact_can_fail_behind_the_bridge() -> None:
    account = Account(exact_fails=True)
    assert account.post().status == 500
    assert account.post(dry_run="true").status == 200
    assert account.documents == []


def test_a_guard_can_show_a_page_for_everything() -> None:
    reply = Account(html=True).post()
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_nothing_can_be_read_listed_changed_or_paid() -> None:
    account = Account()
    account.post()
    (made,) = account.documents
    for method, path in (
        ("GET", "/invoice"),
        ("GET", f"/invoice/{made['remote_id']}"),
        ("PUT", f"/invoice/{made['remote_id']}"),
        ("DELETE", f"/invoice/{made['remote_id']}"),
        ("POST", "/payment"),
    ):
        assert account.call(method, path).status == 404


@pytest.mark.parametrize(
    ("switches", "gross"),
    [
        ({}, "65.23"),
        ({"vat_rounding": VatRounding.RATE}, "65.22"),
        ({"prices_are_gross": True}, "54.00"),
    ],
)
def test_exact_prices_by_item(switches: dict[str, Any], gross: str) -> None:
    account = Account(**switches)
    half = {"code": "HALF", "quantity": 1, "description": "Half"}
    account.post(lines=[{"code": "RAKE-16", "quantity": "2", "description": "Rake"}, half, half])
    assert [each["gross"] for each in account.documents] == [gross]


def test_the_state_shows_duplicates_at_a_glance() -> None:
    account = Account()
    account.post()
    (made,) = account.documents
    assert {name: value for name, value in made.items() if name not in ("remote_id", "sent")} == {
        "reference": "Garden order 7",
        "kind": "invoice",
        "number": "26000001",
        "currency": "EUR",
        "gross": "64.13",
        "paid": "0.00",
        "status": "open",
        "payments": [],
    }
    assert account.service.state()["payments_per_document"] == {made["remote_id"]: 0}
