"""A notice is posted once, signed after Standard Webhooks, and its answer is told as what to do next."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from standardwebhooks import Webhook, WebhookVerificationError

from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, ProviderError, Refused, Throttled
from providers.notifying import Listener, ListenerGone
from tests.unit.providers.http_wire import IN_DOUBT, NEVER_SENT, Wire

SECRET = "whsec_" + "QUJD" * 8
BODY = json.dumps({"type": "invoice.paid", "data": {"shop": "garden", "buyer": "Ä"}})
OK = (204, {}, b"")


def tell(outcome: object, *, url: str = "https://shop.example/hooks/counterfoil") -> requests.PreparedRequest:
    """One notice, now."""
    wire = Wire(outcome)  # type: ignore[arg-type]
    listener = Listener(url=url, secret=SECRET, adapter=wire)
    try:
        listener.tell("notice_1", BODY, at=datetime.now(UTC))
    finally:
        assert len(wire.requests) == 1
    return wire.requests[0]


def test_it_is_posted_with_its_id_and_a_signature_that_the_receiver_can_check() -> None:
    request = tell(OK)
    assert (request.method, request.url) == ("POST", "https://shop.example/hooks/counterfoil")
    assert request.headers["webhook-id"] == "notice_1"
    assert request.headers["Content-Type"] == "application/json"
    assert isinstance(request.body, bytes)
    assert Webhook(SECRET).verify(request.body, dict(request.headers)) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "WFla" * 8).verify(request.body, dict(request.headers))


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example:8443/hooks/", "https://shop.example:8443/hooks/"),
    ],
)
def test_the_address_is_taken_as_it_is(url: str, sent: str) -> None:
    assert tell(OK, url=url).url == sent


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_means_that_it_was_taken(status: int) -> None:
    tell((status, {}, b"anything"))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, OutcomeUnknown),
        (307, OutcomeUnknown),
        (400, Refused),
        (401, AccessDenied),
        (404, Refused),
        (429, Throttled),
        (500, OutcomeUnknown),
        (503, OutcomeUnknown),
    ],
)
def test_any_other_answer_says_that_it_was_not(status: int, error: type[ProviderError]) -> None:
    with pytest.raises(error):
        tell((status, {"Location": "https://elsewhere.example"}, b"no"))


def test_gone_is_told_apart_from_all_other_refusals() -> None:
    with pytest.raises(ListenerGone, match="410"):
        tell((410, {}, b""))


def test_a_wait_that_is_named_is_handed_on() -> None:
    with pytest.raises(Throttled) as raised:
        tell((429, {"Retry-After": "7"}, b""))
    assert raised.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("failure", NEVER_SENT[:2])
def test_a_target_that_cannot_be_reached_is_told_as_such(failure: Exception) -> None:
    with pytest.raises(NotSent):
        tell(failure)


@pytest.mark.parametrize("failure", IN_DOUBT[:4])
def test_an_answer_that_does_not_come_leaves_it_open(failure: Exception) -> None:
    with pytest.raises(OutcomeUnknown):
        tell(failure)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(OutcomeUnknown, match="more than"):
        tell((200, {}, b"x" * (11 * 1024 * 1024)))


def test_connecting_and_answering_have_their_time() -> None:
    wire = Wire(OK)
    Listener(url="https://shop.example", secret=SECRET, adapter=wire).tell("notice_1", BODY, at=datetime.now(UTC))
    (timeout,) = wire.timeouts
    assert (timeout.connect_timeout, timeout.total) == (5, 20)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "QUJD" * 8, "whsec_!!!"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="Standard Webhooks"):
        Listener(url="https://shop.example", secret=secret)


def test_nothing_shows_the_secret() -> None:
    assert SECRET not in repr(Listener(url="https://shop.example", secret=SECRET))
    with pytest.raises(Refused) as raised:
        tell((400, {}, SECRET.encode()))
    assert SECRET not in str(raised.value)
