"""The service's own webhooks are hints: a kind and an id, or nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.invoicing.invoiceocean import hints
from providers.invoicing.invoiceocean.hints import Hint
from tests.unit.providers.invoiceocean_desk import Desk

DEAL = {
    "deal": {
        "name": "Rain barrel",
        "description": None,
        "price": "339.99",
        "paid": False,
        "url": "https://garden.fakturownia.example/f/99-01-2018/Tok",
        "date": "2018-01-24",
        "invoice_no": "99/01/2018",
        "kind": "vat",
        "external_ids": {"fakturownia": 21552648},
        "client": {"name": "Ada", "external_ids": {"fakturownia": 9971719}},
        "skip_webhooks": True,
    },
    "app_name": "fakturownia",
    "api_token": "shared",
    "locale": "pl",
}
CLIENT = {"client": {"id": 9971726, "name": "Ada", "external_ids": {"fakturownia": 9971726}}, "app_name": "fakturownia"}


def read(told: object, **how: Any) -> Hint | None:
    return hints.read(json.dumps(told).encode(), **how)


def test_a_document_arrives_as_a_deal() -> None:
    assert read(DEAL) == Hint("invoice", "21552648")


def test_a_client_and_a_product_are_named_by_their_ids() -> None:
    assert read(CLIENT) == Hint("client", "9971726")
    assert read({"product": {"id": 7, "name": "Rake"}, "app_name": "invoiceocean"}) == Hint("product", "7")


def test_another_brand_may_use_its_own_name() -> None:
    told = {"deal": {"external_ids": {"invoiceocean": "55"}}, "app_name": "invoiceocean"}
    assert read(told) == Hint("invoice", "55")


@pytest.mark.parametrize(("echo", "is_read"), [("", True), ("shared", True), ("other", False), ("sharedé", False)])
def test_a_delivery_that_does_not_bring_back_our_text_is_none_of_ours(echo: str, is_read: bool) -> None:
    assert (read(DEAL, echo=echo) is not None) is is_read


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        "deal",
        {"deal": None},
        {"deal": {"name": "Rake"}},
        {"deal": {"external_ids": {"fakturownia": None}}},
        {"deal": {"external_ids": {"fakturownia": "../clients/1"}}},
        {"invoice": {"id": True}},
    ],
)
def test_what_names_no_record_is_nothing(told: object) -> None:
    assert read(told) is None


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)).map(
        lambda value: json.dumps({"deal": value, "app_name": value, "api_token": value}).encode()
    )
)
def test_no_body_breaks_the_reading(body: bytes) -> None:
    hints.read(body, echo="x")
    hints.read(body)


def test_what_the_sandbox_delivers_is_read_as_what_changed() -> None:
    desk = Desk()
    for kind in ("invoice:create", "invoice:update", "client:create", "product:destroy"):
        desk.client.create_webhook({"kind": kind, "url": "https://shop.example/hook", "api_token": "shared"})
    made = desk.make()
    desk.client.pay_invoices("Payment", "20.46", [made])
    product = int(str(desk.client.products()[0]["id"]))
    desk.client.delete_product(product)
    sent = desk.service.account.hooks.sent
    found = [hints.read(each.body, echo="shared") for each in sent]
    client = str(desk.client.invoice(made)["client_id"])
    assert found == [
        Hint("client", client),
        Hint("invoice", str(made)),
        Hint("invoice", str(made)),
        Hint("product", str(product)),
    ]
    assert json.loads(sent[2].body)["deal"]["paid"] is True


def test_costs_and_idle_hooks_are_not_told() -> None:
    desk = Desk()
    desk.client.create_webhook({"kind": "invoice:create", "url": "https://shop.example/hook"})
    hook = int(str(desk.client.webhooks()[0]["id"]))
    desk.make(income="0")
    desk.client.update_webhook(hook, {"active": False})
    desk.make()
    assert desk.service.account.hooks.sent == []
