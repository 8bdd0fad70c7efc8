"""How a session asks: what it repeats, what it never does, and what a call may say about itself."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

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
from providers.http import Body, Call, Credentials
from tests.unit.providers.http_wire import IN_DOUBT, NEVER_SENT, TOKEN, names, session


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


def test_a_redirect_of_a_read_is_followed_to_the_same_host_only_when_allowed() -> None:
    there = (302, {"Location": "/elsewhere"}, b"")
    made, wire = session(there, (200, {}, b"[]"))
    assert made.get("/things", follow=True).json() == []
    assert wire.requests[-1].url == "https://books.example/elsewhere"
    away = session((302, {"Location": "https://evil.example/"}, b""))[0]
    with pytest.raises(Unavailable, match="another host"):
        away.get("/things", follow=True)


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


def test_a_call_says_its_method_path_parameters_headers_and_body() -> None:
    made, wire = session((204, {}, b""))
    body = Body(b"<request/>", "application/xml")
    made.write(Call(method="PUT", path="/things/1", params={"a": "b c"}, headers={"X-More": "1"}, body=body))
    (asked,) = wire.requests
    assert (asked.method, asked.url) == ("PUT", "https://books.example/things/1?a=b+c")
    assert (asked.body, asked.headers["Content-Type"], asked.headers["X-More"]) == (
        b"<request/>",
        "application/xml",
        "1",
    )


def test_the_short_forms_say_the_same() -> None:
    made, wire = session((200, {}, b"{}"))
    made.send("POST", "/things", json_body={"a": 1}, params={"b": "2"}, headers={"Idempotency-Key": "k"})
    made.get("/things", params={"b": "2"}, headers={"Accept": "application/pdf"})
    write, read = wire.requests
    assert (write.body, write.headers["Content-Type"], write.headers["Idempotency-Key"]) == (
        b'{"a": 1}',
        "application/json",
        "k",
    )
    assert write.url == read.url == "https://books.example/things?b=2"
    assert (read.method, read.body, read.headers["Accept"]) == ("GET", None, "application/pdf")


def test_a_form_holds_records_and_lists_as_php_reads_them() -> None:
    body = Body.form({"name": "A & B", "lines": [{"code": "é"}, {"code": 1}], "to": {"city": "Ede"}})
    assert body.content_type == "application/x-www-form-urlencoded"
    assert parse_qsl(body.content.decode()) == [
        ("name", "A & B"),
        ("lines[0][code]", "é"),
        ("lines[1][code]", "1"),
        ("to[city]", "Ede"),
    ]


def test_a_read_by_post_is_repeated_as_any_read() -> None:
    made, wire = session((503, {}, b""), IN_DOUBT[0], (200, {}, b"<response/>"))
    answer = made.read(Call(method="POST", path="/xml-in", body=Body(b"<request/>", "application/xml")))
    assert (answer.body, answer.wrote) == (b"<response/>", False)
    assert [(each.method, each.body) for each in wire.requests] == [("POST", b"<request/>")] * 3


def test_a_read_may_be_tried_once_only() -> None:
    made, wire = session((503, {}, b""))
    with pytest.raises(Unavailable):
        made.read(Call(method="POST", path="/things"), tries=1)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(("within", "seconds"), [(None, 35), (timedelta(seconds=2), 2), (timedelta(minutes=5), 35)])
def test_a_call_may_take_less_than_one_calls_time_and_never_more(within: timedelta | None, seconds: float) -> None:
    made, wire = session((200, {}, b"{}"))
    made.write(Call(method="POST", path="/things", within=within))
    assert wire.timeouts[-1].total == seconds
    made.read(Call(path="/things", within=within))
    assert wire.timeouts[-1].total == pytest.approx(seconds, abs=0.5)


@pytest.mark.parametrize("within", [timedelta(0), timedelta(seconds=-3)])
def test_a_call_without_any_time_left_is_not_sent(within: timedelta) -> None:
    made, wire = session((200, {}, b"{}"))
    for ask in (made.read, made.write):
        with pytest.raises(NotSent, match="no time left"):
            ask(Call(path="/things", within=within))
    assert wire.requests == []


def test_a_providers_own_word_on_a_status_decides() -> None:
    def classify(status: int, body: bytes) -> int:
        return {b"data": 422, b"read me": 200, b"later": 429}.get(body, status)

    def told(body: bytes) -> ProviderError:
        with pytest.raises(ProviderError) as raised:
            session((403, {}, body), classify=classify)[0].send("POST", "/things")
        return raised.value

    assert type(told(b"data")) is Refused
    assert type(told(b"access")) is AccessDenied
    assert type(told(b"later")) is Throttled
    assert "answered 403" in str(told(b"later"))
    answer = session((403, {}, b"read me"), classify=classify)[0].send("POST", "/things")
    assert (answer.status, answer.body) == (403, b"read me")


def test_the_reasons_are_read_with_the_status_that_was_answered() -> None:
    def explain(status: int, _body: bytes) -> Refused:
        return Refused(FieldRefusal("", f"told {status}"))

    made, _ = session((403, {}, b""), classify=lambda _status, _body: 422, explain=explain)
    with pytest.raises(Refused, match="told 403"):
        made.send("POST", "/things")


def test_a_redirect_counts_as_an_answer_only_where_the_call_says_so() -> None:
    there = (302, {"Location": "/user/3", "Set-Cookie": "SESS=abc; path=/"}, b"")
    made, wire = session(there)
    answer = made.write(Call(method="POST", path="/login", accepts=frozenset({302})))
    assert (answer.status, answer.headers["Set-Cookie"]) == (302, "SESS=abc; path=/")
    with pytest.raises(OutcomeUnknown):
        made.write(Call(method="POST", path="/login", accepts=frozenset({303})))
    with pytest.raises(OutcomeUnknown):
        made.send("POST", "/login")
    assert len(wire.requests) == 3


def test_cookies_are_kept_by_hand_or_not_at_all() -> None:
    made, wire = session((200, {"Set-Cookie": "SESS=deleted; path=/"}, b"{}"))
    made.get("/things")
    made.get("/things")
    made.get("/things", headers={"Cookie": "SESS=abc"})
    assert [each.headers.get("Cookie") for each in wire.requests] == [None, None, "SESS=abc"]


@pytest.mark.parametrize("anonymous", [True, False])
def test_a_call_goes_without_the_accounts_credentials_where_it_says_so(anonymous: bool) -> None:
    def into_query(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url, {"key": TOKEN})
        return request

    credentials = Credentials(header=f"Bearer {TOKEN}", authorize=into_query, secrets=(TOKEN,))
    made, wire = session((200, {}, b"{}"), credentials=credentials)
    made.write(Call(method="POST", path="/login", anonymous=anonymous))
    shown = "Authorization" in wire.requests[0].headers, "key=" in (wire.requests[0].url or "")
    assert shown == (not anonymous, not anonymous)


def test_the_time_of_an_answer_is_that_of_its_date() -> None:
    made, _ = session((200, {"Date": "Wed, 04 Mar 2026 12:00:00 GMT"}, b"{}"), (200, {}, b"{}"))
    assert made.get("/things").server_time == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert made.get("/things").server_time is None


def test_our_own_limiter_is_asked_before_every_request() -> None:
    asked: list[int] = []

    def gate() -> None:
        asked.append(1)
        if len(asked) > 2:
            raise Throttled("full", retry_after=timedelta(seconds=3))

    made, wire = session((200, {}, b"{}"), gate=gate)
    made.get("/things")
    made.read(Call(method="POST", path="/things"))
    with pytest.raises(Throttled):
        made.write(Call(method="POST", path="/things"))
    assert len(wire.requests) == 2
