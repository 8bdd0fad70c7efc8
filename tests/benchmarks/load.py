"""The webhook load generator, in a process of its own: `python -m tests.benchmarks.load --help`.

It sends requests that were made and signed beforehand, over connections that it keeps, at a fixed rate or as fast as
they are acknowledged. At a fixed rate a latency counts from the moment at which the delivery was to be sent, so that
a slow answer is not hidden by what waits behind it. As a shop does, it sends again what was not acknowledged.
"""

import argparse
import asyncio
import json
import resource
import struct
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

_AGAIN_SECONDS = 0.2
_SIZE = struct.Struct(">I")


@dataclass(slots=True)
class Report:
    """What the shops saw. Latencies are in milliseconds, moments in monotonic seconds."""

    deliveries: int
    acknowledged: int = 0
    refused: int = 0
    """Answers other than 200: each was sent again."""
    resent: int = 0
    """Deliveries that were sent again, since they were refused or nobody answered."""
    p50: float = 0.0
    p99: float = 0.0
    longest: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    """Seconds of processor time of the generator."""

    @property
    def seconds(self) -> float:
        return max(self.ended - self.began, 1e-6)

    @property
    def busy(self) -> float:
        """The share of the time for which the generator itself kept a core busy."""
        return self.cpu / self.seconds


@dataclass(slots=True)
class _Delivery:
    request: bytes
    planned: float


@dataclass
class _Sender:
    """Sends everything; `rate` 0 is as fast as acknowledged."""

    address: tuple[str, int]
    requests: Sequence[bytes]
    rate: float
    connections: int
    report: Report
    idle: deque["_Client"] = field(default_factory=deque)
    waiting: deque[_Delivery] = field(default_factory=deque)
    open: int = 0
    latencies: list[float] = field(default_factory=list)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        began = self.report.began = time.monotonic()
        if not self.rate:
            self.waiting.extend(_Delivery(request, 0.0) for request in self.requests)
            for _ in range(min(self.connections, len(self.waiting))):
                self._connect()
        else:
            for number, request in enumerate(self.requests):
                planned = began + number / self.rate
                if (early := planned - time.monotonic()) > 0.001:
                    await asyncio.sleep(early)
                self.push(_Delivery(request, planned))
        await self.finished.wait()
        self.report.ended = time.monotonic()

    def push(self, delivery: _Delivery) -> None:
        while self.idle:
            if (client := self.idle.pop()).usable:
                client.send(delivery)
                return
        self.waiting.append(delivery)
        if self.open < self.connections:
            self._connect()

    def free(self, client: "_Client") -> None:
        if self.waiting:
            client.send(self.waiting.popleft())
        else:
            self.idle.append(client)

    def acknowledged(self, delivery: _Delivery) -> None:
        self.latencies.append(1000 * (time.monotonic() - delivery.planned))
        self.report.acknowledged += 1
        if self.report.acknowledged == len(self.requests):
            self.finished.set()

    def again(self, delivery: _Delivery) -> None:
        self.report.resent += 1
        asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self.push, delivery)

    def closed(self) -> None:
        self.open -= 1
        if self.waiting:
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._connect)

    def _connect(self) -> None:
        if self.open < self.connections:
            self.open += 1
            task = asyncio.create_task(self._connected())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _connected(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: _Client(self), *self.address)
        except OSError:
            self.closed()


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender
        self._transport: Any = None
        self._buffer = b""
        self._delivery: _Delivery | None = None

    @property
    def usable(self) -> bool:
        return not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._sender.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self._sender.idle:
            self._sender.idle.remove(self)
        self._sender.closed()
        if self._delivery is not None:
            self._sender.again(self._delivery)

    def send(self, delivery: _Delivery) -> None:
        delivery.planned = delivery.planned or time.monotonic()
        self._delivery = delivery
        self._transport.write(delivery.request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        self._buffer = b""
        delivery, self._delivery = self._delivery, None
        assert delivery is not None
        if head[9:12] == b"200":
            self._sender.acknowledged(delivery)
        else:
            self._sender.report.refused += 1
            self._sender.again(delivery)
        if not self._transport.is_closing():
            self._sender.free(self)


def packed(requests: Sequence[bytes]) -> bytes:
    """Requests as the file holds them."""
    return b"".join(_SIZE.pack(len(request)) + request for request in requests)


def _unpacked(content: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(content):
        (size,) = _SIZE.unpack_from(content, place)
        place += _SIZE.size
        yield content[place : place + size]
        place += size


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("file", type=Path, help="the requests")
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=float, default=0.0, help="deliveries a second; 0: as fast as acknowledged")
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args(arguments)
    requests = tuple(_unpacked(given.file.read_bytes()))
    report = Report(deliveries=len(requests))
    before = _cpu()
    sender = _Sender(("127.0.0.1", given.port), requests, given.rate, given.connections, report)
    asyncio.run(sender.run())
    report.cpu = _cpu() - before
    cuts = quantiles(sender.latencies, n=100, method="inclusive") if len(sender.latencies) > 1 else [0.0] * 99
    report.p50, report.p99, report.longest = cuts[49], cuts[98], max(sender.latencies)
    sys.stdout.write(json.dumps(asdict(report)))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
