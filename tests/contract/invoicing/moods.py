"""Moods: named settings of a sandbox's switches, every assumption on both of its sides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import EnumType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from providers.domain.errors import AccessDenied, CannotExpress, ProviderError
from tests.contract.invoicing.bench import Bench

SMALL_PAGES = 20
"""Rows per page where a mood names no other: several pages of them are soon filled."""


@dataclass(frozen=True, kw_only=True)
class Mood:
    """The service as switched, and the options of an owner who knows that it is so."""

    switches: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    """Members of the card that the owner knows better."""
    bench: Mapping[str, Any] = field(default_factory=dict)
    """Members of the bench that are others under this mood."""


@dataclass(frozen=True, kw_only=True)
class Shut(Mood):
    """A mood in which nothing can be made, and how that is told."""

    making: type[Exception] = AccessDenied
    looking: type[ProviderError] | None = AccessDenied
    """None where the account can be looked at all the same."""


class ShutContract:
    """Where the service lets nothing be made, nothing is taken for made, and nothing is there."""

    def test_nothing_is_taken_for_made(self, shut: tuple[Bench, Shut]) -> None:
        bench, mood = shut
        with pytest.raises((mood.making, CannotExpress)) as raised:
            bench.issue()
        assert type(raised.value) is mood.making
        assert bench.behind() == []

    def test_looking_is_refused_or_finds_nothing(self, shut: tuple[Bench, Shut]) -> None:
        bench, mood = shut
        if mood.looking is not None:
            with pytest.raises(mood.looking):
                bench.look()
        else:
            assert not bench.shows or bench.find() == ()


def each_of(moods: Mapping[str, Mood]) -> list[Any]:
    """The moods as a fixture's parameters."""
    return [pytest.param(mood, id=name) for name, mood in moods.items()]


def one_sided(switches: type, moods: Mapping[str, Mood]) -> Iterator[str]:
    """The switches of which the moods show one side only: not both of a yes and no, not every member of a choice,
    or not more than one value of anything else."""
    hints = get_type_hints(switches)
    for each in fields(switches):
        shown = [getattr(mood.switches, each.name) for mood in moods.values()]
        if not _all_sides(hints[each.name], shown):
            yield each.name


def _all_sides(kind: Any, shown: list[Any]) -> bool:
    if kind is bool:
        return {True, False} <= set(shown)
    if isinstance(kind, EnumType):
        return set(kind) <= set(shown)  # type: ignore[call-overload,var-annotated,unused-ignore]
    if get_origin(kind) is Literal:
        return set(get_args(kind)) <= set(shown)
    return any(value != shown[0] for value in shown)
