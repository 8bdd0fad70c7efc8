"""Notices are delivered, again and again, each under its own id; a target that is down holds nobody up."""

import random
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from providers.domain.errors import AccessDenied, FieldRefusal, NotSent, OutcomeUnknown, Refused, Throttled
from providers.domain.facts import Facts
from providers.notifying import ListenerGone
from tasks.backoff import Backoff
from tasks.ledger.ledger import Ledger
from tasks.ledger.notices import Notice, NoticeState
from tasks.ledger.store import Store
from tasks.notifying import PATIENCE, Notifier, Target
from tests.builders import NOON, SHOP, SettableClock, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider, Killed
from tests.unit.tasks.test_notices import AT_ONCE

DOWN = NotSent("POST /hooks: no connection (ConnectionRefusedError)")
BROKEN = OutcomeUnknown("POST /hooks: answered 500")


@dataclass
class Ear:
    """Hears notices, or fails in the order in which a test says."""

    heard: list[tuple[str, str, datetime]] = field(default_factory=list)
    fails: deque[BaseException | None] = field(default_factory=deque)
    asked: int = 0
    url: str = "https://shop.example/hooks"

    def tell(self, key: str, body: str, *, at: datetime) -> None:
        self.asked += 1
        error = self.fails.popleft() if self.fails else None
        if isinstance(error, Killed):
            self.heard.append((key, body, at))
        if error is not None:
            raise error
        self.heard.append((key, body, at))

    @property
    def keys(self) -> list[str]:
        return [key for key, _, _ in self.heard]


@dataclass
class Desk:
    """A ledger with notices of two shops, and their ears."""

    ledger: Ledger
    clock: SettableClock
    ear: Ear
    other: Ear
    notifier: Notifier

    def notices(self) -> list[Notice]:
        return list(self.ledger.notices.listed())

    @property
    def notice(self) -> Notice:
        (notice,) = self.notices()
        return notice

    def learn(self, *orders: str) -> None:
        """Each order's invoice turns out to be overdue."""
        for line in self.ledger.views.orders():
            if line.order in orders:
                placed = self.ledger.notices.document("main", line.documents[0].remote_id, now=self.clock.now)
                assert placed is not None
                self.ledger.notices.learn(placed.pk, Facts(overdue=True), now=self.clock.now)


def notifier(ledger: Ledger, clock: SettableClock, ear: Ear, other: Ear) -> Notifier:
    return Notifier(
        ledger,
        targets=[
            Target(name="garden", listener=ear, shops=frozenset({SHOP})),
            Target(name="kiosk", listener=other, shops=frozenset({"kiosk"})),
        ],
        clock=clock,
        backoff=Backoff(retries=PATIENCE, chance=random.Random(7)),
    )


@pytest.fixture
def desk(sqlite_store: Store, clock: SettableClock, provider: FakeProvider) -> Desk:
    ledger = Ledger(sqlite_store, notified={SHOP, "kiosk"})
    engine = Engine(ledger, clock, provider=provider)
    engine.follow(AT_ONCE)
    for number in range(1, 7):
        engine.drive(an_order(order_id=str(number), number=str(number)))
    engine.fronts["kiosk"] = replace(engine.fronts[SHOP], name="kiosk")
    engine.bring(an_order(order_id="7"), shop="kiosk")
    engine.run("7", shop="kiosk")
    ear, other = Ear(), Ear()
    return Desk(ledger, clock, ear, other, notifier(ledger, clock, ear, other))


@pytest.fixture
def one(desk: Desk) -> Desk:
    """One notice is due."""
    desk.learn("1")
    return desk


def test_a_notice_is_delivered_once_with_its_key_and_body(one: Desk) -> None:
    assert one.notifier.waiting() == ["garden"]
    assert one.notifier.deliver("garden") == 1
    assert one.ear.heard == [(one.notice.key, one.notice.body, NOON)]
    assert (one.notice.state, one.notice.delivered_at, one.notice.attempts) == (NoticeState.DELIVERED, NOON, 1)
    assert one.notifier.waiting() == []
    assert one.notifier.deliver("garden") == 0


@pytest.mark.parametrize(
    "error",
    [DOWN, BROKEN, AccessDenied("401"), Refused(FieldRefusal("", "refused with status 404"), missing=True)],
    ids=["not reached", "500", "401", "404"],
)
def test_a_notice_that_is_not_taken_is_tried_again_later_under_the_same_key(one: Desk, error: Exception) -> None:
    one.ear.fails.append(error)
    assert one.notifier.deliver("garden") == 0
    assert (one.notice.state, one.notice.error, one.notice.attempts) == (NoticeState.DUE, str(error), 1)
    assert one.notice.due_at is not None
    assert one.notice.due_at > NOON
    one.clock.now = one.notice.due_at
    assert one.notifier.deliver("garden") == 1
    assert (one.ear.keys, one.notice.error) == ([one.notice.key], "")


def test_waits_grow_until_three_days_are_over_and_then_it_is_given_up(one: Desk) -> None:
    one.ear.fails.extend([BROKEN] * 1000)
    waits = []
    while one.notice.due_at is not None:
        waits.append(one.notice.due_at - one.clock.now)
        one.clock.now = max(one.clock.now, one.notice.due_at)
        one.notifier.deliver("garden")
    assert (one.notice.state, one.notice.error) == (NoticeState.GIVEN_UP, str(BROKEN))
    assert timedelta(days=3) <= one.clock.now - NOON < timedelta(days=3, hours=4)
    assert timedelta(0) < waits[1] <= timedelta(seconds=10)
    assert max(waits) <= timedelta(hours=3)
    assert one.ear.asked < 60


