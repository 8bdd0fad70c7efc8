"""What goes wrong, and when.

A sandbox asks its faults twice for every request: before the service acts and after it has. "Lost before"
and "lost after" look the same to the caller and are opposite in effect; that is the whole difficulty.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Protocol, TypeAlias

from providers.sandbox.messages import Broken, Reply, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong. A delay comes first; then the exchange breaks, or the reply is another one."""

    delay: timedelta = timedelta(0)
    broken: Broken | None = None
    rewrite: Callable[[Reply], Reply] | None = None
    """Before the service acts it gets an empty reply and takes the place of acting."""


class Faults(Protocol):
    """Decides about every exchange. Called by many threads."""

    def before(self, request: Request) -> Fault | None:
        """What goes wrong before the service acts: with anything but a delay, it never acts."""
        ...

    def after(self, request: Request, reply: Reply) -> Fault | None:
        """What goes wrong after it has acted."""
        ...


class NoFaults:
    """Nothing goes wrong."""

    def before(self, _request: Request) -> Fault | None:
        return None

    def after(self, _request: Request, _reply: Reply) -> Fault | None:
        return None


Matches: TypeAlias = Callable[[Request], bool]


@dataclass(slots=True)
class _Step:
    fault: Fault
    matches: Matches
    times: int


class Script:
    """Faults told in advance: each applies to the next requests that match, in the order in which they were told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before: list[_Step] = []
        self._after: list[_Step] = []

    def before_acting(self, fault: Fault, *, method: str = "", path: str = "", times: int = 1) -> None:
        """`method` and `path` (a prefix) say which requests; empty means any."""
        with self._lock:
            self._before.append(_Step(fault, _matching(method, path), times))

    def after_acting(self, fault: Fault, *, method: str = "", path: str = "", times: int = 1) -> None:
        with self._lock:
            self._after.append(_Step(fault, _matching(method, path), times))

    def before(self, request: Request) -> Fault | None:
        return self._next(self._before, request)

    def after(self, request: Request, _reply: Reply) -> Fault | None:
        return self._next(self._after, request)

    def _next(self, steps: list[_Step], request: Request) -> Fault | None:
        if not steps:
            return None
        with self._lock:
            for step in steps:
                if step.matches(request):
                    step.times -= 1
                    if not step.times:
                        steps.remove(step)
                    return step.fault
        return None


def _matching(method: str, path: str) -> Matches:
    return lambda request: method in ("", request.method) and request.path.startswith(path)


def refused_connection() -> Fault:
    """Only before acting, and only in process: over a socket the caller sees a dropped connection instead."""
    return Fault(broken=Broken.REFUSED)


def dropped() -> Fault:
    """The connection is gone, without an answer."""
    return Fault(broken=Broken.DROPPED)


def slow(delay: timedelta) -> Fault:
    return Fault(delay=delay)


def dripping(pace: float) -> Fault:
    """Each 16 bytes of the body take `pace` seconds."""
    return Fault(rewrite=lambda reply: replace(reply, pace=pace))


def status(code: int, *, body: bytes = b"", content_type: str = "text/html") -> Fault:
    return Fault(rewrite=lambda _reply: Reply(code, body, {"Content-Type": content_type}))


def throttled(retry_after: str | datetime | None = None) -> Fault:
    """429; the wait is named as given: seconds as text, a moment as an HTTP date, or not at all."""
    if isinstance(retry_after, datetime):
        retry_after = format_datetime(retry_after, usegmt=True)
    headers = {"Content-Type": "application/json"} | ({} if retry_after is None else {"Retry-After": retry_after})
    return Fault(rewrite=lambda _reply: Reply(429, b"{}", headers))


def login_page() -> Fault:
    """An HTML page with the status of success."""
    return Fault(rewrite=lambda reply: Reply.html(reply.status, "Log in"))


def truncated() -> Fault:
    """Only the first half of the body, in an answer that is otherwise complete."""
    return Fault(rewrite=lambda reply: replace(reply, body=reply.body[: len(reply.body) // 2]))
