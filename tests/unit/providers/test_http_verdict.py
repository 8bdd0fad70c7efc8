"""What happens on the wire, and the error that it becomes, for reads and for writes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest
import requests
from urllib3.exceptions import (
    NewConnectionError,
    ProtocolError,
)

from providers.domain.errors import (
    AccessDenied,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)
from providers.http import Answer, retry_after
from providers.http.session import MAX_BODY
from tests.unit.providers.http_wire import CONNECTION, IN_DOUBT, NEVER_SENT, names, read, write


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
