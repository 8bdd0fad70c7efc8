"""Opening what a command needs, and no more: the settings, the ledger, or everything wired."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from worker.cli.errors import Complaint

if TYPE_CHECKING:
    from config.settings import Settings
    from tasks.ledger.ledger import Ledger
    from tasks.ledger.store import Store
    from worker.wiring import Wired


@dataclass(frozen=True, slots=True)
class Opened:
    """The settings and the ledger, for commands that speak to no provider."""

    settings: "Settings"
    store: "Store"
    ledger: "Ledger"

    def now(self) -> datetime:
        return datetime.now(UTC)


def load_settings(config: Path | None, *, quiet: bool = True) -> "Settings":
    """Read the configuration and set up the logs. A `quiet` command logs warnings only, for it has a voice of its own.

    Without a file named, counterfoil.toml counts; where there is none, the environment alone, if it says anything.
    Raises `ConfigError`.
    """
    from config import logging
    from config.settings import DEFAULT_FILE, load

    if config is None and not (Path(DEFAULT_FILE).exists() is False and _environment_speaks()):
        config = Path(DEFAULT_FILE)
    settings = load(config, os.environ)
    level = settings.log.level
    logging.configure(settings.log.format, "warning" if quiet and level == "info" else level)
    return settings


def _environment_speaks() -> bool:
    from config.environment import DELIMITER, PREFIX

    return any(name.upper().startswith(PREFIX) and DELIMITER in name for name in os.environ)


@contextmanager
def open_ledger(config: Path | None) -> Iterator[Opened]:
    """Settings and ledger. Raises `ConfigError`, or `Complaint` where the ledger cannot be used."""
    settings = load_settings(config)

    from tasks.ledger.ledger import Ledger
    from tasks.ledger.store import Store
    from worker.readiness import require_ledger

    store = Store(settings.ledger.url.get_secret_value(), pool_size=1)
    try:
        with ledger_told(store):
            require_ledger(store)
            yield Opened(settings, store, Ledger(store))
    finally:
        store.close()


@contextmanager
def open_wired(
    config: Path | None, *, quiet: bool = True, rings: bool = False, migrated: bool = True
) -> Iterator["Wired"]:
    """Everything that the settings name, connected to nothing yet.

    Raises `ConfigError`, or `Complaint` where the ledger cannot be used and `migrated` asks for it.
    """
    wired = build(config, quiet=quiet, rings=rings)

    from worker.readiness import require_ledger

    try:
        with ledger_told(wired.store):
            if migrated:
                require_ledger(wired.store)
            yield wired
    finally:
        wired.close()


def build(config: Path | None, *, quiet: bool, rings: bool) -> "Wired":
    """Wire the settings. Raises `ConfigError`, also for what only a provider or a shop knows to be wrong."""
    settings = load_settings(config, quiet=quiet)

    from config.problems import ConfigError, Problem
    from config.settings import DEFAULT_FILE
    from providers.registry import Misconfigured
    from worker.celery_app import CeleryBell
    from worker.wiring import NoBell, wire

    try:
        return wire(settings, bell=CeleryBell if rings else lambda _: NoBell())
    except Misconfigured as error:
        problem = Problem(key=error.key, what=error.text, remedy=error.remedy)
        raise ConfigError([problem], where=str(config or DEFAULT_FILE)) from None


@contextmanager
def ledger_told(store: "Store") -> Iterator[None]:
    """Tell an unusable ledger with its address and the remedy for its kind."""
    from tasks.ledger.store import LedgerUnavailable
    from worker.readiness import NotReady

    try:
        yield
    except NotReady as error:
        raise Complaint(error.text, remedy=error.remedy) from None
    except LedgerUnavailable as error:
        remedy = (
            "See that its folder exists and may be written to, and that url in [ledger] is right."
            if store.is_sqlite
            else "See that the database runs, and that host, name, user and password of url in [ledger] are right."
        )
        text = " ".join(str(error).split())
        raise Complaint(f"The ledger {store.url} cannot be used: {text}", remedy=remedy, exit_code=1) from None
