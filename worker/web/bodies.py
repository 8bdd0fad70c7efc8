"""Bodies of requests, read no further than they may be long."""

from fastapi import Request


class TooLarge(Exception):
    """The body is longer than the limit."""


def within(size: int, limit: int) -> None:
    """Raise `TooLarge` unless so many bytes are allowed."""
    if size > limit:
        raise TooLarge


async def read_body(request: Request, limit: int) -> bytes:
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
