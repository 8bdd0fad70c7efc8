"""Orders that wait together are made by one call, and exactly once each, whatever becomes of that call."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from providers.domain.card import Card
from providers.domain.orders import Order
from providers.domain.policy import IssueOn, Policy
from providers.domain.reasons import Code
from providers.domain.steps import Create
from providers.invoicing import acs, memory
from providers.invoicing.acs import sandbox as acs_sandbox
from providers.ports import InvoicingProvider
from providers.sandbox import Fault, Sandbox, SandboxAdapter, faults
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.builders import BOOK, SettableClock, a_buyer, a_line, a_paid_order, planned_for
from tests.contract.invoicing.bench import Call, Watch
from tests.simulation.points import Crash, CrashingStore, DeadlyWire, Points
from tests.unit.tasks.engine import Engine

TOGETHER = Policy(issue_on=IssueOn.PLACED, bulk=True)
BUYER = a_buyer(street="ul. Polna 3", postcode="30-001")
IDS = tuple(str(1001 + number) for number in range(5))
REFUSED = b'{"status": "error", "result": "one of them lacks something"}'
LOST = {"dropped": faults.dropped(), "502": faults.status(502), "truncated": faults.truncated()}


@dataclass
class Crowd:
    """A provider that takes several at once, and the engine at it. Time passes for both."""

    provider: InvoicingProvider
    sandbox: Sandbox
    watch: Watch
    several: Call
    one: Call
    engine: Engine

    def bring(self, *orders: Order) -> None:
        for order in orders or map(an_order_of, IDS):
            self.engine.bring(order)

    def work(self) -> None:
        """Whoever is due is driven, until nobody is; time passes where all wait."""
        engine, ledger = self.engine, self.engine.ledger
        for _ in range(200):
            due = ledger.turns.next_due(BOOK, now=engine.clock.now)
            if due is not None:
                engine.run(due[1])
                continue
            waiting = [line.due_at for line in map(engine.line, IDS) if line.due_at is not None]
            if not waiting:
                return
            engine.clock.now = max(engine.clock.now + timedelta(seconds=1), min(waiting))
        raise AssertionError("the engine does not come to rest")

    def states(self) -> list[str]:
        return [self.engine.line(each).state for each in IDS]

    def there(self) -> dict[str, list[Decimal]]:
        """Reference -> what is paid of each document that carries it."""
        found: dict[str, list[Decimal]] = {}
        told: Any = self.sandbox.state()["documents"]
        for each in told:
            found.setdefault(str(each["reference"]), []).append(Decimal(str(each["paid"])))
        return found

    def calls(self, call: Call) -> int:
        return self.watch.asked.count(call)


def an_order_of(order_id: str) -> Order:
    return a_paid_order(order_id=order_id, buyer=BUYER)


EXACTLY = {f"garden/{each}": [Decimal("123.00")] for each in IDS}


def at_memory(ledger: Ledger, clock: SettableClock, *, card: Card = memory.CARD) -> Crowd:
    watch = Watch()
    account = memory.sandbox(card=card, faults=watch, clock=clock, sleep=lambda seconds: _passes(clock, seconds))
    provider = memory.build(card=card, within=account)
    several, one = Call("POST", "/documents/several"), Call("POST", "/documents")
    return Crowd(provider, account, watch, several, one, engine_at(provider, ledger, clock))


def at_acs(ledger: Ledger, clock: SettableClock, *, all_or_nothing: bool = False) -> Crowd:
    watch = Watch()
    account = acs_sandbox.sandbox(
        token="known",
        switches=acs_sandbox.Switches(bulk_all_or_nothing=all_or_nothing, bulk_fails_in_part=not all_or_nothing),
        faults=watch,
        clock=clock,
        sleep=lambda seconds: _passes(clock, seconds),
    )
    provider = acs.build(
        base_url="https://staging.acsinvoicing.example",
        token="known",
        options=acs.Options(list_proves_absence=True, bulk="all_or_nothing" if all_or_nothing else "per_element"),
        adapter=SandboxAdapter(account),
        sleep=lambda seconds: _passes(clock, seconds),
    )
    several, one = Call("POST", "/api/v1/invoices"), Call("POST", "/api/v1/invoice")
    return Crowd(provider, account, watch, several, one, engine_at(provider, ledger, clock))


def _passes(clock: SettableClock, seconds: float) -> None:
    clock.move(timedelta(seconds=seconds))


def engine_at(provider: InvoicingProvider, ledger: Ledger, clock: SettableClock) -> Engine:
    engine = Engine(ledger, clock, provider=provider)
    engine.follow(TOGETHER)
    return engine


ACCOUNTS: dict[str, Callable[[Ledger, SettableClock], Crowd]] = {
    "memory": at_memory,
    "acs, each by itself": at_acs,
    "acs, all or nothing": lambda ledger, clock: at_acs(ledger, clock, all_or_nothing=True),
}


@pytest.fixture(params=ACCOUNTS.values(), ids=ACCOUNTS)
def crowd(request: pytest.FixtureRequest, sqlite_ledger: Ledger, clock: SettableClock) -> Crowd:
    found: Crowd = request.param(sqlite_ledger, clock)
    return found


@pytest.fixture
def plain(sqlite_ledger: Ledger, clock: SettableClock) -> Crowd:
    return at_memory(sqlite_ledger, clock)


def test_orders_that_wait_together_are_made_by_one_call_and_each_is_paid(crowd: Crowd) -> None:
    crowd.bring()
    crowd.work()
    assert crowd.there() == EXACTLY
    assert crowd.states() == ["done"] * 5
    assert (crowd.calls(crowd.several), crowd.calls(crowd.one)) == (1, 0)


def test_no_call_carries_more_than_the_card_says(sqlite_ledger: Ledger, clock: SettableClock) -> None:
    crowd = at_memory(sqlite_ledger, clock, card=replace(memory.CARD, bulk=3))
    crowd.bring()
    crowd.work()
    assert crowd.there() == EXACTLY
    assert (crowd.calls(crowd.several), crowd.calls(crowd.one)) == (2, 0)


def test_a_shop_whose_policy_does_not_allow_it_gets_each_by_itself(crowd: Crowd) -> None:
    crowd.engine.follow(replace(TOGETHER, bulk=False))
    crowd.bring()
    crowd.work()
    assert crowd.there() == EXACTLY
    assert (crowd.calls(crowd.several), crowd.calls(crowd.one)) == (0, 5)


def test_in_a_book_where_everything_is_looked_for_first_nothing_goes_together(plain: Crowd) -> None:
    plain.engine.books[BOOK] = replace(plain.engine.books[BOOK], look_first=True)
    plain.bring()
    plain.work()
    assert plain.there() == EXACTLY
    assert (plain.calls(plain.several), plain.calls(plain.one)) == (0, 5)


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_lost_answer_is_resolved_one_by_one_and_nothing_is_made_twice(crowd: Crowd, fault: Fault) -> None:
    crowd.watch.after_acting(fault, method="POST", path=crowd.several.path)
    crowd.bring()
    crowd.engine.run(IDS[0])
    assert {crowd.engine.code(each) for each in IDS} == {Code.RESOLVING}
    crowd.work()
    assert crowd.there() == EXACTLY
    assert crowd.states() == ["done"] * 5
    assert (crowd.calls(crowd.several), crowd.calls(crowd.one)) == (1, 0)


def test_what_was_lost_before_it_took_effect_is_made_one_by_one(crowd: Crowd) -> None:
    crowd.watch.before_acting(faults.dropped(), method="POST", path=crowd.several.path)
    crowd.bring()
    crowd.work()
    assert crowd.there() == EXACTLY
    assert (crowd.calls(crowd.several), crowd.calls(crowd.one)) == (1, 5)


@pytest.mark.parametrize("fault", [faults.refused_connection(), faults.throttled("30")], ids=["no way", "throttled"])
def test_what_never_left_is_made_later(crowd: Crowd, fault: Fault) -> None:
    crowd.watch.before_acting(fault, method="POST", path=crowd.several.path)
    crowd.bring()
    crowd.work()
    assert crowd.there() == EXACTLY
    assert crowd.states() == ["done"] * 5


@pytest.mark.parametrize("all_or_nothing", [False, True])
def test_a_refusal_is_of_the_one_that_is_refused_alone(
    sqlite_ledger: Ledger, clock: SettableClock, all_or_nothing: bool
) -> None:
    """Where a provider takes all or none, its refusal is told of all; each goes alone then, and one is to blame."""
    crowd = at_acs(sqlite_ledger, clock, all_or_nothing=all_or_nothing)
    crowd.watch.before_acting(faults.status(400, body=REFUSED), method="POST", path=crowd.several.path)
    unknown = a_line(tax_rate=Decimal(11), net=Decimal("110.81"), tax=Decimal("12.19"))
    wrong = replace(an_order_of(IDS[3]), lines=(unknown,))
    crowd.bring(*(wrong if each == IDS[3] else an_order_of(each) for each in IDS))
    crowd.work()
    assert crowd.there() == {name: paid for name, paid in EXACTLY.items() if name != f"garden/{IDS[3]}"}
    assert crowd.states() == ["attention" if each == IDS[3] else "done" for each in IDS]
    assert crowd.engine.code(IDS[3]) == Code.REFUSED


def test_a_reference_that_is_taken_there_is_adopted_when_its_turn_comes_alone(plain: Crowd) -> None:
    """Another life of the ledger made it; that the others could not know it is no verdict on any of them."""
    step = planned_for(an_order_of(IDS[2]))
    assert isinstance(step, Create)
    plain.provider.create(plain.provider.prepare(step.draft), idempotency_key="another life")
    plain.bring()
    plain.work()
    assert plain.there() == EXACTLY
    assert plain.states() == ["done"] * 5
    assert (plain.calls(plain.several), plain.calls(plain.one)) == (1, 2)


def test_only_what_is_due_to_be_made_goes_together(plain: Crowd) -> None:
    unpaid = replace(an_order_of(IDS[1]), paid_at=None, payments=())
    plain.engine.follow(replace(TOGETHER, issue_on=IssueOn.PAID))
    plain.bring(*(unpaid if each == IDS[1] else an_order_of(each) for each in IDS))
    plain.work()
    assert plain.engine.line(IDS[1]).state == "waiting"
    assert plain.there() == {name: paid for name, paid in EXACTLY.items() if name != f"garden/{IDS[1]}"}
    assert (plain.calls(plain.several), plain.calls(plain.one)) == (1, 0)


def test_an_order_alone_goes_alone(crowd: Crowd) -> None:
    crowd.bring(an_order_of(IDS[0]))
    crowd.engine.run(IDS[0])
    assert (crowd.calls(crowd.several), crowd.calls(crowd.one)) == (0, 1)


def test_a_book_whose_account_is_not_let_in_is_paused_and_nobody_loses_a_try(plain: Crowd) -> None:
    plain.engine.books[BOOK] = replace(
        plain.engine.books[BOOK],
        provider=memory.build(token="wrong", within=plain.sandbox),
    )
    plain.bring()
    plain.engine.run(IDS[0])
    assert plain.engine.paused.is_paused(BOOK)
    assert plain.there() == {}
    assert {(plain.engine.code(each), plain.engine.line(each).attempts) for each in IDS} == {(Code.ACCESS_DENIED, 0)}


@pytest.fixture
def empty_stores(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Callable[[], Store]]:
    """Empty ledgers, one after the other."""
    made: list[Store] = []

    def another() -> Store:
        file = tmp_path / f"ledger {len(made)}.db"
        shutil.copy(migrated_sqlite, file)
        made.append(Store(f"sqlite:///{file}"))
        return made[-1]

    yield another
    for store in made:
        store.close()


def _life(crowd: Crowd, store: Store, points: Points) -> None:
    """A worker that drives all there is to do, and may die at a point."""
    crowd.engine = engine_at(crowd.provider, Ledger(CrashingStore(store, points)), crowd.engine.clock)
    crowd.sandbox.faults = DeadlyWire(points)
    crowd.work()


@pytest.mark.parametrize("account", [at_memory, at_acs])
def test_a_worker_that_dies_at_any_point_of_it_loses_and_doubles_nothing(
    account: Callable[[Ledger, SettableClock], Crowd], empty_stores: Callable[[], Store], clock: SettableClock
) -> None:
    undisturbed, points = empty_stores(), Points()
    first = account(Ledger(undisturbed), clock)
    first.bring()
    _life(first, undisturbed, points)
    assert len(points.passed) > 20
    for place in range(len(points.passed)):
        store = empty_stores()
        crowd = account(Ledger(store), clock)
        crowd.bring()
        with pytest.raises(Crash):
            _life(crowd, store, Points((place,)))
        clock.move(timedelta(minutes=5))
        _life(crowd, store, Points())
        assert crowd.there() == EXACTLY, (place, points.passed[place])
        assert crowd.states() == ["done"] * 5
