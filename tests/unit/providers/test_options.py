"""The types that the options of all providers share."""

from decimal import Decimal

import pytest
from pydantic import Field, ValidationError

from providers.options import (
    Code,
    Country,
    Currency,
    LagSeconds,
    Language,
    Name,
    NotNegative,
    ProviderOptions,
    TimeZone,
)


class Options(ProviderOptions):
    zone: TimeZone = Field(default="UTC", description="A zone.")
    currency: Currency = "EUR"
    currencies: frozenset[Currency] = frozenset()
    country: Country = ""
    language: Language = "en"
    name: Name = "Rounding"
    codes: dict[str, Code] = Field(default_factory=dict)
    rate: NotNegative = Decimal(0)
    lag: LagSeconds = 0


@pytest.mark.parametrize(
    "given",
    [
        {"zone": "Europe/Amsterdam"},
        {"currency": "SEK"},
        {"currencies": {"EUR", "USD"}},
        {"country": "NL"},
        {"country": ""},
        {"language": "hu"},
        {"name": "x" * 100},
        {"codes": {"SKU": "A-1"}},
        {"rate": "5.5"},
        {"lag": 86_400},
    ],
)
def test_what_fits_is_taken(given: dict[str, object]) -> None:
    assert Options.model_validate(given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"zone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
        ({"zone": "../etc/passwd"}, "is not a time zone"),
        ({"zone": ""}, "is not a time zone"),
        ({"currency": "euro"}, "[A-Z]{3}"),
        ({"currencies": {"EUR", "usd"}}, "[A-Z]{3}"),
        ({"country": "nl"}, "[A-Z]{2}"),
        ({"language": "HU"}, "[a-z]{2}"),
        ({"name": ""}, "at least 1"),
        ({"name": "x" * 101}, "at most 100"),
        ({"codes": {"SKU": ""}}, "at least 1"),
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"rate": "NaN"}, "finite"),
        ({"lag": -1}, "greater than or equal to 0"),
        ({"lag": 86_401}, "less than or equal to 86400"),
        ({"strange": 1}, "not permitted"),
    ],
)
def test_what_does_not_fit_is_told(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Options.model_validate(given)
    assert told in str(raised.value)


def test_options_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Options().lag = 5  # type: ignore[misc]
