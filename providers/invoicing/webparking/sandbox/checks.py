"""Which requests the bridge refuses, and in which words: those of its framework's validation."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from providers.invoicing.webparking.sandbox.switches import Bodies, Switches
from providers.ports import JsonObject
from providers.sandbox.messages import Request

Errors = dict[str, list[str]]

_TEXTS: Final = ("account_name", "account_address", "account_postal_code", "account_city", "invoice_reference")
_OPTIONAL: Final = ("account_phone", "account_website")
_LINE_TEXTS: Final = ("code", "description")


def fields_in(request: Request, switches: Switches) -> JsonObject:
    """What the bridge reads of a body; nothing where it does not take bodies of the kind."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json" and switches.bodies is not Bodies.FORM:
        try:
            read = request.json()
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}
    if kind == "application/x-www-form-urlencoded" and switches.bodies is not Bodies.JSON:
        return _nested(parse_qsl(request.body.decode(), keep_blank_values=True))
    return {}


def _nested(pairs: list[tuple[str, str]]) -> JsonObject:
    """`lines[0][code]` as PHP reads it, for the two levels that there are."""
    fields: JsonObject = {}
    lines: dict[str, JsonObject] = {}
    for name, value in pairs:
        outer, *inner = name.replace("]", "").split("[")
        if outer == "lines" and len(inner) == 2:
            lines.setdefault(inner[0], {})[inner[1]] = value
        else:
            fields[name] = value
    return {**fields, "lines": list(lines.values())} if lines else fields


def errors_in(fields: JsonObject, switches: Switches) -> Errors:
    """Field -> texts; empty when the request is fine."""
    errors: Errors = {}
    if "dry_run" in fields and not _is_mode(fields["dry_run"], switches):
        errors["dry_run"] = ["The selected dry run is invalid."]
    for name in _TEXTS:
        _check_text(errors, name, fields.get(name), switches)
    for name in _OPTIONAL:
        if fields.get(name) not in (None, ""):
            _check_text(errors, name, fields[name], switches)
    website = fields.get("account_website")
    if website and "account_website" not in errors and not _is_address(str(website)):
        errors["account_website"] = ["The account website format is invalid."]
    return errors | _line_errors(fields.get("lines"), switches)


def is_dry_run(fields: JsonObject, switches: Switches) -> bool:
    """Only a word against it makes an invoice: the default is a dry run."""
    return switches.dry_run_only or fields.get("dry_run", "true") not in ("false", False)


def _is_mode(value: object, switches: Switches) -> bool:
    return value in ("true", "false") or (isinstance(value, bool) and not switches.strict_dry_run)


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _line_errors(lines: object, switches: Switches) -> Errors:
    if not lines:
        return {"lines": [_required("lines")]}
    if not isinstance(lines, list):
        return {"lines": ["The lines must be an array."]}
    errors: Errors = {}
    codes = {item.code for item in switches.items}
    for place, line in enumerate(lines):
        given: Mapping[str, object] = line if isinstance(line, dict) else {}
        for name in _LINE_TEXTS:
            _check_text(errors, f"lines.{place}.{name}", given.get(name), switches)
        where = f"lines.{place}.code"
        if switches.checks_codes and where not in errors and given["code"] not in codes:
            errors[where] = [f"The selected {where} is invalid."]
        where, quantity = f"lines.{place}.quantity", given.get("quantity")
        if quantity in (None, ""):
            errors[where] = [_required(where)]
        elif not _is_integer(quantity):
            errors[where] = [f"The {where} must be an integer."]
    return errors


def _is_integer(value: object) -> bool:
    """The framework takes texts of digits for integers."""
    if isinstance(value, str):
        return value.removeprefix("-").isdecimal()
    return isinstance(value, int)


def _check_text(errors: Errors, name: str, value: object, switches: Switches) -> None:
    if value is None or (isinstance(value, str) and not value.strip()):
        errors[name] = [_required(name)]
    elif not isinstance(value, str):
        errors[name] = [f"The {_said(name)} must be a string."]
    elif len(value) > switches.longest_text:
        errors[name] = [f"The {_said(name)} may not be greater than {switches.longest_text} characters."]


def _required(name: str) -> str:
    return f"The {_said(name)} field is required."


def _said(name: str) -> str:
    return name.replace("_", " ")
