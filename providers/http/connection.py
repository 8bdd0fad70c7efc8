"""Connections whose time-outs bound a whole answer, and which spend little on a plain one.

The classes of urllib3 and of the standard library do the work. Replaced is what they do most slowly: a request is put
together in one piece and leaves as one packet, and a short answer with a plain head is read at once.
"""

import http.client
import io
import re
import socket
import time
from typing import Any, Final

from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError
from urllib3.util import SKIP_HEADER

from providers.http import head
from providers.http.body import LARGEST, whole

_PIECE: Final = 16 * 1024
"""Bytes that are read at a time: as many as TLS sends in one piece."""
_PLAIN_LINE: Final = re.compile(rf"[!#$%&'*+.^_`|~0-9A-Za-z-]+: (?!{re.escape(SKIP_HEADER)})[\t -~]*")


class WholeAnswer(io.BytesIO):
    """An answer whose body was read with its head. In the place of urllib3's response, for what is asked of that."""

    version_string = "HTTP/1.1"
    length_remaining = 0

    def __init__(self, status: int, reason: str, headers: CaseInsensitiveDict[str], body: bytes) -> None:
        super().__init__(body)
        self.status = status
        self.reason = reason
        self.headers = headers
        self._pool: Any = None
        self._connection: Any = None

    def release_conn(self) -> None:
        """Give the connection back. urllib3's pool says which one and where to, as it does with its own responses."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool._put_conn(connection)  # noqa: SLF001 - its responses do so


class _UntilDeadline(io.RawIOBase):
    """Reads what has come of an answer, then a socket until a moment in time; every single read gets only what is
    left."""

    def __init__(self, come: bytes, sock: socket.socket, deadline: float | None) -> None:
        self._come = come
        self._raw = sock.makefile("rb", buffering=0)
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._come:
            size = min(len(buffer), len(self._come))
            buffer[:size], self._come = self._come[:size], self._come[size:]
            return size
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer did not end in time")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What the standard library asks of a socket."""
        return io.BufferedReader(self)


class _Answer(http.client.HTTPResponse):
    """Its head is read by us where it is plain, else by the standard library."""

    def __init__(self, source: _UntilDeadline, plain: head.Head | None, method: str) -> None:
        super().__init__(source, method=method)  # type: ignore[arg-type]
        self._plain = plain

    def begin(self) -> None:
        plain = self._plain
        if plain is None:
            super().begin()
            return
        self.fp.read(plain.size)
        self.version, self.code, self.status, self.reason = 11, plain.status, plain.status, plain.reason
        self.headers = self.msg = plain.headers  # type: ignore[assignment]  # answers to `get`, as the other
        self.length, self.chunked, self.chunk_left = plain.length, plain.length is None, None
        self.will_close = False


class _Taken:
    """In the place of an answer that was read to its end, so that the standard library goes on to the next request."""

    will_close = False

    def begin(self) -> None:
        """There is nothing left to read."""

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """The connection itself is closed by whoever closes this."""


class _InTime:
    """Mixed into urllib3's connections. The parts of a request are held back until it is complete: the standard
    library sends headers and body each by itself, and the system call is the dearest part of a request."""

    _held: list[bytes] | None = None
    _headers: list[tuple[Any, tuple[Any, ...]]]
    _coming: _Answer | _Taken

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **rest: Any) -> None:
        self._headers = []
        self._held = [] if isinstance(body, bytes) else None
        super().request(method, url, body=body, headers=headers, **rest)  # type: ignore[misc]
        held, self._held = self._held, None
        if held:
            self.send(b"".join(held))

    def putheader(self, header: Any, *values: Any) -> None:
        self._headers.append((header, values))

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        lines = _plain_lines(self._headers)
        if lines is None:
            for header, values in self._headers:
                super().putheader(header, *values)  # type: ignore[misc]
        else:
            self._output("\r\n".join(lines).encode("ascii"))  # type: ignore[attr-defined]
        super().endheaders(*args, **kwargs)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)  # type: ignore[misc]
        else:
            self._held.append(data)

    def response_class(self, *_: Any, **__: Any) -> "_Answer | _Taken":
        """The standard library asks this for the object that is to read the answer."""
        coming = self._coming
        del self._coming
        return coming

    def getresponse(self) -> Any:
        sock, method, limit = self.sock, self._method, self.timeout  # type: ignore[attr-defined]
        sock.settimeout(limit)
        deadline = None if limit is None else time.monotonic() + limit
        come = sock.recv(_PIECE)
        plain = None if method == "HEAD" else head.plain(come)
        body = None if plain is None else whole(plain, come)
        self._coming = _Taken() if body is not None else _Answer(_UntilDeadline(come, sock, deadline), plain, method)
        if plain is None:
            return super().getresponse()  # type: ignore[misc]
        answer = http.client.HTTPConnection.getresponse(self)  # type: ignore[arg-type]
        if body is None:
            if plain.length is None or plain.length > LARGEST or plain.encoding:
                return self._in_pieces(answer, plain)
            body = answer.read()
        return WholeAnswer(plain.status, plain.reason, plain.headers, body)

    def _in_pieces(self, answer: http.client.HTTPResponse, plain: head.Head) -> HTTPResponse:
        return HTTPResponse(
            body=answer,
            headers=plain.headers,
            status=plain.status,
            version=11,
            version_string="HTTP/1.1",
            reason=plain.reason,
            preload_content=False,
            decode_content=False,
            original_response=answer,
            request_method=self._method,  # type: ignore[attr-defined]
        )

    def connect(self) -> None:
        begun = time.monotonic()
        super().connect()  # type: ignore[misc]
        limit = self.timeout  # type: ignore[attr-defined]
        if isinstance(limit, int | float) and time.monotonic() - begun > limit:
            self.close()  # type: ignore[attr-defined]
            raise ConnectTimeoutError(self, f"connecting took longer than {limit} s; nothing was sent")


class Connection(_InTime, HTTPConnection):  # type: ignore[misc]  # which answers are read by what
    pass


class SecureConnection(_InTime, HTTPSConnection):  # type: ignore[misc]  # as above
    pass


def _plain_lines(headers: list[tuple[Any, tuple[Any, ...]]]) -> list[str] | None:
    """The headers as they are sent; None when one of them is odd. Those go the standard library's way, which knows
    what to refuse."""
    try:
        lines = [name + ": " + (text if isinstance(text, str) else text.decode("ascii")) for name, (text,) in headers]
    except (AttributeError, TypeError, ValueError):
        return None
    return lines if all(map(_PLAIN_LINE.fullmatch, lines)) else None
