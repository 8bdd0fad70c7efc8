"""What goes into a sandbox and what comes out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are in lower case; of a parameter given twice the last one counts."""

    method: str
    url: str
    """Path and query as they were asked for."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    path: str = field(init=False)
    query: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        object.__setattr__(self, "path", parts.path)
        object.__setattr__(self, "query", dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {})

    def json(self) -> object:
        """The body as JSON, fractions as `Decimal`. Raises `ValueError` when it is none."""
        return json.loads(self.body, parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. `pace` is the time in seconds that each 16 bytes of the body take, for a slow line."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pace: float = 0.0

    @classmethod
    def json(cls, status: int, value: object) -> "Reply":
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, body, {"Content-Type": "application/json; charset=utf-8"})

    @classmethod
    def html(cls, status: int, title: str) -> "Reply":
        page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return cls(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


class Broken(StrEnum):
    """An exchange that ends without an answer."""

    REFUSED = "refused"
    """The connection was never made."""
    DROPPED = "dropped"
    """The connection was made, the request was read, and then the connection was gone."""
    TIMED_OUT = "timed_out"
    """The caller stopped waiting."""
