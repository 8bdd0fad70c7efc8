"""An account at InvoiceOcean's sandbox, and a service that answers what a test says."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from providers.invoicing.invoiceocean import InvoiceOcean, Options, build
from providers.invoicing.invoiceocean.client import InvoiceOceanClient
from providers.invoicing.invoiceocean.sandbox import InvoiceOceanService, Switches
from providers.ports import JsonObject
from providers.sandbox import Reply, Request, Sandbox, SandboxAdapter, Script
from tests.builders import SettableClock

TOKEN = "t0ken/garden"
URL = "https://garden.invoiceocean.example"
TO = "zoe@example.com"
LINE = {"name": "Rake", "tax": 23, "total_price_gross": "20.46", "quantity": 2}


class Desk:
    """An empty account with these switches, its client, and what goes wrong on the way."""

    def __init__(self, options: Options | None = None, **switches: Any) -> None:
        self.clock = SettableClock()
        self.faults = Script()
        self.service = InvoiceOceanService(token=TOKEN, switches=Switches(**switches), clock=self.clock)
        self.sandbox = Sandbox(self.service, faults=self.faults, clock=self.clock, sleep=self._sleep)
        self.provider = self._built(options, SandboxAdapter(self.sandbox))
        self.client: InvoiceOceanClient = self.provider.client

    def make(self, **fields: object) -> int:
        """An invoice of 20.46; gives its id."""
        made = self.client.create_invoice({"buyer_name": "Ada", "positions": [LINE], **fields})
        assert isinstance(made["id"], int)
        return made["id"]

    def _built(self, options: Options | None, adapter: SandboxAdapter) -> InvoiceOcean:
        return build(base_url=URL, token=TOKEN, options=options, adapter=adapter, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))


class Canned:
    """A service that gives one answer to everything, and keeps what it was asked."""

    def __init__(self, body: object = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._reply = Reply(status, content, headers or {"Content-Type": "application/json"})
        self.asked: list[Request] = []
        adapter = SandboxAdapter(Sandbox(self, sleep=lambda _seconds: None))
        built = build(base_url=URL, token=TOKEN, adapter=adapter, sleep=lambda _seconds: None)
        self.client: InvoiceOceanClient = built.client

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        return self._reply

    def state(self) -> JsonObject:
        return {}

    @property
    def request(self) -> str:
        """Method and address of the only request."""
        [asked] = self.asked
        return f"{asked.method} {asked.url}"

    @property
    def sent(self) -> Any:
        """The body of the only request."""
        [asked] = self.asked
        return json.loads(asked.body)


def email(desk: Desk, invoice_id: int) -> None:
    desk.provider.email(str(invoice_id), to=TO, idempotency_key="e")


def cancel(desk: Desk, invoice_id: int) -> None:
    desk.provider.cancel(str(invoice_id), reason="Ordered twice", idempotency_key="c")
