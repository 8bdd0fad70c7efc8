"""The module's answers in our words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import Refused
from providers.invoicing.drupal_invoice import Options, answers, mapping
from tests.contract.invoicing.suite import money
from tests.unit.providers.drupal_invoice_words import document


def test_an_invoice_is_read_with_its_amounts_and_times() -> None:
    read = document(Options(timezone="Europe/Amsterdam"))
    assert (read.remote_id, read.kind, read.reference) == ("12", DocumentKind.INVOICE, "garden/7")
    assert (read.net, read.tax, read.gross, read.paid) == (25, Decimal("5.25"), Decimal("30.25"), 0)
    assert read.updated_at == datetime(2026, 7, 4, 11, tzinfo=UTC)
    assert read.issue_date == date(2026, 3, 4)
    assert (read.currency, read.payments) == ("", None)
    assert read.url == "https://billing.example/invoice/api/invoice.html/12"
    assert {"customer", "items", "formatted_inctotal", "nid"} <= read.extra.keys()


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({}, "INV-2026-0012"),
        ({"prefix": "%Y", "number": "20260012"}, "20260012"),
        ({"prefix": "%y%m%d/%n.%j-"}, "260304/3.4-0012"),
        ({"prefix": None}, "0012"),
        ({"prefix": "%D"}, ""),
        ({"leading_zeros": None}, ""),
        ({"created": "yesterday"}, ""),
    ],
)
def test_a_number_that_was_formatted_twice_is_made_again_of_its_parts(changes: dict[str, Any], number: str) -> None:
    assert document(**changes).number == number
    assert document(listed=True, **{**changes, "number": "as listed"}).number == "as listed"


@pytest.mark.parametrize(
    ("changes", "state", "paid"),
    [
        ({"pay_status": "paid"}, RemoteState.PAID, Decimal("30.25")),
        ({"pay_status": "unpaid"}, RemoteState.OPEN, 0),
        ({"pay_status": "overdue"}, None, None),
        ({"pay_status": "paid", "inctotal": None}, RemoteState.PAID, None),
    ],
)
def test_what_is_paid_is_all_or_nothing(changes: dict[str, Any], state: RemoteState | None, paid: object) -> None:
    read = document(**changes)
    assert (read.state, read.paid) == (state, paid)


@pytest.mark.parametrize(
    ("description", "gross", "kind"),
    [
        ("x [garden/7]", -5, DocumentKind.INVOICE),
        ("x [garden/7/credit_note/r7]", 0, DocumentKind.CREDIT_NOTE),
        ("made by hand", -5, DocumentKind.CREDIT_NOTE),
        (None, None, DocumentKind.INVOICE),
        ("[a-very-long~0123456789abcdef]", -5, DocumentKind.CREDIT_NOTE),
        ("[garden/7~0123456789abcdef]", -5, DocumentKind.CREDIT_NOTE),
    ],
)
def test_the_kind_is_what_the_reference_or_else_the_total_says(description: Any, gross: Any, kind: Any) -> None:
    assert document(description=description, inctotal=gross).kind is kind


@pytest.mark.parametrize("odd", [None, "", "n/a", [], {}, True, "1E+99999"])
def test_odd_members_are_unknown_and_no_failure(odd: object) -> None:
    read = document(inctotal=odd, created=odd, changed=odd, pay_status=odd, number=odd, prefix=odd, description=odd)
    assert (read.gross, read.updated_at, read.issue_date, read.state) == (None, None, None, None)


def test_only_the_whole_total_in_the_books_currency_can_be_paid() -> None:
    mapping.check_payment(money("30.25"), document(), Options())
    for wrong in (money("30.24"), money("30.26"), money("30.25", currency="PLN")):
        with pytest.raises(Refused):
            mapping.check_payment(wrong, document(), Options())
    with pytest.raises(Refused):
        mapping.check_payment(money("30.25"), document(inctotal=None), Options())


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"_links": {"self": {"href": "http://billing.example/invoice/api/invoice.json/13"}}}, "13"),
        ({"_links": {"self": {"href": "http://internal:8080/invoice/api/invoice.json/13/"}}}, "13"),
        ({"_links": {"self": {"href": "http://billing.example/invoice/api/invoice.json/0"}}}, ""),
        ({"_links": {"self": {"href": "http://billing.example/"}}}, ""),
        ({"_links": {"self": {"href": None}}}, ""),
        ({"_links": []}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_new_id_is_the_last_number_of_the_address(answer: object, found: str) -> None:
    assert answers.created_id(answer) == found


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, b'{"code":400,"message":"Template is required"}', "Template is required"),
        (403, b'{"code":403,"message":"IP address is not allowed"}', "IP address is not allowed"),
        (404, b"<html>Page not found</html>", "refused with status 404"),
        (406, b'{"code":406,"message":"Token validation failed"}', "X-CSRF-Token: Token validation failed"),
        (400, b'{"code":400,"message":null}', "refused with status 400"),
    ],
)
def test_reasons_are_the_sites_own_words(status: int, body: bytes, told: str) -> None:
    assert str(answers.refusal(status, body)) == told


def test_a_401_says_how_the_account_is_written() -> None:
    assert "user:password" in str(answers.refusal(401, b""))


@given(st.integers(400, 499), st.binary(max_size=200))
def test_no_body_of_a_refusal_breaks_the_reading(status: int, body: bytes) -> None:
    answers.refusal(status, body)
