"""No secret shows, wherever it was put and whatever goes wrong."""

import logging
from typing import Any

import pytest

from providers.domain.errors import (
    FieldRefusal,
    ProviderError,
    Refused,
)
from providers.http import Body, Call, Credentials, redact, redact_url
from tests.unit.providers.http_wire import IN_DOUBT, NEVER_SENT, TOKEN, names, session


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


def test_neither_a_body_nor_headers_show_in_a_call() -> None:
    call = Call(path="/login", headers={"Cookie": f"SESS={TOKEN}"}, body=Body.form({"pass": TOKEN}))
    assert TOKEN not in repr(call)
    assert "/login" in repr(call)
