"""The sandbox behaves as the service's pages say, and as its switches say where they say nothing."""

from datetime import timedelta
from typing import Any

import pytest

from providers.invoicing.acuinvoice import envelope
from providers.invoicing.acuinvoice.sandbox import Switches
from providers.sandbox import Request
from tests.unit.providers.acuinvoice_account import FIELDS, LINE, Account


def test_an_invoice_is_a_draft_and_tells_no_total() -> None:
    account = Account()
    shown = account.show(account.invoice(po_number="r", tags="a b", notes="n", freight="1.00"))
    assert " ".join(shown) == (
        "invoice_id status invoice_number invoice_date date_created date_updated po_number client_id currency tax "
        "freight terms late_fee tags lines notes"
    )
    assert (shown["status"], shown["date_created"]) == ("draft", "2026-03-04")
    assert shown["lines"] == FIELDS["lines"]


@pytest.mark.parametrize(
    ("switches", "gross"),
    [
        ({}, "2.78"),
        ({"freight_taxed": True}, "2.89"),
        ({"tax_on_line": True}, "2.79"),
        ({"tax_half_even": True}, "2.77"),
    ],
)
def test_its_total_is_known_to_the_state_alone(switches: dict[str, Any], gross: str) -> None:
    account = Account(**switches)
    lines = [{**LINE, "quantity": "1", "price": price} for price in ("0.10", "0.30", "0.10")]
    account.invoice(freight="2.25", po_number="r", tax="5%", lines=lines)
    (document,) = account.service.state()["documents"]  # type: ignore[misc]
    assert (document["gross"], document["paid"], document["reference"]) == (gross, "0.00", "r")


def test_numbers_count_on_past_those_that_are_taken() -> None:
    account = Account()
    account.invoice(invoice_number="1002")
    numbers = [account.show(account.invoice())["invoice_number"] for _ in range(3)]
    assert numbers == ["1001", "1003", "1004"]


@pytest.mark.parametrize("reject", [True, False])
def test_whether_a_number_may_come_twice_is_switched(reject: bool) -> None:
    account = Account(reject_duplicate_number=reject)
    first = account.invoice(invoice_number="A-1")
    assert bool(account.says("invoice.create", invoice={**FIELDS, "invoice_number": "A-1"})) is reject
    assert not account.says("invoice.update", invoice={"invoice_id": first, "invoice_number": "A-1", "notes": "x"})
    account.call("invoice.delete", invoice_id=first)
    assert account.service.account.number_is_taken("A-1") is not reject


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"invoice_date": ""}, "invoice_date"),
        ({"invoice_date": "yesterday"}, "invoice_date"),
        ({"client_id": "99"}, "client"),
        ({"currency": "euro"}, "currency"),
        ({"terms": "NET 7"}, "terms"),
        ({"late_fee": "3%"}, "late_fee"),
        ({"tax": "19"}, "percentage"),
        ({"freight": "much"}, "freight"),
        ({"lines": []}, "line"),
        ({"lines": [{**LINE, "kind": "Thing"}]}, "kind"),
        ({"lines": [{**LINE, "tax": "yes"}]}, "tax"),
        ({"lines": [{**LINE, "price": "NaN"}]}, "price"),
        ({"lines": [{"kind": "Product", "price": "1"}]}, "quantity"),
        ({"po_number": "x" * 51}, "PO number"),
        ({"invoice_number": "x" * 51}, "number"),
    ],
)
def test_what_the_pages_demand_is_refused_otherwise(fields: dict[str, object], named: str) -> None:
    assert named in Account().says("invoice.create", invoice={**FIELDS, **fields})


def test_what_is_not_known_is_refused_where_it_is_switched_so() -> None:
    assert "negative" in Account(negative_prices=False).says(
        "invoice.create", invoice={**FIELDS, "lines": [{**LINE, "price": "-1"}]}
    )
    assert "zero" in Account(zero_late_fee=False).says("invoice.create", invoice={**FIELDS, "late_fee": "0.00"})
    strict = Account(currencies=frozenset({"USD"}))
    assert "currency" in strict.says("invoice.create", invoice=FIELDS)


def test_an_update_keeps_what_it_does_not_name() -> None:
    account = Account()
    made = account.invoice(notes="a", po_number="r")
    account.clock.move(timedelta(days=2))
    assert not account.says("invoice.update", invoice={"invoice_id": made, "notes": "b"})
    shown = account.show(made)
    assert (shown["notes"], shown["po_number"], shown["lines"]) == ("b", "r", FIELDS["lines"])
    assert (shown["date_created"], shown["date_updated"]) == ("2026-03-04", "2026-03-06")
    account.call("invoice.update", invoice={"invoice_id": made, "lines": [LINE]})
    assert account.show(made)["lines"] == [LINE]


