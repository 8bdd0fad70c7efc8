"""The door for shops: `POST /webhooks/{shop}`, as plain ASGI, for everything else here is asked a thousand times less.

A framework would cost more than keeping the order does.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import structlog

from providers.ports import BadSignature
from tasks.intake import Letter, Receipt, UnknownShop
from tasks.ledger.store import LedgerUnavailable
from worker.web.bodies import TooLarge, within
from worker.web.gathering import Gathering
from worker.web.metrics import Metrics

log = structlog.get_logger()

PREFIX = "/webhooks/"
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Door:
    """Takes one delivery of a shop: the raw body, signed as the shop signs."""

    def __init__(self, gathering: Gathering, metrics: Metrics, *, body_limit: int) -> None:
        self._gathering = gathering
        self._metrics = metrics
        self._limit = body_limit

    def leads_to(self, scope: Scope) -> bool:
        """Whether the request is a delivery."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return False
        path: str = scope["path"]
        return path.startswith(PREFIX) and len(path) > len(PREFIX) and "/" not in path[len(PREFIX) :]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shop = scope["path"][len(PREFIX) :]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            body = await _body(receive, headers.get("content-length", ""), self._limit)
            receipt = await self._gathering.take(Letter(shop, headers, body))
        except _Gone:
            return
        except TooLarge:
            await self._refuse(send, 413, f"the body is larger than {self._limit} bytes")
        except UnknownShop:
            await self._refuse(send, 404, "no such shop is configured")
        except BadSignature as error:
            log.warning("webhook.refused", shop=shop, why=str(error))
            await self._refuse(send, 401, "the signature is missing or wrong")
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", shop=shop, error=str(error))
            await self._refuse(send, 503, "the ledger cannot be reached; send again", (b"retry-after", b"10"))
        else:
            await self._acknowledge(send, receipt)

    async def _acknowledge(self, send: Send, receipt: Receipt) -> None:
        self._metrics.delivered(receipt.verdict)
        await _answer(send, 200, {"verdict": receipt.verdict, "order": receipt.order_id or None})

    async def _refuse(self, send: Send, status: int, why: str, *more: tuple[bytes, bytes]) -> None:
        self._metrics.refused(status)
        await _answer(send, status, {"error": why}, *more)


class _Gone(Exception):
    """Whoever delivered it hung up in the middle."""


async def _body(receive: Receive, promised: str, limit: int) -> bytes:
    """The raw body. Raises `TooLarge` as soon as that is known, whatever the headers promise."""
    within(int(promised) if promised.isdecimal() else 0, limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        within(size, limit)
        if not message.get("more_body"):
            return b"".join(chunks)


async def _answer(send: Send, status: int, content: object, *more: tuple[bytes, bytes]) -> None:
    body = _JSON.encode(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
