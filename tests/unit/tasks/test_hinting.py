"""A provider's hint is worth one look at the document, and nothing more."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import AccessDenied, NotSent, Refused, Throttled, Unavailable
from providers.domain.reasons import Code, Reason
from tasks.hinting import Door, Heard, Hints, Rereader
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.slots import LocalSlots
from tests.builders import BOOK, SHOP, SettableClock, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider
from tests.unit.tasks.test_notices import AT_ONCE

TOKEN = "a-token-of-the-book"


@dataclass
class Doorway:
    """Hints of one book, and what was followed."""

    seconds: float = 0.0
    followed: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        door = Door(token=TOKEN, document=lambda body: body.decode())
        follow = self.followed.append
        self.hints = Hints({BOOK: door}, follow=lambda *what: follow(what), steady=lambda: self.seconds)  # type: ignore[arg-type]


class TestTheDoor:
    def test_a_hint_that_names_a_document_is_followed(self) -> None:
        doorway = Doorway()
        assert doorway.hints.take(BOOK, b"r1") is Heard.FOLLOWED
        assert doorway.followed == [(BOOK, "r1")]

    @pytest.mark.parametrize("body", [b"", b"x" * 101])
    def test_one_that_names_none_is_not(self, body: bytes) -> None:
        doorway = Doorway()
        assert doorway.hints.take(BOOK, body) is Heard.NOTHING
        assert doorway.followed == []

    def test_a_flood_is_followed_in_measure(self) -> None:
        doorway = Doorway()
        heard = [doorway.hints.take(BOOK, b"r1") for _ in range(500)]
        assert heard.count(Heard.FOLLOWED) == len(doorway.followed) == 120
        doorway.seconds = 60
        assert doorway.hints.take(BOOK, b"r1") is Heard.FOLLOWED

    @pytest.mark.parametrize(
        ("book", "token", "lets"),
        [
            (BOOK, TOKEN, True),
            (BOOK, "", False),
            (BOOK, TOKEN[:-1], False),
            (BOOK, "ä\udce4", False),
            ("other", TOKEN, False),
            ("other", "", False),
        ],
    )
    def test_it_opens_to_its_own_token_only(self, book: str, token: str, lets: bool) -> None:
        assert Doorway().hints.lets_in(book, token) is lets

    def test_there_may_be_none(self) -> None:
        assert Doorway().hints
        assert not Hints({}, follow=lambda *_: None, steady=lambda: 0.0)

    def test_it_does_not_show_its_token(self) -> None:
        assert TOKEN not in repr(Door(token=TOKEN, document=bytes.decode))


class TestReadingAgain:
    @pytest.fixture
    def engine(self, sqlite_store: Store, clock: SettableClock, provider: FakeProvider) -> Engine:
        """An unpaid invoice, made a while ago."""
        engine = Engine(Ledger(sqlite_store, notified={SHOP}), clock, provider=provider, slots=1)
        engine.follow(AT_ONCE)
        engine.drive(an_order())
        provider.documents["r1"] = replace(provider.documents["r1"], state=RemoteState.PAID, paid=Decimal("123.00"))
        clock.move(minutes=5)
        provider.calls.clear()
        return engine

    @pytest.fixture
    def slots(self) -> LocalSlots:
        return LocalSlots({BOOK: 1})

    @pytest.fixture
    def rereader(self, engine: Engine, slots: LocalSlots) -> Rereader:
        return Rereader(engine.ledger, books=engine.books, paused=engine.paused, slots=slots, clock=engine.clock)

    def test_what_changed_is_kept_and_told(self, engine: Engine, rereader: Rereader) -> None:
        assert rereader.reread(BOOK, "r1")
        assert [notice.kind for notice in engine.ledger.notices.listed()] == ["invoice.paid"]
        assert engine.provider.calls == [("read", "r1")]

    def test_a_document_that_is_none_of_ours_is_not_even_asked_for(self, engine: Engine, rereader: Rereader) -> None:
        assert not rereader.reread(BOOK, "r9")
        assert not rereader.reread(BOOK, "")
        assert not rereader.reread("another", "r1")
        assert engine.provider.calls == []

    def test_a_document_that_was_given_the_id_of_ours_tells_nothing_of_it(
        self, engine: Engine, rereader: Rereader
    ) -> None:
        documents = engine.provider.documents
        documents["r1"] = replace(documents["r1"], reference="garden/7")
        assert not rereader.reread(BOOK, "r1")
        assert list(engine.ledger.notices.listed()) == []

    def test_a_paused_book_is_left_alone(self, engine: Engine, rereader: Rereader) -> None:
        engine.paused.pause(BOOK, Reason(code=Code.BOOK_PAUSED, text="by hand"), now=engine.clock.now, by="ada")
        assert not rereader.reread(BOOK, "r1")
        assert engine.provider.calls == []

    def test_a_book_without_a_free_slot_is_left_alone(
        self, engine: Engine, rereader: Rereader, slots: LocalSlots
    ) -> None:
        with slots.take(BOOK):
            assert not rereader.reread(BOOK, "r1")
        assert engine.provider.calls == []

    def test_the_echo_of_our_own_change_is_not_followed(self, engine: Engine, rereader: Rereader) -> None:
        engine.drive(an_order(order_id="1002"))
        assert not rereader.reread(BOOK, "r2")
        engine.clock.move(seconds=10)
        assert rereader.reread(BOOK, "r2")

    def test_an_order_in_hand_is_left_to_whoever_has_it(self, engine: Engine, rereader: Rereader) -> None:
        seen: list[bool] = []
        engine.provider.meanwhile = lambda: seen.append(rereader.reread(BOOK, "r1"))
        engine.follow(replace(AT_ONCE, email_invoice=True))
        engine.provider.card = replace(engine.provider.card, email=True)
        engine.drive(an_order(modified_at=engine.clock.now))
        assert seen == [False]

    @pytest.mark.parametrize(
        "error", [Unavailable("503"), NotSent("no route"), Throttled("429"), AccessDenied("401"), Refused(missing=True)]
    )
    def test_what_cannot_be_read_changes_nothing(self, engine: Engine, rereader: Rereader, error: Exception) -> None:
        engine.provider.fails("read", error)
        assert not rereader.reread(BOOK, "r1")
        assert list(engine.ledger.notices.listed()) == []
