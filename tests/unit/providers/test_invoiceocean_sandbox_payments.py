"""Payments in the sandbox: what they settle, and what its switches make of them."""

import pytest

from providers.invoicing.invoiceocean.sandbox import ConnectedPayments
from tests.unit.providers.invoiceocean_account import Account


def test_payments_add_up_and_set_status_and_date() -> None:
    account = Account()
    made = account.make()["id"]
    account.pay("10.00", invoice_id=made)
    partly = account.get(f"/invoices/{made}.json")
    assert (partly["paid"], partly["status"], partly["paid_date"]) == ("10.0", "partial", None)
    account.pay("10.46", invoice_id=made)
    wholly = account.get(f"/invoices/{made}.json")
    assert (wholly["paid"], wholly["status"], wholly["paid_date"]) == ("20.46", "paid", "2026-03-04")


def test_one_payment_settles_several_invoices_in_their_order() -> None:
    account = Account()
    one, two = account.make()["id"], account.make()["id"]
    account.pay("30.46", invoice_ids=[one, two])
    assert account.get(f"/invoices/{one}.json")["status"] == "paid"
    assert account.get(f"/invoices/{two}.json")["paid"] == "10.0"


@pytest.mark.parametrize(("counts", "paid"), [(True, "25.0"), (False, "20.46")])
def test_too_much_money_counts_as_switched(counts: bool, paid: str) -> None:
    account = Account(overpayment_counts=counts)
    made = account.make()["id"]
    payment = account.pay("25.00", invoice_id=made)
    assert payment["overpaid"] == "4.54"
    assert account.get(f"/invoices/{made}.json")["paid"] == paid


@pytest.mark.parametrize(("reopens", "status"), [(True, "issued"), (False, "paid")])
def test_deleting_a_payment_reopens_as_switched(reopens: bool, status: str) -> None:
    account = Account(payment_deletion_reopens=reopens)
    made = account.make()["id"]
    payment = account.pay("20.46", invoice_id=made)["id"]
    account.call("DELETE", f"/banking/payments/{payment}.json")
    assert account.call("GET", f"/banking/payments/{payment}.json").status == 404
    assert account.get(f"/invoices/{made}.json")["status"] == status


def test_setting_paid_and_recording_a_payment_counts_twice() -> None:
    account = Account()
    made = account.make()["id"]
    account.call("POST", f"/invoices/{made}/change_status.json?status=paid")
    account.pay("20.46", invoice_id=made)
    assert account.get(f"/invoices/{made}.json")["paid"] == "40.92"


@pytest.mark.parametrize(
    ("how", "members"),
    [
        (ConnectedPayments.WHOLE, {"oid", "price"}),
        (ConnectedPayments.BRIEF, {"price"}),
        (ConnectedPayments.ABSENT, None),
    ],
)
def test_connected_payments_are_told_when_asked_for(how: ConnectedPayments, members: set[str] | None) -> None:
    account = Account(connected_payments=how)
    made = account.make()["id"]
    account.pay("1.00", invoice_id=made, oid="p")
    assert "connected_payments" not in account.get(f"/invoices/{made}.json")
    asked = account.get(f"/invoices/{made}.json?additional_fields[invoice]=connected_payments")
    told = asked.get("connected_payments")
    assert told is None if members is None else members <= told[0].keys()
