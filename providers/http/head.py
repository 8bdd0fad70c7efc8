"""The head of an answer, read quickly where it is plain.

The standard library reads heads by its parser for e-mail: a third of the time that an answer takes. Here one
expression reads what nearly every server sends. Whatever differs from that in the least is left to the standard
library: what an odd head means is for one place to say.
"""

import re
from typing import Final, NamedTuple

from requests.structures import CaseInsensitiveDict

_HEAD: Final = re.compile(
    rb"HTTP/1\.1 (?P<status>[2-5][0-9]{2}) (?P<reason>[\t -~]*)"
    rb"(?P<lines>(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*)+)\r\n\r\n"
)
_LENGTH: Final = re.compile("[0-9]{1,9}")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding"})
"""What tells where an answer ends, and how it is to be read."""
_MOST_LINES: Final = 90
"""The standard library takes up to a hundred."""
_WITHOUT_BODY: Final = frozenset({204, 304})


class Head(NamedTuple):
    """A plain head. What follows it is told in exactly one way, and the connection is kept."""

    status: int
    reason: str
    headers: CaseInsensitiveDict[str]
    """What stands in several lines is joined by commas, as urllib3 does it."""
    size: int
    """In bytes, with the empty line at the end."""
    length: int | None
    """Of the body as it is sent; None when it comes in chunks."""
    encoding: str
    """How the body is compressed; empty when it is not."""


def plain(data: bytes) -> Head | None:
    """The head at the beginning of the data; None when it is not there to its end, or not plain."""
    found = _HEAD.match(data)
    if found is None or (status := int(found["status"])) in _WITHOUT_BODY:
        return None
    lines = found["lines"].decode("ascii").split("\r\n")[1:]
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key, value = name.lower(), value.lstrip("\t ")
        if key in fields:
            if key in _FRAMING:
                return None
            value = f"{fields[key]}, {value}"
        headers[name] = fields[key] = value
    if len(lines) > _MOST_LINES or not _ends_plainly(fields):
        return None
    length = int(fields["content-length"]) if "content-length" in fields else None
    reason = found["reason"].decode("ascii").strip()
    return Head(status, reason, headers, found.end(), length, fields.get("content-encoding", ""))


def _ends_plainly(fields: dict[str, str]) -> bool:
    """Whether the end of the answer is told in one of the two usual ways, and is not that of the connection."""
    if fields.get("connection", "keep-alive").lower() != "keep-alive":
        return False
    if "transfer-encoding" in fields:
        return fields["transfer-encoding"] == "chunked" and "content-length" not in fields
    return _LENGTH.fullmatch(fields.get("content-length", "")) is not None
