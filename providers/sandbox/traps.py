"""Lists that behave badly in ways that providers are known for, whatever the provider."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from providers.ports import JsonObject
from providers.sandbox.core import Service
from providers.sandbox.messages import Reply, Request

_PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traps:
    """What is wrong with the lists."""

    last_page_repeats: bool = False
    """A page beyond the end is the last page again, not an empty one."""
    pages_shift: bool = False
    """Every page but the first begins one row early, as when a row was put in front between two requests."""
    list_lag: timedelta = timedelta(0)
    """Lists do not show what was made or changed this recently; the service itself sees to it."""


class TrappedLists:
    """A service with traps in the lists that take a `page` and answer with a plain JSON array."""

    def __init__(self, service: Service, traps: Traps) -> None:
        self._service = service
        self._traps = traps

    def handle(self, request: Request) -> Reply:
        reply = self._service.handle(request)
        number = request.query.get(_PAGE, "")
        page = int(number) if number.isdecimal() else 1
        if request.method != "GET" or page < 2 or _rows(reply) is None:
            return reply
        if self._traps.pages_shift:
            reply = self._shifted(request, page, reply)
        if self._traps.last_page_repeats:
            while not _rows(reply) and page > 1:
                page -= 1
                reply = self._service.handle(_at(request, page))
        return reply

    def state(self) -> JsonObject:
        return self._service.state()

    def _shifted(self, request: Request, page: int, reply: Reply) -> Reply:
        size = len(_rows(self._service.handle(_at(request, 1))) or [])
        before = _rows(self._service.handle(_at(request, page - 1))) or []
        pushed = before[-1:] if len(before) == size else []
        return replace(reply, body=Reply.json(200, [*pushed, *(_rows(reply) or [])][:size]).body)


def _rows(reply: Reply) -> list[object] | None:
    """The rows of a list; None where the answer is none."""
    if reply.status != 200 or not reply.body.startswith(b"["):
        return None
    rows = json.loads(reply.body)
    return rows if isinstance(rows, list) else None


def _at(request: Request, page: int) -> Request:
    parts = urlsplit(request.url)
    query = [(name, str(page) if name == _PAGE else value) for name, value in parse_qsl(parts.query)]
    return Request(request.method, f"{parts.path}?{urlencode(query)}", request.headers, request.body)
