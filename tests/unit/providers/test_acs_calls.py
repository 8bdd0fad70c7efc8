"""Every documented call of ACS Invoicing: what is asked for, and what its answers mean."""

import pytest

from providers.domain.errors import (
    AccessDenied,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)
from providers.invoicing.acs import build
from providers.ports import Prepared, Window
from providers.sandbox import Reply
from tests.contract.invoicing.suite import TODAY, TOKEN
from tests.unit.providers.acs_desk import Canned, Desk, failed, ok

CALLS = {
    "GET /time",
    "GET /languages",
    "GET /countries",
    "GET /paymentmethods",
    "GET /currencies",
    "GET /units",
    "GET /vat",
    "GET /invoices",
    "POST /invoices",
    "GET /invoice/{}",
    "POST /invoice",
    "POST /invoice/{}/pay",
    "GET /customers",
    "GET /customer/{}",
    "PUT /customer/{}",
    "POST /customer",
}
"""What the developer page lists."""


def test_every_documented_call_is_offered() -> None:
    desk = Desk()
    client = desk.provider.client
    made = desk.issue()
    row = client.invoice(made)
    customer = client.create_customer({**client.customer(str(row["customer_id"])), "name": "Eve"})
    client.edit_customer(str(customer["id"]), {**customer, "city": "Pécs"})
    client.create_invoices([row])
    client.pay(made, {"payment_method_id": 71, "date": "2026-03-04"})
    for call in (client.time, client.languages, client.countries, client.payment_methods, client.currencies):
        assert call()
    assert client.units()
    assert client.vat()
    assert [each["id"] for each in client.invoices(1).rows] == [row["id"], int(str(row["id"])) + 1]
    assert [len(each.rows) for each in client.all_invoices()] == [2]
    assert [each["name"] for each in client.customers(1).rows] == ["Zoë Łąka", "Eve"]
    assert len(list(client.all_customers())) == 2
    ids = (made, str(customer["id"]), str(row["customer_id"]))
    asked = {each.partition("?")[0] for each in desk.asked}
    for known in ids:
        asked = {each.replace(f"/{known}", "/{}") for each in asked}
    assert asked == CALLS


def test_the_token_goes_into_the_address_of_every_call_and_nowhere_else() -> None:
    service = Canned(ok({"id": 1}))
    client = service.provider(token_param="auth-token").client
    client.create_customer({"name": "Ada"})
    client.customer("1")
    for request in service.asked:
        assert request.query == {"auth-token": TOKEN}
        assert TOKEN not in str(request.headers)
        assert TOKEN.encode() not in request.body
    assert [f"{each.method} {each.path}" for each in service.asked] == [
        "POST /api/v1/customer",
        "GET /api/v1/customer/1",
    ]


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example/", "https://a.example/api/v1/"])
def test_the_address_may_be_told_with_and_without_the_prefix(url: str) -> None:
    provider = build(base_url=url, token=TOKEN)
    assert provider.client.base_url == "https://a.example/api/v1"
    provider.close()


def test_a_list_is_asked_for_page_by_page_with_every_parameter() -> None:
    pages = [ok({"items": [{"id": number}], "pages": 2, "total": 2}) for number in (1, 2)]
    service = Canned(*pages)
    client = service.provider(page_size=1).client
    batches = client.all_invoices({"date_from": "2026-03-01"})
    assert [row["id"] for batch in batches for row in batch.rows] == [1, 2]
    told = dict(service.asked[0].query)
    told.pop("access_token")
    assert told == {"page": "1", "per_page": "1", "sort": "id", "order": "asc", "date_from": "2026-03-01"}


def test_parameters_without_a_name_are_not_sent() -> None:
    names = {"list": {"per_page": "", "sort": "", "order": "", "date_from": "", "date_to": ""}}
    desk = Desk(names=names)
    made = desk.issue()
    assert [each.remote_id for each in desk.provider.pages(Window(start=TODAY, end=TODAY))] == [made]
    assert "GET /invoices?page=1" in desk.asked


