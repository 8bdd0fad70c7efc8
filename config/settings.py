"""The settings of a whole installation: one TOML file, overridden by environment variables.

::

    counterfoil.toml ──read──┐
                             ├─merge──> raw tables ──references resolved──> checked ──> Settings
    COUNTERFOIL_… variables ─┘                                              │
                                                        every problem at once: ConfigError
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import environment, explain, toml_file
from config.environment import DELIMITER, PREFIX
from config.problems import ConfigError, Problem, nearest
from config.redaction import SECRETS
from config.references import Resolver
from config.sections import (
    BookSettings,
    BrokerSettings,
    LedgerSettings,
    LogSettings,
    NotifySettings,
    ReconcileSettings,
    RetriesSettings,
    ShopSettings,
    WebSettings,
    WorkerSettings,
)
from config.urls import anchored
from config.values import Name

DEFAULT_FILE = "counterfoil.toml"


class Settings(BaseSettings):
    """Everything that can be set. Frozen; `repr`, `str` and JSON show no secret."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
    )

    ledger: LedgerSettings = LedgerSettings()
    broker: BrokerSettings = BrokerSettings()
    web: WebSettings = WebSettings()
    worker: WorkerSettings = WorkerSettings()
    retries: RetriesSettings = RetriesSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    log: LogSettings = LogSettings()
    notify: NotifySettings = NotifySettings()
    shops: dict[Name, ShopSettings] = Field(default_factory=dict)
    books: dict[Name, BookSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given: the process's own environment is read by nobody but the caller of `load`."""
        return (init_settings,)


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the file, lay the environment over it, resolve secrets and check everything.

    Without a path, the environment alone speaks. Relative paths count from the file's folder, or from the
    working folder where there is no file. Every secret found is made known to `SECRETS`. Raises `ConfigError`
    with all problems; only a file that cannot be read or is not TOML is told alone.
    """
    where = "the environment" if path is None else str(path)
    folder = Path.cwd() if path is None else path.absolute().parent
    file = {} if path is None else toml_file.read(path)
    said = environment.overrides(Settings, environ, file)

    in_environment = Resolver(folder=folder, environ=environ, literals=True)
    in_file = Resolver(folder=folder, environ=environ, literals=False)
    # The environment first: what it overrides in the file need not be resolvable any more.
    raw = in_file.table(Settings, environment.merged(file, in_environment.table(Settings, said)))

    problems = [*environment.strays(Settings, environ), *in_environment.problems, *in_file.problems]
    settings, rejected = _checked(raw, environ)
    problems += [*rejected, *_shops_without_book(raw)]
    if settings is None or problems:
        raise ConfigError(problems, where=where)
    for url in (settings.ledger.url, settings.broker.url):
        SECRETS.add(url.password)
    ledger = settings.ledger.model_copy(update={"url": anchored(settings.ledger.url, folder)})
    return settings.model_copy(update={"ledger": ledger})


def _checked(raw: dict[str, Any], environ: Mapping[str, str]) -> tuple[Settings | None, list[Problem]]:
    # The error is turned into problems in here and not chained: it holds every input, secrets included.
    try:
        return Settings(**raw), []
    except ValidationError as error:
        return None, explain.problems(error, model=Settings, raw=raw, environ=environ)


def _shops_without_book(raw: Mapping[str, Any]) -> list[Problem]:
    """Looked for in the raw tables, so that it is told together with all other problems."""
    shops, books = raw.get("shops"), raw.get("books", {})
    if not isinstance(shops, dict) or not isinstance(books, dict):
        return []
    problems = []
    for name, shop in shops.items():
        book = shop.get("book") if isinstance(shop, dict) else None
        if not isinstance(book, str) or book in books:
            continue
        guess = nearest(book, books)
        problems.append(
            Problem(
                key=f"shops.{name}.book",
                value=f'"{book}"',
                what="There is no such book. " + (f"Books: {', '.join(books)}." if books else "No book is set up."),
                remedy=(f'Write book = "{guess}", or add' if guess else "Add") + f" a table [books.{book}].",
            )
        )
    return problems
