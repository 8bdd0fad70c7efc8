"""The engine around a fake provider, and the moves that its tests make."""

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from providers.domain.orders import Order
from providers.domain.policy import Policy, Retries
from providers.ports import BadSignature, Delivery, Snapshot, Unreadable
from tasks.backoff import Backoff
from tasks.breaker import Breaker
from tasks.ledger.ledger import Ledger
from tasks.ledger.views import OrderLine
from tasks.paused import PausedBooks
from tasks.ports import Book, ShopFront
from tasks.slots import LocalSlots
from tasks.sync import Ended, Sync
from tasks.world import World
from tests.builders import BOOK, SHOP, SettableClock, a_paid_order, an_event
from tests.unit.tasks.fake_provider import FakeProvider

LEASE = timedelta(seconds=50)
"""The fake's longest call and the engine's margin."""
RETRIES = Retries(max_attempts=3, max_age=timedelta(hours=1), first_wait=timedelta(seconds=10))


@dataclass
class Bells:
    """Remembers which orders it was rung for."""

    rung: list[tuple[str, str]] = field(default_factory=list)

    def ring(self, shop: str, order_id: str) -> None:
        self.rung.append((shop, order_id))


@dataclass
class StubShop:
    """Says what a test tells it to say of a body; proves itself with the header "signature: good"."""

    says: dict[bytes, Delivery | Unreadable] = field(default_factory=dict)

    def is_greeting(self, headers: object, body: bytes) -> bool:
        return body == b"hello"

    def verify(self, headers: object, body: bytes) -> None:
        if dict(headers).get("signature") != "good":  # type: ignore[call-overload]
            raise BadSignature

    def event_id(self, headers: object, body: bytes) -> str:
        return f"hash of {body.decode()}"

    def read(self, headers: object, body: bytes) -> Delivery:
        said = self.says[body]
        if isinstance(said, Unreadable):
            raise said
        return said

    def read_order(self, body: bytes) -> Order:
        content = self.read({}, body).content
        assert isinstance(content, Snapshot)
        return content.order


class Engine:
    """One process that works for one shop with one book."""

    def __init__(
        self,
        ledger: Ledger,
        clock: SettableClock,
        *,
        provider: FakeProvider,
        slots: int | None = None,
        careful: int = 0,
        **world: Any,
    ) -> None:
        self.ledger = ledger
        self.clock = clock
        self.provider = provider
        self.bells = Bells()
        self.shop = StubShop()
        self.books = {BOOK: Book(name=BOOK, provider=provider)}
        self.fronts = {SHOP: ShopFront(name=SHOP, shop=self.shop, book=BOOK, policy=Policy())}
        self.paused = PausedBooks(ledger.books, clock)
        self.sync = Sync(
            World(
                ledger=ledger,
                books=self.books,
                fronts=self.fronts,
                slots=LocalSlots({BOOK: slots}),
                paused=self.paused,
                backoff=Backoff(retries=RETRIES, chance=random.Random(7)),
                clock=clock,
                breaker=Breaker(),
                owner="test",
                careful=careful,
                **{"bell": self.bells, **world},
            )
        )

    def follow(self, policy: Policy) -> None:
        """The shop's policy from now on."""
        self.fronts[SHOP] = replace(self.fronts[SHOP], policy=policy)

    def bring(self, order: Order | None = None, *, shop: str = SHOP, book: str = BOOK) -> None:
        """An event brings the order."""
        event = an_event(shop=shop, received_at=self.clock.now)
        self.ledger.inbox.apply(event, order or a_paid_order(), book=book)

    def run(self, order_id: str = "1001", *, shop: str = SHOP) -> Ended:
        """The order's bell is answered."""
        return self.sync.run(shop, order_id)

    def drive(self, order: Order | None = None) -> OrderLine:
        """An event brings the order, and its bell is answered."""
        order = order or a_paid_order()
        self.bring(order)
        assert self.run(order.order_id) is Ended.DROVE
        return self.line(order.order_id)

    def line(self, order_id: str = "1001", *, shop: str = SHOP) -> OrderLine:
        line = self.ledger.views.order(shop, order_id)
        assert line is not None
        return line

    def wake(self, order_id: str = "1001") -> OrderLine:
        """Time passes until the order is due, and its bell is answered."""
        due = self.line(order_id).due_at
        assert due is not None
        self.clock.now = max(self.clock.now, due)
        assert self.run(order_id) is Ended.DROVE
        return self.line(order_id)

    def due_in(self, order_id: str = "1001") -> timedelta:
        due = self.line(order_id).due_at
        assert due is not None
        return due - self.clock.now

    def code(self, order_id: str = "1001") -> str | None:
        reason = self.line(order_id).reason
        return reason.code if reason else None

    def operations(self, order_id: str = "1001") -> list[tuple[str, str]]:
        """Every operation of the order as (key, how it ended)."""
        story = self.ledger.views.story(SHOP, order_id)
        assert story is not None
        ends = [m for m in story.moments if m.what in {"done", "refused", "unsent", "absent", "unproved"}]
        return [(str(moment.data["key"]), moment.what) for moment in ends]
