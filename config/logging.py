"""Logs: structlog for us, the standard library's logging for the rest, one shape for both.

::

    our code ── structlog ──> level, context, time ──┐
                                                     ├─> secrets out ─> console or JSON ─> secrets out ─> stream
    libraries ─ logging ────> root handler ──────────┘

Secrets are taken out twice: by field name before rendering, by value and by shape from the finished line, so
that neither an exception's text nor the `repr` of some object can carry one through.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Literal, TextIO, TypeAlias
from uuid import UUID

import structlog
from structlog.types import Processor

from config.redaction import HIDDEN, SECRETS, Secrets, is_secret_name, redact_shapes

LogFormat: TypeAlias = Literal["auto", "console", "json"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

_Event: TypeAlias = MutableMapping[str, Any]
_DEEPEST = 8
"""Levels of nesting that are shown; deeper ones are left out."""

_WITH_OWN_HANDLERS = ("uvicorn", "uvicorn.access", "uvicorn.error", "celery", "kombu", "alembic", "sqlalchemy")


class _Output:
    """Writes lines to the stream of the latest `configure`.

    Loggers are cached with it, so that it stays the same object while its stream changes. A log that cannot
    be written, on a full disk or into a closed pipe, must not stop the work: the line is lost.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def redirect(self, stream: TextIO) -> None:
        with self._lock:
            self._stream = stream

    def write(self, line: str) -> None:
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                return

    # The methods that structlog calls on a finished line, one a level.
    debug = info = warning = error = critical = write


_output = _Output(sys.stderr)
_processors: list[Processor] = []


class _Handler(logging.Handler):
    """Sends the libraries' records the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _output.write(self.format(record))
        except Exception:  # noqa: BLE001 - as in every handler of the standard library
            self.handleError(record)


def configure(
    format: LogFormat = "auto",  # noqa: A002 - the name of the setting
    level: LogLevel = "info",
    stream: TextIO | None = None,
    *,
    secrets: Secrets = SECRETS,
) -> None:
    """Set up all logging of this process; once, before threads start. `stream` is standard error if not given.

    `auto` is console where the stream is a terminal, else JSON lines. Libraries are heard from warning
    upwards, at level debug from info upwards. A later call redirects everything; loggers in use keep their level.
    """
    target = sys.stderr if stream is None else stream
    terminal = target.isatty()
    chain: list[Processor] = [
        structlog.processors.format_exc_info,
        _tidy,
        _rendering(console=format == "console" or (format == "auto" and terminal), terminal=terminal),
        _without_secret_values(secrets),
    ]
    begin: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _output.redirect(target)
    _processors[:] = [*begin, *chain]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=_processors,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: _output,
        cache_logger_on_first_use=True,
    )
    _take_over_libraries([*begin, structlog.stdlib.add_logger_name], chain, threshold)


def bound(**ids: str | int) -> AbstractContextManager[None]:
    """A context in which every line carries these ids: `with bound(shop="garden", order="1042"): ...`

    They end with the context, whatever happens in it, and belong to this thread or task alone.
    """
    return structlog.contextvars.bound_contextvars(**ids)


def _rendering(*, console: bool, terminal: bool) -> Processor:
    if not console:
        # One encoder for all lines: json.dumps would make one for each.
        encoder = json.JSONEncoder(default=repr)
        return structlog.processors.JSONRenderer(lambda event, **_: encoder.encode(event))
    return structlog.dev.ConsoleRenderer(
        colors=terminal and not os.environ.get("NO_COLOR"),
        pad_event_to=28,
        # The pretty ones print local variables, and with them secrets.
        exception_formatter=structlog.dev.plain_traceback,
    )


def _take_over_libraries(begin: list[Processor], chain: list[Processor], threshold: int) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=begin, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *chain]
    )
    handler = _Handler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for former in root.handlers[:]:
        # Exactly these: a test runner puts handlers of its own there, and they may stay.
        if type(former) in {_Handler, logging.StreamHandler}:
            root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(logging.INFO if threshold <= logging.DEBUG else max(threshold, logging.WARNING))
    for name in _WITH_OWN_HANDLERS:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.NOTSET)
    logging.captureWarnings(capture=True)


def _tidy(_: object, __: str, event: _Event) -> _Event:
    """What a reader looks for comes first, secrets go by their names, values become what JSON can say."""
    tidied: _Event = {key: event.pop(key) for key in ("timestamp", "level", "event") if key in event}
    for key, value in event.items():
        tidied[key] = HIDDEN if is_secret_name(key) else _plain(value, 1)
    return tidied


def _plain(value: object, depth: int) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal | date | UUID | PurePath):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if not isinstance(value, dict | list | tuple | set | frozenset):
        return _described(value)
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {
            str(key): HIDDEN if is_secret_name(str(key)) else _plain(entry, depth + 1) for key, entry in value.items()
        }
    return [_plain(entry, depth + 1) for entry in value]


def _described(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a broken repr must not stop the work that is logged
        return f"<{type(value).__name__}>"


def _without_secret_values(secrets: Secrets) -> Processor:
    def processor(_: object, __: str, line: Any) -> str:
        return redact_shapes(secrets.redact(line))

    return processor
