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
    """Mixed into urllib3's connections."""

    response_class: ClassVar[type[http.client.HTTPResponse]] = _BoundedResponse

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
    """Keeps up to `pool_size` connections alive; never repeats a request by itself."""

    def __init__(self, *, pool_size: int) -> None:
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=pool_size)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
