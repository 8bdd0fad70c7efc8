"""What `--faults` names: a profile of a sandbox's bad days, or a file with odds of one's own."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from providers.sandbox.chaos import PROFILES, Odds


class BadFaults(Exception):
    """What was named cannot be used. `text` names the key, `remedy` says what to write instead."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text} {remedy}")
        self.text = text
        self.remedy = remedy


def read_odds(told: str) -> Odds:
    """The odds of `light`, `heavy`, or a TOML file. Raises `BadFaults`."""
    if told in PROFILES:
        return PROFILES[told]
    return _checked(told, _loaded(told))


def _loaded(told: str) -> dict[str, object]:
    try:
        return tomllib.loads(Path(told).read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = " or ".join(PROFILES)
        raise BadFaults(f"{told}: there is no such file.", f"Name {known}, or a TOML file with odds.") from None
    except (OSError, UnicodeDecodeError):
        raise BadFaults(
            f"{told}: the file cannot be read.", "Check the path; the file must be text in UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise BadFaults(f"{told}: {error}.", "Correct the TOML there.") from None


def _checked(told: str, values: dict[str, object]) -> Odds:
    try:
        odds = Odds.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(Odds.model_fields)
            raise BadFaults(f"{told}: {key}: there is no such key.", f"Write one of: {known}.") from None
        raise BadFaults(f"{told}: {key}: {first['msg']}.", f"Correct {key}; odds are shares from 0 to 1.") from None
    if odds.share > 1:
        largest = max((name for name in values if name in Odds.shares()), key=lambda name: getattr(odds, name))
        raise BadFaults(
            f"{told}: {largest}: with it the odds add up to {odds.share:g}.",
            "Lower them: together they may be 1 at most.",
        )
    return odds
