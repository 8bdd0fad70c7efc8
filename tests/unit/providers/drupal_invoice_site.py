"""A site with the Invoice module, its client, and all that was asked and answered."""

from datetime import timedelta
from typing import Any

from providers.invoicing.drupal_invoice import DrupalInvoice, Options, build
from providers.invoicing.drupal_invoice.sandbox import Module, Switches, sandbox
from providers.sandbox import Fault, Reply, Request, SandboxAdapter, Script
from providers.sandbox.core import Sandbox
from tests.builders import SettableClock

USER, PASSWORD = "shop_api", "pa:ss/w0rd %41"


ROUTE = "/invoice/api/invoice.json"


BODY: dict[str, object] = {"template": "default", "pay_limit": 0, "items": [{"quantity": 1, "unitcost": "5", "vat": 0}]}


class Recording:
    """A service in front of the sandbox's own that keeps what was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._service = sandbox.service
        sandbox.service = self
        self.asked: list[Request] = []
        self.answered: list[Reply] = []

    def handle(self, request: Request) -> Reply:
        reply = self._service.handle(request)
        self.asked.append(request)
        self.answered.append(reply)
        return reply

    def state(self) -> dict[str, object]:
        return self._service.state()

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url}" for request in self.asked]


class Site:
    def __init__(
        self, options: Options | None = None, *, url: str = "https://billing.example", **switches: Any
    ) -> None:
        self.clock, self.script = SettableClock(), Script()
        self.sandbox = sandbox(
            token=f"{USER}:{PASSWORD}",
            switches=Switches(**{"host": "billing.example", **switches}),
            faults=self.script,
            clock=self.clock,
            sleep=self.sleep,
        )
        self.service: Any = self.sandbox.service
        self.wire = Recording(self.sandbox)
        self.options, self.url = options, url
        self.provider = self.build()
        self.client = self.provider.client

    def build(self, token: str = f"{USER}:{PASSWORD}") -> DrupalInvoice:
        adapter = SandboxAdapter(self.sandbox)
        return build(base_url=self.url, token=token, options=self.options, adapter=adapter, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))


def plain(**switches: Any) -> Site:
    """A site with 1.2, where the account is enough."""
    return Site(module=Module.V1_2, **switches)


def answered(status: int, body: bytes) -> Fault:
    return Fault(rewrite=lambda _reply: Reply(status, body, {"Content-Type": "application/json"}))
