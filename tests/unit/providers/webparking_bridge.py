"""A bridge that answers everything with one reply, and the values that its tests send."""

import json
from typing import Any

from providers.invoicing.webparking import Options, build
from providers.invoicing.webparking.client import WebParkingClient
from providers.ports import JsonObject
from providers.sandbox import Reply, Request, Sandbox, SandboxAdapter

TOKEN = "t0ken/bridge"
INVOICE: dict[str, object] = {
    "account_name": "Kwekerij BV",
    "account_address": "Tuinpad 3",
    "account_postal_code": "9999 ZZ",
    "account_city": "Teststad",
    "invoice_reference": "Garden order 7",
    "lines": [{"code": "RAKE-16", "quantity": 2, "description": "Leaf rake"}],
}
ECHO = {**INVOICE, "lines": [{"code": "RAKE-16", "quantity": "2"}]}
GUID = "0e4dd2c6-8d0b-4c59-9f0e-2f7f0c3b1a55"
MADE = {"data": {"guid": GUID}}
CITY = {"message": "The given data was invalid.", "errors": {"account_city": ["The account city field is required."]}}


class Bridge:
    """Answers everything with one reply and keeps what it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.reply

    def state(self) -> JsonObject:
        return {}

    @property
    def body(self) -> Any:
        return json.loads(self.asked[-1].body)


def answered(status: int, told: object, **options: Any) -> tuple[WebParkingClient, Bridge]:
    """The client of a book with these options, before a bridge that always says this."""
    bridge = Bridge(told if isinstance(told, Reply) else Reply.json(status, told))
    provider = build(
        base_url="https://bridge.example",
        token=TOKEN,
        options=Options(**options),
        adapter=SandboxAdapter(Sandbox(bridge)),
        sleep=lambda _seconds: None,
    )
    return provider.client, bridge
