"""A web process to send requests to, and the shop that sends them."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests

from config.settings import load
from providers.replaying import SignedDelivery
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from worker.demo.story import Plot, tell
from worker.web.server import BackgroundServer, listen
from worker.wiring import NoBell, Wired, wire

SECRETS = {
    "GARDEN_SECRET": "a-webhook-secret-of-garden",
    "MAIN_TOKEN": "an-api-token-of-main",
    "HINT": "a-hint-token-of-main",
}
BODY_LIMIT = 100_000
_CONFIG = """
[ledger]
url = "{ledger}"
[web]
body_limit = {limit}
[shops.garden]
kind = "woocommerce"
secret = "env:GARDEN_SECRET"
book = "main"
[books.main]
provider = "invoiceocean"
base_url = "http://127.0.0.1:1/"
token = "env:MAIN_TOKEN"
"""
_SHOP = WooCommerceReplayer(secret=SECRETS["GARDEN_SECRET"], source="https://garden.example")


@dataclass(frozen=True, slots=True)
class Site:
    """One web process, and what it works with."""

    url: str
    wired: Wired

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    @property
    def orders(self) -> list[str]:
        """The orders of the ledger."""
        return [line.order for line in self.wired.ledger.views.orders()]

    def deliver(self, signed: SignedDelivery, *, shop: str = "garden", **headers: str) -> requests.Response:
        sent = {**signed.headers, **headers}
        return self.post(f"/webhooks/{shop}", signed.body, sent)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        return requests.post(self.url + path, data=body, headers=dict(headers), timeout=30)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=30)

    def raw(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> int:
        """The status of any request that can be written at all."""
        with closing(http.client.HTTPConnection(*self.address, timeout=30)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            sent = {"content-length": str(len(body)), **(headers or {})}
            for name, value in sent.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders()
            connection.send(body)
            return connection.getresponse().status


@contextmanager
def open_site(folder: Path, ledger: str, *, of_the_book: str = "") -> Iterator[Site]:
    """A web process in this one, on a free port; nobody works on what it takes. `of_the_book` are more settings."""
    config = folder / "counterfoil.toml"
    config.write_text(_CONFIG.format(ledger=ledger, limit=BODY_LIMIT) + of_the_book)
    wired = wire(load(config, SECRETS), bell=lambda _: NoBell())
    listener = listen("127.0.0.1", 0)
    server = BackgroundServer(wired.web(), listener)
    server.start()
    yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", wired)
    server.stop()
    listener.close()
    wired.close()


def signed(body: bytes, topic: str = "order.created") -> SignedDelivery:
    """A delivery as the shop garden signs it."""
    return _SHOP.delivery(topic, body, at=datetime.now(UTC))


def an_order(number: int = 0) -> bytes:
    """The body of a paid order, each number another one."""
    paid = [order for order in tell(60).orders if order.plot is Plot.PAID_AT_ONCE]
    payload = json.loads(paid[0].deliveries[0][1])
    return json.dumps({**payload, "id": payload["id"] + number}).encode()
