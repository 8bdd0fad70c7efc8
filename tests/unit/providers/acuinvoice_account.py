"""An account of AcuInvoice's sandbox, asked in its own words."""

from collections.abc import Mapping
from typing import Any

from providers.http import Credentials
from providers.invoicing.acuinvoice import envelope
from providers.invoicing.acuinvoice.sandbox import AcuInvoiceService, Switches
from providers.sandbox import Reply, Request
from tests.builders import SettableClock

KEY = "k3y/garden"


LINE = {"quantity": "2", "kind": "Product", "description": "Rake", "tax": "1", "price": "10.00"}


FIELDS: dict[str, object] = {
    "invoice_date": "2026-03-04",
    "client_id": "1",
    "currency": "EUR",
    "tax": "19%",
    "terms": "NET 15",
    "late_fee": "2%",
    "lines": [LINE, {**LINE, "tax": "0", "price": "5.00"}],
}


class Account:
    def __init__(self, **switches: Any) -> None:
        self.clock = SettableClock()
        self.service = AcuInvoiceService(token=KEY, switches=Switches(**switches), clock=self.clock)
        self.client = self.made("client.create", client={"name": "Son", "contacts": [self.contact()]})

    @staticmethod
    def contact(email: str = "ada@example.com") -> Mapping[str, str]:
        return {"first_name": "Ada", "last_name": "Example", "email": email}

    def raw(self, body: bytes, *, key: str = KEY, method: str = "POST", path: str = "/api/xml-in") -> Reply:
        headers = {"authorization": Credentials.basic(key, "anything").header}
        return self.service.handle(Request(method, path, headers, body))

    def call(self, method: str, **content: object) -> envelope.Node:
        return envelope.response(self.raw(envelope.request(method, content)).body)

    def says(self, method: str, **content: object) -> str:
        """What it says when it refuses; empty when it does not."""
        answer = self.call(method, **content)
        return answer.texts("error")[0] if envelope.failed(answer) else ""

    def made(self, method: str, **content: object) -> str:
        answer = self.call(method, **content)
        assert not envelope.failed(answer), answer.texts("error")
        return answer.children[0].text

    def invoice(self, **fields: object) -> str:
        return self.made("invoice.create", invoice={**FIELDS, **fields})

    def show(self, invoice_id: str) -> dict[str, object]:
        return next(self.call("invoice.get", invoice_id=invoice_id).records("invoice"))

    def listed(self, **filters: object) -> list[object]:
        return [row["invoice_id"] for row in self.call("invoice.list", **filters).records("invoice")]
