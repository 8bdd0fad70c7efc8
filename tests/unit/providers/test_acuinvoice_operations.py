"""Every documented call of AcuInvoice, made by hand with plain JSON against the sandbox."""

from collections.abc import Mapping
from typing import Any

import pytest

from providers.domain.errors import Refused
from providers.invoicing.acuinvoice import build
from providers.invoicing.acuinvoice.sandbox import Switches, sandbox
from providers.operations import Operation, WrongData, operations
from providers.sandbox import SandboxAdapter
from tests.builders import SettableClock

KEY = "k3y-9fQz"
WRITES = {
    *("create_invoice", "update_invoice", "delete_invoice", "send_invoice"),
    *("create_client", "update_client", "delete_client", "create_contact", "update_contact", "delete_contact"),
    *("create_estimate", "update_estimate", "delete_estimate", "send_estimate"),
    *("create_recurring", "update_recurring", "delete_recurring"),
}
READS = {
    *("invoice", "invoices", "client", "clients", "contact", "contacts"),
    *("estimate", "estimates", "recurring", "recurring_invoices"),
}
LINES = [
    {"quantity": "2", "kind": "Hours", "description": "Pruning", "tax": "1", "price": "1.00"},
    {"quantity": "2", "kind": "Days", "description": "Planting", "tax": "0", "price": "2.00"},
    {"quantity": "2", "kind": "Product", "description": "Rake", "tax": "1", "price": "3.00"},
]
MONEY = {"currency": "USD", "tax": "8.75%", "freight": "3.45", "lines": LINES}
TERMS = {"terms": "NET 60", "late_fee": "1.5%", "tags": "web garden"}


class Account:
    def __init__(self, **switches: Any) -> None:
        self.sandbox = sandbox(token=KEY, switches=Switches(**switches), clock=SettableClock())
        provider = build(base_url="https://garden.acuinvoice.example", token=KEY, adapter=SandboxAdapter(self.sandbox))
        self.operations: Mapping[str, Operation] = {each.name: each for each in operations(provider.client)}

    def __call__(self, operation: str, **data: object) -> Any:
        return self.operations[operation](data)


def test_every_call_is_marked_and_explained() -> None:
    told = Account().operations
    assert {name for name, each in told.items() if each.writes} == WRITES
    assert {name for name, each in told.items() if not each.writes} == READS
    for name, each in told.items():
        method, _, summary = each.summary.partition(": ")
        assert method.partition(".")[0] in {"invoice", "client", "contact", "estimate", "recurring"}, name
        assert len(summary) > 10


def test_an_invoice_is_made_changed_sent_listed_and_deleted() -> None:
    account = Account()
    client = account("create_client", fields={"name": "Son", "country": "US"})
    contact = account(
        "create_contact",
        fields={"client_id": client, "first_name": "Ada", "last_name": "Example", "email": "ada@example.com"},
    )
    fields = {"invoice_number": "G-1", "invoice_date": "2026-03-04", "client_id": client, "po_number": "garden/1"}
    made = account("create_invoice", fields={**fields, **MONEY, **TERMS, "notes": "Thanks"})
    account("update_invoice", invoice_id=made, fields={"notes": "Many thanks"})
    account("send_invoice", invoice_id=made, contact_ids=[contact], message="Here.", payment_gateways=["paypal"])
    shown = account("invoice", invoice_id=made)
    assert (shown["status"], shown["notes"], shown["lines"]) == ("open", "Many thanks", LINES)
    listed = account("invoices", client_id=client, date_from="2026-03-04", status="open", orderby="invoice_date")
    assert [row["invoice_id"] for row in listed] == [made]
    assert account("invoices", page=2) == account("invoices", status="pastdue") == []
    (document,) = account.sandbox.state()["documents"]  # type: ignore[misc]
    assert document["gross"] == "16.15"
    account("delete_invoice", invoice_id=made)
    assert account("invoices") == []
    account("delete_invoice", invoice_id=made, repeated=True)


