"""The sandbox behaves as the documentation says, and as its switches say where that says nothing."""

import json
from datetime import timedelta

import pytest

from providers.invoicing.invoiceocean.sandbox import Profile
from tests.unit.providers.invoiceocean_account import TOKEN, Account


def test_amounts_are_texts_with_one_decimal_at_least() -> None:
    made = Account().make()
    assert (made["price_net"], made["price_tax"], made["price_gross"]) == ("16.63", "3.83", "20.46")
    line = made["positions"][0]
    assert (line["quantity"], line["price_gross"], line["price_net"]) == ("2.0", "10.23", "8.32")
    assert (made["paid"], made["number"], made["status"]) == ("0.0", "1/3/2026", "issued")
    assert made["id"] > 460_000_000


@pytest.mark.parametrize(
    ("price", "gross", "net"),
    [
        ({"total_price_gross": "72,57"}, "72.57", "59.0"),
        ({"price_gross": 10}, "30.0", "24.39"),
        ({"total_price_net": "10.00"}, "12.3", "10.0"),
        ({"price_net": 1.5}, "5.54", "4.5"),
    ],
)
def test_any_price_of_a_line_drives_it(price: dict[str, object], gross: str, net: str) -> None:
    made = Account().make(positions=[{"name": "Rake", "tax": "23", "quantity": 3, **price}])
    assert (made["price_gross"], made["price_net"]) == (gross, net)


def test_numbers_count_per_kind_and_month() -> None:
    account = Account()
    numbers = [account.make(kind=kind)["number"] for kind in ("vat", "proforma", "vat", "receipt")]
    assert numbers == ["1/3/2026", "P1/3/2026", "2/3/2026", "R1/3/2026"]
    assert account.make(issue_date="2026-02-28")["number"] == "1/2/2026"


def test_the_token_is_taken_from_header_address_or_body() -> None:
    account = Account()
    assert account.call("GET", f"/invoices.json?api_token={TOKEN}", token=None).status == 200
    assert account.call("GET", "/invoices.json", {"api_token": TOKEN}, token=None).status == 200
    assert account.call("GET", "/invoices.json", token=None).status == 401


def test_a_401_quotes_the_address() -> None:
    reply = Account().call("GET", "/invoices.json?api_token=wrong", token=None)
    assert "/invoices.json?api_token=wrong" in json.loads(reply.body)["message"]


def test_access_can_be_denied() -> None:
    reply = Account(denied="no permission").call("GET", "/invoices.json")
    assert (reply.status, json.loads(reply.body)) == (403, {"code": "error", "message": "no permission"})


def test_what_is_not_there_is_404() -> None:
    account = Account()
    for path in ("/invoices/1.json", "/banking/payments/1.json", "/banking/payment/1.json", "/nowhere"):
        assert account.call("GET", path).status == 404


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"buyer_name": ""}, "buyer_name"),
        ({"kind": "poem"}, "kind"),
        ({"issue_date": "tomorrow"}, "issue_date"),
        ({"buyer_phone": "1" * 17}, "buyer_phone"),
        ({"description": "\U0001f381"}, "description"),
        ({"positions": [{"name": ""}]}, "positions.name"),
        ({"positions": "none"}, "positions"),
    ],
)
def test_a_refusal_names_the_field(fields: dict[str, object], named: str) -> None:
    reply = Account().call("POST", "/invoices.json", {"invoice": {"buyer_name": "Ada", **fields}})
    assert reply.status == 422
    assert named in json.loads(reply.body)["message"]


def test_a_refusal_can_be_one_text_or_come_with_200() -> None:
    bad = {"invoice": {"buyer_name": ""}}
    reply = Account(message_is_text=True, polish=True).call("POST", "/invoices.json", bad)
    assert json.loads(reply.body)["message"] == "buyer_name - nie może być puste"
    assert Account(soft_refusal=True).call("POST", "/invoices.json", bad).status == 200


def test_no_wrapper_is_a_bad_request() -> None:
    assert Account().call("POST", "/invoices.json", {"kind": "vat"}).status == 400
    assert Account().call("POST", "/invoices.json", []).status == 400


def test_a_repeated_order_number_is_refused_only_when_asked_for() -> None:
    account = Account(oid_refusal="taken, sorry")
    account.make(oid="garden/1", oid_unique="yes")
    account.make(oid="garden/1")
    account.make(oid="garden/1", oid_unique="yes", kind="receipt")
    repeated = {"invoice": {"buyer_name": "Ada", "oid": "garden/1", "oid_unique": "yes"}}
    reply = account.call("POST", "/invoices.json", repeated)
    assert (reply.status, json.loads(reply.body)["message"]) == (422, {"oid": ["taken, sorry"]})


@pytest.mark.parametrize(("counts", "status"), [(True, 422), (False, 201)])
def test_a_cancelled_document_holds_its_order_number_as_switched(counts: bool, status: int) -> None:
    account = Account(oid_counts_cancelled=counts, newest_can_be_cancelled=True)
    made = account.make(oid="garden/1")
    account.call("POST", "/invoices/cancel.json", {"cancel_invoice_id": made["id"]})
    again = {"invoice": {"buyer_name": "Ada", "oid": "garden/1", "oid_unique": "yes"}}
    assert account.call("POST", "/invoices.json", again).status == status


