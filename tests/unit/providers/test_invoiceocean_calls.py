"""Every call of the client: the request is the documented one, and the documented answers are read."""

import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from providers.domain.errors import OutcomeUnknown, Refused, Unavailable
from providers.invoicing.invoiceocean.client import InvoiceOceanClient
from providers.operations import WrongData, operations
from tests.unit.providers.invoiceocean_desk import TOKEN, Canned

RECORD = {"id": 100}
LINES = [
    {"name": "Product A1", "tax": 23, "total_price_gross": 10.23, "quantity": 1},
    {"name": "Product A2", "tax": 0, "total_price_gross": 50, "quantity": 3},
]
PRICE_LIST = {
    "name": "Wholesale",
    "description": "For resellers",
    "currency": "EUR",
    "price_list_positions_attributes": {
        "0": {
            "priceable_id": "7",
            "priceable_name": "Rake",
            "priceable_type": "Product",
            "use_percentage": "0",
            "percentage": "",
            "price_net": "111.0",
            "price_gross": "136.53",
            "use_tax": "1",
            "tax": "23",
        }
    },
}

Asks = Callable[[InvoiceOceanClient], object]


def case(request: str, asks: Asks, body: object = None, answer: object = RECORD) -> Any:
    return pytest.param(request, asks, body, answer, id=request)


