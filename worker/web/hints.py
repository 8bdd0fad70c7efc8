"""The door for the providers' own webhooks, where the configuration opens one.

They are signed by nobody, so that whoever sends one is told nothing by the answer: it is the same for a hint that is
followed, one that names nothing, and one too many.
"""

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from tasks.hinting import Hints
from worker.web.bodies import TooLarge, read_body

_LIMIT = 64 * 1024
"""Bytes. A hint that is longer is passed over."""


def add_hints(app: FastAPI, hints: Hints) -> None:
    """Give the app the door."""

    @app.post("/hints/{book}/{token}", status_code=202, responses={404: {"description": "There is no such door"}})
    async def hint(book: str, token: str, request: Request) -> Response:
        """Take a provider's word that a document of a book may have changed: it is read again."""
        if not hints.lets_in(book, token):
            return Response(status_code=404)
        try:
            body = await read_body(request, _LIMIT)
        except TooLarge:
            return Response(status_code=202)
        await run_in_threadpool(hints.take, book, body)
        return Response(status_code=202)
