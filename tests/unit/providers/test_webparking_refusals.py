"""What the bridge's refusals mean: a 403 that is about the data or about the caller, and reasons by field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.errors import AccessDenied, Refused
from providers.invoicing.webparking import answers
from providers.sandbox import Reply
from tests.unit.providers.webparking_bridge import CITY, INVOICE, answered


@pytest.mark.parametrize("status", [403, 422])
def test_errors_by_field_refuse_the_data_whatever_the_status(status: int) -> None:
    client, _ = answered(status, CITY)
    for call in (client.create_invoice, client.dry_run):
        with pytest.raises(Refused) as raised:
            call(INVOICE)
        assert [(each.field, each.text) for each in raised.value.refusals] == [
            ("account_city", "The account city field is required.")
        ]


@pytest.mark.parametrize(
    "body",
    [
        Reply.json(403, {"message": "Access denied."}),
        Reply.json(403, {"message": "The given data was invalid.", "errors": {}}),
        Reply.json(403, {"errors": []}),
        Reply.html(403, "Forbidden"),
        Reply(403),
        Reply.json(401, {"message": "Unauthenticated."}),
    ],
)
def test_a_403_without_errors_by_field_refuses_the_caller(body: Reply) -> None:
    client, _ = answered(403, body)
    for call in (lambda: client.create_invoice(INVOICE), lambda: client.dry_run(INVOICE), client.items):
        with pytest.raises(AccessDenied):
            call()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"message": "m", "errors": {"lines.0.code": ["a", "b"], "x": "c"}},
            ["lines.0.code: a", "lines.0.code: b", "x: c"],
        ),
        ({"message": "Server Error"}, ["Server Error"]),
        ({"message": {"odd": 1.5}}, ['{"odd": "1.5"}']),
        ({"errors": {"a": {"b": 1}}}, ['a: {"b": 1}']),
        ([], ["the answer cannot be read"]),
    ],
)
def test_reasons_are_read_by_field(body: object, told: list[str]) -> None:
    assert [str(each) for each in answers.refusal(422, json.dumps(body).encode()).refusals] == told


def test_a_refused_reference_is_a_repeated_one_only_where_the_owner_says_so() -> None:
    body = json.dumps({"errors": {"invoice_reference": ["Deze is al gebruikt."]}}).encode()
    assert not answers.refusal(403, body).duplicate
    assert answers.refusal(403, body, repeated_is_refused=True).duplicate
    both = json.dumps({"errors": {"invoice_reference": ["?"], "account_city": ["?"]}}).encode()
    assert not answers.refusal(403, both, repeated_is_refused=True).duplicate


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)).map(
        lambda v: json.dumps({"errors": v, "data": v}).encode()
    )
)
def test_no_body_breaks_the_reading(body: bytes) -> None:
    answers.refusal(403, body)
    answers.counts_as(403, body)
