"""A requests adapter that reaches a sandbox in the same process: no sockets, the same errors."""

import io
from collections.abc import Mapping
from datetime import timedelta
from http.client import RemoteDisconnected
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse, Timeout
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from providers.sandbox.core import FOREVER, Sandbox
from providers.sandbox.messages import Broken, Reply, Request


class SandboxAdapter(BaseAdapter):
    """Mount it in place of the network. What breaks is raised as requests would raise it."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox
        self._pool = HTTPConnectionPool("sandbox")

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is requests' own
        timeout: Any = None,
        verify: bool | str = True,  # noqa: ARG002, FBT001, FBT002
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        body = request.body or b""
        asked = Request(
            request.method or "GET",
            request.path_url,
            {name.lower(): _text(value) for name, value in request.headers.items()},
            body.encode() if isinstance(body, str) else bytes(body),
        )
        patience = _patience(timeout)
        outcome = self.sandbox.exchange(asked, patience=patience)
        if isinstance(outcome, Reply) and outcome.pace:
            needed = timedelta(seconds=outcome.pace * len(outcome.body) / 16)
            self.sandbox.sleep(min(needed, patience).total_seconds())
            if needed > patience:
                outcome = Broken.TIMED_OUT
        if isinstance(outcome, Broken):
            raise self._error(outcome, request)
        response = _response(outcome, request)
        if not stream:
            _ = response.content
        return response

    def close(self) -> None:
        """Nothing is held open."""

    def _error(self, broken: Broken, request: requests.PreparedRequest) -> requests.RequestException:
        match broken:
            case Broken.REFUSED:
                reason = NewConnectionError(HTTPConnection("sandbox"), "[Errno 111] Connection refused")
                return requests.ConnectionError(MaxRetryError(self._pool, request.path_url, reason), request=request)
            case Broken.DROPPED:
                gone = RemoteDisconnected("Remote end closed connection without response")
                return requests.ConnectionError(ProtocolError("Connection aborted.", gone), request=request)
            case Broken.TIMED_OUT:
                late = ReadTimeoutError(self._pool, request.path_url, "Read timed out.")
                return requests.ReadTimeout(late, request=request)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _patience(timeout: Any) -> timedelta:
    """The read time-out, in any of the forms that requests takes."""
    if isinstance(timeout, Timeout):
        limits = [limit for limit in (timeout._read, timeout.total) if isinstance(limit, int | float)]  # noqa: SLF001
        seconds = min(limits, default=None)
    else:
        seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    return FOREVER if seconds is None else timedelta(seconds=seconds)


def _response(reply: Reply, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.headers = CaseInsensitiveDict(reply.headers)
    response.raw = HTTPResponse(
        body=io.BytesIO(reply.body), headers=reply.headers, status=reply.status, preload_content=False
    )
    response.encoding = "utf-8"
    response.url = request.url or ""
    response.request = request
    return response