def test_a_listener_that_is_gone_for_good_is_told_no_more_of_it(one: Desk) -> None:
    one.ear.fails.append(ListenerGone("POST /hooks: answered 410"))
    one.notifier.deliver("garden")
    assert one.notice.state is NoticeState.GIVEN_UP
    assert "410" in one.notice.error


def test_a_process_that_dies_after_sending_sends_it_once_more_under_the_same_key(one: Desk) -> None:
    one.ear.fails.append(Killed())
    with pytest.raises(Killed):
        one.notifier.deliver("garden")
    assert one.notifier.deliver("garden") == 0
    one.clock.move(minutes=2)
    assert notifier(one.ledger, one.clock, one.ear, one.other).deliver("garden") == 1
    assert one.ear.keys == [one.notice.key] * 2


def test_a_fault_of_ours_is_not_tried_without_end(one: Desk) -> None:
    one.ear.fails.append(ZeroDivisionError("oops"))
    one.notifier.deliver("garden")
    assert (one.notice.state, one.notice.error) == (NoticeState.DUE, "oops")


def test_a_target_that_cannot_be_reached_is_asked_once_a_minute_however_much_is_due(desk: Desk) -> None:
    desk.learn("1", "2", "3", "4", "5")
    desk.ear.fails.extend([DOWN] * 100)
    for _ in range(30):
        for name in desk.notifier.waiting():
            desk.notifier.deliver(name)
        desk.clock.move(seconds=3)
    assert desk.ear.asked == 2
    assert sum(notice.attempts for notice in desk.notices()) == 2


def test_a_target_that_answers_with_failures_is_left_alone_after_three_in_a_row(desk: Desk) -> None:
    desk.learn("1", "2", "3", "4", "5")
    desk.ear.fails.extend([BROKEN] * 3)
    assert desk.notifier.deliver("garden") == 0
    assert (desk.ear.asked, desk.notifier.waiting()) == (3, [])
    desk.clock.move(minutes=1)
    assert desk.notifier.deliver("garden") == 5


def test_one_notice_that_is_never_taken_holds_up_no_other(desk: Desk) -> None:
    desk.learn("1", "2", "3")
    desk.ear.fails.append(BROKEN)
    assert desk.notifier.deliver("garden") == 2
    assert [notice.state for notice in desk.notices()] == ["due", "delivered", "delivered"]


def test_a_target_that_names_a_wait_gets_it(desk: Desk) -> None:
    desk.learn("1", "2")
    desk.ear.fails.append(Throttled("429", retry_after=timedelta(minutes=5)))
    desk.notifier.deliver("garden")
    desk.clock.move(minutes=4)
    assert desk.notifier.waiting() == []
    desk.clock.move(minutes=1)
    assert desk.notifier.deliver("garden") == 2


def test_another_shop_is_told_while_one_is_down(desk: Desk) -> None:
    desk.learn("1", "2", "7")
    desk.ear.fails.append(DOWN)
    assert desk.notifier.waiting() == ["garden", "kiosk"]
    assert [desk.notifier.deliver(name) for name in desk.notifier.waiting()] == [0, 1]
    assert (len(desk.ear.keys), len(desk.other.keys)) == (0, 1)


def test_two_workers_never_deliver_the_same_notice(one: Desk) -> None:
    until = NOON + timedelta(minutes=1)
    first = one.ledger.notices.claim([SHOP], now=NOON, until=until)
    assert first is not None
    assert one.ledger.notices.claim([SHOP], now=NOON, until=until) is None
    second = one.ledger.notices.claim([SHOP], now=until, until=until + timedelta(minutes=1))
    assert second is not None
    one.ledger.notices.delivered(second, now=until)
    one.ledger.notices.later(first, due_at=until, error="too late to say")
    assert one.notice.state is NoticeState.DELIVERED


def test_nothing_is_asked_where_nobody_listens(desk: Desk) -> None:
    desk.learn("1")
    deaf = Notifier(desk.ledger, targets=[], clock=desk.clock)
    assert deaf.waiting() == []
    assert deaf.deliver("garden") == 0


def test_a_person_can_have_it_delivered_once_more(one: Desk) -> None:
    one.notifier.deliver("garden")
    assert one.ledger.notices.retry(one.notice.key, now=one.clock.now)
    assert one.notifier.deliver("garden") == 1
    assert one.ear.keys == [one.notice.key] * 2
    assert not one.ledger.notices.retry("notice_0", now=one.clock.now)


def test_notices_are_listed_by_shop_and_state(desk: Desk) -> None:
    desk.learn("1", "2", "3")
    desk.ear.fails.extend([ListenerGone("410")])
    desk.notifier.deliver("garden")
    desk.clock.move(minutes=1)
    claimed = desk.ledger.notices.claim([SHOP], now=desk.clock.now, until=desk.clock.now)
    assert claimed is not None
    desk.ledger.notices.delivered(claimed, now=desk.clock.now)
    for state in NoticeState:
        assert [notice.state for notice in desk.ledger.notices.listed(shop=SHOP, state=state)] == [state]
    assert list(desk.ledger.notices.listed(shop="kiosk")) == []
