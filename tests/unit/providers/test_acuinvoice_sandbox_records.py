"""The sandbox's lists, clients, estimates and recurring invoices behave as the service's pages say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from providers.invoicing.acuinvoice.sandbox import AcuInvoiceService, sandbox
from tests.unit.providers.acuinvoice_account import KEY, LINE, Account

ESTIMATE = {"estimate_date": "2026-03-04", "estimate_expiration": "2026-04-04", "client_id": "1", "currency": "EUR"}


RECURRING = {"currency": "EUR", "terms": "NET 15", "late_fee": "1%", "recurring_frequency": "1"}


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


@pytest.mark.parametrize("kind", ["invoice", "client", "contact", "estimate", "recurring"])
def test_what_is_not_there_is_a_failure(kind: str) -> None:
    account = Account()
    for verb in ("get", "delete"):
        assert account.says(f"{kind}.{verb}", **{f"{kind}_id": "99"})
    assert account.says(f"{kind}.update", **{kind: {f"{kind}_id": "99"}})
    assert account.says(f"{kind}.create")


def test_a_sandbox_without_switches_takes_the_lag_of_its_lists() -> None:
    made = sandbox(token=KEY, list_lag=timedelta(seconds=9))
    assert isinstance(made.service, AcuInvoiceService)
    assert made.service.switches.list_lag == timedelta(seconds=9)
