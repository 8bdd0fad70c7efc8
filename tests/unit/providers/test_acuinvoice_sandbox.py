"""The sandbox behaves as the service's pages say, and as its switches say where they say nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from providers.http import Credentials
from providers.invoicing.acuinvoice import envelope
from providers.invoicing.acuinvoice.sandbox import AcuInvoiceService, Switches, sandbox
from providers.sandbox import Reply, Request
from tests.builders import SettableClock

KEY = "k3y/garden"
LINE = {"quantity": "2", "kind": "Product", "description": "Rake", "tax": "1", "price": "10.00"}
FIELDS: dict[str, object] = {
    "invoice_date": "2026-03-04",
    "client_id": "1",
    "currency": "EUR",
    "tax": "19%",
    "terms": "NET 15",
    "late_fee": "2%",
    "lines": [LINE, {**LINE, "tax": "0", "price": "5.00"}],
}
ESTIMATE = {"estimate_date": "2026-03-04", "estimate_expiration": "2026-04-04", "client_id": "1", "currency": "EUR"}
RECURRING = {"currency": "EUR", "terms": "NET 15", "late_fee": "1%", "recurring_frequency": "1"}


class Account:
    def __init__(self, **switches: Any) -> None:
        self.clock = SettableClock()
        self.service = AcuInvoiceService(token=KEY, switches=Switches(**switches), clock=self.clock)
        self.client = self.made("client.create", client={"name": "Son", "contacts": [self.contact()]})

    @staticmethod
    def contact(email: str = "ada@example.com") -> Mapping[str, str]:
        return {"first_name": "Ada", "last_name": "Example", "email": email}

    def raw(self, body: bytes, *, key: str = KEY, method: str = "POST", path: str = "/api/xml-in") -> Reply:
        headers = {"authorization": Credentials.basic(key, "anything").header}
        return self.service.handle(Request(method, path, headers, body))

    def call(self, method: str, **content: object) -> envelope.Node:
        return envelope.response(self.raw(envelope.request(method, content)).body)

    def says(self, method: str, **content: object) -> str:
        """What it says when it refuses; empty when it does not."""
        answer = self.call(method, **content)
        return answer.texts("error")[0] if envelope.failed(answer) else ""

    def made(self, method: str, **content: object) -> str:
        answer = self.call(method, **content)
        assert not envelope.failed(answer), answer.texts("error")
        return answer.children[0].text

    def invoice(self, **fields: object) -> str:
        return self.made("invoice.create", invoice={**FIELDS, **fields})

    def show(self, invoice_id: str) -> dict[str, object]:
        return next(self.call("invoice.get", invoice_id=invoice_id).records("invoice"))

    def listed(self, **filters: object) -> list[object]:
        return [row["invoice_id"] for row in self.call("invoice.list", **filters).records("invoice")]


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


def test_lists_are_newest_first_by_pages_of_25_without_a_wrapper() -> None:
    account = Account()
    made = [account.invoice() for _ in range(30)]
    assert account.listed() == made[:4:-1]
    assert account.listed(page=2) == made[4::-1]
    assert account.listed(page=3) == []
    assert account.listed(per_page=2, sort="ASC") == made[:2]
    assert account.call("invoice.list", per_page=1).children[0].name == "invoice"


def test_lists_are_filtered_and_ordered() -> None:
    account = Account()
    account.made("client.create", client={"name": "Other"})
    a = account.invoice(invoice_number="B", invoice_date="2026-03-01")
    account.clock.move(timedelta(days=1))
    b = account.invoice(invoice_number="A", invoice_date="2026-03-02", client_id="2")
    account.call("invoice.send", invoice_id=b, contacts=[{"contact_id": "1"}])
    assert account.listed(client_id="2") == [b]
    assert account.listed(status="draft") == [a]
    assert account.listed(status="open") == [b]
    assert account.listed(orderby="invoice_number", sort="ASC") == [b, a]
    assert account.listed(orderby="invoice_date") == [b, a]
    assert account.listed(date_from="2026-03-02") == [b]
    assert account.listed(date_to="2026-03-01") == [a]
    assert account.listed(date_created_from="2026-03-05") == [b]
    assert account.listed(date_updated_to="2026-03-04") == [a]
    for odd in ({"status": "paid"}, {"orderby": "mood"}, {"date_from": "soon"}):
        assert account.says("invoice.list", **odd)


def test_bounds_may_lie_outside() -> None:
    account = Account(date_bounds_inclusive=False)
    made = account.invoice()
    assert account.listed(date_from="2026-03-04") == account.listed(date_to="2026-03-04") == []
    assert account.listed(date_from="2026-03-03", date_to="2026-03-05") == [made]


def test_lists_may_be_late_short_wrapped_and_cut() -> None:
    account = Account(list_lag=timedelta(minutes=1), list_with_lines=False, wrapped_lists=True, max_per_page=2)
    made = account.invoice()
    assert account.listed() == []
    account.clock.move(timedelta(minutes=1))
    assert account.listed() == [made]
    answer = account.call("invoice.list", page=1)
    assert (answer.children[0].name, answer.children[0].attributes) == ("invoices", {"page": "1"})
    assert "lines" not in next(answer.records("invoice"))
    for _ in range(3):
        account.invoice()
    account.clock.move(timedelta(minutes=1))
    assert len(account.listed(per_page=100)) == 2


def test_times_are_days_or_moments() -> None:
    assert Account(times=True).client == "1"
    account = Account(times=True)
    assert account.show(account.invoice())["date_created"] == "2026-03-04 12:00:00"


def test_a_client_brings_its_contacts_which_have_ids_only_in_their_own_list() -> None:
    account = Account()
    shown = next(account.call("client.get", client_id="1").records("client"))
    assert shown == {"client_id": "1", "name": "Son", "contacts": [account.contact()]}
    account.made("contact.create", contact={"client_id": "1", **account.contact("b@example.com")})
    rows = list(account.call("contact.list", email="b@example.com").records("contact"))
    assert rows == [{"contact_id": "2", **account.contact("b@example.com")}]
    account.service.use(replace(account.service.switches, contact_tells_client=True))
    assert [row["client_id"] for row in account.call("contact.list", client_id="1").records("contact")] == ["1", "1"]
    assert account.says("contact.create", contact={"client_id": "9", **account.contact()})
    assert account.says("client.create", client={"name": "X", "contacts": [{"first_name": "A"}]})


def test_estimates_are_told_without_a_wrapper_or_with_one() -> None:
    account = Account()
    made = account.made("estimate.create", estimate={**ESTIMATE, "lines": [LINE]})
    answer = account.call("estimate.get", estimate_id=made)
    assert answer.children[0].name == "estimate_date"
    assert answer.record()["lines"] == [LINE]
    account.service.use(replace(account.service.switches, estimate_wrapped=True))
    assert next(account.call("estimate.get", estimate_id=made).records("estimate"))["currency"] == "EUR"
    assert not account.says("estimate.update", estimate={"estimate_id": made, "tags": "x"})
    assert account.says("estimate.create", estimate={**ESTIMATE, "estimate_expiration": "", "lines": [LINE]})


def test_recurring_invoices_are_read_by_both_names() -> None:
    account = Account()
    fields = {**RECURRING, "recurring_period": "month", "lines": [LINE], "clients": [{"client_id": "1"}]}
    made = account.made("recurring.create", recurring=fields)
    account.call("recurring.update", recurring={"recurring_id": made, "notes": "n"})
    for method in ("recurring.get", "reccuring.get"):
        shown = next(account.call(method, recurring_id=made).records("recurring"))
        assert (shown["clients"], shown["notes"], shown["lines"]) == ([{"client_id": "1"}], "n", [LINE])
    assert account.says("recurring.create", recurring={**fields, "recurring_period": "moon"})
    assert not account.says("recurring.delete", recurring_id=made)


@pytest.mark.parametrize("exist", [True, False])
def test_calls_that_no_page_shows_may_not_exist(exist: bool) -> None:
    account = Account(assumed_calls=exist)
    account.made("estimate.create", estimate={**ESTIMATE, "lines": [LINE]})
    for method, content in (
        ("client.list", {}),
        ("estimate.list", {}),
        ("recurring.list", {}),
        ("estimate.send", {"estimate_id": "1"}),
        ("estimate.delete", {"estimate_id": "1"}),
    ):
        assert bool(account.says(method, **content)) is not exist


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


@pytest.mark.parametrize("kind", ["invoice", "client", "contact", "estimate", "recurring"])
def test_what_is_not_there_is_a_failure(kind: str) -> None:
    account = Account()
    for verb in ("get", "delete"):
        assert account.says(f"{kind}.{verb}", **{f"{kind}_id": "99"})
    assert account.says(f"{kind}.update", **{kind: {f"{kind}_id": "99"}})
    assert account.says(f"{kind}.create")


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


def test_a_sandbox_without_switches_takes_the_lag_of_its_lists() -> None:
    made = sandbox(token=KEY, list_lag=timedelta(seconds=9))
    assert isinstance(made.service, AcuInvoiceService)
    assert made.service.switches.list_lag == timedelta(seconds=9)
