"""The example file and the reference page tell every setting, and tell it truly."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from config.sections import BookRepairSettings
from config.settings import Settings, load

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "counterfoil.example.toml"
REFERENCE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
GIVEN = {
    "GARDEN_WEBHOOK_SECRET": "a-webhook-secret",
    "INVOICEOCEAN_API_TOKEN": "an-api-token",
    "INVOICEOCEAN_HINT_TOKEN": "a-hint-token-of-the-book",
    "NOTIFY_SECRET": "whsec_" + "QUJD" * 8,
    "GARDEN_NOTIFY_SECRET": "whsec_" + "REVG" * 8,
}
EXAMPLES_RATHER_THAN_DEFAULTS = {
    *("notify.url", "notify.secret", "shops.garden.notify.url", "shops.garden.notify.secret"),
    *(
        "books.main.hint_token",
        "web.public_url",
        "books.main.timeout",
        "books.main.settle",
        "books.main.in_flight",
        "books.main.rate",
    ),
    *(f"books.main.reconcile.{key}" for key in ("enabled", "changes_every", "nightly_at", "month_day")),
    *(f"books.main.reconcile.repair.{key}" for key in BookRepairSettings.model_fields),
}


def settings_of(model: type[BaseModel], heading: str = "") -> Iterator[tuple[str, str, FieldInfo]]:
    """Every setting as (heading of its table, key, field); tables of tables under NAME."""
    for key, field in model.model_fields.items():
        kind: Any = field.annotation
        below = f"{heading}.{key}".lstrip(".")
        if (
            get_origin(kind) is dict
            and isinstance(get_args(kind)[1], type)
            and issubclass(get_args(kind)[1], BaseModel)
        ):
            yield from settings_of(get_args(kind)[1], f"{below}.NAME")
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, below)
        else:
            yield heading, key, field


EVERY = list(settings_of(Settings))


def row(heading: str, key: str) -> list[str]:
    """The cells of the setting's row on the reference page."""
    section = REFERENCE.partition(f"\n## `[{heading}]`\n")[2].partition("\n## ")[0]
    found = re.search(rf"^\| `{key}` \|(.*)\|$", section, re.MULTILINE)
    assert found, f"docs/configuration.md does not tell {key} under [{heading}]"
    return [cell.strip() for cell in found[1].split(" | ")]


def choices(kind: object) -> set[str]:
    """All words that may be written for that type."""
    return {word for part in get_args(kind) for word in ({part} if isinstance(part, str) else choices(part))}


@pytest.mark.parametrize(("heading", "key", "field"), EVERY, ids=[f"{heading}.{key}" for heading, key, _ in EVERY])
def test_every_setting_is_told_on_the_reference_page(heading: str, key: str, field: FieldInfo) -> None:
    kind, default, meaning = row(heading, key)
    assert kind
    missing = {choice for choice in choices(field.annotation) if f"`{choice}`" not in default + meaning}
    if get_origin(field.annotation) is dict:
        missing -= {"paid", "placed", "fulfilled"}  # told at issue_on
    assert missing <= {str(field.default)}
    if field.is_required():
        assert default == "required"
    elif field.get_default(call_default_factory=True) is None:
        assert default == "not set"
    else:
        written = tomllib.loads(f"x = {default.strip('`')}", parse_float=Decimal)["x"]
        # A default is told truly when writing it changes nothing.
        table = tuple("main" if part == "NAME" else part for part in heading.split("."))
        assert built(table, {key: written}) == built(table, {})


def built(table: tuple[str, ...], values: dict[str, object]) -> Settings:
    given = SecretStr("given")
    raw: dict[str, Any] = {
        "shops": {"main": {"kind": "generic", "secret": given, "book": "main"}},
        "books": {"main": {"provider": "invoiceocean", "token": given}},
    }
    place = raw
    for part in table:
        place = place.setdefault(part, {})
    place.update(values)
    return Settings(**raw)


def test_the_reference_page_tells_no_setting_that_does_not_exist() -> None:
    told = set()
    for section in re.split(r"^## ", REFERENCE, flags=re.MULTILINE):
        if heading := re.match(r"`\[([\w.]+)\]`", section):
            told |= {(heading[1], key) for key in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)}
    assert told == {(heading, key) for heading, key, _ in EVERY}


def test_the_example_loads_as_it_is() -> None:
    settings = load(EXAMPLE, GIVEN)
    assert settings.shops["garden"].secret.get_secret_value() == "a-webhook-secret"
    assert settings.books["main"].provider == "invoiceocean"


def test_the_example_shows_every_setting_and_its_true_default(tmp_path: Path) -> None:
    shown = re.sub(r"^#(?=[a-z])", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    tables = tomllib.loads(shown)
    for heading, key, _ in EVERY:
        table: Any = tables
        for part in heading.replace("shops.NAME", "shops.garden").replace("books.NAME", "books.main").split("."):
            table = table[part]
        assert key in table, f"counterfoil.example.toml does not show {key} in [{heading}]"
    assert differences(load(written(tmp_path, "all", shown), GIVEN), load(written(tmp_path, "as_is"), GIVEN)) == (
        EXAMPLES_RATHER_THAN_DEFAULTS
    )


def written(folder: Path, name: str, text: str | None = None) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8") if text is None else text, encoding="utf-8")
    return file


def differences(one: BaseModel, other: BaseModel) -> set[str]:
    """The paths at which the two differ."""

    def walk(left: object, right: object, path: str) -> Iterator[str]:
        if isinstance(left, dict) and isinstance(right, dict):
            for key in left.keys() | right.keys():
                yield from walk(left.get(key), right.get(key), f"{path}.{key}".lstrip("."))
        elif left != right:
            yield path

    return set(walk(one.model_dump(), other.model_dump(), ""))
