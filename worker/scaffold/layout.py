"""Which files a provider has, and how they are named after it."""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

FILES: Mapping[str, str] = {
    "__init__.py": "__init__.py.tmpl",
    "card.py": "card.py.tmpl",
    "options.py": "options.py.tmpl",
    "client.py": "client.py.tmpl",
    "mapping.py": "mapping.py.tmpl",
    "answers.py": "answers.py.tmpl",
    "provider.py": "provider.py.tmpl",
    "sandbox/__init__.py": "sandbox_init.py.tmpl",
    "sandbox/switches.py": "sandbox_switches.py.tmpl",
    "sandbox/service.py": "sandbox_service.py.tmpl",
}
"""File in the provider's folder -> its template."""

_CONTRACT = "test_contract.py.tmpl"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 30
_IMPORTS = re.compile(r"(^from \S+ import [^(\n]+\n)+", re.MULTILINE)


class BadPlace(ValueError):
    """Nothing can be laid out there. `field` names what is wrong, `remedy` says what to write instead."""

    def __init__(self, field: str, text: str, remedy: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field = field
        self.text = text
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A new provider: its name, and the files that were made, the contract test last."""

    name: str
    class_name: str
    package: str
    made: tuple[Path, ...]


def lay_out(name: str, *, folder: Path, tests: Path) -> Layout:
    """Make the files of a provider of this name in a folder of its own below `folder`, and its contract test in
    `tests`; both are relative to the root of the sources. Nothing that is there is changed. Raises `BadPlace`.
    """
    _check_name(name)
    _check_folder(folder)
    home, contract = folder / name, tests / f"test_{name}.py"
    for place in (home, contract):
        if place.exists():
            raise BadPlace("NAME", f"{place} is there already", "Choose another name, or remove it first.")
    class_name = "".join(part.capitalize() for part in name.split("_"))
    package = ".".join((*folder.parts, name))
    told = {
        "name": name,
        "class_name": class_name,
        "title": " ".join(part.capitalize() for part in name.split("_")),
        "package": package,
    }
    texts = {home / file: _text(template, told) for file, template in FILES.items()} | {
        contract: _text(_CONTRACT, told)
    }
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Layout(name=name, class_name=class_name, package=package, made=tuple(texts))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > _LONGEST:
        remedy = f"Write lower-case letters, digits and _, at most {_LONGEST} of them: my_books."
        raise BadPlace("NAME", f"{name!r} cannot be the name of a provider", remedy)


def _check_folder(folder: Path) -> None:
    if folder.is_absolute() or not all(part.isidentifier() for part in folder.parts):
        raise BadPlace(
            "--folder",
            f"{folder} cannot be imported from",
            "Name a folder below the one that you are in, such as providers/invoicing.",
        )
    if not folder.is_dir():
        raise BadPlace(
            "--folder",
            f"there is no folder {folder} here",
            "Go to the root of Counterfoil's sources, or name another one.",
        )


def _text(template: str, told: Mapping[str, str]) -> str:
    source = files("worker.scaffold").joinpath("templates", template).read_text(encoding="utf-8")
    return _IMPORTS.sub(_sorted, Template(source).substitute(told))


def _sorted(block: re.Match[str]) -> str:
    """Imports in their order: where the provider's own stand among them depends on its folder."""
    return "".join(sorted(block[0].splitlines(keepends=True), key=lambda line: line.split()[1]))
