"""What the options of the providers have in common: types with their rules, for `options.py` in each folder.

    class Options(ProviderOptions):
        timezone: TimeZone = Field(default="UTC", description="...")

A rule that one provider alone has stays with that provider, and so does every default: what nobody documents is
assumed for each of them apart.
"""

from decimal import Decimal
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

LONGEST_LAG = 86_400
"""Seconds: a list that lags by more than a day proves nothing."""


class ProviderOptions(BaseModel):
    """The provider's own part of a book's configuration. A key that is not known is a mistake, and is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; write one such as Europe/Amsterdam") from None
    return name


TimeZone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]
"""IANA name of a time zone that this machine knows."""

Currency: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""

Country: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]
"""ISO 3166-1 code of two letters; empty where there is none."""

Language: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""ISO 639-1 code of two letters."""

Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""What something is called on an invoice or at the provider."""

Code: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=255)]
"""The provider's own name of an article, a tax or the like."""

NotNegative: TypeAlias = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
"""A price, or a rate in percent."""

LagSeconds: TypeAlias = Annotated[int, Field(ge=0, le=LONGEST_LAG)]
"""How long a list may not show what was just made."""
