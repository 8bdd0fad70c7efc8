"""A fast fake of an invoicing provider, in a process of its own: `python -m tests.benchmarks.provider --help`.

It speaks as much of InvoiceOcean's dialect as invoicing an order takes, over HTTP/1.1 with keep-alive, and does as
little as it can, so that it is not what is measured. It keeps the time of every request, so that limits can be
verified from its side.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

from tests.benchmarks.account import DROPPED, HEAVY, Account, Logged, Query, Reply, told

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_DOCUMENT = re.compile(r"/invoices/(\d+)\.json")
_WRITES = {"/invoices.json": "create", "/banking/payments.json": "pay"}
_REASONS = {200: "OK", 201: "Created", 404: "Not Found", 422: "Unprocessable", 429: "Too Many Requests"}


class Connection(asyncio.Protocol):
    """One caller. Requests are read by hand: a framework would cost more than the service."""

    def __init__(self, account: Account, latency: float) -> None:
        self._account = account
        self._latency = latency
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(buffer, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(buffer) < whole:
                break
            self._take(buffer[: buffer.index(b"\r\n")].decode("latin-1"), buffer[end + 4 : whole])
            buffer = buffer[whole:]
        self._buffer = buffer

    def _take(self, line: str, body: bytes) -> None:
        began = time.monotonic()
        method, target, _ = line.split(" ")
        if target.startswith("/_"):
            self._write(told(200, _told(self._account, target)))
            return
        path, _, parameters = target.partition("?")
        query = parse_qs(parameters) if parameters else {}
        what, number = _what(method, path, query)
        try:
            sent: Mapping[str, Any] = json.loads(body) if body else {}
            reply, injected = self._account.answer(what, number, sent, query)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            sys.stderr.write(f"{line}: {error!r}\n")
            reply, injected = Reply(400, b"{}"), False
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._finish, what, began, reply, injected)
        else:
            self._finish(what, began, reply, injected)

    def _finish(self, what: str, began: float, reply: Reply, injected: bool) -> None:
        self._account.log.append(Logged(what, began, time.monotonic(), reply.status, injected))
        if reply is DROPPED:
            self._transport.abort()
        else:
            self._write(reply)

    def _write(self, reply: Reply) -> None:
        head = (
            f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Error')}\r\nDate: {_date()}\r\n"
            f"Content-Type: application/json\r\n{reply.headers}Content-Length: {len(reply.body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + reply.body)


def _what(method: str, path: str, query: Query) -> tuple[str, int]:
    """What a request is, and the number of the document that its address names."""
    if method == "POST":
        return _WRITES.get(path, "other"), 0
    if path == "/invoices.json":
        return ("find" if "oid" in query else "list"), 0
    document = _DOCUMENT.fullmatch(path)
    return ("read", int(document[1])) if document else ("other", 0)


def _told(account: Account, target: str) -> object:
    """What the harness asks; `/_paid` is cheap enough to be asked often."""
    if target == "/_paid":
        return {"paid": len(account.paid), "requests": len(account.log)}
    return account.log if target == "/_log" else account.state()


_DATES: dict[int, str] = {}


def _date() -> str:
    """The Date header, written once a second."""
    now = int(time.time())
    if now not in _DATES:
        _DATES.clear()
        _DATES[now] = formatdate(now, usegmt=True)
    return _DATES[now]


async def _serve(account: Account, latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(account, latency), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal; the port is the first line on standard output."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.provider", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--faults", action="store_true", help="the heavy mix")
    parser.add_argument("--seed", type=int, default=7, help="what the faults are drawn from")
    parser.add_argument("--per-second", type=float, default=0.0, help="more requests than that are answered 429")
    given = parser.parse_args(arguments)
    account = Account(seed=given.seed, faults=HEAVY if given.faults else (), per_second=given.per_second)
    asyncio.run(_serve(account, given.latency))


if __name__ == "__main__":
    main()
