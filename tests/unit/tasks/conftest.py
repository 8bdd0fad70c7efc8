"""The engine on a ledger of its own, and the provider that it works with."""

import pytest

from tasks.ledger.ledger import Ledger
from tests.builders import SettableClock
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def engine(sqlite_ledger: Ledger, clock: SettableClock, provider: FakeProvider) -> Engine:
    return Engine(sqlite_ledger, clock, provider=provider)
