"""A restored ledger has forgotten what it made: with `look_first` nothing is made twice."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from providers.domain.card import Finding
from providers.domain.errors import Unavailable
from providers.domain.policy import IssueOn, Policy
from providers.domain.reasons import Code
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.builders import BOOK, SettableClock, a_card, a_paid_order, a_payment, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

MAILED = Policy(issue_on=IssueOn.PLACED, email_invoice=True)


@pytest.fixture
def empty_ledger(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Ledger]:
    """A second ledger, in which nothing stands."""
    file = tmp_path / "restored.db"
    shutil.copy(migrated_sqlite, file)
    store = Store(f"sqlite:///{file}")
    yield Ledger(store)
    store.close()


@pytest.fixture
def restored(engine: Engine, provider: FakeProvider, clock: SettableClock, empty_ledger: Ledger) -> Engine:
    """An engine on an empty ledger, at a provider that has the order's invoice, payment and e-mail already."""
    provider.card = a_card(email=True)
    engine.follow(MAILED)
    assert engine.drive().state == "done"
    again = Engine(empty_ledger, clock, provider=provider)
    again.follow(MAILED)
    again.books[BOOK] = replace(again.books[BOOK], look_first=True)
    return again


def test_what_is_there_already_is_adopted_and_not_made_again(restored: Engine, provider: FakeProvider) -> None:
    assert restored.drive().state == "done"
    (document,) = provider.documents.values()
    assert (document.gross, document.paid) == (Decimal("123.00"), Decimal("123.00"))
    assert len(provider.inbox) == 1
    assert [made for method in ("create", "pay", "email") for made in provider.made(method)] == [
        "garden/1001/invoice/1:create:g1",
        "garden/1001/invoice/1:pay:p1:g1",
        "garden/1001/invoice/1:email:g1",
    ]


def test_what_is_not_there_is_made(restored: Engine, provider: FakeProvider) -> None:
    assert restored.drive(a_paid_order(order_id="1002")).state == "done"
    assert [document.reference for document in provider.documents.values()] == ["garden/1001", "garden/1002"]
    assert len(provider.inbox) == 2


def test_a_payment_that_came_in_since_is_recorded_beside_the_one_that_is_there(
    engine: Engine, provider: FakeProvider, clock: SettableClock, empty_ledger: Ledger
) -> None:
    halves = tuple(a_payment(payment_id=key, amount=Decimal("61.50")) for key in ("p1", "p2"))
    engine.follow(Policy(issue_on=IssueOn.PLACED))
    engine.drive(a_paid_order(payments=halves[:1], paid_at=None))
    again = Engine(empty_ledger, clock, provider=provider)
    again.books[BOOK] = replace(again.books[BOOK], look_first=True)
    assert again.drive(a_paid_order(payments=halves)).state == "done"
    (document,) = provider.documents.values()
    assert [payment.reference for payment in document.payments or ()] == ["garden/1001/p1", "garden/1001/p2"]


def test_a_look_that_fails_makes_nothing_and_is_repeated(restored: Engine, provider: FakeProvider) -> None:
    provider.fails("find", Unavailable("502"))
    assert (restored.drive().state, restored.code()) == ("due", Code.RETRYING)
    assert restored.wake().state == "done"
    assert len(provider.documents) == 1


def test_nothing_is_recorded_on_a_document_that_was_given_the_id_of_ours(
    engine: Engine, provider: FakeProvider
) -> None:
    engine.follow(Policy(issue_on=IssueOn.PLACED))
    engine.books[BOOK] = replace(engine.books[BOOK], look_first=True)
    engine.drive(an_order())
    provider.documents["r1"] = replace(provider.documents["r1"], reference="garden/7")
    engine.clock.move(seconds=5)
    engine.drive(a_paid_order(modified_at=engine.clock.now))
    assert (engine.code(), provider.made("pay")) == (Code.VANISHED_AT_PROVIDER, [])


def test_where_the_provider_cannot_be_asked_a_person_decides(restored: Engine, provider: FakeProvider) -> None:
    provider.card = a_card(finding=Finding.NOT_AT_ALL)
    assert (restored.drive().state, restored.code()) == ("attention", Code.UNRESOLVED)
    assert len(provider.documents) == 1