READS = [
    case(
        "GET /invoices.json?page=1&per_page=25&period=this_month",
        lambda c: c.invoices(1, 25, {"period": "this_month"}),
        answer=[],
    ),
    case(
        "GET /invoices.json?page=1&per_page=25&client_id=7", lambda c: c.invoices(filters={"client_id": 7}), answer=[]
    ),
    case(
        "GET /invoices.json?page=2&per_page=100&kinds[]=vat&kinds[]=proforma",
        lambda c: c.invoices(2, 100, {"kinds[]": ["vat", "proforma"]}),
        answer=[],
    ),
    case(
        "GET /invoices.json?page=1&per_page=25&invoice_ids=5,6&include_positions=true",
        lambda c: c.invoices(filters={"invoice_ids": [5, 6], "include_positions": True}),
        answer=[],
    ),
    case("GET /invoices/100.json", lambda c: c.invoice(100)),
    case("GET /invoices/100.json?additional_fields[invoice]=cancel_reason", lambda c: c.invoice(100, "cancel_reason")),
    case("GET /invoices/100.json?correction_positions=full", lambda c: c.invoice(100, correction_positions="full")),
    case("GET /invoices/100.json?include=descriptions", lambda c: c.invoice(100, include="descriptions")),
    case("GET /recurrings.json?page=1&per_page=25", lambda c: c.recurrings(), answer=[]),
    case("GET /clients.json?page=1&per_page=25", lambda c: c.clients(), answer=[]),
    case("GET /clients.json?page=1&per_page=25&name=Ada", lambda c: c.clients(filters={"name": "Ada"}), answer=[]),
    case(
        "GET /clients.json?page=1&per_page=25&email=a@b.example",
        lambda c: c.clients(filters={"email": "a@b.example"}),
        answer=[],
    ),
    case(
        "GET /clients.json?page=1&per_page=25&external_id=100",
        lambda c: c.clients(filters={"external_id": "100"}),
        answer=[],
    ),
    case("GET /clients/100.json", lambda c: c.client(100)),
    case("GET /products.json?page=1&per_page=25", lambda c: c.products(), answer=[]),
    case(
        "GET /products.json?page=1&per_page=25&warehouse_id=9",
        lambda c: c.products(filters={"warehouse_id": 9}),
        answer=[],
    ),
    case("GET /products/100.json", lambda c: c.product(100)),
    case("GET /products/100.json?warehouse_id=9", lambda c: c.product(100, 9)),
    case("GET /price_lists.json?page=1&per_page=25", lambda c: c.price_lists(), answer=[]),
    case("GET /banking/payments.json?page=1&per_page=25", lambda c: c.payments(), answer=[]),
    case(
        "GET /banking/payments.json?page=1&per_page=25&include=invoices",
        lambda c: c.payments(filters={"include": "invoices"}),
        answer=[],
    ),
    case("GET /banking/payments/100.json", lambda c: c.payment(100)),
    case("GET /departments.json?page=1&per_page=25", lambda c: c.departments(), answer=[]),
    case("GET /departments/100.json", lambda c: c.department(100)),
    case("GET /categories.json?page=1&per_page=25", lambda c: c.categories(), answer=[]),
    case("GET /categories/100.json", lambda c: c.category(100)),
    case("GET /warehouses.json?page=1&per_page=25", lambda c: c.warehouses(), answer=[]),
    case("GET /warehouses/100.json", lambda c: c.warehouse(100)),
    case("GET /warehouse_documents.json?page=1&per_page=25", lambda c: c.warehouse_documents(), answer=[]),
    case("GET /warehouse_documents/555.json", lambda c: c.warehouse_document(555)),
    case(
        "GET /warehouse_actions.json?page=1&per_page=25&product_id=7",
        lambda c: c.warehouse_actions(filters={"product_id": 7}),
        answer=[],
    ),
    case("GET /bank_accounts.json?page=1&per_page=25", lambda c: c.bank_accounts(), answer=[]),
    case("GET /bank_accounts/1.json", lambda c: c.bank_account(1)),
    case("GET /issuers.json?page=1&per_page=25", lambda c: c.issuers(), answer=[]),
    case("GET /issuers/1.json", lambda c: c.issuer(1)),
    case("GET /webhooks.json?page=1&per_page=25", lambda c: c.webhooks(), answer=[]),
    case("GET /webhooks/1.json", lambda c: c.webhook(1)),
    case("GET /account.json", lambda c: c.account(), answer={"prefix": "garden"}),
    case("GET /account.json?integration_token=abc", lambda c: c.account("abc"), answer={"prefix": "garden"}),
    case(
        "GET /invoices/5/get_new_attachment_credentials.json",
        lambda c: c.attachment_credentials(5),
        answer={"url": "https://x"},
    ),
]
SUCCESS = {"code": "success", "message": "cancelled"}
MAILING = (
    "POST /invoices/100/send_by_email.json?email_to=a@b.example,c@d.example&email_cc=e@f.example"
    "&print_option=copy&email_pdf=true&update_buyer_email=true&force=true"
)
MAILED = {"status": "ok", "message": "sent"}
WRITES = [
    case(
        "POST /invoices.json",
        lambda c: c.create_invoice({"kind": "vat", "number": None, "buyer_name": "A", "positions": LINES}),
        {"invoice": {"kind": "vat", "number": None, "buyer_name": "A", "positions": LINES}},
    ),
    case(
        "POST /invoices.json",
        lambda c: c.create_invoice(
            {"payment_to_kind": 5, "department_id": 1, "client_id": 1, "positions": [{"product_id": 1, "quantity": 2}]}
        ),
        {
            "invoice": {
                "payment_to_kind": 5,
                "department_id": 1,
                "client_id": 1,
                "positions": [{"product_id": 1, "quantity": 2}],
            }
        },
    ),
    case(
        "POST /invoices.json",
        lambda c: c.create_invoice({"use_oss": True}, {"identify_oss": "1", "fill_default_descriptions": True}),
        {"identify_oss": "1", "fill_default_descriptions": True, "invoice": {"use_oss": True}},
    ),
    case(
        "POST /invoices.json", lambda c: c.copy_invoice(9, "vat"), {"invoice": {"copy_invoice_from": 9, "kind": "vat"}}
    ),
    case(
        "POST /invoices.json",
        lambda c: c.create_advance(9, "percent", "10", "Advance on order 3"),
        {
            "invoice": {
                "copy_invoice_from": 9,
                "kind": "advance",
                "advance_creation_mode": "percent",
                "advance_value": "10",
                "position_name": "Advance on order 3",
            }
        },
    ),
    case(
        "POST /invoices.json",
        lambda c: c.create_final(9, [10, 11]),
        {"invoice": {"copy_invoice_from": 9, "kind": "final", "invoice_ids": [10, 11]}},
    ),
    case(
        "POST /invoices.json",
        lambda c: c.create_invoice_for_receipt(9, {"buyer_name": "A"}),
        {
            "invoice": {
                "from_invoice_id": 9,
                "additional_params": "for_receipt",
                "exclude_from_stock_level": True,
                "buyer_name": "A",
            }
        },
    ),
    case(
        "POST /invoices.json",
        lambda c: c.correct_whole_invoice(9, "Returned"),
        {
            "invoice": {
                "kind": "correction",
                "copy_invoice_from": 9,
                "total_correction": "1",
                "correction_reason": "Returned",
            }
        },
    ),
    case(
        "PUT /invoices/111.json",
        lambda c: c.update_invoice(111, {"buyer_name": "New client name Ltd."}),
        {"invoice": {"buyer_name": "New client name Ltd."}},
    ),
    case(
        "PUT /invoices/111.json",
        lambda c: c.update_invoice(111, {"positions": [{"id": 32649087, "_destroy": 1}]}),
        {"invoice": {"positions": [{"id": 32649087, "_destroy": 1}]}},
    ),
    case(
        "PUT /invoices/111.json",
        lambda c: c.link_receipt(111, 9),
        {"invoice": {"from_invoice_id": 9, "invoice_id": 9, "exclude_from_stock_level": True}},
    ),
    case("DELETE /invoices/111.json", lambda c: c.delete_invoice(111), answer="ok"),
    case(
        "POST /invoices/cancel.json",
        lambda c: c.cancel_invoice(111, "Typo"),
        {"cancel_invoice_id": 111, "cancel_reason": "Typo"},
        SUCCESS,
    ),
    case("POST /invoices/cancel.json", lambda c: c.cancel_invoice(111), {"cancel_invoice_id": 111}, SUCCESS),
    case(
        "POST /invoices/111/change_status.json?status=paid",
        lambda c: c.change_status(111, "paid"),
        answer={"id": 111, "status": "paid"},
    ),
    case("POST /invoices/100/send_by_email.json", lambda c: c.send_by_email(100), answer=MAILED),
    case(
        MAILING,
        lambda c: c.send_by_email(
            100,
            ["a@b.example", "c@d.example"],
            cc=["e@f.example"],
            pdf=True,
            print_option="copy",
            update_buyer_email=True,
            force=True,
        ),
        answer=MAILED,
    ),
    case(
        "POST /invoices/5/add_attachment.json?file_name=name.ext", lambda c: c.add_attachment(5, "name.ext"), answer={}
    ),
    case(
        "GET /invoices/fiscal_print?invoice_ids[]=111&invoice_ids[]=112&fiskator_name=front",
        lambda c: c.fiscal_print([111, 112], "front"),
    ),
    case("GET /invoices/5.json?send_to_ksef=yes", lambda c: c.send_to_gov(5)),
    case(
        "POST /recurrings.json",
        lambda c: c.create_recurring(
            {
                "name": "Monthly",
                "invoice_id": 1,
                "start_date": "2016-01-01",
                "every": "1m",
                "issue_working_day_only": False,
                "send_email": True,
                "buyer_email": "a@b.example, c@d.example",
                "end_date": "null",
            }
        ),
        {
            "recurring": {
                "name": "Monthly",
                "invoice_id": 1,
                "start_date": "2016-01-01",
                "every": "1m",
                "issue_working_day_only": False,
                "send_email": True,
                "buyer_email": "a@b.example, c@d.example",
                "end_date": "null",
            }
        },
    ),
    case(
        "PUT /recurrings/111.json",
        lambda c: c.update_recurring(111, {"next_invoice_date": "2016-02-01"}),
        {"recurring": {"next_invoice_date": "2016-02-01"}},
    ),
    case(
        "POST /clients.json",
        lambda c: c.create_client({"name": "Client1", "tax_no": "5252445767", "street_no": "1"}),
        {"client": {"name": "Client1", "tax_no": "5252445767", "street_no": "1"}},
    ),
    case("PUT /clients/111.json", lambda c: c.update_client(111, {"name": "Client2"}), {"client": {"name": "Client2"}}),
    case("DELETE /clients/111.json", lambda c: c.delete_client(111), answer=RECORD),
    case("POST /clients/111/merge.json", lambda c: c.merge_client(111, {"client_id": 112}), {"client_id": 112}, {}),
    case(
        "POST /products.json",
        lambda c: c.create_product({"name": "ProductAA", "code": "A001", "price_net": "100", "tax": "23"}),
        {"product": {"name": "ProductAA", "code": "A001", "price_net": "100", "tax": "23"}},
    ),
    case(
        "PUT /products/333.json",
        lambda c: c.update_product(333, {"price_gross": "102", "tax": "23"}),
        {"product": {"price_gross": "102", "tax": "23"}},
    ),
    case("DELETE /products/333.json", lambda c: c.delete_product(333), answer="ok"),
    case("POST /price_lists.json", lambda c: c.create_price_list(dict(PRICE_LIST)), {"price_list": PRICE_LIST}),
    case(
        "PUT /price_lists/100.json",
        lambda c: c.update_price_list(100, {"currency": "EUR"}),
        {"price_list": {"currency": "EUR"}},
    ),
    case("DELETE /price_lists/100.json", lambda c: c.delete_price_list(100), answer=RECORD),
    case(
        "POST /banking/payments.json",
        lambda c: c.create_payment(
            {"name": "Payment 001", "price": 100.05, "invoice_id": None, "paid": True, "kind": "api"}
        ),
        {"banking_payment": {"name": "Payment 001", "price": 100.05, "invoice_id": None, "paid": True, "kind": "api"}},
    ),
    case(
        "POST /banking/payments.json",
        lambda c: c.pay_invoices("Payment 003", "200", [555, 666]),
        {
            "banking_payment": {
                "name": "Payment 003",
                "price": "200",
                "invoice_ids": [555, 666],
                "paid": True,
                "kind": "api",
            }
        },
    ),
    case(
        "PATCH /banking/payments/555.json",
        lambda c: c.update_payment(555, {"name": "New name", "price": 100}),
        {"banking_payment": {"name": "New name", "price": 100}},
    ),
    case("DELETE /banking/payments/555.json", lambda c: c.delete_payment(555), answer=RECORD),
    case(
        "POST /departments.json",
        lambda c: c.create_department({"name": "Yard", "shortcut": "Y", "tax_no": "-"}),
        {"department": {"name": "Yard", "shortcut": "Y", "tax_no": "-"}},
    ),
    case(
        "PUT /departments/100.json",
        lambda c: c.update_department(100, {"name": "Barn"}),
        {"department": {"name": "Barn"}},
    ),
    case("DELETE /departments/100.json", lambda c: c.delete_department(100), answer="ok"),
    case(
        "POST /bank_accounts.json",
        lambda c: c.create_bank_account({"bank_account_number": "PL61"}),
        {"bank_account": {"bank_account_number": "PL61"}},
    ),
    case(
        "PUT /bank_accounts/1.json",
        lambda c: c.update_bank_account(1, {"name": "Main"}),
        {"bank_account": {"name": "Main"}},
    ),
    case("DELETE /bank_accounts/1.json", lambda c: c.delete_bank_account(1), answer=b""),
    case("POST /issuers.json", lambda c: c.create_issuer({"name": "I"}), {"issuer": {"name": "I"}}),
    case("PUT /issuers/1.json", lambda c: c.update_issuer(1, {"name": "J"}), {"issuer": {"name": "J"}}),
    case("DELETE /issuers/1.json", lambda c: c.delete_issuer(1), answer="ok"),
    case(
        "POST /categories.json",
        lambda c: c.create_category({"name": "Tools", "description": None}),
        {"category": {"name": "Tools", "description": None}},
    ),
    case(
        "PUT /categories/100.json",
        lambda c: c.update_category(100, {"description": "new"}),
        {"category": {"description": "new"}},
    ),
    case("DELETE /categories/100.json", lambda c: c.delete_category(100), answer="ok"),
    case("POST /warehouses.json", lambda c: c.create_warehouse({"name": "North"}), {"warehouse": {"name": "North"}}),
    case(
        "PUT /warehouses/100.json",
        lambda c: c.update_warehouse(100, {"name": "South"}),
        {"warehouse": {"name": "South"}},
    ),
    case("DELETE /warehouses/100.json", lambda c: c.delete_warehouse(100), answer="ok"),
    case(
        "POST /warehouse_documents.json",
        lambda c: c.create_warehouse_document({"kind": "pz", "warehouse_id": "1"}),
        {"warehouse_document": {"kind": "pz", "warehouse_id": "1"}},
    ),
    case(
        "PUT /warehouse_documents/555.json",
        lambda c: c.update_warehouse_document(555, {"invoice_ids": [100, 111]}),
        {"warehouse_document": {"invoice_ids": [100, 111]}},
    ),
    case("DELETE /warehouse_documents/100.json", lambda c: c.delete_warehouse_document(100), answer="ok"),
    case(
        "POST /webhooks.json",
        lambda c: c.create_webhook(
            {"kind": "invoice:create", "url": "https://shop.example/hook", "api_token": "shared", "active": True}
        ),
        {
            "webhook": {
                "kind": "invoice:create",
                "url": "https://shop.example/hook",
                "api_token": "shared",
                "active": True,
            }
        },
    ),
    case("PUT /webhooks/1.json", lambda c: c.update_webhook(1, {"active": False}), {"webhook": {"active": False}}),
    case("DELETE /webhooks/1.json", lambda c: c.delete_webhook(1), answer="ok"),
    case(
        "POST /account.json",
        lambda c: c.create_account({"prefix": "p"}, {"login": "l"}, {"name": "n"}, "t"),
        {"account": {"prefix": "p"}, "user": {"login": "l"}, "company": {"name": "n"}, "integration_token": "t"},
        {"prefix": "p"},
    ),
    case("POST /account/delete.json", lambda c: c.request_account_deletion(), {}, SUCCESS),
    case(
        "PATCH /account/unlink.json",
        lambda c: c.unlink_accounts(["sub1", "sub2"]),
        {"prefix": ["sub1", "sub2"]},
        SUCCESS,
    ),
    case(
        "POST /account/add_user.json",
        lambda c: c.add_user({"invite": True, "email": "a@b.example"}, "t"),
        {"integration_token": "t", "user": {"invite": True, "email": "a@b.example"}},
        {},
    ),
]


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
