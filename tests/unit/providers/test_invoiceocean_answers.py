"""InvoiceOcean's answers in our words: documents, payments, refusals."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKind, RateTotal, RemoteState
from providers.invoicing.invoiceocean import Options, answers

ROW: dict[str, object] = {
    "id": 460_000_777,
    "kind": "vat",
    "number": "8/3/2026",
    "oid": "garden/1001",
    "currency": "EUR",
    "price_net": "100.0",
    "price_tax": "23.0",
    "price_gross": "123.0",
    "paid": "0.0",
    "status": "issued",
    "issue_date": "2026-03-04",
    "updated_at": "2026-03-04T13:00:00.000+01:00",
    "token": "sEcReTpReViEw",
    "view_url": "https://garden.example/invoice/sEcReTpReViEw",
    "payment_url": None,
    "overdue?": False,
    "gov_id": "777",
}


def document(**changes: object) -> Any:
    return answers.document({**ROW, **changes}, Options(), base_url="https://garden.example")


def test_a_document_is_read_with_its_amounts_and_times() -> None:
    read = document()
    assert (read.remote_id, read.kind, read.number) == ("460000777", DocumentKind.INVOICE, "8/3/2026")
    assert (read.net, read.tax, read.gross, read.paid) == (100, 23, 123, 0)
    assert read.updated_at == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert (read.reference, read.currency, read.state) == ("garden/1001", "EUR", RemoteState.OPEN)
    assert (read.overdue, read.tax_office_id, read.emailed_at) == (False, "777", None)


def test_lines_are_told_by_tax_rate_with_our_names_for_what_is_not_rated() -> None:
    lines = (("23", "100", "123"), ("23", "50", "61.5"), ("zw", "10", "10"))
    positions = [{"tax": tax, "total_price_net": net, "total_price_gross": gross} for tax, net, gross in lines]
    assert document(positions=positions).rates == (
        RateTotal(rate="23", net=Decimal(150), tax=Decimal("34.5"), gross=Decimal("184.5")),
        RateTotal(rate="exempt", net=Decimal(10), tax=Decimal(0), gross=Decimal(10)),
    )
    assert document(positions=[{"tax": "23"}]).rates is None


def test_unknown_members_are_kept_and_those_that_open_the_invoice_are_not() -> None:
    read = document(buyer_mass_payment_code="777")
    assert read.extra == {"buyer_mass_payment_code": "777"}
    assert read.url == "https://garden.example/invoices/460000777"
    assert "sEcReT" not in repr(read)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": "sent"}, RemoteState.OPEN),
        ({"status": "partial"}, RemoteState.PARTIAL),
        ({"status": "paid"}, RemoteState.PAID),
        ({"status": "rejected"}, None),
        ({"kind": "canceled", "status": "issued"}, RemoteState.CANCELLED),
        ({"cancelled": True, "status": "paid"}, RemoteState.CANCELLED),
    ],
)
def test_the_state_is_told_as_far_as_it_is_known(changes: dict[str, object], state: RemoteState | None) -> None:
    assert document(**changes).state is state


@pytest.mark.parametrize("odd", [None, "", "n/a", [], {}, True, "1E+99999", "12,5 zł"])
def test_odd_members_are_unknown_and_no_failure(odd: object) -> None:
    read = document(price_gross=odd, paid=odd, updated_at=odd, issue_date=odd, status=odd, number=odd, kind=odd)
    assert (read.gross, read.paid, read.updated_at, read.issue_date) == (None, None, None, None)


@pytest.mark.parametrize(("told", "read"), [("60.23", "60.23"), ("0,00", "0"), (12, "12"), (Decimal("1.5"), "1.5")])
def test_amounts_are_read_in_every_form(told: object, read: str) -> None:
    assert document(price_gross=told).gross == Decimal(read)


def test_only_payments_that_are_paid_count() -> None:
    rows: list[object] = [
        {"id": 5, "price": "10.5", "oid": "r", "paid": True},
        {"id": 6, "price": "1.0", "description": "d", "paid": False},
        {"id": 7, "price": "2.0", "oid": None, "description": "d"},
    ]
    read = document(connected_payments=rows).payments
    assert [(each.remote_id, each.amount, each.reference) for each in read] == [
        ("5", Decimal("10.5"), "r"),
        ("7", Decimal("2.0"), "d"),
    ]


@pytest.mark.parametrize(
    ("body", "told", "duplicate"),
    [
        ({"code": "error", "message": {"a": ["x", "y"], "b.c": ["z"]}}, ["a: x", "a: y", "b.c: z"], False),
        ({"code": "error", "message": {"oid": ["- zajęte"]}}, ["oid: - zajęte"], True),
        ({"code": "error", "message": "oid has already been taken"}, ["oid has already been taken"], False),
        ({"status": 404, "error": "Not Found"}, ["Not Found"], False),
        ({"code": "error", "message": {"a": "x"}}, ["a: x"], False),
        ({"code": "error", "message": {"a": {"b": 1.5}}}, ['a: {"b": "1.5"}'], False),
        (["odd"], ['["odd"]'], False),
        ("odd", ["odd"], False),
    ],
)
def test_reasons_are_read_by_field(body: object, told: list[str], duplicate: bool) -> None:
    refused = answers.refusal(422, json.dumps(body).encode())
    assert [str(each) for each in refused.refusals] == told
    assert refused.duplicate is duplicate


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)).map(
        lambda v: json.dumps(v).encode()
    )
)
def test_no_body_of_a_refusal_breaks_the_reading(body: bytes) -> None:
    answers.refusal(422, body)