@pytest.mark.parametrize(
    ("reply", "read", "written"),
    [
        (Reply.html(200, "Log in"), Unavailable, OutcomeUnknown),
        (Reply.json(200, {"result": {"id": 1}}), Unavailable, OutcomeUnknown),
        (Reply.json(200, {"status": "success"}), Unavailable, OutcomeUnknown),
        (ok({"number": 1}), Unavailable, OutcomeUnknown),
        (ok("Invoice created"), Unavailable, OutcomeUnknown),
        (ok(None), Unavailable, OutcomeUnknown),
        (failed("no", status=500), Unavailable, OutcomeUnknown),
        (failed("no", status=400), Refused, Refused),
        (failed("no", status=401), AccessDenied, AccessDenied),
        (failed("no", status=403), AccessDenied, AccessDenied),
        (failed({"code": 403, "message": "no"}), AccessDenied, AccessDenied),
        (failed({"code": "401"}), AccessDenied, AccessDenied),
        (failed({"code": 429}), Throttled, Throttled),
        (failed({"code": 400, "message": "no"}), Refused, Refused),
    ],
)
def test_an_answer_means_what_its_envelope_says(reply: Reply, read: type[Exception], written: type[Exception]) -> None:
    client = Canned(reply).provider().client
    with pytest.raises(read):
        client.invoice("1")
    with pytest.raises(written):
        client.create_invoice({})


@pytest.mark.parametrize("result", [17, "17", "0b9f8c1e-3f5b-4b7e-9d57-3f0a1c2b4d5e", {"id": "17", "x": 1}])
def test_a_create_is_answered_by_a_record_or_by_an_id(result: object) -> None:
    made = Canned(ok(result)).provider().client.create_invoice({})
    assert str(made["id"]) in {"17", "0b9f8c1e-3f5b-4b7e-9d57-3f0a1c2b4d5e"}


def test_an_error_without_a_number_is_a_refusal_where_the_time_may_still_be_asked() -> None:
    client = Canned(failed("customer_id is missing"), ok("12:00")).provider().client
    with pytest.raises(Refused) as raised:
        client.create_invoice({})
    assert not raised.value.missing


def test_an_error_without_a_number_is_no_access_where_even_the_time_may_not_be_asked() -> None:
    with pytest.raises(AccessDenied):
        Canned(failed("who are you?")).provider().client.create_invoice({})


def test_an_error_without_a_number_is_no_proof_of_no_access_while_the_time_cannot_be_asked() -> None:
    with pytest.raises(Refused):
        Canned(failed("no"), Reply(503)).provider().client.create_invoice({})


def test_what_is_asked_for_by_its_id_alone_is_missing_when_that_fails() -> None:
    with pytest.raises(Refused) as raised:
        Canned(failed("no"), ok("12:00")).provider().client.invoice("1")
    assert raised.value.missing
    with pytest.raises(Refused) as raised:
        Canned(failed({"code": 404})).provider().client.customer("1")
    assert raised.value.missing


def test_an_answer_that_quotes_the_token_is_cleaned() -> None:
    quoting = f"https://a.example/api/v1/invoice?access_token={TOKEN}"
    service = Canned(ok({"id": 1, "links": [{"self": quoting}], "currency_id": "EUR"}))
    provider = service.provider(named_by="code")
    made = provider.create(Prepared("garden/1001", {"invoice": {"items": []}}), idempotency_key="k")
    assert "links" in made.extra
    assert TOKEN not in repr(made)
    with pytest.raises(ProviderError) as raised:
        Canned(failed(f"not found: {quoting}"), ok("12:00")).provider().client.invoice("1")
    assert TOKEN not in repr(raised.value)


def test_ids_are_one_segment_of_a_path() -> None:
    service = Canned(failed({"code": 404}))
    client = service.provider().client
    for odd in ("", "..", "1/pay", "1?x=", "٣", "%2e"):
        with pytest.raises(Refused):
            client.invoice(odd)
    assert {request.path for request in service.asked} == {"/api/v1/invoice/0"}
