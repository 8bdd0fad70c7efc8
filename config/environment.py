"""Settings from environment variables: `COUNTERFOIL_LEDGER__URL` overrides `url` in `[ledger]`."""

import json
from collections.abc import Mapping
from typing import Any, get_origin

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from config.problems import Problem, nearest

PREFIX = "COUNTERFOIL_"
DELIMITER = "__"


def variable(path: tuple[str, ...]) -> str:
    """The variable that overrides the setting. Names with a dash are written with an underscore."""
    return PREFIX + DELIMITER.join(path).upper().replace("-", "_")


class Environment(EnvSettingsSource):
    """Reads the given mapping instead of the process's own environment. Empty variables count as not set."""

    def __init__(self, settings: type[BaseSettings], environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(settings, case_sensitive=False)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._environ.items() if value}

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:  # noqa: ARG002
        """A list or table as JSON, or a list as words between commas.

        Never fails: what is neither stays text, and the model says what it expected.
        """
        try:
            return json.loads(value)
        except ValueError:
            is_list = field is not None and get_origin(field.annotation) is tuple
            return [part.strip() for part in str(value).split(",")] if is_list else value


def overrides(settings: type[BaseSettings], environ: Mapping[str, str], file: Mapping[str, object]) -> dict[str, Any]:
    """What the environment says, as raw tables.

    A variable cannot hold a dash in its name: `..._SHOPS__MY_SHOP__...` means the shop `my-shop` where the
    file has that one and no `my_shop`.
    """
    tables = Environment(settings, environ)()
    for section in ("shops", "books"):
        named, said = file.get(section), tables.get(section)
        if isinstance(named, dict) and isinstance(said, dict):
            dashed = {name.replace("-", "_"): name for name in named if "-" in name}
            tables[section] = {name if name in named else dashed.get(name, name): said[name] for name in said}
    return tables


def strays(settings: type[BaseSettings], environ: Mapping[str, str]) -> list[Problem]:
    """Variables that look like settings of ours and are none, so that a typing error does not go unnoticed.

    Only those with the delimiter: Kubernetes sets COUNTERFOIL_WEB_PORT by itself for a service of that name.
    """
    sections = settings.model_fields
    problems = []
    for name in sorted(environ):
        section, delimiter, _ = name.upper().removeprefix(PREFIX).lower().partition(DELIMITER)
        if not name.upper().startswith(PREFIX) or not delimiter or section in sections:
            continue
        guess = nearest(section, sections)
        hint = f"Did you mean {PREFIX}{guess.upper()}{DELIMITER}…?" if guess else f"Sections: {', '.join(sections)}."
        problems.append(Problem(key=name, what="This variable names no section.", remedy=hint))
    return problems


def merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Both tables in one; where both have a value, that of `over`."""
    both = dict(base)
    for key, value in over.items():
        below = both.get(key)
        both[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return both
