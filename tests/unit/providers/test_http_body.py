"""A body that has come to its end is read as the library reads it; one that has not, or is odd, is left to it."""

import gzip
import zlib
from http.client import HTTPResponse

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from providers.http import head
from providers.http.body import LARGEST, whole
from tests.unit.providers.http_wire import Received, chunked

BODY = b'{"id": 1, "number": "12/2026"}' * 20
ZIPPED = gzip.compress(BODY)


def _sized(body: bytes, *more: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *more, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _ours(data: bytes) -> bytes | None:
    plain = head.plain(data)
    return None if plain is None else whole(plain, data)


def _theirs(data: bytes) -> bytes:
    answer = HTTPResponse(Received(data), method="POST")  # type: ignore[arg-type]
    answer.begin()
    headers = dict(answer.headers.items())
    response = urllib3.HTTPResponse(
        answer, headers=headers, status=200, preload_content=False, original_response=answer
    )
    return b"".join(response.stream(decode_content=True))


GZIP = "Content-Encoding: gzip"
WHOLE = {
    "with a length": _sized(BODY),
    "empty": _sized(b""),
    "compressed": _sized(ZIPPED, GZIP),
    "in chunks": chunked(BODY[:1], BODY[1:]),
    "in no chunk": chunked(),
    "compressed in chunks": chunked(ZIPPED[:9], ZIPPED[9:], more=f"{GZIP}\r\n"),
    "in chunks, largely spelled": chunked(BODY).replace(b"258\r\n", b"00258\r\n"),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE.keys())
def test_a_body_that_is_all_there_is_what_the_library_reads(data: bytes) -> None:
    assert _ours(data) == _theirs(data)
    assert _ours(data + b"HTTP/1.1 200 OK") == _theirs(data)


@given(data=st.sampled_from(list(WHOLE.values())), end=st.integers(1, 1000))
def test_a_body_that_is_not_there_to_its_end_is_left_to_the_library(data: bytes, end: int) -> None:
    assert _ours(data[: len(data) - min(end, len(data))]) is None


ODD = {
    "a chunk that says more": chunked(BODY).replace(b"258\r\n", b"258;more=1\r\n"),
    "a chunk with a sign": chunked(BODY).replace(b"258\r\n", b"+258\r\n"),
    "a chunk that is longer": chunked(BODY).replace(b"258\r\n", b"257\r\n"),
    "a chunk without a length": chunked(BODY).replace(b"258\r\n", b"\r\n"),
    "headers after the chunks": chunked(BODY).removesuffix(b"\r\n") + b"X-More: a\r\n\r\n",
    "compressed otherwise": _sized(zlib.compress(BODY), "Content-Encoding: deflate"),
    "compressed twice": _sized(gzip.compress(ZIPPED), "Content-Encoding: gzip, gzip"),
    "not compressed at all": _sized(BODY, GZIP),
    "nothing that was compressed": _sized(b"", GZIP),
    "compressed in parts": _sized(ZIPPED + ZIPPED, GZIP),
    "compressed, and more": _sized(ZIPPED + b"more", GZIP),
    "half of what was compressed": _sized(ZIPPED[:-9], GZIP),
    "with a wrong sum": _sized(ZIPPED[:-8] + b"\x00" * 8, GZIP),
    "much compressed": _sized(gzip.compress(b"x" * (LARGEST + 1)), GZIP),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_an_odd_body_is_left_to_the_library(data: bytes) -> None:
    assert head.plain(data) is not None
    assert _ours(data) is None
