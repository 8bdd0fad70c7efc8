"""The HTTP surface: webhooks in, health and metrics out.

A delivery is answered 2xx only after it is committed to the ledger. What is wrong with an order is never told
by a status: the shop would send the same again, or give up for good.

==========================================  ======  =========================================
what came                                   status  what happens
==========================================  ======  =========================================
verified, new or repeated                   200     kept; repeats once
verified, but no order can be read          200     kept, marked unreadable, shown to people
an unsigned hello, where the shop has one   200     nothing is kept
wrong or missing signature                  401     nothing is kept
unknown shop                                404     nothing is kept
larger than the limit                       413     nothing is kept
the ledger does not answer                  503     nothing is kept; the shop sends again
==========================================  ======  =========================================
"""

from collections.abc import Mapping
from typing import Protocol

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from providers.ports import BadSignature
from tasks.intake import Receipt, UnknownShop
from tasks.ledger.store import LedgerUnavailable
from worker.web.health import Health
from worker.web.metrics import CONTENT_TYPE, Metrics

log = structlog.get_logger()


class TakesWebhooks(Protocol):
    """The part of `tasks.intake.Intake` that the web door needs."""

    def webhook(self, shop: str, headers: Mapping[str, str], body: bytes) -> Receipt: ...


class TooLarge(Exception):
    """The body is longer than the limit."""


def create_app(*, intake: TakesWebhooks, health: Health, metrics: Metrics, body_limit: int) -> FastAPI:
    """The ASGI app. `body_limit` is in bytes."""
    app = FastAPI(
        title="Counterfoil",
        description="Takes order events of web shops; answers after they are durable.",
        docs_url=None,
        redoc_url=None,
    )

    @app.post("/webhooks/{shop}", responses={code: {"description": text} for code, text in _ANSWERS.items()})
    async def webhook(shop: str, request: Request) -> Response:
        """Take one delivery of a shop: the raw body, signed as the shop signs."""
        try:
            body = await _read_body(request, body_limit)
            headers = {name.lower(): value for name, value in request.headers.items()}
            receipt = await run_in_threadpool(intake.webhook, shop, headers, body)
        except TooLarge:
            return _refuse(metrics, 413, f"the body is larger than {body_limit} bytes")
        except UnknownShop:
            return _refuse(metrics, 404, "no such shop is configured")
        except BadSignature as error:
            log.warning("webhook.refused", shop=shop, why=str(error))
            return _refuse(metrics, 401, "the signature is missing or wrong")
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", shop=shop, error=str(error))
            return _refuse(metrics, 503, "the ledger cannot be reached; send again", retry_after=10)
        metrics.delivered(receipt.verdict)
        return JSONResponse({"verdict": receipt.verdict, "order": receipt.order_id or None})

    @app.get("/healthz")
    async def healthz() -> Response:
        """Whether this process answers at all."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz() -> Response:
        """Whether this process can do its work: the ledger answers and has the right shape."""
        problems = await run_in_threadpool(health.problems)
        status = "ready" if not problems else "not ready"
        return JSONResponse({"status": status, "problems": problems}, status_code=503 if problems else 200)

    @app.get("/metrics")
    async def told() -> Response:
        """Figures in Prometheus' text format, read from the ledger at this moment."""
        try:
            text = await run_in_threadpool(metrics.text)
        except LedgerUnavailable as error:
            return PlainTextResponse(f"# the ledger cannot be reached: {error}\n", status_code=503)
        return Response(text, media_type=CONTENT_TYPE)

    return app


_ANSWERS: dict[int | str, str] = {
    200: "Kept. The verdict tells what it was: applied, stale, duplicate, ignored, unreadable, greeting",
    401: "The signature is missing or wrong; nothing was kept",
    404: "No such shop; nothing was kept",
    413: "Larger than the limit; nothing was kept",
    503: "The ledger cannot be reached; nothing was kept, send again",
}


async def _read_body(request: Request, limit: int) -> bytes:
    """The raw body. Raises `TooLarge` as soon as that is known, whatever the headers promise."""
    promised = request.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) > limit:
        raise TooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def _refuse(metrics: Metrics, status: int, why: str, *, retry_after: int | None = None) -> Response:
    metrics.refused(status)
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return JSONResponse({"error": why}, status_code=status, headers=headers)
