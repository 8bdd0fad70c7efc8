"""Whoever drives a book has several of its orders in hand, and none of them suffers for another one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from providers.domain.documents import Draft, RemoteDocument
from providers.domain.policy import Policy
from providers.domain.reasons import Code
from providers.ports import Prepared
from tasks.callers import CallerThreads, InTurn
from tasks.drains import Drains
from tasks.ledger.ledger import Ledger
from tasks.ledger.turn import Claim
from tasks.ports import ShopFront
from tasks.sync import Ended
from tests.builders import BOOK, SHOP, SettableClock, a_paid_order
from tests.unit.tasks.engine import LEASE, Bells, Engine, StubShop
from tests.unit.tasks.fake_provider import FakeProvider

IDS = ("1001", "1002", "1003", "1004", "1005")
UNWRITABLE = "half of a pair: \ud83d"
"""No database keeps it, and no provider should send it."""


def bring(engine: Engine, *order_ids: str) -> None:
    for order_id in order_ids or IDS:
        engine.bring(a_paid_order(order_id=order_id))


def states(engine: Engine) -> dict[str, str]:
    return {order_id: engine.line(order_id).state for order_id in IDS}


def invoiced(provider: FakeProvider) -> list[str]:
    return sorted(document.reference for document in provider.documents.values())


ALL_DONE = dict.fromkeys(IDS, "done")
EACH_ONCE = [f"garden/{order_id}" for order_id in IDS]


@dataclass
class Odd(FakeProvider):
    """Says what cannot be written, of the orders that are named; and tells how many creates are under way."""

    payload_of: set[str] = field(default_factory=set)
    answer_of: set[str] = field(default_factory=set)
    entered: Callable[[], object] = lambda: None
    """Called at the beginning of each create, by whoever makes it."""
    under_way: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, draft: Draft) -> Prepared:
        prepared = super().prepare(draft)
        odd = {"note": UNWRITABLE} if draft.key.order_id in self.payload_of else {}
        return Prepared(prepared.reference, {**prepared.payload, **odd})

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self.entered()
        with self.lock:
            self.under_way -= 1
            made = super().create(prepared, idempotency_key=idempotency_key)
        return replace(made, number=UNWRITABLE) if made.reference in self.answer_of else made


@pytest.fixture
def provider() -> Odd:
    return Odd()


@pytest.fixture
def engine(sqlite_ledger: Ledger, clock: SettableClock, provider: Odd) -> Engine:
    return Engine(sqlite_ledger, clock, provider=provider, callers=InTurn(3))


@pytest.fixture
def threads() -> Iterator[CallerThreads]:
    callers = CallerThreads({BOOK: 3})
    yield callers
    callers.close()


def test_one_bell_brings_all_that_is_due_to_its_end(engine: Engine, provider: Odd) -> None:
    bring(engine)
    assert engine.run("1003") is Ended.DROVE
    assert states(engine) == ALL_DONE
    assert invoiced(provider) == EACH_ONCE
    assert len(provider.made("pay")) == 5


def test_several_calls_are_made_at_the_same_time(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd, threads: CallerThreads
) -> None:
    together = threading.Barrier(3)
    provider.entered = lambda: together.wait(timeout=20)
    engine = Engine(sqlite_ledger, clock, provider=provider, callers=threads)
    bring(engine, *IDS[:3])
    assert engine.run("1001") is Ended.DROVE
    assert invoiced(provider) == EACH_ONCE[:3]
    assert {engine.line(order_id).state for order_id in IDS[:3]} == {"done"}


def test_no_more_are_at_the_provider_than_it_takes(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd, threads: CallerThreads
) -> None:
    together = threading.Barrier(2)
    provider.entered = lambda: together.wait(timeout=20)
    engine = Engine(sqlite_ledger, clock, provider=provider, callers=threads, slots=2)
    bring(engine, *IDS[:4])
    engine.run("1001")
    assert invoiced(provider) == EACH_ONCE[:4]
    assert provider.most == 2


def test_a_caller_that_ends_in_the_middle_keeps_nobody_waiting(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd, threads: CallerThreads
) -> None:
    provider.fails("create", SystemExit("somebody's library"), commits=True)
    engine = Engine(sqlite_ledger, clock, provider=provider, callers=threads)
    bring(engine, "1001")
    with pytest.raises(RuntimeError, match="somebody's library"):
        engine.run("1001")
    clock.move(minutes=2)
    engine.run("1001")
    assert engine.line("1001").state == "done"
    assert invoiced(provider) == ["garden/1001"]


def test_what_comes_in_meanwhile_is_driven_without_a_bell(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd, threads: CallerThreads
) -> None:
    engine = Engine(sqlite_ledger, clock, provider=provider, callers=threads)
    bring(engine, "1001")
    provider.meanwhile = lambda: bring(engine, *IDS[1:])
    engine.run("1001")
    assert states(engine) == ALL_DONE
    assert engine.bells.rung == []


class TestWhatCannotBeWritten:
    def test_an_answer_is_of_one_order_and_the_others_are_kept(
        self, engine: Engine, provider: Odd, clock: SettableClock
    ) -> None:
        provider.answer_of = {"garden/1001"}
        bring(engine, *IDS[:3])
        with pytest.raises(ValueError, match="surrogates"):
            engine.run("1001")
        assert [engine.line(order_id).documents[0].state for order_id in IDS[:3]] == ["sent", "issued", "issued"]
        clock.move(LEASE)
        for order_id in IDS[:3]:
            engine.run(order_id)
        engine.wake("1001")
        assert {engine.line(order_id).state for order_id in IDS[:3]} == {"done"}
        assert invoiced(provider) == EACH_ONCE[:3]

    def test_an_order_whose_intent_cannot_be_is_parked_and_keeps_nobody_back(
        self, engine: Engine, provider: Odd, clock: SettableClock
    ) -> None:
        provider.payload_of = {"1002"}
        bring(engine)
        for _ in range(5):
            for order_id in IDS:
                with suppress(ValueError):
                    engine.run(order_id)
            clock.move(LEASE)
        assert engine.code("1002") == Code.POISON
        assert states(engine) == {**ALL_DONE, "1002": "attention"}
        assert invoiced(provider) == [reference for reference in EACH_ONCE if reference != "garden/1002"]


class TestAnOrderThatTwoDiedWith:
    @pytest.fixture
    def suspect(self, engine: Engine, clock: SettableClock) -> str:
        bring(engine)
        for _ in range(2):
            claim = Claim(owner="died", now=clock.now, lease=timedelta(seconds=50))
            engine.ledger.turns.begin(SHOP, "1002", claim=claim, decide=engine.sync._decide)
            clock.move(minutes=3)
        return "1002"

    def test_goes_along_with_nobody(self, engine: Engine, suspect: str) -> None:
        engine.run("1001")
        assert states(engine) == {**ALL_DONE, suspect: "due"}

    def test_goes_alone_when_its_own_bell_is_answered(self, engine: Engine, suspect: str) -> None:
        others: list[dict[str, str]] = []
        engine.provider.meanwhile = lambda: others.append(states(engine))
        assert engine.run(suspect) is Ended.DROVE
        assert others == [dict.fromkeys(IDS, "due")]
        assert engine.line(suspect).state == "done"


def test_a_process_that_is_to_end_claims_nothing_more_and_leaves_a_bell(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd
) -> None:
    stopping = threading.Event()
    provider.meanwhile = stopping.set
    engine = Engine(sqlite_ledger, clock, provider=provider, callers=InTurn(1), stopping=stopping.is_set)
    bring(engine)
    engine.run("1001")
    assert engine.line("1001").state == "done"
    assert invoiced(provider) == ["garden/1001"]
    assert engine.bells.rung == [(SHOP, "1002")]


def test_while_it_lingers_a_drive_sees_what_others_bring(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd, threads: CallerThreads
) -> None:
    stopping, seen = threading.Event(), threading.Event()
    engine = Engine(
        sqlite_ledger, clock, provider=provider, callers=threads, stopping=stopping.is_set, lingers=30.0, looks=0.005
    )
    bring(engine, "1001")
    drive = threading.Thread(target=engine.run)
    drive.start()
    try:
        while engine.line("1001").state != "done":
            seen.wait(0.01)
        bring(engine, *IDS[1:])
        while states(engine) != ALL_DONE and drive.is_alive():
            seen.wait(0.01)
        assert states(engine) == ALL_DONE
    finally:
        stopping.set()
        drive.join()


def test_a_bell_that_came_to_full_hands_is_rung_again_for_another_process(
    sqlite_ledger: Ledger, clock: SettableClock, provider: Odd
) -> None:
    bells = Bells()
    drains = Drains(bells, fronts={SHOP: ShopFront(name=SHOP, shop=StubShop(), book=BOOK, policy=Policy())}, here=False)
    engine = Engine(sqlite_ledger, clock, provider=provider, drains=drains, bell=bells)

    def turned_away() -> None:
        assert engine.run("1002") is Ended.BUSY
        threading.Event().wait(0.6)  # so long it is kept for a free hand here

    bring(engine, "1001", "1002")
    provider.meanwhile = turned_away
    engine.run("1001")
    assert bells.rung == [(SHOP, "1002")]


def test_no_book_waits_for_another_ones_calls() -> None:
    callers, free = CallerThreads({"slow": 1, "quick": 1}), threading.Event()
    try:
        callers.call("slow", lambda: free.wait(20))
        done = threading.Event()
        callers.call("quick", done.set)
        assert done.wait(20)
    finally:
        free.set()
        callers.close()
