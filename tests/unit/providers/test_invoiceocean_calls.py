"""Every call of the client: the request is the documented one, and the documented answers are read."""

import inspect
from urllib.parse import unquote

import pytest

from providers.domain.errors import OutcomeUnknown, Refused, Unavailable
from providers.operations import WrongData, operations
from tests.unit.providers.invoiceocean_cases import READS, RECORD, Asks
from tests.unit.providers.invoiceocean_desk import TOKEN, Canned
from tests.unit.providers.invoiceocean_document_writes import DOCUMENT_WRITES
from tests.unit.providers.invoiceocean_record_writes import RECORD_WRITES

WRITES = [*DOCUMENT_WRITES, *RECORD_WRITES]


@pytest.mark.parametrize(("request_line", "asks", "body", "answer"), [*READS, *WRITES])
def test_a_call_asks_as_documented(request_line: str, asks: Asks, body: object, answer: object) -> None:
    service = Canned(answer)
    asks(service.client)
    assert unquote(service.request) == request_line
    assert service.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    if body is not None:
        assert service.sent == body


@pytest.mark.parametrize(("request_line", "asks", "body", "answer"), WRITES)
def test_a_page_in_place_of_an_answer_leaves_a_write_unknown(
    request_line: str, asks: Asks, body: object, answer: object
) -> None:
    service = Canned(b"<!DOCTYPE html><html>Log in</html>", headers={"Content-Type": "text/html"})
    if "fiscal_print" in request_line:
        asks(service.client)  # whose answer is not documented
        return
    with pytest.raises(OutcomeUnknown):
        asks(service.client)
    assert len(service.asked) == 1


@pytest.mark.parametrize(("request_line", "asks", "body", "answer"), READS)
def test_a_page_in_place_of_an_answer_makes_a_read_unavailable(
    request_line: str, asks: Asks, body: object, answer: object
) -> None:
    service = Canned(b"<!DOCTYPE html><html>Log in</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(Unavailable):
        asks(service.client)


@pytest.mark.parametrize("failure", [{"code": "error", "message": "Nie"}, {"status": "error", "message": "Nie"}])
@pytest.mark.parametrize(("request_line", "asks", "body", "answer"), [*READS, *WRITES])
def test_a_soft_failure_is_a_refusal_in_the_services_words(
    request_line: str, asks: Asks, body: object, answer: object, failure: object
) -> None:
    if "fiscal_print" in request_line:
        return
    with pytest.raises(Refused, match="Nie"):
        asks(Canned(failure).client)


def test_a_record_whose_own_code_is_error_is_no_failure() -> None:
    assert Canned({"id": 7, "code": "error", "name": "Sign"}).client.product(7)["code"] == "error"


def test_an_action_that_tells_neither_success_nor_error_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        Canned({"status": "perhaps"}).client.cancel_invoice(7)
    with pytest.raises(OutcomeUnknown):
        Canned([]).client.send_by_email(7)


def test_the_error_of_an_unlinking_is_read() -> None:
    body = {"code": "error", "message": "Brak kont do odłączenia", "result": {"not_unlinked": ["sub1"]}}
    with pytest.raises(Refused, match="Brak kont"):
        Canned(body, status=422).client.unlink_accounts(["sub1"])


def test_a_missing_bank_account_is_missing() -> None:
    with pytest.raises(Refused) as raised:
        Canned({"code": "error", "message": "Not found"}, status=404).client.bank_account(5)
    assert raised.value.missing


def test_a_bank_account_is_read_with_its_departments() -> None:
    link = {"department_id": 10, "show_on_invoice": True, "main_on_department": True}
    told = {"id": 5, "bank_account_id": 5, "bank_currency": "EUR", "bank_account_version_departments": [link]}
    read = Canned(told, status=201).client.create_bank_account({"bank_account_number": "PL00 0000"})
    assert read["bank_account_version_departments"] == [link]


def test_a_read_is_repeated_and_a_write_through_get_is_not() -> None:
    service = Canned(b"", status=503)
    with pytest.raises(Unavailable):
        service.client.invoice(5)
    assert len(service.asked) == 3
    service.asked.clear()
    with pytest.raises(OutcomeUnknown):
        service.client.send_to_gov(5)
    with pytest.raises(OutcomeUnknown):
        service.client.fiscal_print([5])
    assert len(service.asked) == 2


def test_every_documented_call_is_an_operation_that_explains_itself() -> None:
    found = operations(Canned().client)
    assert len(found) > 75
    for operation in found:
        assert operation.summary.endswith((".", ")")), operation.name
        assert any(f"{verb} /" in operation.summary for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")), (
            operation.name
        )
        assert set(operation.parameters) == {
            str(each) for each in inspect.signature(operation.method).parameters.values()
        }


def test_what_is_said_to_be_a_read_only_ever_asks_with_get() -> None:
    by_name = {operation.name: operation for operation in operations(Canned().client)}
    assert not any(
        operation.writes for operation in by_name.values() if operation.name in {"invoices", "pdf", "account"}
    )
    for operation in by_name.values():
        said = operation.summary + (inspect.getdoc(operation.method) or "")
        assert operation.writes or "POST /" not in said, operation.name


def test_operations_take_json_and_check_it_before_anything_is_sent() -> None:
    service = Canned(RECORD)
    by_name = {operation.name: operation for operation in operations(service.client)}
    by_name["change_status"]({"invoice_id": "111", "status": "paid"})
    assert service.request == "POST /invoices/111/change_status.json?status=paid"
    with pytest.raises(WrongData):
        by_name["invoice"]({"invoice_id": "../clients/1"})
    with pytest.raises(WrongData):
        by_name["invoices"]({"pages": 1})
    assert len(service.asked) == 1


def test_ids_that_are_none_never_reach_another_path() -> None:
    service = Canned({"status": 404, "error": "Not Found"}, status=404)
    with pytest.raises(Refused):
        service.client.public_pdf("../invoices/1")
    assert service.request == "GET /invoice/..%2Finvoices%2F1.pdf"
