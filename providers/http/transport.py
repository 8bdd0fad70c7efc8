"""A requests adapter whose time-outs bound the whole exchange.

The time-outs of requests and urllib3 hold for each packet: a server that sends one byte a second keeps a call
alive for ever. A lease on an order ends, so that a call must end too. Here the read time-out is the time for
the *whole* answer, headers and body, and a connection that took longer than the connect time-out (a slow
resolver, several addresses tried in turn) is given up before anything was sent over it.
"""

import http.client
import io
import socket
import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError


class _UntilDeadline(io.RawIOBase):
    """Reads a socket until a moment in time; every single read gets only what is left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        timeout = sock.gettimeout()
        self._deadline = None if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer did not end in time")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_UntilDeadline(self.fp.detach(), sock))


class _InTime:
    """Mixed into urllib3's connections. A request goes out as one packet where it fits into one: the standard library
    sends headers and body each by itself, and the system call is the dearest part of a request."""

    response_class: ClassVar[type[http.client.HTTPResponse]] = _BoundedResponse
    _held: list[bytes] | None = None

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **rest: Any) -> None:
        self._held = [] if isinstance(body, bytes) else None
        super().request(method, url, body=body, headers=headers, **rest)  # type: ignore[misc]
        held, self._held = self._held, None
        if held:
            self.send(b"".join(held))

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)  # type: ignore[misc]
        else:
            self._held.append(data)

    def connect(self) -> None:
        begun = time.monotonic()
        super().connect()  # type: ignore[misc]
        limit = self.timeout  # type: ignore[attr-defined]
        if isinstance(limit, int | float) and time.monotonic() - begun > limit:
            self.close()  # type: ignore[attr-defined]
            raise ConnectTimeoutError(self, f"connecting took longer than {limit} s; nothing was sent")


class _Connection(_InTime, HTTPConnection):
    pass


class _SecureConnection(_InTime, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class BoundedAdapter(HTTPAdapter):
    """Keeps up to `pool_size` connections alive; never repeats a request by itself, and knows of no proxies."""

    def __init__(self, *, pool_size: int) -> None:
        self._last: tuple[tuple[str, ...], Any] | None = None
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=pool_size)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,
        proxies: Any = None,  # noqa: ARG002 - the signature is requests' own
        cert: Any = None,
    ) -> Any:
        """That of the last request, if it is to the same server; to find it takes longer than to use it."""
        server = (*urlsplit(request.url or "")[:2], str(verify), str(cert))
        last = self._last
        if last is not None and last[0] == server:
            return last[1]
        found: Any = super().get_connection_with_tls_context(request, verify, proxies={}, cert=cert)
        self._last = server, found
        return found

    def close(self) -> None:
        self._last = None
        super().close()

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:  # noqa: ARG002 - as above
        return request.path_url

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
