"""The suite runs on both sides of every assumption."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

import pytest

from providers.registry import PROVIDERS
from tests.contract.invoicing import suite
from tests.contract.invoicing.moods import Mood, one_sided

CASES = {name: getattr(suite, name) for name in suite.__all__ if name.endswith("Contract")}

HELD = [*sorted(PROVIDERS), "memory"]
"""The memory provider is no kind of a book, and is held to the contract all the same."""


def of(provider: str) -> ModuleType:
    return import_module(f"tests.contract.invoicing.test_{provider}")


def moods_of(module: ModuleType) -> Mapping[str, Mood]:
    """`MOODS` pass the whole suite, in `SHUT` nothing can be made, `APART` have tests of their own."""
    return {**module.MOODS, **module.SHUT, **getattr(module, "APART", {})}


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_every_switch_of_a_sandbox_is_on_both_of_its_sides_in_some_mood(provider: str) -> None:
    moods = moods_of(of(provider))
    (switches,) = {type(mood.switches) for mood in moods.values()}
    assert list(one_sided(switches, moods)) == []


@pytest.mark.parametrize("provider", HELD)
def test_every_case_of_the_suite_is_held_against_every_provider(provider: str) -> None:
    held = {
        case
        for member in vars(of(provider)).values()
        if isinstance(member, type) and member.__module__ == of(provider).__name__
        for case in member.__bases__
    }
    assert held >= set(CASES.values())


@pytest.mark.parametrize("provider", HELD)
def test_no_provider_replaces_a_case_of_the_suite(provider: str) -> None:
    for member in vars(of(provider)).values():
        if isinstance(member, type) and set(member.__bases__) & set(CASES.values()):
            inherited = {name for base in member.__bases__ for name in vars(base)}
            replaced = {name for name in vars(member) if name.startswith("test_")} & inherited
            assert replaced == set(), member
