"""What the adapter does to a request on its way, apart from bounding its time."""

from typing import Any

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.util import SKIP_HEADER

from providers.http.transport import BoundedAdapter


class Socket:
    """Keeps what is sent, each by itself."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(bytes(data))

    def settimeout(self, seconds: float | None) -> None:
        """Nothing is waited for."""


def _connection() -> HTTPConnection:
    pool = BoundedAdapter(pool_size=1).poolmanager.connection_from_url("http://provider.example")
    return pool._new_conn()  # type: ignore[return-value]


def _sent(body: bytes | None, connection: HTTPConnection | None = None, **headers: str | bytes) -> list[bytes]:
    connection = connection or _connection()
    connection.sock = socket = Socket()  # type: ignore[assignment]
    told: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/invoices", body=body, headers={"Content-Length": str(len(body or b"")), **told})
    return socket.sent


def test_headers_and_body_leave_together() -> None:
    (sent,) = _sent(b'{"number": 1}')
    assert sent.startswith(b"POST /invoices HTTP/1.1\r\n")
    assert sent.endswith(b'\r\n\r\n{"number": 1}')


def test_a_request_without_a_body_leaves_at_once() -> None:
    (sent,) = _sent(None)
    assert sent.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer q8fLk2", "Accept": "application/json"},
        {"Host": "elsewhere.example", "Accept_Encoding": "gzip"},
        {"X_Empty": ""},
        {"X_Bytes": b"a"},
        {"X_More": "é"},
        {"X_Folded": "a\r\n b"},
        {"User_Agent": SKIP_HEADER, "Accept": "application/json"},
    ],
    ids=repr,
)
def test_headers_leave_as_the_library_sends_them(headers: dict[str, str | bytes]) -> None:
    theirs = b"".join(_sent(b"{}", HTTPConnection("provider.example"), **headers))
    assert _sent(b"{}", **headers) == [theirs]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X_More", "a\r\nX-Other: b"),
        ("X_More", "a\n"),
        ("X_More", "a\r"),
        ("X_More", b"a\r\nX-Other: b"),
        ("X_More: a\r\nX_Other", "b"),
        (" X_More", "a"),
        ("", "a"),
        ("X_More", SKIP_HEADER),
        ("X_More", "\u0142"),
    ],
    ids=repr,
)
def test_a_header_that_would_be_more_than_one_is_never_sent(name: str, value: str | bytes) -> None:
    connection = _connection()
    with pytest.raises(ValueError, match=r"header|codec|SKIP"):
        _sent(b"{}", connection, **{name: value})
    assert connection.sock.sent == []  # type: ignore[union-attr]


def test_requests_to_one_server_share_its_connections() -> None:
    adapter = BoundedAdapter(pool_size=1)

    def pool(url: str, *, verify: bool = True) -> object:
        return adapter.get_connection_with_tls_context(requests.Request("GET", url).prepare(), verify)

    here = pool("https://provider.example/invoices")
    assert pool("https://provider.example/payments") is here
    assert pool("https://elsewhere.example/invoices") is not here
    assert pool("https://provider.example/invoices") is here
    assert pool("https://provider.example/invoices", verify=False) is not here


def test_connections_that_were_closed_are_not_used_again() -> None:
    adapter = BoundedAdapter(pool_size=1)
    request = requests.Request("GET", "https://provider.example/invoices").prepare()
    closed = adapter.get_connection_with_tls_context(request, verify=True)
    adapter.close()
    assert adapter.get_connection_with_tls_context(request, verify=True) is not closed
