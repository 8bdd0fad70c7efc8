"""What happens on the wire, and the error that it becomes, for reads and for writes."""

import io
import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

import pytest
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

from providers.domain.errors import (
    AccessDenied,
    FieldRefusal,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)
from providers.http import Answer, Credentials, ProviderSession, redact, redact_url, retry_after
from providers.http.session import MAX_BODY

TOKEN = "q8fLk2-xyz/garden"
POOL = HTTPConnectionPool("books.example")
CONNECTION = HTTPConnection("books.example")


class Wire(BaseAdapter):
    """Plays the given outcomes one after the other; the last one stays."""

    def __init__(self, *outcomes: Exception | tuple[int, dict[str, str], bytes]) -> None:
        super().__init__()
        self.outcomes = list(outcomes)
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.requests.append(request)
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


@pytest.mark.parametrize("error", NEVER_SENT, ids=names)
@pytest.mark.parametrize("call", [read, write])
def test_a_connection_that_was_never_made_sent_nothing(error: Exception, call: Callable[[Exception], Answer]) -> None:
    with pytest.raises(NotSent):
        call(error)


@pytest.mark.parametrize("error", IN_DOUBT, ids=names)
def test_anything_after_connecting_leaves_a_write_in_doubt(error: Exception) -> None:
    with pytest.raises(OutcomeUnknown):
        write(error)


@pytest.mark.parametrize("error", IN_DOUBT, ids=names)
def test_anything_after_connecting_makes_a_read_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable):
        read(error)


def test_an_earlier_failure_to_connect_proves_nothing_about_a_later_request() -> None:
    try:
        raise NewConnectionError(CONNECTION, "refused")
    except NewConnectionError:
        try:
            raise ConnectionResetError(104, "reset by peer")
        except ConnectionResetError as error:
            reset = error
    with pytest.raises(OutcomeUnknown):
        write(requests.ConnectionError(ProtocolError("Connection aborted.", reset)))


@pytest.mark.parametrize(
    ("status", "for_a_read", "for_a_write"),
    [
        (302, Unavailable, OutcomeUnknown),
        (304, Unavailable, OutcomeUnknown),
        (400, Refused, Refused),
        (401, AccessDenied, AccessDenied),
        (402, AccessDenied, AccessDenied),
        (403, AccessDenied, AccessDenied),
        (404, Refused, Refused),
        (408, Unavailable, OutcomeUnknown),
        (409, Refused, Refused),
        (415, Refused, Refused),
        (422, Refused, Refused),
        (425, Unavailable, OutcomeUnknown),
        (429, Throttled, Throttled),
        (499, Unavailable, OutcomeUnknown),
        (500, Unavailable, OutcomeUnknown),
        (502, Unavailable, OutcomeUnknown),
        (503, Unavailable, OutcomeUnknown),
        (504, Unavailable, OutcomeUnknown),
        (599, Unavailable, OutcomeUnknown),
    ],
)
def test_a_status_becomes_an_error(
    status: int, for_a_read: type[ProviderError], for_a_write: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as raised:
        read((status, {"Location": "https://[broken"}, b"<html>"))
    assert type(raised.value) is for_a_read
    with pytest.raises(ProviderError) as raised:
        write((status, {"Location": "https://[broken"}, b"<html>"))
    assert type(raised.value) is for_a_write


@pytest.mark.parametrize(("status", "missing"), [(404, True), (410, True), (422, False)])
def test_only_a_404_or_a_410_says_that_something_is_missing(status: int, missing: bool) -> None:
    with pytest.raises(Refused) as raised:
        read((status, {}, b""))
    assert raised.value.missing is missing


UNREADABLE = [
    b"<!DOCTYPE html><html><body>Log in</body></html>",
    b'{"id": 4600',
    b"",
    b"\xff\xfe\x00{",
    b'{"price": NaN}',
    b"[" * 100_000,
    b'{"id": ' + b"9" * 10_000 + b"}",
]


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:20]))
def test_a_success_that_cannot_be_read_proves_nothing(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        write((201, {}, body)).json()
    with pytest.raises(Unavailable):
        read((200, {}, body)).json()


def test_a_success_larger_than_any_answer_proves_nothing() -> None:
    body = b" " * (MAX_BODY + 1)
    with pytest.raises(OutcomeUnknown, match="10 MiB"):
        write((201, {}, body))
    with pytest.raises(Unavailable, match="10 MiB"):
        read((200, {}, body))


def test_amounts_are_read_without_loss_and_text_without_what_databases_refuse() -> None:
    answer = read((200, {}, b'{"price": 0.1, "big": 460000001234, "name": "a\\u0000b\\ud800 \\ud83c\\udf3b"}'))
    assert answer.json() == {"price": Decimal("0.1"), "big": 460000001234, "name": "ab? \U0001f33b"}


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read((200, {}, b'\xef\xbb\xbf{"a": 1}')).json() == {"a": 1}


def test_a_read_is_repeated_after_short_waits_that_are_bounded() -> None:
    waits: list[float] = []
    made, wire = session((503, {}, b""), IN_DOUBT[0], (200, {}, b"[]"), waits=waits)
    assert made.get("/things").json() == []
    assert len(wire.requests) == 3
    assert len(waits) == 2
    assert sum(waits) < 5


def test_a_read_is_given_up_after_three_tries() -> None:
    made, wire = session((503, {}, b""))
    with pytest.raises(Unavailable):
        made.get("/things")
    assert len(wire.requests) == 3


@pytest.mark.parametrize("status", [401, 404, 422, 429])
def test_a_read_that_was_answered_is_not_repeated(status: int) -> None:
    made, wire = session((status, {}, b""))
    with pytest.raises(ProviderError):
        made.get("/things")
    assert len(wire.requests) == 1


@pytest.mark.parametrize("outcome", [*NEVER_SENT, *IN_DOUBT, (503, {}, b""), (429, {}, b""), (302, {}, b"")], ids=names)
def test_a_write_is_never_repeated(outcome: Any) -> None:
    made, wire = session(outcome)
    with pytest.raises(ProviderError):
        made.send("POST", "/things", json_body={})
    assert len(wire.requests) == 1


NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "0"}, timedelta(0)),
        ({"Retry-After": " 30 "}, timedelta(seconds=30)),
        ({"Retry-After": "9" * 40}, timedelta(days=1)),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, timedelta(seconds=90)),
        ({"Retry-After": format_datetime(NOW - timedelta(hours=1), usegmt=True)}, timedelta(0)),
        (
            {
                "Retry-After": "Wed, 04 Mar 2026 09:00:20 GMT",
                "Date": "Wed, 04 Mar 2026 09:00:00 GMT",
            },
            timedelta(seconds=20),
        ),
    ],
)
def test_the_named_wait_is_read_in_every_form(headers: dict[str, str], wait: timedelta | None) -> None:
    assert retry_after(headers, now=NOW) == wait


