"""Documents of sale in all their ways, and what pays them: what the sandbox does with them, through the client."""

from datetime import timedelta
from typing import Any

import pytest

from providers.domain.errors import Refused
from tests.unit.providers.invoiceocean_desk import LINE, Desk


def made(record: dict[str, Any]) -> int:
    assert isinstance(record["id"], int)
    return record["id"]


def refused_field(call: Any) -> str:
    with pytest.raises(Refused) as raised:
        call()
    return raised.value.refusals[0].field


def test_one_payment_settles_several_invoices_in_their_order() -> None:
    desk = Desk()
    one = desk.make(positions=[{"name": "A", "tax": 23, "total_price_gross": "100"}])
    two = desk.make(positions=[{"name": "B", "tax": 23, "total_price_gross": "200"}])
    payment = desk.client.pay_invoices("Payment 003", "200", [one, two])
    assert [desk.client.invoice(each)["status"] for each in (one, two)] == ["paid", "partial"]
    told = desk.client.payment(made(payment), include="invoices")
    assert [each["id"] for each in told["invoices"]] == [one, two]  # type: ignore[attr-defined]


def test_a_payment_that_changes_is_settled_anew() -> None:
    desk = Desk()
    invoice = desk.make()
    payment = made(desk.client.create_payment({"name": "P", "price": "20.46", "invoice_id": invoice, "paid": True}))
    assert desk.client.update_payment(payment, {"price": "5"})["price"] == "5.0"
    assert desk.client.invoice(invoice)["paid"] == "5.0"
    desk.client.delete_payment(payment)
    assert desk.client.invoice(invoice)["paid"] == "0.0"
    with pytest.raises(Refused):
        desk.client.payment(payment)


def test_a_payment_may_make_its_invoice() -> None:
    desk = Desk()
    payment = {"name": "Yearly fee", "price": "100.00", "generate_invoice": True, "invoice_name": "Łąka i Syn"}
    told = desk.client.create_payment(payment)
    invoice = desk.client.invoice(int(str(told["invoice_id"])))
    assert (invoice["buyer_name"], invoice["price_gross"], invoice["status"]) == ("Łąka i Syn", "100.0", "paid")


@pytest.mark.parametrize(("goes_back", "status", "paid"), [(True, "issued", "0.0"), (False, "paid", "20.46")])
def test_a_paid_document_goes_back_as_switched(goes_back: bool, status: str, paid: str) -> None:
    desk = Desk(status_goes_back=goes_back)
    invoice = desk.make()
    assert desk.client.change_status(invoice, "paid")["percent_paid"] == 100
    desk.client.change_status(invoice, "issued")
    told = desk.client.invoice(invoice)
    assert (told["status"], told["paid"]) == (status, paid)


def test_an_unknown_status_is_refused_with_status_200() -> None:
    desk = Desk()
    invoice = desk.make()
    with pytest.raises(Refused):
        desk.client.change_status(invoice, "lost")


@pytest.mark.parametrize(
    ("tax", "shown", "net"),
    [
        ("23", "23", "16.63"),
        ("zw", "zw", "20.46"),
        ("N/A", "np", "20.46"),
        ("oo", "oo", "20.46"),
        ("disabled", "disabled", "20.46"),
    ],
)
def test_tax_codes_carry_no_tax_but_percentages_do(tax: str, shown: str, net: str) -> None:
    desk = Desk()
    told = desk.client.invoice(desk.make(positions=[{**LINE, "tax": tax}]))
    assert (told["positions"][0]["tax"], told["price_net"]) == (shown, net)  # type: ignore[index]


@pytest.mark.parametrize(("country", "tax"), [("PL", "oo"), ("DE", "np")])
def test_reverse_charge_forces_the_tax_of_every_line(country: str, tax: str) -> None:
    desk = Desk()
    told = desk.client.invoice(desk.make(reverse_charge=True, buyer_country=country))
    assert told["positions"][0]["tax"] == tax  # type: ignore[index]


@pytest.mark.parametrize(("country", "marked"), [("FR", True), ("PL", False)])
def test_a_sale_is_marked_as_oss_only_where_that_is_right(country: str, marked: bool) -> None:
    fields = {
        "buyer_name": "Ada",
        "use_oss": True,
        "seller_country": "PL",
        "buyer_country": country,
        "positions": [LINE],
    }
    assert Desk().client.create_invoice(fields, {"identify_oss": "1"})["use_oss"] is marked


def test_the_gross_of_each_rate_can_drive_the_totals() -> None:
    line = {"name": "A", "tax": 23, "total_price_gross": "0.10"}
    strategy = {"position": "default", "sum": "keep_gross", "invoice_form_price_kind": "gross"}
    desk = Desk()
    lines = [line] * 3
    assert desk.client.invoice(desk.make(positions=lines))["price_net"] == "0.24"
    assert desk.client.invoice(desk.make(positions=lines, calculating_strategy=strategy))["price_net"] == "0.24"
    lines = [{**line, "total_price_gross": "0.02"}] * 10
    assert desk.client.invoice(desk.make(positions=lines))["price_net"] == "0.2"
    assert desk.client.invoice(desk.make(positions=lines, calculating_strategy=strategy))["price_net"] == "0.16"


def test_a_line_is_changed_in_its_place_and_keeps_its_id() -> None:
    desk = Desk()
    invoice = desk.make(positions=[LINE, {**LINE, "name": "Hoe"}])
    first: Any = desk.client.invoice(invoice)["positions"][0]  # type: ignore[index]
    desk.client.update_invoice(invoice, {"positions": [{"id": first["id"], "name": "Rake, large"}]})
    lines: Any = desk.client.invoice(invoice)["positions"]
    assert next((each["id"], each["name"], each["total_price_gross"]) for each in lines) == (
        first["id"],
        "Rake, large",
        "20.46",
    )
    assert len(lines) == 2


def test_documents_are_found_by_kind_number_and_income() -> None:
    desk = Desk()
    invoice, receipt, cost = desk.make(oid="A-1"), desk.make(kind="receipt"), desk.make(income="0")

    def ids(**filters: Any) -> list[object]:
        return [each["id"] for each in desk.client.invoices(filters=filters)]

    assert ids() == [receipt, invoice]
    assert ids(income="no") == [cost]
    assert ids(kind="receipt") == [receipt]
    assert ids(**{"kinds[]": ["vat", "receipt"]}) == [receipt, invoice]
    assert ids(invoice_ids=[invoice]) == [invoice]
    assert ids(query="a-1") == [invoice]
    assert ids(number="R1/3/2026") == [receipt]


def test_a_lagging_list_tells_a_changed_document_at_its_old_place() -> None:
    desk = Desk(list_lag=timedelta(seconds=30))
    first = desk.make()
    desk.clock.move(minutes=1)
    second = desk.make()
    desk.clock.move(minutes=1)
    desk.client.pay_invoices("P", "1", [first])
    assert [each["id"] for each in desk.client.invoices()] == [second, first]
    desk.clock.move(seconds=31)
    assert [each["id"] for each in desk.client.invoices()] == [first, second]
