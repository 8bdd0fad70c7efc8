"""The HTTP surface: webhooks in, health and metrics out; and hints, see `worker.web.hints`.

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

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from tasks.hinting import Hints
from tasks.ledger.store import LedgerUnavailable
from worker.web.door import PREFIX, Door
from worker.web.gathering import Gathering, TakesWebhooks
from worker.web.health import Health
from worker.web.hints import add_hints
from worker.web.metrics import CONTENT_TYPE, Metrics


class Surface(FastAPI):
    """The ASGI app. Deliveries pass by the framework; it only describes their door."""

    door: Door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.door.leads_to(scope):
            await self.door(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    *, intake: TakesWebhooks, health: Health, metrics: Metrics, body_limit: int, hints: Hints | None = None
) -> FastAPI:
    """The ASGI app. `body_limit` is in bytes; `hints` takes the providers' own webhooks, where there is a door."""
    app = Surface(
        title="Counterfoil",
        description="Takes order events of web shops; answers after they are durable.",
        docs_url=None,
        redoc_url=None,
    )
    app.door = Door(Gathering(intake), metrics, body_limit=body_limit)

    @app.post(PREFIX + "{shop}", responses={code: {"description": text} for code, text in _ANSWERS.items()})
    async def webhook(shop: str) -> Response:  # noqa: ARG001  (for the description)
        """Take one delivery of a shop: the raw body, signed as the shop signs."""
        return Response(status_code=404)  # a path that the door does not know

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

    if hints:
        add_hints(app, hints)
    return app


_ANSWERS: dict[int | str, str] = {
    200: "Kept. The verdict tells what it was: applied, stale, duplicate, ignored, unreadable, greeting",
    401: "The signature is missing or wrong; nothing was kept",
    404: "No such shop; nothing was kept",
    413: "Larger than the limit; nothing was kept",
    503: "The ledger cannot be reached; nothing was kept, send again",
}
