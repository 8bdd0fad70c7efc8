"""Corrections: the difference of each line is the documented one, and the sandbox shows it again."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.errors import Refused
from providers.invoicing.invoiceocean import corrections
from tests.unit.providers.invoiceocean_desk import Canned, Desk

BEFORE = {"name": "Product A1", "quantity": "2", "total_price_gross": "20", "tax": "23"}
AFTER = {"name": "Product A1", "quantity": "1", "total_price_gross": "10", "tax": "23"}
DOCUMENTED = {
    "kind": "correction",
    "correction_reason": "Wrong quantity",
    "invoice_id": "2432393",
    "from_invoice_id": "2432393",
    "client_id": "1",
    "positions": [
        {
            "name": "Product A1",
            "quantity": "-1",
            "total_price_gross": "-10",
            "tax": "23",
            "kind": "correction",
            "correction_before_attributes": {**BEFORE, "kind": "correction_before"},
            "correction_after_attributes": {**AFTER, "kind": "correction_after"},
        }
    ],
}
"""With every number as text: the service takes both."""


def as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: as_text(each) for name, each in value.items()}
    return [as_text(each) for each in value] if isinstance(value, list) else str(value)


def position(before: object = None, after: object = None) -> Any:
    return corrections.position({"before": before, "after": after}, "lines.1")


def test_a_correction_asks_as_documented() -> None:
    service = Canned({"id": 5})
    lines: list[dict[str, object]] = [{"before": BEFORE, "after": AFTER}]
    service.client.correct_invoice(2432393, lines, "Wrong quantity", {"client_id": 1})
    assert as_text(service.sent["invoice"]) == DOCUMENTED


def test_a_line_that_is_taken_back_has_nothing_after() -> None:
    told = position(BEFORE)
    assert (told["quantity"], told["total_price_gross"]) == ("-2", "-20")
    after = told["correction_after_attributes"]
    assert (after["name"], after["quantity"], after["total_price_gross"], after["tax"]) == (
        "Product A1",
        "0",
        "0",
        "23",
    )


def test_a_line_that_is_added_has_nothing_before() -> None:
    told = position(None, AFTER)
    assert (told["quantity"], told["total_price_gross"]) == ("1", "10")
    assert told["correction_before_attributes"]["total_price_gross"] == "0"


def test_a_price_alone_is_corrected_without_a_difference_in_quantity() -> None:
    told = position(BEFORE, {**BEFORE, "total_price_gross": "18,50"})
    assert (told["quantity"], told["total_price_gross"]) == ("0", "-1.5")


def test_a_name_that_one_side_lacks_is_the_others() -> None:
    told = position(BEFORE, {"quantity": "1", "total_price_gross": "10", "tax": "8"})
    assert told["correction_after_attributes"]["name"] == "Product A1"
    assert (told["tax"], told["correction_before_attributes"]["tax"]) == ("8", "23")


@given(
    before=st.tuples(st.decimals(0, 999, places=3), st.decimals(0, 99_999, places=2)),
    after=st.tuples(st.decimals(0, 999, places=3), st.decimals(0, 99_999, places=2)),
)
def test_what_was_and_the_difference_come_out_at_what_should_be(
    before: tuple[Decimal, Decimal], after: tuple[Decimal, Decimal]
) -> None:
    def side(figures: tuple[Decimal, Decimal]) -> dict[str, str]:
        return {"name": "A", "tax": "23", "quantity": str(figures[0]), "total_price_gross": str(figures[1])}

    told = position(side(before), side(after))
    for name, index in (("quantity", 0), ("total_price_gross", 1)):
        assert Decimal(told["correction_before_attributes"][name]) + Decimal(told[name]) == after[index]


@pytest.mark.parametrize(
    ("lines", "reason", "field"),
    [
        ([], "", "lines"),
        ([{}], "", "lines.1"),
        ([{"before": "2 pieces"}], "", "lines.1"),
        ([{"before": {**BEFORE, "quantity": "two"}}], "", "lines.1"),
        ([{"before": {"name": "A", "tax": "23"}}], "", "lines.1"),
        ([{"before": {"quantity": "1", "total_price_gross": "1", "tax": "23"}}], "", "lines.1"),
        ([{"before": {"quantity": "1", "total_price_gross": "1", "name": "A"}}], "", "lines.1"),
        ([{"before": BEFORE, "after": AFTER}], "x" * 257, "reason"),
    ],
)
def test_what_makes_no_correction_is_refused_before_anything_is_sent(lines: Any, reason: str, field: str) -> None:
    service = Canned({"id": 5})
    with pytest.raises(Refused) as raised:
        service.client.correct_invoice(7, lines, reason)
    assert raised.value.refusals[0].field == field
    assert service.asked == []


def test_a_correction_shows_the_differences_and_both_sides_when_asked_for() -> None:
    desk = Desk()
    made = desk.make(positions=[BEFORE])
    told = desk.client.correct_invoice(made, [{"before": BEFORE, "after": AFTER}], "Returned", {"buyer_name": "Ada"})
    assert (told["kind"], told["price_gross"], told["price_net"]) == ("correction", "-10.0", "-8.13")
    assert str(told["number"]).startswith("K")
    correction_id = int(str(told["id"]))
    [plain] = desk.client.invoice(correction_id)["positions"]  # type: ignore[misc]
    assert "correction_before_attributes" not in plain
    [full] = desk.client.invoice(correction_id, correction_positions="full")["positions"]  # type: ignore[misc]
    assert full["correction_before_attributes"]["quantity"] == "2.0"
    assert full["correction_after_attributes"]["total_price_gross"] == "10.0"


def test_the_corrections_of_a_document_are_found_by_it() -> None:
    desk = Desk()
    made = desk.make()
    correction = desk.client.correct_whole_invoice(made, "Returned")
    assert correction["price_gross"] == "-20.46"
    found = desk.client.invoices(filters={"from_invoice_id": made})
    assert [each["id"] for each in found] == [correction["id"]]
    assert desk.client.invoice(made)["price_gross"] == "20.46"


def test_a_frame_of_a_correction_has_no_difference() -> None:
    desk = Desk()
    frame = desk.client.copy_invoice(desk.make(), "correction", {"total_correction": "0"})
    assert frame["price_gross"] == "0.0"
    [line] = frame["positions"]  # type: ignore[misc]
    assert (line["quantity"], line["kind"]) == ("0.0", "correction")


def test_a_correction_of_the_price_alone_is_taken() -> None:
    desk = Desk()
    made = desk.make(positions=[BEFORE])
    cheaper = {**BEFORE, "total_price_gross": "18"}
    told = desk.client.correct_invoice(made, [{"before": BEFORE, "after": cheaper}], "", {"buyer_name": "Ada"})
    assert told["price_gross"] == "-2.0"


def test_an_invoice_of_a_pro_forma_has_its_lines_and_a_number_of_its_own() -> None:
    desk = Desk()
    pro_forma = desk.make(kind="proforma", oid="garden/1")
    made = desk.client.copy_invoice(pro_forma, "vat")
    assert (made["kind"], made["number"], made["price_gross"]) == ("vat", "1/3/2026", "20.46")
    assert (made["from_invoice_id"], made["buyer_name"], made["oid"]) == (pro_forma, "Ada", None)


def test_an_advance_is_a_share_or_an_amount_and_a_final_needs_one() -> None:
    desk = Desk()
    order = desk.make(kind="estimate", positions=[{"name": "House", "tax": 23, "total_price_gross": "1000"}])
    share = desk.client.create_advance(order, "percent", "10", "Advance")
    assert (share["price_gross"], share["product_cache"]) == ("100.0", "Advanc")
    assert desk.client.create_advance(order, "amount", "150")["price_gross"] == "150.0"
    final = desk.client.create_final(order, [int(str(share["id"]))])
    assert (final["kind"], final["invoice_id"]) == ("final", order)
    for refused in (lambda: desk.client.create_final(order, []), lambda: desk.client.create_advance(order, "all", "1")):
        with pytest.raises(Refused):
            refused()


def test_a_receipt_and_its_invoice_name_each_other() -> None:
    desk = Desk()
    receipt = desk.make(kind="receipt")
    told = desk.client.create_invoice_for_receipt(receipt, {"buyer_name": "Ada", "positions": [BEFORE]})
    assert told["receipt_for_invoice_id"] == receipt
    assert desk.client.invoice(receipt)["invoice_for_receipt_id"] == told["id"]
    other, invoice = desk.make(kind="receipt"), desk.make()
    desk.client.link_receipt(invoice, other)
    assert desk.client.invoice(other)["invoice_for_receipt_id"] == invoice


def test_a_copy_of_nothing_is_refused() -> None:
    with pytest.raises(Refused) as raised:
        Desk().client.copy_invoice(4711, "vat")
    assert raised.value.refusals[0].field == "copy_invoice_from"
