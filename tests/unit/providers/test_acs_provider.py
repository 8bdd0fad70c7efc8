"""What ACS Invoicing does around a call: look-ups, customers, payments, windows; and what its card says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from providers.domain.card import Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind
from providers.domain.errors import (
    NotSent,
    Refused,
)
from providers.domain.orders import Buyer
from providers.invoicing.acs import Options, build
from providers.invoicing.acs.sandbox import ErrorResult, Switches
from providers.ports import Window
from providers.sandbox import faults
from tests.contract.invoicing.suite import TODAY, TOKEN, draft, money
from tests.unit.providers.acs_desk import Desk


def test_what_is_looked_up_is_looked_up_once() -> None:
    desk = Desk()
    desk.issue(1)
    first = len(desk.asked)
    desk.issue(2)
    assert desk.asked[first:] == ["POST /invoice"]
    looked_up = {"GET /paymentmethods", "GET /currencies", "GET /languages", "GET /units", "GET /vat", "GET /countries"}
    assert looked_up <= set(desk.asked[:first])


def lost(desk: Desk) -> None:
    desk.script.after_acting(faults.dropped(), method="POST", path="/api/v1/customer")


def unavailable(desk: Desk) -> None:
    desk.script.before_acting(faults.status(503), method="GET", path="/api/v1/vat", times=10)


@pytest.mark.parametrize("trouble", [lost, unavailable])
def test_what_is_lost_before_the_write_leaves_the_document_unsent(trouble: Callable[[Desk], None]) -> None:
    desk = Desk()
    trouble(desk)
    with pytest.raises(NotSent, match="nothing of the document was sent"):
        desk.issue()
    assert desk.sandbox.state()["documents"] == []


def test_a_customer_whose_answer_was_lost_is_found_again_and_not_made_twice() -> None:
    desk = Desk()
    lost(desk)
    with pytest.raises(NotSent):
        desk.issue()
    desk.issue()
    assert desk.sandbox.state()["cards"] == {"clients": 1}


def test_look_ups_that_take_too_long_leave_the_document_unsent() -> None:
    moments = iter([0.0] + [1000.0] * 100)
    desk = Desk()
    desk.provider._clock = lambda: next(moments)
    with pytest.raises(NotSent, match="took too long"):
        desk.issue()
    assert not [each for each in desk.asked if each.startswith("POST")]


def test_an_entry_that_the_account_lacks_is_refused_before_anything_is_sent_and_the_known_ones_are_told() -> None:
    desk = Desk(unit="crate")
    with pytest.raises(Refused) as raised:
        desk.issue()
    (reason,) = raised.value.refusals
    assert reason.field == "unit_id"
    assert "crate" in reason.text
    assert "db, óra" in reason.text
    assert not [each for each in desk.asked if each.startswith("POST")]


def test_after_a_refusal_ids_are_looked_up_anew_since_the_test_system_may_have_been_overwritten() -> None:
    desk = Desk()
    desk.issue()
    desk.sandbox.service.wipe()  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        desk.issue()
    assert desk.issue()


@pytest.mark.parametrize("pay", ["overwrites", "appends"])
def test_a_payment_is_sent_as_the_sum_so_far_or_by_itself(pay: str) -> None:
    desk = Desk(Switches(pay_appends=pay == "appends"), pay=pay)
    made = desk.issue()
    desk.provider.pay(made, money("20.00"), idempotency_key="p1")
    desk.provider.pay(made, money("51.44"), idempotency_key="p2")
    (document,) = desk.sandbox.state()["documents"]  # type: ignore[misc]
    assert document["paid"] == "71.44"  # type: ignore[index]


def test_a_paid_invoice_is_not_paid_again() -> None:
    desk = Desk()
    made = desk.issue()
    desk.provider.pay(made, money("71.44"), idempotency_key="p1")
    with pytest.raises(Refused, match="more than"):
        desk.provider.pay(made, money("71.44"), idempotency_key="p2")
    assert len([each for each in desk.asked if each.endswith("/pay")]) == 1


def test_a_payment_is_refused_where_nobody_tells_what_is_paid() -> None:
    desk = Desk(names={"invoice": {"paid": ""}})
    made = desk.issue()
    with pytest.raises(Refused, match="does not tell"):
        desk.provider.pay(made, money("71.44"), idempotency_key="p1")


def test_old_invoices_are_not_looked_through_where_the_owner_says_so() -> None:
    desk = Desk(look_back_days=10)
    old = TODAY - timedelta(days=11)
    desk.issue(1, issue_date=old, sale_date=old)
    desk.issue(2)
    assert desk.provider.find("garden/1", DocumentKind.INVOICE) == ()
    assert len(desk.provider.find("garden/2", DocumentKind.INVOICE)) == 1
    assert f"date_from={TODAY - timedelta(days=10)}" in desk.asked[-1]


def test_the_card_follows_the_options() -> None:
    card = build(base_url="https://a.example", token=TOKEN).card
    assert (card.finding, card.payments, card.reference_field) == (
        Finding.NOT_AT_ALL,
        PaymentStyle.OVERWRITTEN,
        "order_number",
    )
    chosen = Options.model_validate(
        {
            "list_proves_absence": True,
            "list_lag_seconds": 5,
            "pay": "appends",
            "partial_payments": False,
            "totals": "never",
            "bulk_size": 3,
            "names": {"invoice": {"reference": "sajat"}},
        }
    )
    card = build(base_url="https://a.example", token=TOKEN, options=chosen).card
    assert (card.finding, card.list_lag, card.payments) == (
        Finding.BY_LISTING,
        timedelta(seconds=5),
        PaymentStyle.APPENDED,
    )
    assert (card.partial_payments, card.totals, card.bulk, card.reference_field) == (False, Totals.NEVER, 3, "sajat")


def test_a_customer_with_another_address_is_a_new_one_or_a_changed_one() -> None:
    moved = replace(draft().buyer, city="Gdańsk")
    new = Desk()
    new.issue(1)
    new.issue(2, buyer=moved)
    assert new.sandbox.state()["cards"] == {"clients": 2}
    changed = Desk(customer_changes="edit")
    changed.issue(1)
    changed.issue(2, buyer=moved)
    changed.issue(3, buyer=moved)
    (customer,) = changed.provider.client.customers(1).rows
    assert customer["city"] == "Gdańsk"
    assert len([each for each in changed.asked if each.startswith("PUT")]) == 1


@pytest.mark.parametrize("how", list(ErrorResult))
def test_a_refused_customer_names_what_is_wrong(how: ErrorResult) -> None:
    desk = Desk(Switches(error_result=how), address_required=False)
    with pytest.raises(Refused, match="zip"):
        desk.issue(buyer=Buyer(company="Kert Kft", city="Pécs", street="Fő tér 1", country="HU"))


def test_windows_are_held_to_where_the_service_ignores_its_dates() -> None:
    desk = Desk(Switches(date_filter=False))
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    made = [desk.issue(number, issue_date=day, sale_date=day) for number, day in enumerate(days)]
    listed = desk.provider.pages(Window(start=days[1], end=days[1]))
    assert [each.remote_id for each in listed] == [made[1]]


@pytest.mark.parametrize(
    ("names", "window", "total"),
    [({}, Window(), 3), ({}, Window(start=TODAY), 3), ({"list": {"date_from": ""}}, Window(start=TODAY), None)],
    ids=["of all", "of some days", "of days that the service cannot be asked for"],
)
def test_a_page_tells_how_long_its_list_is(names: dict[str, object], window: Window, total: int | None) -> None:
    desk = Desk(names=names)
    for number in (1, 2, 3):
        desk.issue(number)
    assert [page.total for page in desk.provider.listing(window)] == [total]


def test_the_body_of_an_invoice_holds_ids_and_nothing_to_be_looked_up() -> None:
    desk = Desk()
    made = desk.provider.client.invoice(desk.issue())
    assert "look_up" not in repr(made)
    assert (made["currency_id"], made["language_id"], made["payment_method_id"]) == (32, 11, 76)
