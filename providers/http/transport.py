"""A requests adapter whose time-outs bound the whole exchange.

The time-outs of requests and urllib3 hold for each packet: a server that sends one byte a second keeps a call
alive for ever. A lease on an order ends, so that a call must end too. Here the read time-out is the time for
the *whole* answer, headers and body, and a connection that took longer than the connect time-out (a slow
resolver, several addresses tried in turn) is given up before anything was sent over it.
"""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from providers.http.connection import Connection, SecureConnection, WholeAnswer


class _Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = SecureConnection


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

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """As requests builds it, but for cookies and the encoding of texts: nobody asks for them."""
        response = requests.Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.url, response.request = req.url or "", req
        if isinstance(resp, WholeAnswer):
            response.headers = resp.headers
            resp.release_conn()
        else:
            response.headers = CaseInsensitiveDict(resp.headers)
        return response

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
