"""Reading the configuration file, and pointing at the very place where it is broken."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

from config.problems import ConfigError, Problem
from config.redaction import HIDDEN, is_secret_name, redact_shapes

EXAMPLE = "counterfoil.example.toml"

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_ASSIGNMENT = re.compile(r"""["']?([\w-]+)["']?\s*=""")


def read(path: Path) -> dict[str, object]:
    """The file's tables; decimals are exact. Raises `ConfigError`."""
    try:
        # Editors on Windows like to begin a file with a byte order mark, which TOML does not know.
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problem = Problem(what="There is no such file.", remedy=f"Make one: cp {EXAMPLE} {path}")
        raise ConfigError([problem], where=str(path)) from None
    except OSError as error:
        problem = Problem(what=f"Cannot be read: {error.strerror}.", remedy="Check the path and who may read it.")
        raise ConfigError([problem], where=str(path)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(what=f"Not UTF-8, line {line}.", remedy="Save the file with the encoding UTF-8.")
        raise ConfigError([problem], where=str(path)) from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        broken = _broken(text, str(error))
    # Raised out here, so that the original error, which may quote a secret, is not chained to it.
    raise ConfigError([broken], where=str(path))


def _broken(text: str, message: str) -> Problem:
    lines = text.replace("\r\n", "\n").split("\n")
    match = _PLACE.search(message)
    what = _PLACE.sub("", message).rstrip(".")
    if match is None:
        return Problem(what=f"{what}.", remedy="Mend the file: it is not TOML.")
    if match[1] is None:
        line = max((number for number, content in enumerate(lines, 1) if content.strip()), default=1)
        column = len(lines[line - 1]) + 1
    else:
        line, column = int(match[1]), int(match[2])
    shown, secret_at = _without_secrets(lines[line - 1])
    caret = min(column - 1, len(lines[line - 1]) if secret_at is None else secret_at)
    indent = "".join("\t" if character == "\t" else " " for character in shown[:caret])
    # The message may quote what it met, so that it goes where the line holds a secret.
    said = "Not valid TOML" if secret_at is not None else what
    return Problem(
        what=f"line {line}, column {column}: {said}.\n\n    {shown}\n    {indent}^",
        remedy="Mend this line: it is not TOML. Text stands in quotes, true and false do not.",
    )


def _without_secrets(line: str) -> tuple[str, int | None]:
    """The line up to the first value that is, or may be, a secret; and where that value begins."""
    for assignment in _ASSIGNMENT.finditer(line):
        value = line[assignment.end() :].lstrip().lstrip("\"'")
        if is_secret_name(assignment[1]) and not value.startswith(("env:", "file:")):
            return f"{line[: assignment.end()]} {HIDDEN}", assignment.end() + 1
    return redact_shapes(line), None
