"""`--help` teaches, `docs/commands.md` tells every command, and both say what there is."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.unit.cli.desk import Desk
from worker.cli.app import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        path = f"{above} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, path)
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield path, command


EVERY = dict(commands(typer.main.get_command(app)))


def section(path: str) -> str:
    """What the page says of the command."""
    found = re.search(rf"^### `counterfoil {path}(?: [^`]*)?`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md does not tell `counterfoil {path}`"
    return found[0]


@pytest.mark.parametrize("path", EVERY)
def test_help_says_what_it_does_and_shows_an_example(desk: Desk, path: str) -> None:
    said = desk.type(*path.split(), "--help")
    assert said.code == 0
    help_text = EVERY[path].help
    assert len(help_text.split("\n\n")[0]) > 20
    assert re.search(rf"^    counterfoil {path}\b", help_text, re.MULTILINE)


@pytest.mark.parametrize("path", EVERY)
def test_the_page_tells_every_option_and_argument_of_the_command(path: str) -> None:
    told = section(path)
    heading = told.splitlines()[0]
    for parameter in EVERY[path].params:
        if parameter.param_type_name == "argument":
            assert parameter.metavar in heading
        elif parameter.name not in {"help", "config"}:
            assert f"`{parameter.opts[0]}" in told, f"{parameter.opts[0]} of {path} is not told"


def test_the_page_tells_no_command_or_option_that_there_is_not() -> None:
    told = set(re.findall(r"^### `counterfoil ([a-z]+(?: [a-z]+)*)[^`]*`", PAGE, re.MULTILINE))
    assert told == EVERY.keys()
    for path, command in EVERY.items():
        there = {option for parameter in command.params for option in parameter.opts} | {"--config", "--help"}
        assert set(re.findall(r"^\| `(--[a-z-]+)", section(path), re.MULTILINE)) <= there


@pytest.mark.parametrize("path", EVERY)
def test_the_page_tells_when_a_command_ends_with_one(path: str) -> None:
    assert "Exit code 1" in section(path) or "Exit codes: 0" in section(path)


@pytest.mark.parametrize(
    "path", [path for path, command in EVERY.items() if any(p.name == "json" for p in command.params)]
)
def test_a_listing_takes_json(path: str) -> None:
    assert "--json" in section(path)


def test_the_help_loads_none_of_the_heavy_libraries() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, worker.cli.app; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert not {"celery", "sqlalchemy", "fastapi", "pydantic", "requests", "rich", "alembic"} & set(said.stdout.split())


def test_it_runs_as_a_module() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "worker.cli", "--version"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert said.returncode == 0
    assert said.stdout.startswith("counterfoil ")
