"""What the adapter does to a request on its way, apart from bounding its time."""

import requests

from providers.http.transport import BoundedAdapter


class Socket:
    """Keeps what is sent, each by itself."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(bytes(data))

    def settimeout(self, seconds: float | None) -> None:
        """Nothing is waited for."""


def _sent(body: bytes | None) -> list[bytes]:
    pool = BoundedAdapter(pool_size=1).poolmanager.connection_from_url("http://provider.example")
    connection = pool._new_conn()
    connection.sock = socket = Socket()  # type: ignore[assignment]
    connection.request("POST", "/invoices", body=body, headers={"Content-Length": str(len(body or b""))})
    return socket.sent


def test_headers_and_body_leave_together() -> None:
    (sent,) = _sent(b'{"number": 1}')
    assert sent.startswith(b"POST /invoices HTTP/1.1\r\n")
    assert sent.endswith(b'\r\n\r\n{"number": 1}')


def test_a_request_without_a_body_leaves_at_once() -> None:
    (sent,) = _sent(None)
    assert sent.endswith(b"\r\n\r\n")


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
