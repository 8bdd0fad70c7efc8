"""Calls that write clients, products, payments and all other records, and the requests that they must be."""

from tests.unit.providers.invoiceocean_cases import RECORD, SUCCESS, case

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


RECORD_WRITES = [
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
