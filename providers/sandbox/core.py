"""A sandbox: one service behind one lock, with a log of requests and a place for faults."""

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Final, Protocol, TypeAlias, runtime_checkable

from providers.http.redaction import redact_url
from providers.ports import JsonObject
from providers.sandbox.faults import Fault, Faults, NoFaults
from providers.sandbox.messages import Broken, Reply, Request

__all__ = ["Broken", "Clock", "Logged", "Reply", "Request", "Router", "Sandbox", "Service", "utc_now"]

Clock: TypeAlias = Callable[[], datetime]
Handler: TypeAlias = Callable[[Request, tuple[str, ...]], Reply]

STATE_PATH: Final = "/_sandbox/state"
FOREVER: Final = timedelta.max
_LOG_LENGTH = 10_000


def utc_now() -> datetime:
    return datetime.now(UTC)


class Service(Protocol):
    """A provider's behaviour. Called by one thread at a time."""

    def handle(self, request: Request) -> Reply: ...

    def state(self) -> JsonObject:
        """What exists there, for people and tests; holds no secret."""
        ...


@runtime_checkable
class Counts(Protocol):
    """Faults that count what they did, by name."""

    @property
    def injected(self) -> Counter[str]: ...


class Router:
    """Method and path to handler. `{}` in a path stands for one segment without a slash or a dot."""

    def __init__(self, routes: dict[str, Handler]) -> None:
        """Keys read "POST /invoices.json"."""
        self._exact = {key: handler for key, handler in routes.items() if "{}" not in key}
        self._patterns = [
            (re.compile(re.escape(key).replace(r"\{\}", r"([^/.]+)")), handler)
            for key, handler in routes.items()
            if "{}" in key
        ]

    def find(self, request: Request) -> tuple[Handler, tuple[str, ...]] | None:
        key = f"{request.method} {request.path}"
        if handler := self._exact.get(key):
            return handler, ()
        for pattern, handler in self._patterns:
            if match := pattern.fullmatch(key):
                return handler, match.groups()
        return None


@dataclass(frozen=True, slots=True)
class Logged:
    """One exchange in the log, without secrets."""

    at: datetime
    method: str
    url: str
    outcome: str
    """The status, or how the exchange broke."""


class Sandbox:
    """Answers requests for one service. Safe for threads.

    `clock` tells the time of the service, `sleep` passes it: a simulation gives both from one virtual clock.
    """

    def __init__(
        self,
        service: Service,
        *,
        faults: Faults | None = None,
        clock: Clock = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.service = service
        self.faults: Faults = faults or NoFaults()
        self.clock = clock
        self.sleep = sleep
        self.log: deque[Logged] = deque(maxlen=_LOG_LENGTH)
        self.injected: Counter[str] = self.faults.injected if isinstance(self.faults, Counts) else Counter()
        """What was made to go wrong, by name."""
        self._counts: Counter[str] = Counter()
        self._late: list[tuple[datetime, Request]] = []
        self._lock = threading.RLock()

    def exchange(self, request: Request, *, patience: timedelta = FOREVER) -> Reply | Broken:
        """One request and what the caller sees of the answer.

        `patience` is how long the caller waits. A request that is delayed beyond it is carried out all the
        same, at its time: the caller's giving up does not reach a server.
        """
        if request.path == STATE_PATH:
            return Reply.json(200, self.state())
        self._catch_up()
        outcome = self._exchange(request, patience)
        now = self.clock()
        if isinstance(outcome, Reply):
            code = str(outcome.status)
            outcome = replace(outcome, headers={"Date": formatdate(now.timestamp(), usegmt=True), **outcome.headers})
        else:
            code = outcome.value
        with self._lock:
            self.log.append(Logged(now, request.method, redact_url(request.url), code))
            self._counts[f"{request.method} {request.path} {code}"] += 1
        return outcome

    def state(self) -> JsonObject:
        """What exists in the service; under "requests" how often each kind of exchange took place, and under
        "faults_injected" what was made to go wrong."""
        with self._lock:
            told = {**self.service.state(), "requests": dict(self._counts)}
            return {**told, "faults_injected": dict(self.injected)} if self.injected else told

    def _exchange(self, request: Request, patience: timedelta) -> Reply | Broken:
        fault = self.faults.before(request)
        if fault is not None:
            if fault.delay > patience:
                with self._lock:
                    self._late.append((self.clock() + fault.delay, request))
                self.sleep(patience.total_seconds())
                return Broken.TIMED_OUT
            outcome = self._apply(fault, Reply(200), patience)
            if fault.broken or fault.rewrite:
                return outcome
        with self._lock:
            reply = self.service.handle(request)
        fault = self.faults.after(request, reply)
        return reply if fault is None else self._apply(fault, reply, patience)

    def _apply(self, fault: Fault, reply: Reply, patience: timedelta) -> Reply | Broken:
        if fault.delay:
            self.sleep(min(fault.delay, patience).total_seconds())
            if fault.delay > patience:
                return Broken.TIMED_OUT
        if fault.broken is not None:
            return fault.broken
        return reply if fault.rewrite is None else fault.rewrite(reply)

    def _catch_up(self) -> None:
        """Carry out what arrived late and whose time has come."""
        if not self._late:
            return
        with self._lock:
            now = self.clock()
            due = [request for moment, request in self._late if moment <= now]
            self._late = [each for each in self._late if each[0] > now]
            for request in due:
                reply = self.service.handle(request)
                self._counts[f"{request.method} {request.path} {reply.status} late"] += 1
