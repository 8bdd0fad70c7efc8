"""The body of an answer, taken out of what has come already where it is all there.

Most answers come in one piece, head and body. In chunks or compressed, they would take three classes to read; anything
odd about them still does.
"""

import re
import zlib
from typing import Final

from providers.http.head import Head

_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,5})\r\n")
LARGEST: Final = 1024 * 1024
"""Bytes, decompressed. A larger body is read in pieces, by whoever asked for it."""


def whole(head: Head, data: bytes) -> bytes | None:
    """The body that follows the head, decompressed; None when it is not in the data to its end, or odd."""
    sent = _of_chunks(data, head.size) if head.length is None else data[head.size : head.size + head.length]
    if sent is None or (head.length is not None and len(sent) < head.length):
        return None
    return _unzipped(sent) if head.encoding == "gzip" else sent if not head.encoding else None


def _of_chunks(data: bytes, start: int) -> bytes | None:
    chunks: list[bytes] = []
    while (found := _CHUNK.match(data, start)) is not None:
        end = found.end() + int(found[1], 16)
        if not data.startswith(b"\r\n", end):
            return None
        if end == found.end():
            return b"".join(chunks)
        chunks.append(data[found.end() : end])
        start = end + 2
    return None


def _unzipped(sent: bytes) -> bytes | None:
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        body = decoder.decompress(sent, LARGEST)
    except zlib.error:
        return None
    return body if decoder.eof and not decoder.unused_data else None
