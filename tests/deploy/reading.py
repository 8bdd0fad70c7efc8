"""How the tests read what lies in deploy/."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import typer.main
import yaml
from pydantic import TypeAdapter

from config.settings import Settings, load
from config.values import Duration
from providers.registry import CARDS
from worker.cli.app import app

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"

Tree: TypeAlias = Any
"""What came out of a YAML file."""

Unit: TypeAlias = dict[str, dict[str, list[str]]]
"""Sections, their keys, and all values of each in order."""

_FILE_REFERENCE = re.compile(r'"file:([^"]+)"')
_ADMITTED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?(@sha256:[0-9a-f]{64})?")


def documents(path: Path) -> list[Tree]:
    """All documents of a YAML file."""
    return [tree for tree in yaml.safe_load_all(path.read_text(encoding="utf-8")) if tree is not None]


def unit(path: Path) -> Unit:
    """A systemd unit. Raises on a line that is none."""
    sections: Unit = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            sections[section] = {}
            continue
        key, equals, value = line.partition("=")
        assert equals, f"{path.name}: {line}"
        sections[section].setdefault(key, []).append(value)
    return sections


def is_command(words: Iterable[str]) -> bool:
    """Whether these words behind `counterfoil` name a command, and no more than that."""
    command: Any = typer.main.get_command(app)
    for word in words:
        known = getattr(command, "commands", {})
        if word not in known:
            return False
        command = known[word]
    return not hasattr(command, "commands") or bool(command.invoke_without_command)


def is_pinned(image: str) -> bool:
    """Whether an image is named with its version, or with its bytes."""
    return _ADMITTED.fullmatch(image) is not None


def seconds(written: str) -> float:
    """A duration of compose or systemd."""
    length: timedelta = TypeAdapter(Duration).validate_python(written)
    return length.total_seconds()


def longest_call() -> float:
    """Seconds that a call may take at the slowest of all providers."""
    return max(card.call_timeout.total_seconds() for card in CARDS.values())


def secrets_in(config: Path) -> set[str]:
    """The files that a configuration names."""
    return set(_FILE_REFERENCE.findall(_spoken(config)))


def loaded(
    config: Path, folder: Path, *, ledger: str = "postgresql://counterfoil:secret-word@db/counterfoil"
) -> Settings:
    """The settings of a configuration, with every secret that it names put into the folder."""
    text = _spoken(config)
    for name in sorted(secrets_in(config)):
        file = folder / Path(name).name
        file.write_text(ledger if name.endswith("ledger_url") else f"the-secret-{file.name}")
        text = text.replace(f'"file:{name}"', f'"file:{file}"')
    moved = folder / config.name
    moved.write_text(text, encoding="utf-8")
    return load(moved, {})


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def stages() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The stage that builds, and the one that runs."""
    instructions = dockerfile()
    first, second = (at for at, (word, _) in enumerate(instructions) if word == "FROM")
    return instructions[first:second], instructions[second:]


def assignments(text: str) -> Mapping[str, str]:
    """What ENV or LABEL sets."""
    return dict(word.split("=", 1) for word in shlex.split(text))


def _spoken(config: Path) -> str:
    """The configuration without its comments."""
    return "\n".join(_without_comments(config.read_text(encoding="utf-8").splitlines())) + "\n"


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if not line.startswith("#"))
