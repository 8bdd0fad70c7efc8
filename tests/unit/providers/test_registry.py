"""The registry reaches into every provider in the same way."""

from datetime import timedelta
from typing import Any

import pytest

from providers.operations import operations
from providers.registry import PROVIDERS, ProviderKind, build_sandbox, client_of
from providers.sandbox.traps import HasLists, Traps


@pytest.fixture(params=sorted(PROVIDERS))
def kind(request: pytest.FixtureRequest) -> ProviderKind:
    return PROVIDERS[request.param]


def test_the_operations_of_every_provider_are_reached_and_told(kind: ProviderKind) -> None:
    found = operations(client_of(kind.build(base_url="https://account.example", token="user:token")))
    assert {each.writes for each in found} == {True, False}
    assert all(each.summary for each in found)


def test_a_provider_without_a_client_is_told() -> None:
    provider: Any = object()
    with pytest.raises(TypeError, match="no property `client`"):
        client_of(provider)


def test_traps_are_for_providers_that_have_lists(kind: ProviderKind) -> None:
    made = build_sandbox(kind.card.name, token="user:token", traps=Traps(last_page_repeats=True))
    assert isinstance(made.service, HasLists) is kind.card.lists


def test_a_lag_of_lists_is_for_providers_that_have_one(kind: ProviderKind) -> None:
    made = build_sandbox(kind.card.name, token="user:token", traps=Traps(list_lag=timedelta(seconds=3)))
    lag = getattr(made.service.switches, "list_lag", None)  # type: ignore[attr-defined]
    assert (lag == timedelta(seconds=3)) is kind.card.lists
