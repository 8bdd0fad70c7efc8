"""Plain heads are read as the standard library reads them; all others are left to it."""

from http.client import HTTPResponse

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict

from providers.http import head
from tests.unit.providers.http_wire import Received

BODY = b'{"id": 1}'


def _agrees(data: bytes) -> bool:
    """Whether the head is plain; it then says what the standard library says."""
    ours = head.plain(data)
    if ours is None:
        return False
    theirs = HTTPResponse(Received(data), method="POST")  # type: ignore[arg-type]
    theirs.begin()
    assert (ours.status, ours.reason) == (theirs.status, theirs.reason)
    assert ours.headers == CaseInsensitiveDict(HTTPHeaderDict(theirs.headers.items()))
    assert (ours.length, ours.length is None) == (theirs.length, theirs.chunked)
    assert not theirs.will_close
    assert theirs.fp.read() == data[ours.size :]
    return True


PLAIN = [
    b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 200 \r\ncontent-length:9\r\n\r\n",
    b"HTTP/1.1 422 Not  quite that \r\nX-Empty:\r\nContent-Length: 9\r\nConnection: Keep-Alive\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Runtime: \t 0.1 \t\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 9\r\nset-cookie: b=2\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n",
    b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n",
]


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_head_says_what_the_standard_library_reads(data: bytes) -> None:
    assert _agrees(data + BODY)


ODD = {
    "not there to its end": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n",
    "nothing": b"",
    "a hint before the answer": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    "early hints": b"HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 9\r\n\r\n",
    "no number": b"HTTP/1.1 OK\r\nContent-Length: 9\r\n\r\n",
    "another protocol": b"ICY 200 OK\r\nContent-Length: 9\r\n\r\n",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\nContent-Length: 9\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "no headers": b"HTTP/1.1 200 OK\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\nDate: now\r\n\r\n",
    "an odd length": b"HTTP/1.1 200 OK\r\nContent-Length: +9\r\n\r\n",
    "a length below zero": b"HTTP/1.1 200 OK\r\nContent-Length: -9\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\ncontent-length: 9\r\n\r\n",
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 9, 9\r\n\r\n",
    "a length of chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n",
    "another transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "the last one": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n",
    "an upgrade": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: keep-alive, Upgrade\r\n\r\n",
    "a folded line": b"HTTP/1.1 200 OK\r\nX-More: a\r\n b\r\nContent-Length: 9\r\n\r\n",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 9\r\n\r\n",
    "a line without a colon": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nodd\r\n\r\n",
    "a line without a name": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n: odd\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 9\n\n",
    "a bare carriage return": b"HTTP/1.1 200 OK\r\nX-More: a\rContent-Length: 7\r\nContent-Length: 9\r\n\r\n",
    "a zero byte": b"HTTP/1.1 200 OK\r\nX-More: a\x00\r\nContent-Length: 9\r\n\r\n",
    "more than ASCII": "HTTP/1.1 200 OK\r\nX-More: é\r\nContent-Length: 9\r\n\r\n".encode(),
    "very many lines": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n" + b"X-More: a\r\n" * 100 + b"\r\n",
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_an_odd_head_is_left_to_the_standard_library(data: bytes) -> None:
    assert head.plain(data + BODY) is None


_PIECES = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK",
            b"HTTP/1.0 200 OK",
            b"HTTP/1.1 200 ",
            b"HTTP/1.1 201 a  b ",
            b"\r\n",
            b"\r\n\r\n",
            b"\r",
            b"\n",
        ),
        *(
            b"Content-Length: 9",
            b"content-length:9",
            b"Content-Length: 9 ",
            b"Content-Length: 09",
            b"Content-Length: 7",
        ),
        *(
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: Chunked",
            b"Connection: close",
            b"Connection: keep-alive",
        ),
        *(
            b"Content-Encoding: gzip",
            b"X-More: a",
            b"x-more:b",
            b" folded",
            b":",
            b" ",
            b"\t",
            b"\x00",
            b"\x85",
            b"\x0b",
        ),
    ]
)
_STARTS = st.sampled_from([b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 404 \r\n", b""])


@given(start=_STARTS, pieces=st.lists(_PIECES, max_size=8), between=st.sampled_from([b"", b"\r\n"]))
def test_no_head_is_read_otherwise_than_the_standard_library_reads_it(
    start: bytes, pieces: list[bytes], between: bytes
) -> None:
    _agrees(start + between.join(pieces) + b"\r\n\r\n" + BODY)
