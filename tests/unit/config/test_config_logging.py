"""Log lines: one shape for all, ids bound, no secrets."""

import contextlib
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import structlog

from config.logging import bound, configure
from config.redaction import HIDDEN, Secrets

KNOWN = "kn0wn-secret-value"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.fixture
def secrets() -> Secrets:
    known = Secrets()
    known.add(KNOWN)
    return known


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def stream(secrets: Secrets) -> io.StringIO:
    made = io.StringIO()
    configure("json", "info", made, secrets=secrets)
    return made


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_that_begins_with_time_level_and_event(stream: io.StringIO) -> None:
    structlog.get_logger().info("order.synced", state="done", total=Decimal("12.30"), took=timedelta(seconds=1.5))
    (line,) = lines(stream)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC
    assert line | {"timestamp": ""} == {
        "timestamp": "",
        "level": "info",
        "event": "order.synced",
        "state": "done",
        "total": "12.30",
        "took": 1.5,
    }


def test_ids_are_on_every_line_of_their_context_and_on_none_after_it(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    with contextlib.suppress(RuntimeError), bound(shop="garden", order="1042"):
        log.info("inside")
        with bound(book="main"):
            logging.getLogger("celery.worker").warning("from a library")
        raise RuntimeError
    log.info("outside")
    inside, library, outside = lines(stream)
    assert (inside["shop"], inside["order"]) == ("garden", "1042")
    assert (library["shop"], library["book"], library["logger"]) == ("garden", "main", "celery.worker")
    assert not outside.keys() & {"shop", "order", "book"}


def test_ids_belong_to_their_thread_alone(stream: io.StringIO) -> None:
    with bound(order="1042"):
        thread = threading.Thread(target=lambda: structlog.get_logger().info("elsewhere"))
        thread.start()
        thread.join()
    assert "order" not in lines(stream)[0]


def test_lower_levels_are_not_written(stream: io.StringIO) -> None:
    structlog.get_logger().debug("unheard")
    logging.getLogger("kombu").info("unheard")
    assert stream.getvalue() == ""


def test_at_level_debug_libraries_are_heard_from_info(secrets: Secrets) -> None:
    made = io.StringIO()
    configure("json", "debug", made, secrets=secrets)
    structlog.get_logger().debug("heard")
    logging.getLogger("kombu").info("heard")
    logging.getLogger("kombu").debug("unheard")
    assert [line["event"] for line in lines(made)] == ["heard", "heard"]


@pytest.mark.parametrize("name", ["uvicorn.error", "celery.task", "kombu.connection", "alembic.runtime", "sqlalchemy"])
def test_libraries_write_in_the_same_shape_and_only_once(secrets: Secrets, name: str) -> None:
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(sys.stderr))
    made = io.StringIO()
    configure("json", "info", made, secrets=secrets)
    configure("json", "info", made, secrets=secrets)
    logging.getLogger(name).error("lost %s at %s", "connection", KNOWN)
    (line,) = lines(made)
    assert line["event"] == f"lost connection at {HIDDEN}"
    assert (line["logger"], line["level"]) == (name, "error")


def test_warnings_are_lines_as_well(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # What `captureWarnings` put there was put back by the test runner's own recording.
        warnings.showwarning = logging._showwarning  # type: ignore[attr-defined]
        warnings.warn("old ways", UserWarning, stacklevel=1)
    assert "old ways" in lines(stream)[0]["event"]


def test_fields_that_are_named_like_secrets_are_redacted_however_deep(stream: io.StringIO) -> None:
    structlog.get_logger().info(
        "call.done",
        api_token="abc",
        headers={"Authorization": "Bearer abc", "x": [{"X-WC-Webhook-Signature": "abc"}], "Accept": "json"},
        pairs=({"password": "abc"},),
        shop="garden",
    )
    (line,) = lines(stream)
    assert "abc" not in stream.getvalue()
    assert line["headers"] == {"Authorization": HIDDEN, "x": [{"X-WC-Webhook-Signature": HIDDEN}], "Accept": "json"}
    assert line["shop"] == "garden"


def test_known_secrets_are_redacted_wherever_they_turn_up(stream: io.StringIO) -> None:
    class Told:
        def __repr__(self) -> str:
            return f"<Told {KNOWN}>"

    structlog.get_logger().info("call.done", answer=f"no {KNOWN}!", told=Told(), raw=KNOWN.encode(), keys={KNOWN: 1})
    assert KNOWN not in stream.getvalue()
    assert lines(stream)[0]["answer"] == f"no {HIDDEN}!"


def test_exceptions_are_rendered_without_secrets_and_local_variables(stream: io.StringIO) -> None:
    def fail(local: str) -> None:
        raise ValueError(f"GET https://h/x.json?api_token=abcdef with {secret}") from KeyError(secret)

    secret = KNOWN
    log = structlog.get_logger()
    try:
        fail("a-local-" + "variable")
    except ValueError:
        log.exception("call.failed")
        logging.getLogger("celery").exception("task failed")
    ours, theirs = lines(stream)
    for line in (ours, theirs):
        assert f"api_token={HIDDEN} with {HIDDEN}" in line["exception"]
        assert "KeyError" in line["exception"]
    assert KNOWN not in stream.getvalue()
    assert "a-local-variable" not in stream.getvalue()


def test_console_lines_hide_the_same(secrets: Secrets) -> None:
    made = io.StringIO()
    configure("console", "info", made, secrets=secrets)
    log = structlog.get_logger()
    try:
        raise ValueError(KNOWN)
    except ValueError:
        log.exception("call.failed", token="abc", order="1042")
    text = made.getvalue()
    assert "order=1042" in text
    assert "ValueError: [redacted]" in text
    assert KNOWN not in text
    assert "abc" not in text
    assert "\x1b" not in text


def test_auto_is_console_on_a_terminal_and_json_elsewhere(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, pipe = Terminal(), io.StringIO()
    configure("auto", "info", terminal, secrets=secrets)
    structlog.get_logger().info("started")
    configure("auto", "info", pipe, secrets=secrets)
    structlog.get_logger().info("started")
    assert "\x1b" in terminal.getvalue()
    assert lines(pipe)[0]["event"] == "started"


def test_loggers_in_use_follow_to_a_new_stream(stream: io.StringIO, secrets: Secrets) -> None:
    log = structlog.get_logger()
    log.info("first")
    stream.close()
    later = io.StringIO()
    configure("json", "info", later, secrets=secrets)
    log.info("second")
    assert [line["event"] for line in lines(later)] == ["second"]


def test_what_cannot_be_written_or_rendered_does_not_stop_the_work(stream: io.StringIO, secrets: Secrets) -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    endless: dict[object, object] = {}
    endless[("a", 1)] = endless
    structlog.get_logger().info("odd", broken=Broken(), endless=endless, lone="\ud800")
    assert lines(stream)[0]["broken"] == "<Broken>"
    configure("json", "info", Full(), secrets=secrets)
    structlog.get_logger().info("lost")
    logging.getLogger("celery").error("lost")
