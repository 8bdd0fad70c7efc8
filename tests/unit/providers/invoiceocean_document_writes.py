"""Calls that write documents, and the requests that they must be."""

from tests.unit.providers.invoiceocean_cases import SUCCESS, case

LINES = [
    {"name": "Product A1", "tax": 23, "total_price_gross": 10.23, "quantity": 1},
    {"name": "Product A2", "tax": 0, "total_price_gross": 50, "quantity": 3},
]


MAILING = (
    "POST /invoices/100/send_by_email.json?email_to=a@b.example,c@d.example&email_cc=e@f.example"
    "&print_option=copy&email_pdf=true&update_buyer_email=true&force=true"
)


MAILED = {"status": "ok", "message": "sent"}


DOCUMENT_WRITES = [
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
]
