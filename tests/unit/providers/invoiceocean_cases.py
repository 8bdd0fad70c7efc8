"""Calls of the client and the requests that they must be: what all of them share, and those that read."""

from collections.abc import Callable
from typing import Any

import pytest

from providers.invoicing.invoiceocean.client import InvoiceOceanClient

RECORD = {"id": 100}


SUCCESS = {"code": "success", "message": "cancelled"}


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
