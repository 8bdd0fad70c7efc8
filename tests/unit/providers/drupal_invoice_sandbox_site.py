"""The sandbox's site, asked without a client."""

import json
from base64 import b64encode
from typing import Any

from providers.invoicing.drupal_invoice.sandbox import DrupalInvoiceService, Module, Switches
from providers.sandbox import Reply, Request
from tests.builders import SettableClock

ROUTE = "/invoice/api/invoice.json"


OURS, OTHERS = "shop_api:s3cret", "brand_api:0ther"


LINE = {"description": "Rake", "quantity": "2", "unitcost": "10", "vat": "21"}


class Site:
    """A site with module 1.2 unless told otherwise."""

    def __init__(self, **switches: Any) -> None:
        facts = {"module": Module.V1_2, "other_account": OTHERS, **switches}
        self.clock = SettableClock()
        self.service = DrupalInvoiceService(token=OURS, switches=Switches(**facts), clock=self.clock)

    def call(self, method: str, url: str, body: object = None, *, account: str | None = OURS, **headers: str) -> Reply:
        given = {name.replace("_", "-"): value for name, value in headers.items()} | {"host": "h.example"}
        if account is not None:
            given["authorization"] = f"Basic {b64encode(account.encode()).decode()}"
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.service.handle(Request(method, url, given, sent))

    def get(self, url: str) -> Any:
        return json.loads(self.call("GET", url).body)

    def make(self, **fields: object) -> Any:
        body = {"template": "default", "pay_limit": 0, "items": [LINE], **fields}
        reply = self.call("POST", ROUTE, body)
        assert reply.status == 201, (reply.status, reply.body)
        return self.get(f"{ROUTE}/{len(self.service.site.invoices)}")

    def post(self, **fields: object) -> Reply:
        return self.call("POST", ROUTE, {"template": "default", "pay_limit": 0, "items": [LINE], **fields})


def told(reply: Reply) -> tuple[int, Any]:
    return reply.status, json.loads(reply.body) if reply.body else None


def error(code: int, message: str) -> tuple[int, Any]:
    return code, {"code": code, "message": message}
