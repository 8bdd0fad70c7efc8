"""A wire on which everything can happen, and a session at the end of it."""

import io
import ssl
from datetime import timedelta
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from providers.http import Answer, Credentials, ProviderSession

TOKEN = "q8fLk2-xyz/garden"


POOL = HTTPConnectionPool("books.example")


CONNECTION = HTTPConnection("books.example")


class Wire(BaseAdapter):
    """Plays the given outcomes one after the other; the last one stays."""

    def __init__(self, *outcomes: Exception | tuple[int, dict[str, str], bytes]) -> None:
        super().__init__()
        self.outcomes = list(outcomes)
        self.requests: list[requests.PreparedRequest] = []
        self.timeouts: list[Any] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.requests.append(request)
        self.timeouts.append(kwargs["timeout"])
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        response = requests.Response()
        response.status_code, headers, body = outcome
        response.headers.update(headers)
        response.raw = HTTPResponse(io.BytesIO(body), preload_content=False)
        return response

    def close(self) -> None:
        pass


def session(*outcomes: Exception | tuple[int, dict[str, str], bytes], **more: Any) -> tuple[ProviderSession, Wire]:
    wire = Wire(*outcomes)
    waits: list[float] = more.pop("waits", [])
    made = ProviderSession(
        base_url="https://books.example",
        credentials=more.pop("credentials", Credentials.bearer(TOKEN)),
        connect_timeout=timedelta(seconds=5),
        read_timeout=timedelta(seconds=30),
        adapter=wire,
        sleep=waits.append,
        **more,
    )
    return made, wire


def read(outcome: Any, **more: Any) -> Answer:
    return session(outcome, **more)[0].get("/things")


def write(outcome: Any, **more: Any) -> Answer:
    return session(outcome, **more)[0].send("POST", "/things", json_body={"a": "1"})


def exhausted(reason: Exception) -> MaxRetryError:
    return MaxRetryError(POOL, f"/things?api_token={TOKEN}", reason)


BAD_CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")


NEVER_SENT = [
    requests.ConnectionError(exhausted(NewConnectionError(CONNECTION, "[Errno 111] Connection refused"))),
    requests.ConnectionError(exhausted(NameResolutionError("books.example", CONNECTION, OSError()))),  # type: ignore[arg-type]
    requests.ConnectTimeout(exhausted(ConnectTimeoutError(CONNECTION, "timed out"))),
    requests.exceptions.SSLError(exhausted(SSLError(BAD_CERTIFICATE))),
]


IN_DOUBT = [
    requests.ConnectionError(ProtocolError("Connection aborted.", RemoteDisconnected("closed without response"))),
    requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer"))),
    requests.ConnectionError(ProtocolError("Connection broken", BrokenPipeError(32, "broken pipe"))),
    requests.ReadTimeout(ReadTimeoutError(POOL, "/things", "Read timed out.")),
    requests.exceptions.SSLError(exhausted(SSLError(ssl.SSLError(1, "decryption failed or bad record mac")))),
    requests.exceptions.SSLError(exhausted(SSLError(ssl.SSLEOFError(8, "unexpected eof")))),
    requests.exceptions.ChunkedEncodingError(ProtocolError("Connection broken", IncompleteRead(b"", 7))),
    requests.exceptions.ContentDecodingError("not gzip"),
    requests.ConnectionError("anything else"),
    requests.exceptions.ProxyError("a proxy"),
    ConnectionResetError(104, "reset by peer"),
    TimeoutError("timed out"),
]


def names(error: Exception) -> str:
    return repr(error)[:60]


def chunked(*bodies: bytes, more: str = "") -> bytes:
    """An answer in chunks, after more headers."""
    head = f"HTTP/1.1 200 OK\r\n{more}Transfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in (*bodies, b""))


class Received:
    """What the standard library takes for a socket, after an answer came over it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._data))  # type: ignore[type-var]