def test_throttled_carries_the_named_wait() -> None:
    with pytest.raises(Throttled) as raised:
        write((429, {"retry-after": "7"}, b""))
    assert raised.value.retry_after == timedelta(seconds=7)


def test_a_redirect_of_a_read_is_followed_to_the_same_host_only_when_allowed() -> None:
    there = (302, {"Location": "/elsewhere"}, b"")
    made, wire = session(there, (200, {}, b"[]"))
    assert made.get("/things", follow=True).json() == []
    assert wire.requests[-1].url == "https://books.example/elsewhere"
    away = session((302, {"Location": "https://evil.example/"}, b""))[0]
    with pytest.raises(Unavailable, match="another host"):
        away.get("/things", follow=True)


@pytest.mark.parametrize(
    "outcome",
    [
        *NEVER_SENT,
        *IN_DOUBT,
        *[(status, {}, f"bad token {TOKEN}".encode()) for status in (200, 302, 401, 404, 422, 429, 500)],
    ],
    ids=names,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_secret_is_in_errors_logs_or_representations(
    outcome: Any, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    def explain(_status: int, body: bytes) -> Refused:
        return Refused(FieldRefusal("", body.decode()))

    caplog.set_level(logging.DEBUG)
    made, wire = session(outcome, explain=explain)

    def call() -> object:
        answer = made.get("/things") if method == "GET" else made.send("POST", "/things")
        return answer.json()

    with pytest.raises(ProviderError) as raised:
        call()
    shown = "".join([str(raised.value), repr(raised.value), repr(made), caplog.text])
    shown += "".join(repr(each) for each in (raised.value.__cause__, raised.value.__context__))
    assert TOKEN not in shown
    assert wire.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_credentials_do_not_show_themselves() -> None:
    shown = repr(Credentials.bearer(TOKEN)) + repr(Credentials.basic("ada", "hunter22"))
    assert TOKEN not in shown
    assert "hunter22" not in shown
    assert "ada" not in shown


def test_credentials_can_go_elsewhere_than_into_the_header() -> None:
    def into_query(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url, {"key": TOKEN})
        return request

    made, wire = session(NEVER_SENT[0], credentials=Credentials(authorize=into_query, secrets=(TOKEN,)))
    with pytest.raises(NotSent) as raised:
        made.get("/things")
    assert "Authorization" not in wire.requests[0].headers
    assert "key=" in (wire.requests[0].url or "")
    assert "garden" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?page=2&api_token=abc/d", "https://a.example/x?page=2&api_token=[redacted]"),
        ("https://me:pw@a.example/x", "https://[redacted]@a.example/x"),
        ("/x?Access-Key=1&sig=2&signal=3", "/x?Access-Key=[redacted]&sig=[redacted]&signal=3"),
        ("https://a.example/x#token=5", "https://a.example/x#token=[redacted]"),
        ("https://[broken?token=1", "https://[broken?token=[redacted]"),
        ("https://a.example/invoices.json?oid=garden%2F1", "https://a.example/invoices.json?oid=garden%2F1"),
    ],
)
def test_addresses_are_shown_without_what_looks_like_credentials(url: str, shown: str) -> None:
    assert redact_url(url) == shown


def test_a_secret_is_found_in_every_form() -> None:
    text = "q8fLk2-xyz/garden q8fLk2-xyz%2Fgarden cThmTGsyLXh5ei9nYXJkZW4= see /x?api_token=other"
    assert redact(text, [TOKEN]) == "[redacted] [redacted] [redacted] see /x?api_token=[redacted]"