def test_the_list_shows_twelve_months_and_dates_count_only_with_period_more() -> None:
    account = Account()
    old = account.make(issue_date="2024-12-31")["id"]
    new = account.make()["id"]

    def ids(query: str) -> list[int]:
        return [row["id"] for row in account.get(f"/invoices.json?{query}")]

    assert ids("") == [new]
    assert ids("period=all") == [new, old]
    assert ids("date_from=2024-01-01&date_to=2024-12-31") == [new]
    assert ids("period=more&date_from=2024-01-01&date_to=2024-12-31") == [old]
    assert ids("period=all&order=issue_date") == [old, new]


def test_pages_are_25_long_at_most_100_and_empty_behind_the_end() -> None:
    account = Account()
    for _ in range(120):
        account.make()
    assert [len(account.get(f"/invoices.json?{query}")) for query in ("", "per_page=500", "page=5", "page=6")] == [
        25,
        100,
        20,
        0,
    ]


def test_a_change_moves_a_document_to_the_front() -> None:
    account = Account()
    first = account.make()["id"]
    account.clock.move(seconds=5)
    second = account.make()["id"]
    account.pay("1", invoice_id=first)
    assert [row["id"] for row in account.get("/invoices.json?order=updated_at.desc")] == [first, second]


def test_lists_lag_as_switched() -> None:
    account = Account(list_lag=timedelta(seconds=30))
    account.make(oid="garden/1")
    assert account.get("/invoices.json?oid=garden/1") == []
    account.clock.move(seconds=31)
    assert len(account.get("/invoices.json?oid=garden/1")) == 1


def test_lists_have_no_positions_unless_asked() -> None:
    account = Account()
    account.make()
    assert "positions" not in account.get("/invoices.json")[0]
    assert account.get("/invoices.json?include_positions=true")[0]["positions"]


def test_the_answer_to_a_create_follows_the_profile() -> None:
    assert "positions" not in Account(profile=Profile.Y2018).make()
    assert {"positions", "bank_accounts", "payment_url", "view_url"} <= Account().make().keys()


def test_an_update_changes_only_what_is_sent() -> None:
    account = Account()
    made = account.make(oid="garden/1")
    account.call("PUT", f"/invoices/{made['id']}.json", {"invoice": {"buyer_city": "Kraków", "oid": "garden/2"}})
    line = {"id": made["positions"][0]["id"], "_destroy": 1}
    more = {"name": "Hoe", "tax": 0, "total_price_gross": 5}
    account.call("PUT", f"/invoices/{made['id']}.json", {"invoice": {"positions": [line, more]}})
    now = account.get(f"/invoices/{made['id']}.json")
    assert (now["buyer_name"], now["buyer_city"], now["price_gross"]) == ("Ada", "Kraków", "5.0")
    assert account.get("/invoices.json?oid=garden/1") == []
    assert len(account.get("/invoices.json?oid=garden/2")) == 1


def test_a_deleted_document_is_gone() -> None:
    account = Account()
    made = account.make(oid="garden/1")["id"]
    assert account.call("DELETE", f"/invoices/{made}.json").status == 200
    assert account.call("GET", f"/invoices/{made}.json").status == 404
    assert account.get("/invoices.json?oid=garden/1") == []


def test_the_newest_document_is_not_cancelled_where_switched_so() -> None:
    account = Account()
    first, second = account.make()["id"], account.make()["id"]
    assert account.call("POST", "/invoices/cancel.json", {"cancel_invoice_id": second}).status == 422
    body = {"cancel_invoice_id": first, "cancel_reason": "typo"}
    assert account.call("POST", "/invoices/cancel.json", body).status == 200
    shown = account.get(f"/invoices/{first}.json?additional_fields[invoice]=cancel_reason")
    assert (shown["kind"], shown["cancelled"], shown["cancel_reason"]) == ("canceled", True, "typo")


def test_cards_are_made_along_the_way_and_not_twice() -> None:
    account = Account()
    assert account.make()["client_id"] == account.make()["client_id"]
    account.make(buyer_name="Eve", seller_name="New Seller")
    assert account.service.state()["cards"] == {"clients": 2, "products": 1, "departments": 1}


def test_the_state_shows_duplicates_and_payments_at_a_glance() -> None:
    account = Account()
    one, two = account.make(oid="garden/1")["id"], account.make(oid="garden/1")["id"]
    payment = account.pay("5.00", invoice_id=one, oid="p-1")["id"]
    state = account.service.state()
    assert state["by_reference"] == {"garden/1": 2}
    assert state["payments_per_document"] == {str(one): 1, str(two): 0}
    documents = state["documents"]
    assert isinstance(documents, list)
    assert documents[0] == {
        "reference": "garden/1",
        "kind": "vat",
        "remote_id": str(one),
        "number": "1/3/2026",
        "currency": "PLN",
        "gross": "20.46",
        "paid": "5.0",
        "status": "partial",
        "payments": [{"remote_id": str(payment), "reference": "p-1", "amount": "5.0"}],
    }
