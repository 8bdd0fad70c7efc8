"""What all contestants get: the same orders, each paid at once, and their webhooks, signed beforehand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from providers.shops.woocommerce.replayer import WooCommerceReplayer
from tests.benchmarks.load import packed
from worker.demo.catalogue import SHOPS
from worker.demo.story import Plot, StoryOrder, tell

SECRET = "the-shops-of-the-benchmark"  # signs deliveries from this machine to this machine
_SHARE_PAID_AT_ONCE = 0.55
_NEAR = 20
"""A repeat follows within so many deliveries."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders, each of which must become one invoice with one payment, and the requests that bring them."""

    orders: tuple[StoryOrder, ...]
    requests: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.orders)

    @property
    def gross(self) -> dict[str, Decimal]:
        """Reference at the provider -> what the invoice must come to."""
        return {reference(order): order.expectation.gross or Decimal(0) for order in self.orders}

    def of_shop(self, shop: str) -> "Batch":
        marker = f"POST /webhooks/{shop} ".encode()
        return Batch(
            tuple(order for order in self.orders if order.shop == shop),
            tuple(request for request in self.requests if request.startswith(marker)),
        )

    def split(self, count: int) -> tuple["Batch", "Batch"]:
        """The first so many orders with their deliveries, and the rest."""
        first = Batch(self.orders[:count], ())
        ours = {reference(order) for order in first.orders}
        asked = [(request, _reference_in(request) in ours) for request in self.requests]
        return (
            replace(first, requests=tuple(request for request, early in asked if early)),
            Batch(self.orders[count:], tuple(request for request, early in asked if not early)),
        )

    def write(self, file: Path) -> Path:
        """As the load generator reads them."""
        file.write_bytes(packed(self.requests))
        return file


NOTHING = Batch((), ())


def reference(order: StoryOrder) -> str:
    return f"{order.shop}/{order.order_id}"


@cache
def batch(count: int, *, repeats: float = 0.1, seed: int = 7) -> Batch:
    """So many orders. A share of the deliveries comes twice, byte for byte, as shops do when an answer was late."""
    told = tell(int(count / _SHARE_PAID_AT_ONCE) + 40, seed=seed).orders
    orders = [order for order in told if order.plot is Plot.PAID_AT_ONCE][:count]
    assert len(orders) == count
    return Batch(tuple(orders), tuple(_requests(orders, repeats, Random(seed))))


def _reference_in(request: bytes) -> str:
    head, _, body = request.partition(b"\r\n\r\n")
    return f"{head.split(b' ', 2)[1].rpartition(b'/')[2].decode()}/{json.loads(body)['id']}"


def _requests(orders: Sequence[StoryOrder], repeats: float, rng: Random) -> list[bytes]:
    replayers = {shop.name: WooCommerceReplayer(secret=SECRET, source=shop.source) for shop in SHOPS}
    now = datetime.now(UTC)
    placed: list[tuple[float, bytes]] = []
    for place, order in enumerate(orders):
        topic, body = order.deliveries[0]
        signed = replayers[order.shop].delivery(topic, body, at=now)
        request = _request(order.shop, dict(signed.headers), signed.body)
        placed.append((place, request))
        if rng.random() < repeats:
            placed.append((place + rng.uniform(0.5, _NEAR), request))
    return [request for _, request in sorted(placed, key=lambda entry: entry[0])]


def _request(shop: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"POST /webhooks/{shop} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
