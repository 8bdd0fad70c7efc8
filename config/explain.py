"""From pydantic's errors to problems that an owner can solve. Input is quoted only where it cannot be a secret."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from config.environment import variable
from config.problems import Problem, Wrong, nearest
from config.redaction import SECRETS, is_secret_name, redact_url
from config.urls import ConnectionUrl

_LONGEST_VALUE = 80

_SAID: dict[str, tuple[str, str]] = {
    "int_type": ("This is no whole number", "Write digits only, without quotes."),
    "int_parsing": ("This is no whole number", "Write digits only, without quotes."),
    "int_from_float": ("This is no whole number", "Write it without a fraction."),
    "bool_type": ("This is neither true nor false", "Write true or false, without quotes."),
    "bool_parsing": ("This is neither true nor false", "Write true or false, without quotes."),
    "string_type": ("This is no text", 'Write it in quotes: "…".'),
    "string_sub_type": ("This is no text", 'Write it in quotes: "…".'),
    "string_too_short": ("This is empty", "Write something, or leave the key out."),
    "tuple_type": ("This is no list", "Write it in brackets: [a, b]."),
    "decimal_type": ("This is no number", 'Write a number such as 23 or "5.5".'),
    "decimal_parsing": ("This is no number", 'Write a number such as 23 or "5.5".'),
    "finite_number": ("This is no number", 'Write a number such as 23 or "5.5".'),
    "greater_than_equal": ("This is too small", "Write {ge} or more."),
    "less_than_equal": ("This is too large", "Write {le} or less."),
    "model_type": ("This is no table", "Write its keys under the heading [{table}]."),
    "dict_type": ("This is no table", "Write its keys under the heading [{table}]."),
    "string_pattern_mismatch": (
        "This is no name that can be used here",
        "Begin with a letter or digit; up to 40 lower-case letters, digits, - and _.",
    ),
}


def problems(
    error: ValidationError, *, model: type[BaseModel], raw: object, environ: Mapping[str, str]
) -> list[Problem]:
    """One problem for each error, with the key as the owner wrote it: in the file or as a variable."""
    return [_problem(detail, model, raw, environ) for detail in error.errors(include_url=False, include_input=False)]


def _problem(detail: ErrorDetails, model: type[BaseModel], raw: object, environ: Mapping[str, str]) -> Problem:
    # "[key]" is pydantic's mark for an error in a table's key rather than in the value under it.
    path = tuple(part for part in detail["loc"] if part != "[key]")
    names = tuple(str(part) for part in path if isinstance(part, str))
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    if (name := variable(names)) in environ:
        key = name
    if detail["type"] == "extra_forbidden":
        # Never quoted: an unknown key may well be a misspelt secret.
        return Problem(key=key, what="Unknown key.", remedy=_known(model, path))
    if detail["type"] == "missing":
        return Problem(key=key, what="Missing.", remedy=_how_to_fill(model, path))
    value = names[-1] if "[key]" in detail["loc"] else _at(raw, path)
    what, remedy = _said(detail, ".".join(names), value)
    # Text where a table belongs may be anything, a misplaced secret included.
    is_quotable = "[key]" not in detail["loc"] and detail["type"] not in {"model_type", "dict_type"}
    shown = _shown(value, names) if is_quotable else ""
    return Problem(key=key, value=shown, what=f"{what}.", remedy=remedy)


def _said(detail: ErrorDetails, table: str, value: object) -> tuple[str, str]:
    context: dict[str, Any] = detail.get("ctx", {})
    wrong = context.get("error")
    if isinstance(wrong, Wrong):
        return wrong.what, wrong.remedy
    if detail["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        guess = nearest(str(value), choices)
        hint = f'Did you mean "{guess}"? ' if guess else ""
        return "This is not one of the choices", f"{hint}Choices: {', '.join(choices)}."
    what, remedy = _SAID.get(detail["type"], ("This cannot be used", f"{detail['msg']}."))
    return what, remedy.format_map({**context, "table": table})


def _known(model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    keys = list(_field_types(_type_at(model, path[:-1])))
    guess = nearest(str(path[-1]), keys)
    return f'Did you mean "{guess}"?' if guess else f"Known here: {', '.join(keys)}."


def _how_to_fill(model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    table, key = ".".join(map(str, path[:-1])), path[-1]
    kind = _type_at(model, path)
    if kind is SecretStr:
        return f'Add {key} = "env:NAME" or {key} = "file:PATH" under [{table}]: where the secret is kept.'
    choices = ", ".join(f'"{choice}"' for choice in get_args(kind))
    return f"Add {key} = … under [{table}]" + (f": one of {choices}." if choices else ".")


def _type_at(kind: object, path: tuple[str | int, ...]) -> object:
    """The declared type of the member at that path; None where the path leaves what is declared."""
    for part in path:
        kind = get_args(kind)[1] if get_origin(kind) is dict else _field_types(kind).get(str(part))
    return kind


def _field_types(kind: object) -> dict[str, object]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    return {}


def _at(raw: object, path: tuple[str | int, ...]) -> object:
    for part in path:
        if isinstance(raw, dict):
            raw = raw.get(str(part))
        elif isinstance(raw, list) and isinstance(part, int) and part < len(raw):
            raw = raw[part]
        else:
            return None
    return raw


def _shown(value: object, names: tuple[str, ...]) -> str:
    """The value as TOML would have it; empty for tables, lists and all that may be secret."""
    if any(is_secret_name(name) for name in names):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, str | ConnectionUrl):
        text = SECRETS.redact(redact_url(value.get_secret_value() if isinstance(value, ConnectionUrl) else value))
        return f'"{text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"}"'
    return ""
