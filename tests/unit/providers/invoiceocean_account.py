"""An account of InvoiceOcean's sandbox, asked as over a wire."""

import json
from collections.abc import Mapping
from typing import Any

from providers.invoicing.invoiceocean.sandbox import InvoiceOceanService, Switches
from providers.sandbox import Reply, Request
from tests.builders import SettableClock

TOKEN = "t0ken/garden"


class Account:
    def __init__(self, **switches: Any) -> None:
        self.clock = SettableClock()
        self.service = InvoiceOceanService(token=TOKEN, switches=Switches(**switches), clock=self.clock)

    def call(self, method: str, url: str, body: object = None, *, token: str | None = TOKEN) -> Reply:
        headers: Mapping[str, str] = {"authorization": f"Bearer {token}", "host": "h.example"} if token else {}
        return self.service.handle(Request(method, url, headers, b"" if body is None else json.dumps(body).encode()))

    def get(self, url: str) -> Any:
        return json.loads(self.call("GET", url).body)

    def make(self, **fields: object) -> Any:
        line = {"name": "Rake", "tax": 23, "total_price_gross": "20.46", "quantity": 2}
        reply = self.call("POST", "/invoices.json", {"invoice": {"buyer_name": "Ada", "positions": [line], **fields}})
        assert reply.status == 201, reply.body
        return json.loads(reply.body)

    def pay(self, price: str, **fields: object) -> Any:
        return json.loads(
            self.call("POST", "/banking/payments.json", {"banking_payment": {"price": price, **fields}}).body
        )
