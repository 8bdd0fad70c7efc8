"""What commands write: JSON that machines read, tables that people read."""

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest

from config.redaction import HIDDEN, SECRETS
from worker.cli import render
from worker.cli.render import Column


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    price: Decimal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("10.00"), "10.00"),
        (Decimal("1E+2"), "100"),
        (datetime(2026, 3, 4, 13, tzinfo=timezone(timedelta(hours=1))), "2026-03-04T12:00:00.000Z"),
        (date(2026, 3, 4), "2026-03-04"),
        (Colour.RED, "red"),
        (Thing("pot", Decimal("2.50")), {"name": "pot", "price": "2.50"}),
        ((1, None, True), [1, None, True]),
        ({"a": {"b": Decimal(1)}}, {"a": {"b": "1"}}),
    ],
)
def test_a_value_is_said_as_json_can(value: object, said: object) -> None:
    assert render.jsonable(value) == said


@pytest.mark.parametrize("entries", [[], [1], [{"a": 1}, {"b": []}]])
def test_a_list_is_one_json_document_however_long(entries: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    render.write_json_list(iter(entries))
    assert json.loads(capsys.readouterr().out) == entries


def test_a_secret_that_json_would_escape_does_not_break_it(capsys: pytest.CaptureFixture[str]) -> None:
    SECRETS.add('se"cret-with-quote')
    render.write_json({"text": 'a se"cret-with-quote'})
    assert json.loads(capsys.readouterr().out) == {"text": f"a {HIDDEN}"}


def test_plain_columns_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    render.table([Column("name"), Column("sum", right=True)], [("a", Decimal("1.00")), ("long", Decimal("100.00"))])
    assert capsys.readouterr().out.splitlines() == ["name     sum", "a       1.00", "long  100.00"]


@pytest.mark.parametrize("width", [20, 200])
def test_a_terminal_never_cuts_an_id(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(width))
    render.table([Column("id"), Column("why", wraps=True)], [("x" * 60, "because of many words that may wrap " * 3)])
    assert "x" * 60 in terminal.getvalue()


def test_style_shows_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    render.say("a [bold]text", style="bold")
    assert capsys.readouterr().out == "a [bold]text\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    render.say("a [bold]text", style="bold")
    assert "a [bold]text" in terminal.getvalue()
    assert "\x1b[1m" in terminal.getvalue()


def test_work_in_progress_is_silent_off_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with render.working("reading"):
        pass
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_times_for_people_are_utc() -> None:
    assert render.when(datetime(2026, 3, 4, 12, tzinfo=UTC)) == "2026-03-04 12:00:00Z"
    assert render.when(None) == "-"