def test_a_mail_goes_to_the_contacts_that_are_named_with_what_was_said() -> None:
    account = Account()
    person = {"first_name": "Ada", "last_name": "Example"}
    contacts = [{**person, "email": f"{name}@example.com"} for name in ("a", "b", "c")]
    client = account("create_client", fields={"name": "Son", "contacts": contacts})
    ids = [row["contact_id"] for row in account("contacts", client_id=client)]
    made = account("create_invoice", fields={"invoice_date": "2026-03-04", "client_id": client, **MONEY, **TERMS})
    gateways = ["paypal", "google"]
    account(
        "send_invoice",
        invoice_id=made,
        contact_ids=ids[:2],
        message="This is it.",
        payment_gateways=gateways,
        copy_to_me=True,
    )
    (mail,) = account.sandbox.service.account.mails  # type: ignore[attr-defined]
    assert (mail.to, mail.message) == (("a@example.com", "b@example.com"), "This is it.")
    assert (mail.gateways, mail.copied) == (("paypal", "google"), True)


def test_clients_and_contacts_are_made_changed_listed_and_deleted() -> None:
    account = Account()
    client = account("create_client", fields={"name": "Son", "city": "Testowo"})
    account("update_client", client_id=client, fields={"zip": "00-001"})
    assert account("client", client_id=client)["city"] == "Testowo"
    contact = account(
        "create_contact",
        fields={"client_id": client, "first_name": "Ada", "last_name": "Example", "email": "ada@example.com"},
    )
    account("update_contact", contact_id=contact, fields={"phone": "1"})
    assert account("contact", contact_id=contact)["phone"] == "1"
    assert [row["contact_id"] for row in account("contacts", email="ada@example.com")] == [contact]
    assert account("contacts", client_id="77") == []
    assert [row["client_id"] for row in account("clients", per_page=5)] == [client]
    account("delete_contact", contact_id=contact)
    account("delete_client", client_id=client)
    assert account("contacts") == account("clients") == []


def test_estimates_and_recurring_invoices_are_made_changed_listed_and_deleted() -> None:
    account = Account()
    client = account("create_client", fields={"name": "Son"})
    dates = {"estimate_date": "2026-03-04", "estimate_expiration": "2026-04-04", "client_id": client}
    estimate = account("create_estimate", fields={**dates, **MONEY, "tags": "web"})
    account("update_estimate", estimate_id=estimate, fields={"tags": "garden"})
    assert account("estimate", estimate_id=estimate)["tags"] == "garden"
    rhythm = {"recurring_title": "Lawn", "recurring_frequency": "2", "recurring_period": "week"}
    recurring = account("create_recurring", fields={**MONEY, **TERMS, **rhythm, "clients": [{"client_id": client}]})
    account("update_recurring", recurring_id=recurring, fields={"notes": "n"})
    assert account("recurring", recurring_id=recurring)["clients"] == [{"client_id": client}]
    assert [row["recurring_id"] for row in account("recurring_invoices")] == [recurring]
    account("delete_estimate", estimate_id=estimate)
    account("delete_recurring", recurring_id=recurring)
    assert account("recurring_invoices") == []


def test_calls_that_no_page_shows_are_refused_where_the_account_does_not_know_them() -> None:
    account = Account(assumed_calls=False)
    for operation, data in (
        ("clients", {}),
        ("estimates", {}),
        ("recurring_invoices", {}),
        ("delete_estimate", {"estimate_id": "1"}),
        ("send_estimate", {"estimate_id": "1", "contact_ids": ["1"]}),
    ):
        with pytest.raises(Refused, match="no such method"):
            account(operation, **data)


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        ("invoices", {"status": "burnt"}),
        ("invoices", {"page": "first"}),
        ("send_invoice", {"invoice_id": "1", "contact_ids": "1"}),
        ("create_invoice", {"fields": []}),
        ("invoice", {}),
        ("invoice", {"invoice_id": "1", "strange": 1}),
    ],
)
def test_data_of_another_shape_is_told_and_nothing_is_sent(operation: str, data: dict[str, object]) -> None:
    account = Account()
    with pytest.raises(WrongData):
        account(operation, **data)
    assert not account.sandbox.log
