"""The machinery that every sandbox shares: routes, log, faults, lateness."""

from datetime import timedelta

import pytest

from providers.ports import JsonObject
from providers.sandbox import Broken, Reply, Request, Router, Sandbox, Script, faults
from tests.builders import NOON, SettableClock


class Counter:
    """A service that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def handle(self, _request: Request) -> Reply:
        self.calls += 1
        return Reply.json(201, {"calls": self.calls})

    def state(self) -> JsonObject:
        return {"calls": self.calls}


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(clock: SettableClock, script: Script) -> Sandbox:
    return Sandbox(Counter(), faults=script, clock=clock, sleep=lambda seconds: clock.move(seconds=seconds) and None)


POST = Request("POST", "/things.json?api_token=s3cret")


def calls(sandbox: Sandbox) -> object:
    return sandbox.state()["calls"]


def test_a_route_takes_the_segments_of_its_path() -> None:
    def show(_request: Request, parts: tuple[str, ...]) -> Reply:
        return Reply.json(200, list(parts))

    router = Router({"GET /a/{}/b/{}.json": show, "GET /a.json": show})
    found = router.find(Request("GET", "/a/1/b/2.json?x=3"))
    assert found is not None
    assert found[1] == ("1", "2")
    assert router.find(Request("GET", "/a.json")) == (show, ())
    for other in (Request("POST", "/a.json"), Request("GET", "/a/1/b.json"), Request("GET", "/aXjson")):
        assert router.find(other) is None


def test_the_log_tells_what_happened_without_secrets(sandbox: Sandbox, script: Script) -> None:
    script.after_acting(faults.dropped())
    sandbox.exchange(POST)
    sandbox.exchange(POST)
    assert [(each.method, each.outcome, each.at) for each in sandbox.log] == [
        ("POST", "dropped", NOON),
        ("POST", "201", NOON),
    ]
    assert "s3cret" not in str(sandbox.log)
    assert sandbox.state()["requests"] == {"POST /things.json dropped": 1, "POST /things.json 201": 1}


def test_the_state_can_be_asked_for_and_is_no_request_of_the_provider(sandbox: Sandbox) -> None:
    reply = sandbox.exchange(Request("GET", "/_sandbox/state"))
    assert isinstance(reply, Reply)
    assert reply.body == b'{"calls":0,"requests":{}}'
    assert not sandbox.log


def test_a_fault_before_acting_takes_the_place_of_acting(sandbox: Sandbox, script: Script) -> None:
    for fault in (faults.dropped(), faults.refused_connection(), faults.status(503), faults.throttled("3")):
        script.before_acting(fault)
        sandbox.exchange(POST)
    assert calls(sandbox) == 0


def test_a_fault_after_acting_changes_only_the_answer(sandbox: Sandbox, script: Script) -> None:
    for fault in (faults.dropped(), faults.status(503), faults.login_page(), faults.truncated()):
        script.after_acting(fault)
        sandbox.exchange(POST)
    assert calls(sandbox) == 4


def test_faults_apply_to_matching_requests_and_as_often_as_told(sandbox: Sandbox, script: Script) -> None:
    script.before_acting(faults.dropped(), method="GET", path="/other", times=2)
    assert isinstance(sandbox.exchange(POST), Reply)
    other = Request("GET", "/other.json")
    assert [sandbox.exchange(other) for _ in range(2)] == [Broken.DROPPED, Broken.DROPPED]
    assert isinstance(sandbox.exchange(other), Reply)


def test_a_wait_can_be_named_as_a_date(sandbox: Sandbox, script: Script) -> None:
    script.before_acting(faults.throttled(NOON))
    reply = sandbox.exchange(POST)
    assert isinstance(reply, Reply)
    assert reply.headers["Retry-After"] == "Wed, 04 Mar 2026 12:00:00 GMT"


def test_what_is_late_takes_effect_when_its_time_has_come(
    sandbox: Sandbox, script: Script, clock: SettableClock
) -> None:
    script.before_acting(faults.slow(timedelta(seconds=90)))
    assert sandbox.exchange(POST, patience=timedelta(seconds=30)) is Broken.TIMED_OUT
    assert clock.now == NOON + timedelta(seconds=30)
    sandbox.exchange(Request("GET", "/x"))
    assert calls(sandbox) == 1
    clock.move(seconds=60)
    sandbox.exchange(Request("GET", "/x"))
    assert calls(sandbox) == 3


def test_a_delay_within_the_callers_patience_only_passes_time(
    sandbox: Sandbox, script: Script, clock: SettableClock
) -> None:
    script.before_acting(faults.slow(timedelta(seconds=5)))
    script.after_acting(faults.slow(timedelta(seconds=5)))
    assert isinstance(sandbox.exchange(POST, patience=timedelta(seconds=6)), Reply)
    assert clock.now == NOON + timedelta(seconds=10)
