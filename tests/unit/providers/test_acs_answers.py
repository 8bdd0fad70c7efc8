"""ACS Invoicing's envelope and records, in every form that the documentation leaves open."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKind, RemoteState
from providers.invoicing.acs import Options, answers
from providers.invoicing.acs.names import ErrorNames

ROW: dict[str, object] = {
    "id": 70_777,
    "invoice_number": "ACS-2026/00777",
    "order_number": "garden/1001",
    "currency_id": 32,
    "net_total": Decimal("100.00"),
    "vat_total": "27.00",
    "gross_total": 127,
    "paid": 0,
    "paid_date": None,
    "issue_date": "2026-03-04",
    "created_at": "2026-03-04T12:00:00+01:00",
    "colour": "green",
}


def document(options: Options | None = None, **changes: object) -> Any:
    return answers.document({**ROW, **changes}, options or Options(), lambda told: "EUR" if told == 32 else "")


def test_a_document_is_read_with_its_amounts_in_any_form() -> None:
    read = document()
    assert (read.remote_id, read.kind, read.number) == ("70777", DocumentKind.INVOICE, "ACS-2026/00777")
    assert (read.net, read.tax, read.gross, read.paid) == (100, 27, 127, 0)
    assert (read.reference, read.currency, read.state) == ("garden/1001", "EUR", RemoteState.OPEN)
    assert (read.updated_at, read.payments, read.url) == (None, None, "")


def test_unknown_members_are_kept() -> None:
    assert document().extra == {"colour": "green", "created_at": "2026-03-04T12:00:00+01:00"}


@pytest.mark.parametrize(
    ("changes", "paid", "state"),
    [
        ({"paid": "20.5"}, Decimal("20.5"), RemoteState.PARTIAL),
        ({"paid": 127, "paid_date": "2026-03-05"}, Decimal(127), RemoteState.PAID),
        ({"paid": True}, Decimal(127), RemoteState.PAID),
        ({"paid": True, "gross_total": None}, None, RemoteState.PAID),
        ({"paid": None}, None, None),
        ({"paid": 5, "gross_total": None}, Decimal(5), RemoteState.PARTIAL),
        ({"paid": 5, "gross_total": None, "paid_date": "2026-03-05"}, Decimal(5), RemoteState.PAID),
    ],
)
def test_what_is_paid_is_an_amount_or_a_flag(
    changes: dict[str, object], paid: Decimal | None, state: RemoteState | None
) -> None:
    read = document(**changes)
    assert (read.paid, read.state) == (paid, state)


def test_a_flag_that_is_false_means_nothing_paid_only_where_parts_cannot_be() -> None:
    assert document(paid=False).paid is None
    assert document(Options(partial_payments=False), paid=False).paid == 0


def test_a_total_that_is_not_told_is_not_made_up() -> None:
    read = answers.document({"id": 1}, Options(), lambda _: "")
    assert (read.net, read.tax, read.gross, read.paid, read.state, read.currency) == (None, None, None, None, None, "")


@pytest.mark.parametrize("odd", [None, "", "n/a", [], {}, "1E+99999", "12,5 zł"])
def test_odd_members_are_unknown_and_no_failure(odd: object) -> None:
    read = document(gross_total=odd, paid=odd, issue_date=odd, invoice_number=odd, currency_id=odd)
    assert (read.gross, read.paid, read.issue_date, read.currency) == (None, None, None, "")


@pytest.mark.parametrize(
    ("answer", "envelope", "failure"),
    [
        ({"status": "success", "result": []}, True, False),
        ({"status": "rendben", "result": None}, True, False),
        ({"status": "error", "result": "no"}, True, True),
        ({"status": "Error", "result": "no"}, True, True),
        ({"status": "success"}, False, False),
        ({"result": []}, False, False),
        ({"status": 1, "result": []}, False, False),
        ([], False, False),
        ("success", False, False),
    ],
)
def test_no_word_of_success_is_known_only_that_of_failure(answer: object, envelope: bool, failure: bool) -> None:
    assert answers.is_envelope(answer) is envelope
    if isinstance(answer, dict):
        assert answers.is_failure(answer) is failure


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("customer_id is missing", ["customer_id is missing"]),
        ({"code": 400, "message": "bad"}, ["400", "bad"]),
        ({"field": "zip", "message": "is missing"}, ["zip: is missing"]),
        ({"errors": {"zip": ["a", "b"], "city": "c"}}, ["zip: a", "zip: b", "city: c"]),
        ([{"field": "zip", "message": "a"}, {"field": "city", "message": "b"}], ["zip: a", "city: b"]),
        (["a", "b"], ["a", "b"]),
        ({"items": [{"unit_id": ["does not exist"]}]}, ["unit_id: does not exist"]),
        ({}, ["{}"]),
        (None, ["null"]),
        (7, ["7"]),
    ],
)
def test_reasons_are_read_from_a_text_an_object_or_a_list(result: object, told: list[str]) -> None:
    assert [str(each) for each in answers.reasons(result, ErrorNames()).refusals] == told


def test_reasons_in_an_answer_with_an_http_status_are_read_from_its_envelope() -> None:
    body = json.dumps({"status": "error", "result": {"hiba": "rossz", "mezo": "zip"}}).encode()
    read = answers.refusal(ErrorNames(field="mezo", text="hiba"), 400, body)
    assert [str(each) for each in read.refusals] == ["zip: rossz"]
    assert "500" not in str(answers.refusal(ErrorNames(), 400, b"<html>"))


JSON = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["field", "message", "code"]), inner),
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_of_a_refusal_breaks_the_reading(body: bytes) -> None:
    assert answers.refusal(ErrorNames(), 422, body).refusals


@given(row=st.dictionaries(st.sampled_from(list(ROW)), JSON))
def test_no_record_breaks_the_reading(row: dict[str, object]) -> None:
    answers.document(row, Options(), lambda _: "")
