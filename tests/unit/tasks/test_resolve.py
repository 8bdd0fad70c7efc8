"""A person's word on a call whose outcome nobody else can tell."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from providers.domain.card import Finding
from providers.domain.errors import NotSent, OutcomeUnknown
from providers.domain.reasons import Code
from tasks.ledger.decisions import InHand
from tasks.resolve import CannotResolve, Resolver, Word
from tests.builders import SHOP, a_card
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

LOST = OutcomeUnknown("read timed out")


@pytest.fixture
def resolver(engine: Engine) -> Resolver:
    return Resolver(engine.ledger, books=engine.books, bell=engine.bells, clock=engine.clock)


@pytest.fixture
def say(resolver: Resolver) -> Callable[..., object]:
    def said(word: Word, remote_id: str = "") -> object:
        return resolver.resolve(SHOP, "1001", word, remote_id, by="ada", why="looked into the book")

    return said


class TestWhereTheProviderCanProveNothing:
    @pytest.fixture
    def provider(self) -> FakeProvider:
        return FakeProvider(card=replace(a_card(), finding=Finding.NOT_AT_ALL))

    def test_the_order_stops_and_a_person_names_the_document(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        provider.fails("create", LOST, commits=True)
        assert engine.drive().state == "attention"
        assert engine.code() == Code.UNRESOLVED

        say(Word.CREATED, "r1")
        engine.run()

        assert engine.line().documents[0].remote_id == "r1"
        assert provider.made("create") == ["garden/1001/invoice/1:create:g1"]

    def test_the_order_stops_and_a_person_says_that_there_is_none(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        provider.fails("create", LOST)
        engine.drive()

        say(Word.NOT_CREATED)
        engine.run()

        assert engine.line().state == "done"
        assert provider.made("create")[-1] == "garden/1001/invoice/1:create:g2"
        assert len(provider.documents) == 1


class TestWhereTheProviderShowsSomething:
    def lost(self, engine: Engine, provider: FakeProvider, *, copies: int = 1) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        for number in range(2, copies + 1):
            provider.documents[f"r{number}"] = replace(provider.documents["r1"], remote_id=f"r{number}")

    def test_of_two_candidates_the_named_one_counts(
        self, engine: Engine, provider: FakeProvider, resolver: Resolver, say: Callable[..., object]
    ) -> None:
        self.lost(engine, provider, copies=2)
        assert engine.wake().state == "attention"
        assert engine.code() == Code.DUPLICATE_AT_PROVIDER
        candidates = resolver.evidence(SHOP, "1001").candidates
        assert candidates is not None
        assert [candidate.remote_id for candidate in candidates] == ["r1", "r2"]

        say(Word.USE, "r2")
        engine.run()

        assert (engine.line().state, engine.line().documents[0].remote_id) == ("done", "r2")

    def test_a_word_against_the_evidence_is_not_taken(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        self.lost(engine, provider)
        with pytest.raises(CannotResolve, match="has a document with the reference"):
            say(Word.NOT_CREATED)
        with pytest.raises(CannotResolve, match="does not show a document r9"):
            say(Word.CREATED, "r9")
        provider.documents["r1"] = replace(provider.documents["r1"], reference="garden/7")
        with pytest.raises(CannotResolve, match="garden/7"):
            say(Word.CREATED, "r1")
        assert engine.line().documents[0].state == "unknown"

    def test_a_provider_that_cannot_be_reached_is_said_so(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        self.lost(engine, provider)
        provider.fails("read", NotSent("refused"))
        with pytest.raises(CannotResolve, match="cannot be asked now"):
            say(Word.CREATED, "r1")

    def test_a_payment_is_taken_at_a_persons_word(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        provider.fails("pay", LOST, commits=True)
        engine.drive()
        say(Word.CREATED, "m1")
        engine.run()
        assert engine.line().state == "done"
        assert len(provider.made("pay")) == 1


class TestTheTrail:
    def test_who_when_why_is_kept_and_told_with_the_order(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        say(Word.CREATED, "r1")
        decision = engine.ledger.decisions.trail(shop=SHOP, order_id="1001")[0]
        assert (decision.by, decision.what, decision.why) == ("ada", "resolve created", "looked into the book")
        assert decision.at == engine.clock.now
        story = engine.ledger.views.story(SHOP, "1001")
        assert story is not None
        assert "resolve created by ada: looked into the book" in [moment.text for moment in story.moments]

    def test_an_order_without_an_open_call_takes_no_word(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        with pytest.raises(CannotResolve, match="There is no order"):
            say(Word.NOT_CREATED)
        engine.drive()
        with pytest.raises(CannotResolve, match="no call whose outcome is unknown"):
            say(Word.NOT_CREATED)
        assert engine.ledger.decisions.trail() == ()

    def test_a_worker_that_has_the_order_in_hand_comes_first(
        self, engine: Engine, provider: FakeProvider, say: Callable[..., object]
    ) -> None:
        def speak() -> None:
            provider.documents.clear()
            with pytest.raises(InHand):
                say(Word.NOT_CREATED)

        provider.meanwhile = speak
        engine.drive()
        assert engine.line().state == "done"
        assert engine.ledger.decisions.trail() == ()
