"""Orders as the two shops would send them, with data of our own; each test changes what it is about."""

import json
from typing import Any

JsonObject = dict[str, Any]


def item(line_id: int = 11, **changes: Any) -> JsonObject:
    """A WooCommerce line of 20.00 net and 4.60 tax at the rate with id 3."""
    line: JsonObject = {
        "id": line_id,
        "name": "Tea pot",
        "product_id": 90,
        "quantity": 2,
        "subtotal": "20.00",
        "subtotal_tax": "4.60",
        "total": "20.00",
        "total_tax": "4.60",
        "taxes": [{"id": 3, "total": "4.6", "subtotal": "4.6"}],
        "sku": "POT",
        "price": 10,
    }
    return {**line, **changes}


def rate(rate_id: int | str = 3, percent: Any = 23, **changes: Any) -> JsonObject:
    return {"id": 91, "rate_id": rate_id, "rate_percent": percent, "compound": False, "label": "VAT", **changes}


def shipping(total: str = "10.00", tax: str = "2.30", **changes: Any) -> JsonObject:
    taxes = [{"id": 3, "total": tax, "subtotal": ""}]
    return {"id": 12, "method_title": "Courier", "total": total, "total_tax": tax, "taxes": taxes, **changes}


def fee(total: str, tax: str, **changes: Any) -> JsonObject:
    taxes = [{"id": 3, "total": tax, "subtotal": ""}]
    return {"id": 13, "name": "Gift box", "total": total, "total_tax": tax, "taxes": taxes, **changes}


def woo_order(**changes: Any) -> JsonObject:
    """A paid WooCommerce order of 24.60 PLN."""
    order: JsonObject = {
        "id": 815,
        "number": "T-815",
        "status": "processing",
        "currency": "PLN",
        "date_created_gmt": "2026-02-03T10:00:00",
        "date_modified_gmt": "2026-02-03T10:05:00",
        "date_paid_gmt": "2026-02-03T10:04:59",
        "date_completed_gmt": None,
        "total": "24.60",
        "prices_include_tax": False,
        "billing": {
            "first_name": "Nora",
            "last_name": "Example",
            "company": "",
            "address_1": "ul. Próbna 4",
            "address_2": "m. 2",
            "city": "Wzorów",
            "postcode": "00-004",
            "country": "PL",
            "email": "nora@example.com",
            "phone": "000 000 000",
        },
        "payment_method": "stripe",
        "payment_method_title": "Card",
        "transaction_id": "tx_1",
        "meta_data": [],
        "line_items": [item()],
        "tax_lines": [rate()],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    }
    return {**order, **changes}


def canonical_order(**changes: Any) -> JsonObject:
    """A canonical order of 24.60 EUR that nobody has paid."""
    order: JsonObject = {
        "order_id": "n-7",
        "currency": "EUR",
        "total": "24.60",
        "lines": [{"name": "Tea pot", "gross": "24.60", "tax_rate": 23}],
        "buyer": {"first_name": "Nora", "last_name": "Example", "country": "DE"},
        "placed_at": "2026-02-03T10:00:00Z",
    }
    return {**order, **changes}


def event(event_type: str = "order.updated", **changes: Any) -> JsonObject:
    """A canonical order in its envelope."""
    return {"type": event_type, "timestamp": "2026-02-03T10:06:00Z", "data": canonical_order(), **changes}


def body(value: object) -> bytes:
    return json.dumps(value).encode()
