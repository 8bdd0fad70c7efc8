"""What is written over an invoice that is there, or against it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import CannotExpress, NotSent, OutcomeUnknown, Refused
from providers.invoicing.drupal_invoice import CARD, changes
from providers.operations import operations
from providers.sandbox import faults
from tests.builders import a_draft
from tests.unit.providers.drupal_invoice_site import BODY, ROUTE, Site, plain
from tests.unit.providers.drupal_invoice_words import STORED

EXAMPLE: dict[str, object] = {
    "leading_zeros": "4",
    "prefix": "%Y",
    "description": "About this invoice",
    "template": "default",
    "pay_limit": 0,
    "pay_status": "paid",
    "customer": {"customer_number": 1, "company_name": "Tuin BV", "building_number": 1, "coc_number": 12345678},
    "items": [
        {"description": "A year of weeding", "quantity": "1", "unitcost": "50.75", "vat": "21"},
        {"description": "Labels", "quantity": "28", "unitcost": "0.22", "vat": "21"},
    ],
}
TOTALS = ("extotal", "vattotal", "inctotal")


def test_marking_as_paid_sends_back_all_that_would_be_wiped_and_leaves_the_items() -> None:
    told = changes.rewritten(STORED, {"pay_status": "paid"})
    assert told["pay_status"] == "paid"
    kept = ("leading_zeros", "prefix", "description", "template", "pay_limit")
    assert {name: told[name] for name in kept} == {name: STORED[name] for name in kept}
    customer = told["customer"]
    assert isinstance(customer, dict)
    assert (customer["customer_number"], customer["company_name"], customer["firstname"]) == (3, "Tuin BV", None)
    assert {"id", "loyalty"}.isdisjoint(customer)
    assert "items" not in told
    json.dumps(told)


@pytest.mark.parametrize("missing", ["customer", "leading_zeros", "template", "pay_limit"])
def test_an_invoice_that_is_not_told_whole_is_not_written_back(missing: str) -> None:
    with pytest.raises(Refused):
        changes.rewritten({name: value for name, value in STORED.items() if name != missing}, {})


def totals(invoice: Any) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(invoice[name])) for name in TOTALS)


def test_the_documented_example_comes_to_the_totals_that_were_seen() -> None:
    site = plain()
    stored = site.client.invoice(site.client.create_invoice(EXAMPLE))
    assert totals(stored) == (Decimal("56.91"), Decimal("11.95"), Decimal("68.86"))
    assert (stored["number"], stored["pay_status"]) == ("20260001", "paid")


def test_an_update_changes_what_is_named_and_nothing_else() -> None:
    site = plain()
    made = site.client.create_invoice(EXAMPLE)
    before = site.client.invoice(made)
    site.clock.move(minutes=1)
    site.client.update_invoice(made, {"description": "Another text", "customer": {"city": "Ede"}})
    after = site.client.invoice(made)
    assert after["description"] == "Another text"
    assert after["customer"] == {**before["customer"], "city": "Ede"}  # type: ignore[dict-item]
    assert {name for name in after if after[name] != before[name]} == {"description", "customer", "changed"}
    assert site.wire.calls[-3:] == [f"GET {ROUTE}/1", f"PUT {ROUTE}/1", f"GET {ROUTE}/1"]


def test_items_are_changed_as_a_whole() -> None:
    site = plain()
    made = site.client.create_invoice(EXAMPLE)
    site.client.update_invoice(made, {"items": [{"description": "Rake", "quantity": 2, "unitcost": Decimal("1.125")}]})
    stored = site.client.invoice(made)
    assert [item["description"] for item in stored["items"]] == ["Rake"]  # type: ignore[attr-defined]
    assert stored["inctotal"] == Decimal("2.25")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"inctotal": 5}, "inctotal"),
        ({"customer": "Ada"}, "customer"),
        ({"items": []}, "items"),
        ({"items": [{"unitcost": "five"}]}, "items.0.unitcost"),
        ({"items": [{"quantity": 0.1}]}, "items.0.quantity"),
    ],
)
def test_a_change_that_the_site_cannot_make_is_refused_and_nothing_is_written(
    fields: dict[str, object], field: str
) -> None:
    site = plain()
    made = site.client.create_invoice(EXAMPLE)
    with pytest.raises(Refused) as raised:
        site.client.update_invoice(made, fields)
    assert [each.field for each in raised.value.refusals] == [field]
    assert not any(call.startswith("PUT") for call in site.wire.calls)


def test_a_price_that_is_no_number_never_reaches_the_site() -> None:
    """There it would leave half an invoice behind."""
    site = plain()
    with pytest.raises(Refused):
        site.client.create_invoice({**BODY, "items": [{"description": "x", "quantity": 1, "unitcost": "five"}]})
    assert site.wire.calls == []


def test_the_paid_flag_goes_on_and_off_and_leaves_the_rest() -> None:
    for site in (plain(), Site()):
        made = site.client.create_invoice(BODY)
        for paid, told in ((True, "paid"), (True, "paid"), (False, "unpaid")):
            site.client.set_paid(made, paid=paid)
            assert site.client.invoice(made)["pay_status"] == told
        assert site.client.invoice(made)["inctotal"] == 5


def test_what_cannot_be_read_is_not_written_over() -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    for call in (
        lambda: site.client.set_paid(made),
        lambda: site.client.update_invoice(made, {"description": "x"}),
        lambda: site.client.credit_invoice(made),
    ):
        site.script.before_acting(faults.status(503), method="GET", times=3)
        with pytest.raises(NotSent):
            call()
    assert [call for call in site.wire.calls if not call.startswith("GET")] == [f"POST {ROUTE}"]


def test_a_credit_is_the_invoice_with_opposite_quantities_and_totals() -> None:
    site = plain()
    made = site.client.create_invoice(EXAMPLE)
    credit = site.client.credit_invoice(made)
    invoice, stored = site.client.invoice(made), site.client.invoice(credit)
    assert totals(stored) == tuple(-total for total in totals(invoice))
    assert (stored["description"], stored["pay_status"]) == ("Credit for invoice 20260001", "unpaid")
    assert [item["quantity"] for item in stored["items"]] == [-1, -28]  # type: ignore[attr-defined]
    same = ("customer_number", "company_name", "building_number", "coc_number")
    for name in same:
        assert stored["customer"][name] == invoice["customer"][name]  # type: ignore[index]
    assert invoice["pay_status"] == "paid"


def test_a_credit_may_say_something_else_and_is_read_as_a_credit_note() -> None:
    site = Site()
    made = site.provider.create(site.provider.prepare(a_draft()), idempotency_key="k").remote_id
    credit = site.client.credit_invoice(made, description="Sent back")
    read = site.provider.read(credit)
    assert (read.kind, read.gross, read.state) == (DocumentKind.CREDIT_NOTE, Decimal(-123), RemoteState.OPEN)
    assert site.client.invoice(credit)["description"] == "Sent back"


def test_nothing_and_less_than_nothing_is_not_credited() -> None:
    site = plain()
    empty = site.client.create_invoice({**BODY, "items": []})
    credit = site.client.credit_invoice(site.client.create_invoice(BODY))
    for odd in (empty, credit, "77"):
        with pytest.raises(Refused):
            site.client.credit_invoice(odd)
    assert len(site.service.site.invoices) == 3


def test_a_lost_answer_to_a_credit_leaves_it_unknown_and_it_is_made_once() -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.script.after_acting(faults.dropped(), method="POST")
    with pytest.raises(OutcomeUnknown):
        site.client.credit_invoice(made)
    assert [row["inctotal"] for row in site.client.all_invoices()] == [5, -5]


def test_the_whole_list_is_read_though_its_last_page_is_given_again_and_again() -> None:
    site = plain()
    for _ in range(101):
        site.client.create_invoice(BODY)
    assert [row["id"] for row in site.client.all_invoices()] == list(range(1, 102))
    assert site.client.all_invoices(year=2025) == []
    assert {row["id"] for row in site.client.invoices(page=99)} == set(range(1, 12))


def test_every_call_is_marked_and_can_be_made_with_plain_json() -> None:
    site = plain(php8=False)
    told = {each.name: each for each in operations(site.client)}
    assert {name for name, each in told.items() if each.writes} == {
        *("create_invoice", "replace_invoice", "update_invoice", "set_paid", "credit_invoice", "delete_invoice"),
    }
    assert {name for name, each in told.items() if not each.writes} == {
        *("invoice", "invoice_html", "invoice_pdf", "invoices", "all_invoices", "find_all"),
    }
    assert all(": " in each.summary for each in told.values())
    made = told["create_invoice"]({"fields": EXAMPLE})
    assert told["invoice_pdf"]({"invoice_id": made}) == site.client.invoice_pdf("1")
    told["set_paid"]({"invoice_id": made, "paid": False})
    assert [row["pay_status"] for row in site.client.find_all()] == ["unpaid"]


def test_an_invoice_is_neither_cancelled_nor_sent_and_what_to_do_is_said() -> None:
    site = plain()
    with pytest.raises(CannotExpress) as cancelled:
        site.provider.cancel("1", reason="gone", idempotency_key="k")
    with pytest.raises(CannotExpress) as sent:
        site.provider.email("1", to="ada@example.com", idempotency_key="k")
    assert "credit invoice" in cancelled.value.reason.remedy
    assert "by hand" in sent.value.reason.remedy
    assert site.wire.calls == []
    assert (CARD.cancel, CARD.email, CARD.pdf) == (False, False, True)


def test_the_pdf_is_read_where_the_site_can_make_one() -> None:
    site = plain(php8=False)
    assert site.provider.pdf(site.client.create_invoice(BODY)).startswith(b"%PDF-")