def test_sending_opens_a_draft_and_time_makes_it_past_due_with_a_fee() -> None:
    account = Account()
    made = account.invoice()
    assert not account.says("invoice.send", invoice_id=made, contacts=[{"contact_id": "1"}])
    assert account.show(made)["status"] == "open"
    account.clock.move(timedelta(days=15))
    assert account.show(made)["status"] == "open"
    account.clock.move(timedelta(days=1))
    assert account.show(made)["status"] == "pastdue"
    (document,) = account.service.state()["documents"]  # type: ignore[misc]
    assert (document["gross"], document["balance"]) == ("33.80", "34.48")
    account.service.account.close(int(made))
    assert account.show(made)["status"] == "closed"
    assert account.service.state()["documents"][0]["balance"] == "0.00"  # type: ignore[index]


def test_a_fee_may_be_an_amount_and_terms_a_day() -> None:
    account = Account()
    made = account.invoice(terms="2026-03-10", late_fee="1.45")
    account.call("invoice.send", invoice_id=made, contacts=[{"contact_id": "1"}])
    account.clock.move(timedelta(days=7))
    assert account.service.state()["documents"][0]["balance"] == "35.25"  # type: ignore[index]


def test_every_send_is_a_mail_and_unknown_people_get_none() -> None:
    account = Account()
    made = account.invoice()
    for _ in range(2):
        account.call("invoice.send", invoice_id=made, contacts=[{"contact_id": "1"}])
    assert account.says("invoice.send", invoice_id=made, contacts=[{"contact_id": "9"}])
    assert account.service.state()["mails"] == 2


def test_deleting_is_free_or_for_drafts_and_twice_is_a_failure_or_fine() -> None:
    account = Account(delete_drafts_only=True)
    made = account.invoice()
    account.call("invoice.send", invoice_id=made, contacts=[{"contact_id": "1"}])
    assert account.says("invoice.delete", invoice_id=made)
    account.service.use(Switches())
    assert not account.says("invoice.delete", invoice_id=made)
    assert account.says("invoice.delete", invoice_id=made)
    account.service.use(Switches(delete_twice_is_fine=True))
    assert not account.says("invoice.delete", invoice_id=made)


def test_failures_come_with_200_or_400_with_or_without_a_code() -> None:
    body = envelope.request("invoice.get", {"invoice_id": "9"})
    plain = Account().raw(body)
    assert plain.status == 200
    assert not envelope.response(plain.body).texts("code")
    reply = Account(failure_status=400, codes=True).raw(body)
    assert reply.status == 400
    assert envelope.response(reply.body).texts("code") == ["50010"]


def test_answers_may_stand_in_a_namespace() -> None:
    account = Account(namespace=True)
    assert b'xmlns="' in account.raw(envelope.request("invoice.list", {})).body
    assert account.listed() == []


def test_the_key_is_the_user_whatever_the_password() -> None:
    account, body = Account(), envelope.request("invoice.list", {})
    assert account.raw(body, key="wrong").status == 401
    assert account.service.handle(Request("POST", "/api/xml-in", {}, body)).status == 401
    assert account.service.handle(Request("POST", "/api/xml-in", {"authorization": "Basic ?"}, body)).status == 401
    account.service.rotate("new-key")
    assert account.raw(body).status == 401
    assert account.raw(body, key="new-key").status == 200
    account.service.use(Switches(bad_key_fails=True))
    assert account.raw(body).status == 200
    assert envelope.failed(envelope.response(account.raw(body).body))


@pytest.mark.parametrize("body", [b"", b"{}", b"<request/>", b'<request method="invoice.dance"/>', b"<!DOCTYPE a><a/>"])
def test_what_is_no_request_is_a_failure(body: bytes) -> None:
    assert envelope.failed(envelope.response(Account().raw(body).body))


def test_only_its_own_path_by_post_is_the_interface() -> None:
    account, body = Account(), envelope.request("invoice.list", {})
    assert account.raw(body, path="/api").status == 404
    assert envelope.failed(envelope.response(account.raw(body, method="GET").body))


def test_the_state_shows_duplicates_at_a_glance() -> None:
    account = Account()
    for _ in range(2):
        account.invoice(po_number="r")
    state = account.service.state()
    assert (state["by_reference"], state["payments_per_document"]) == ({"r": 2}, {"1": 0, "2": 0})
    assert state["cards"] == {"clients": 1, "contacts": 1, "estimates": 0, "recurrings": 0}
