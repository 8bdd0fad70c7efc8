"""A configuration in a folder of its own, and a short way to load it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from config.problems import ConfigError, Problem
from config.settings import Settings, load
from tests.unit.config.samples import GARDEN, SECRETS_GIVEN, Load, Problems


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads the text as counterfoil.toml with the environment given."""

    def call(text: str = GARDEN, environ: Mapping[str, str] | None = None) -> Settings:
        file = tmp_path / "counterfoil.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, {**SECRETS_GIVEN, **(environ or {})})

    return call


@pytest.fixture
def problems(loaded: Load) -> Problems:
    """The problems that loading ends with, by key."""

    def call(text: str = GARDEN, environ: Mapping[str, str] | None = None) -> dict[str, Problem]:
        with pytest.raises(ConfigError) as caught:
            loaded(text, environ)
        return {problem.key: problem for problem in caught.value.problems}

    return call
