"""The sandbox behaves as the developer page says, and as its switches say where that says nothing."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from providers.domain.card import Totals
from providers.invoicing.acs.names import Names
from providers.invoicing.acs.sandbox import AcsService, ErrorResult, ReferenceShown, Switches, sandbox
from providers.sandbox import Reply, Request
from tests.builders import SettableClock

TOKEN = "t0ken/garden"
CUSTOMER = {"name": "Ada", "country_id": 101, "zip": "1011", "city": "Buda", "address": "Fő utca 1"}
ITEM = {"name": "Rake", "quantity": "2", "unit_id": 51, "net_unit_price": "10.23", "vat_id": 951}


class Account:
    def __init__(self, **switches: Any) -> None:
        self.clock = SettableClock()
        self.service = AcsService(token=TOKEN, switches=Switches(**switches), clock=self.clock)

    def call(self, method: str, url: str, body: object = None, *, token: str = TOKEN) -> Reply:
        url = f"/api/v1{url}{'&' if '?' in url else '?'}access_token={token}"
        return self.service.handle(Request(method, url, {}, b"" if body is None else json.dumps(body).encode()))

    def result(self, method: str, url: str, body: object = None) -> Any:
        reply = self.call(method, url, body)
        told = json.loads(reply.body)
        assert (reply.status, told["status"]) == (200, "success"), told
        return told["result"]

    def get(self, url: str) -> Any:
        return self.result("GET", url)

    def invoice(self, **changes: object) -> dict[str, object]:
        named = {"payment_method_id": 71, "currency_id": 32, "language_id": 11}
        days = {"fulfillment_date": "2026-03-04", "due_date": "2026-03-12"}
        return {**named, **days, "customer": CUSTOMER, "items": [ITEM], **changes}

    def make(self, **changes: object) -> Any:
        return self.result("POST", "/invoice", self.invoice(**changes))


def test_every_answer_has_a_status_and_a_result() -> None:
    for call in ("/time", "/languages", "/countries", "/paymentmethods", "/currencies", "/units", "/vat"):
        assert json.loads(Account(success_word="rendben").call("GET", call).body).keys() == {"status", "result"}


def test_entries_have_ids_names_and_codes() -> None:
    account = Account()
    assert account.get("/currencies")[1] == {"id": 32, "name": "Name of EUR", "code": "EUR"}
    assert {"name": "AAM", "code": "AAM", "rate": None}.items() <= account.get("/vat")[-8].items()
    assert [each["name"] for each in account.get("/paymentmethods") if each["custom"]] == ["Ajándékutalvány"]


def test_the_server_computes_the_totals() -> None:
    made = Account().make()
    assert (made["net_total"], made["vat_total"], made["gross_total"]) == (20.46, 5.52, 25.98)
    assert (made["invoice_number"], made["paid"], made["paid_date"]) == ("ACS-2026/00001", 0, None)


@pytest.mark.parametrize(("by_group", "tax"), [(False, 0.06), (True, 0.05)])
def test_vat_is_rounded_by_line_or_by_group(by_group: bool, tax: float) -> None:
    item = {**ITEM, "quantity": 1, "net_unit_price": "0.10"}
    assert Account(tax_by_group=by_group).make(items=[item, item])["vat_total"] == tax


def test_a_total_in_forints_is_whole() -> None:
    made = Account().make(currency_id=31)
    assert (made["net_total"], made["vat_total"], made["gross_total"]) == (20.46, 5.52, 26)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"currency_id": 999}, "currency_id"),
        ({"payment_method_id": None}, "payment_method_id"),
        ({"due_date": "someday"}, "due_date"),
        ({"customer": None, "customer_id": 7}, "customer_id"),
        ({"customer": {**CUSTOMER, "zip": ""}}, "zip"),
        ({"items": []}, "items"),
        ({"items": ["x"]}, "items"),
        ({"items": [{**ITEM, "quantity": "none"}]}, "quantity"),
        ({"items": [{**ITEM, "net_unit_price": "1.005"}]}, "net_unit_price"),
        ({"items": [{**ITEM, "name": " "}]}, "name"),
        ({"items": [{**ITEM, "vat_id": 1}]}, "vat_id"),
        ({"order_number": "x" * 65}, "order_number"),
    ],
)
def test_missing_data_is_an_error_and_nothing_is_made(changes: dict[str, object], named: str) -> None:
    account = Account()
    reply = account.call("POST", "/invoice", account.invoice(**changes))
    assert reply.status == 400
    assert named in json.loads(reply.body)["result"]["errors"]
    assert account.service.state()["documents"] == []


@pytest.mark.parametrize(
    ("how", "result"),
    [
        (ErrorResult.TEXT, "does not exist"),
        (ErrorResult.LIST, [{"field": "", "message": "does not exist"}]),
        (ErrorResult.OBJECT, {"code": 404, "message": "does not exist", "errors": {}}),
    ],
)
@pytest.mark.parametrize("as_200", [True, False])
def test_an_error_is_a_text_an_object_or_a_list_with_a_status_as_switched(
    how: ErrorResult, result: object, as_200: bool
) -> None:
    reply = Account(error_result=how, errors_as_http_200=as_200).call("GET", "/invoice/1")
    assert (reply.status, json.loads(reply.body)) == (200 if as_200 else 404, {"status": "error", "result": result})


def test_an_error_may_carry_no_number() -> None:
    told = json.loads(Account(error_numbers=False).call("GET", "/invoice/1").body)["result"]
    assert "code" not in told


def test_a_wrong_token_and_a_missing_subscription_are_told_apart() -> None:
    assert Account().call("GET", "/time", token="wrong").status == 401
    assert Account(denied=True).call("GET", "/time").status == 403


def test_what_is_not_documented_is_not_there() -> None:
    account = Account()
    made = account.make()["id"]
    for method, path in (("DELETE", "/invoice/{}"), ("PUT", "/invoice/{}"), ("GET", "/invoice/{}.pdf"), ("GET", "/")):
        assert account.call(method, path.format(made)).status == 404


@pytest.mark.parametrize(("bare", "sizes"), [(False, [25, 100, 20, 0]), (True, [25, 100, 20, 0])])
def test_pages_are_25_long_at_most_100_and_empty_behind_the_end(bare: bool, sizes: list[int]) -> None:
    account = Account(bare_lists=bare)
    for _ in range(120):
        account.make()
    queries = ("", "?per_page=500", "?page=5", "?page=6")
    pages = [account.get(f"/invoices{query}") for query in queries]
    assert [len(page if bare else page["items"]) for page in pages] == sizes
    if not bare:
        assert (pages[0]["pages"], pages[0]["total"], pages[1]["per_page"]) == (5, 120, 100)


def test_the_last_page_may_repeat() -> None:
    account = Account(last_page_repeats=True)
    made = account.make()["id"]
    assert [row["id"] for row in account.get("/invoices?page=9")["items"]] == [made]


def test_lists_are_ordered_filtered_and_late_as_switched() -> None:
    account = Account(list_lag=timedelta(seconds=30))
    old = account.make(issue_date="2026-03-01")["id"]
    account.clock.move(seconds=31)
    account.make()
    new_later = account.get("/invoices")["items"]
    account.clock.move(seconds=31)

    def ids(query: str) -> list[int]:
        return [row["id"] for row in account.get(f"/invoices?{query}")["items"]]

    assert [row["id"] for row in new_later] == [old]
    assert ids("order=asc") == list(reversed(ids("order=desc")))
    assert ids("date_to=2026-03-03") == [old]
    assert len(ids("date_from=2026-03-02")) == 1


@pytest.mark.parametrize(
    ("shown", "where"),
    [
        (ReferenceShown.EVERYWHERE, [True, True, True]),
        (ReferenceShown.ON_READ, [False, False, True]),
        (ReferenceShown.NOWHERE, [False, False, False]),
    ],
)
def test_our_reference_is_shown_as_switched(shown: ReferenceShown, where: list[bool]) -> None:
    account = Account(reference_shown=shown)
    made = account.make(order_number="garden/1")
    told = [made, account.get("/invoices")["items"][0], account.get(f"/invoice/{made['id']}")]
    assert ["order_number" in each for each in told] == where


@pytest.mark.parametrize(
    ("totals", "where"),
    [(Totals.IN_CREATE_ANSWER, [True, True]), (Totals.ON_READ, [False, True]), (Totals.NEVER, [False, False])],
)
def test_totals_are_told_as_switched(totals: Totals, where: list[bool]) -> None:
    account = Account(totals=totals)
    made = account.make()
    assert ["gross_total" in each for each in (made, account.get(f"/invoice/{made['id']}"))] == where


@pytest.mark.parametrize(("appends", "paid"), [(False, 5), (True, 15)])
def test_a_second_payment_replaces_the_first_or_is_added(appends: bool, paid: int) -> None:
    account = Account(pay_appends=appends)
    made = account.make()["id"]
    for amount in ("10.00", "5.00"):
        account.result(
            "POST", f"/invoice/{made}/pay", {"payment_method_id": 71, "date": "2026-03-05", "amount": amount}
        )
    assert account.get(f"/invoice/{made}")["paid"] == paid


def test_a_payment_without_an_amount_is_the_outstanding_sum() -> None:
    account = Account()
    made = account.make()["id"]
    told = account.result("POST", f"/invoice/{made}/pay", {"payment_method_id": 71, "date": "2026-03-05"})
    assert (told["paid"], told["paid_date"]) == (25.98, "2026-03-04")


def test_a_flag_tells_only_the_whole() -> None:
    account = Account(paid_as_flag=True)
    made = account.make()
    pay = {"payment_method_id": 71, "date": "2026-03-05", "amount": "10.00"}
    assert made["paid"] is False
    assert account.call("POST", f"/invoice/{made['id']}/pay", pay).status == 400
    assert account.result("POST", f"/invoice/{made['id']}/pay", {**pay, "amount": "25.98"})["paid"] is True


@pytest.mark.parametrize(("form", "good", "bad"), [("text", "2", 2), ("number", 2, "2")])
def test_amounts_are_taken_in_the_form_that_is_switched(form: Any, good: object, bad: object) -> None:
    account = Account(amounts_in=form)
    price = "1.50" if form == "text" else 1.5
    assert account.make(items=[{**ITEM, "quantity": good, "net_unit_price": price}])["net_total"] == 3
    sent = account.invoice(items=[{**ITEM, "quantity": bad, "net_unit_price": price}])
    assert account.call("POST", "/invoice", sent).status == 400


def test_a_customer_is_answered_as_it_was_made_and_changed_whole() -> None:
    account = Account()
    made = account.result("POST", "/customer", {**CUSTOMER, "email": "ada@example.com"})
    assert made == {**CUSTOMER, "email": "ada@example.com", "id": made["id"]}
    account.result("PUT", f"/customer/{made['id']}", {**CUSTOMER, "city": "Pest"})
    assert account.get(f"/customer/{made['id']}") == {**CUSTOMER, "city": "Pest", "id": made["id"]}
    assert account.call("PUT", "/customer/1", CUSTOMER).status == 404
    assert account.call("PUT", f"/customer/{made['id']}", {"city": "Pest"}).status == 400


def test_the_test_system_is_wiped_and_its_ids_come_again() -> None:
    account = Account()
    before = account.make()["id"]
    account.service.wipe()
    assert account.get("/invoices")["items"] == []
    assert account.make()["id"] == before


def test_the_state_shows_duplicates_and_payments_at_a_glance() -> None:
    account = Account()
    one, two = (account.make(order_number="garden/1")["id"] for _ in range(2))
    account.result("POST", f"/invoice/{one}/pay", {"payment_method_id": 71, "date": "2026-03-05", "amount": "5"})
    state = account.service.state()
    assert state["by_reference"] == {"garden/1": 2}
    assert state["payments_per_document"] == {str(one): 1, str(two): 0}
    documents = state["documents"]
    assert isinstance(documents, list)
    assert documents[0] == {
        "reference": "garden/1",
        "kind": "invoice",
        "remote_id": str(one),
        "number": "ACS-2026/00001",
        "currency": "EUR",
        "gross": "25.98",
        "paid": "5",
        "status": "partial",
        "payments": [{"remote_id": "", "reference": "", "amount": "5"}],
    }


@pytest.mark.parametrize("param", ["access_token", "k"])
def test_no_token_is_in_the_log_whatever_its_parameter_is_called(param: str) -> None:
    made = sandbox(token=TOKEN, switches=Switches(token_param=param))
    headers: Mapping[str, str] = {"x-sandbox-token": TOKEN}
    let_in = made.exchange(Request("GET", f"/api/v1/invoices?page=1&{param}=t0ken%2Fgarden", {}))
    forged = made.exchange(Request("GET", "/api/v1/time", headers))
    assert isinstance(let_in, Reply)
    assert isinstance(forged, Reply)
    assert (let_in.status, forged.status) == (200, 401)
    assert [each.url for each in made.log] == ["/api/v1/invoices?page=1", "/api/v1/time"]
    assert "t0ken" not in repr(made.log) + repr(made.state())


def test_names_are_those_of_its_table() -> None:
    names = Names.model_validate({"look_up": {"id": "azonosito", "code": "kod"}})
    told = Account(names=names).get("/currencies")[0]
    assert told.keys() == {"azonosito", "name", "kod"}
