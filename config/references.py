"""Secrets by reference: the configuration names where a secret is kept, and never holds it.

`env:NAME` is an environment variable; `file:PATH` is a file, relative to the configuration's folder, without its
last line break. Which members are secrets follows from their types, so that a new one cannot be forgotten here.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

from config.problems import Problem, Wrong
from config.redaction import SECRETS, is_secret_name
from config.urls import ConnectionUrl

LARGEST_FILE = 64 * 1024
"""Bytes. Nobody's secret is longer, and a device file would never end."""

_Path = tuple[str, ...]


class Resolver:
    """Replaces the references in raw tables by the secrets they name, and collects what fails.

    A secret that stands there literally is a problem, unless `literals` says that it came from the
    environment, where it is no worse kept than behind `env:`.
    """

    def __init__(self, *, folder: Path, environ: Mapping[str, str], literals: bool) -> None:
        self._folder = folder
        self._environ = environ
        self._literals = literals
        self.problems: list[Problem] = []

    def table(self, model: type[BaseModel], raw: Mapping[str, object], path: _Path = ()) -> dict[str, object]:
        """The raw table of that model with every reference in it resolved."""
        return {
            key: self._member(model.model_fields[key].annotation, value, (*path, key))
            if key in model.model_fields
            else value
            for key, value in raw.items()
        }

    def _member(self, annotation: object, value: object, path: _Path) -> object:
        kind = _without_none(annotation)
        if isinstance(value, SecretStr):
            return value
        if kind is SecretStr:
            return self._secret(value, path)
        if kind is ConnectionUrl:
            # An address may stand in the file; one with a password had better not.
            return ConnectionUrl(self._secret(value, path).get_secret_value()) if _is_reference(value) else value
        if not isinstance(value, dict):
            return value
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.table(kind, value, path)
        if get_origin(kind) is dict:
            inner = get_args(kind)[1]
            if inner is object:
                return self._free(value, path)
            return {name: self._member(inner, entry, (*path, name)) for name, entry in value.items()}
        return value

    def _free(self, value: object, path: _Path) -> object:
        """A table without a model: references are resolved, and what is named like a secret must be one."""
        if isinstance(value, dict):
            return {key: self._free(entry, (*path, key)) for key, entry in value.items()}
        if isinstance(value, list):
            return [self._free(entry, path) for entry in value]
        if _is_reference(value) or (isinstance(value, str) and is_secret_name(path[-1])):
            return self._secret(value, path)
        return value

    def _secret(self, value: object, path: _Path) -> SecretStr:
        try:
            secret = self._read(value, path)
        except Wrong as wrong:
            self.problems.append(Problem(key=".".join(path), what=f"{wrong.what}.", remedy=wrong.remedy))
            return SecretStr("unresolved")
        SECRETS.add(secret)
        return SecretStr(secret)

    def _read(self, value: object, path: _Path) -> str:
        if isinstance(value, str) and value.startswith("env:"):
            return self._variable(value.removeprefix("env:").strip())
        if isinstance(value, str) and value.startswith("file:"):
            return self._file(value.removeprefix("file:").strip())
        variable = re.sub(r"\W", "_", "_".join(path[1:])).upper()
        remedy = f'Write {path[-1]} = "env:{variable}" and set that variable, or {path[-1]} = "file:/path/to/it".'
        if not isinstance(value, str) or not value:
            raise Wrong("This must be a reference to a secret", remedy)
        if not self._literals:
            raise Wrong(
                "The secret itself stands in the file, where backups and colleagues see it",
                f"{remedy}\nIf others had this file, also change the secret.",
            )
        return value

    def _variable(self, name: str) -> str:
        if re.fullmatch(r"\w+", name) is None:
            raise Wrong("This names no environment variable", 'Write the bare name after "env:", without $ and braces.')
        secret = self._environ.get(name)
        if secret is None:
            raise Wrong(f"The environment variable {name} is not set", f"Set {name}, or name another one.")
        if not secret.strip():
            raise Wrong(f"The environment variable {name} is empty", f"Set {name} to the secret.")
        return secret

    def _file(self, name: str) -> str:
        file = self._folder / name
        try:
            with file.open("rb") as opened:
                content = opened.read(LARGEST_FILE + 1)
            secret = content.decode()
        except OSError as error:
            why = (error.strerror or type(error).__name__).lower()
            raise Wrong(f"The file {file} cannot be read: {why}", "Check the path and who may read it.") from None
        except ValueError:
            raise Wrong(f"The file {file} holds no text", "Put the secret there as plain UTF-8 text.") from None
        if len(content) > LARGEST_FILE:
            raise Wrong(f"The file {file} is too long for a secret", "Name the file that holds the secret alone.")
        if not secret.strip():
            raise Wrong(f"The file {file} is empty", "Put the secret into it.")
        return secret.removesuffix("\n").removesuffix("\r")


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in {Union, UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        return members[0] if len(members) == 1 else annotation
    return annotation
