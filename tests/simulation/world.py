"""A whole world by hand, as `worker.wiring` builds it: shops, processes that die, a ledger, a sandbox, one clock."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import case, delete, select
from sqlmodel import SQLModel

from providers.domain.card import Card
from providers.domain.policy import Cancelled, IssueOn, Policy, Refunds
from providers.invoicing.invoiceocean import Options, build
from providers.invoicing.invoiceocean.sandbox import InvoiceOceanService, Switches, sandbox
from providers.ports import InvoicingProvider
from providers.shops.generic.shop import GenericShop
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from providers.shops.woocommerce.shop import WooCommerceShop
from tasks.backoff import Backoff
from tasks.breaker import Breaker
from tasks.callers import InTurn
from tasks.drains import Drains
from tasks.intake import Intake
from tasks.ledger.store import Store
from tasks.ledger.tables import AuditRow, BookRow, DocumentRow, EventRow, OperationRow, OrderRow, PaymentRow
from tasks.paused import PausedBooks
from tasks.ports import Book, ShopFront
from tasks.probing import Prober
from tasks.slots import LocalSlots
from tasks.sweep import Sweeper
from tasks.watch import Watch
from tasks.world import World as Engine
from tests.builders import BOOK
from tests.simulation.clock import VirtualClock
from tests.simulation.points import Crash, CrashingStore, Points
from tests.simulation.sales import GARDEN, PATIO, WOOL, YARD, Sale
from tests.simulation.setups import Setup
from tests.simulation.wire import PlannedFaults, Wire

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_TOKEN = "simulated"
_WOOL_SECRET = "wool-secret"
_GENERIC_SECRET = "whsec_" + "Z" * 32
_MOST_ROUNDS = 2000
_ANY_NUMBER = 1_000
_HEARD = timedelta(seconds=16)
"""A little longer than the sweeper trusts a bell."""

Done = TypeVar("Done")


class Violation(AssertionError):
    """Something that must hold does not."""


class QueueBell:
    """A broker in memory: it dies with its process, and a bad one loses every other message."""

    def __init__(self, *, loses: bool) -> None:
        self.rung: deque[tuple[str, str]] = deque()
        self._loses = loses
        self._count = 0

    def ring(self, shop: str, order_id: str) -> None:
        self._count += 1
        if not self._loses or self._count % 2 == 0:
            self.rung.append((shop, order_id))


class Process:
    """Everything that dies together."""

    def __init__(self, world: "World") -> None:
        setup, clock = world.setup, world.clock
        store = CrashingStore(world.store, world.points)
        self.ledger = setup.parts.ledger(store)
        self.bell = QueueBell(loses=setup.loses_bells)
        watch = Watch(clock.wall, lambda: clock().timestamp())
        paused = PausedBooks(self.ledger.books, clock.wall)
        drains = Drains(self.bell, fronts=world.fronts, here=True, most=_ANY_NUMBER, steady=lambda: clock().timestamp())
        self.intake = Intake(self.ledger, fronts=world.fronts, bell=drains, clock=clock.wall)
        self.sync = setup.parts.sync(
            Engine(
                ledger=self.ledger,
                books=world.books,
                fronts=world.fronts,
                slots=LocalSlots({name: book.card.in_flight for name, book in world.books.items()}),
                bell=drains,
                drains=drains,
                paused=paused,
                breaker=Breaker(),
                backoff=Backoff(chance=random.Random(7)),
                clock=watch,
                calm=watch.calm,
                callers=InTurn(setup.hands),
                owner="simulated",
                careful=1,
            )
        )
        self.sweeper = Sweeper(self.ledger, books=world.books, paused=paused, bell=drains, clock=clock.wall)
        self.prober = Prober(self.ledger, books=world.books, paused=paused, clock=clock.wall)
        self.started = False


class World:
    """One shop owner's world. `store` is shared, and emptied here."""

    def __init__(
        self,
        store: Store,
        *,
        setup: Setup | None = None,
        points: Points | None = None,
        faults: PlannedFaults | None = None,
    ) -> None:
        self.setup = setup or Setup()
        self.points = points or Points()
        self.faults = faults or PlannedFaults()
        self.clock = VirtualClock(self.setup.opens_at)
        self.store = store
        _empty(store)
        switches = Switches(
            oid_unique=self.setup.refuses_repeats,
            strict_buyers=self.setup.strict_buyers,
            list_lag=self.setup.list_lag,
            newest_can_be_cancelled=True,
            email_guard=timedelta(0),  # the proof does without the provider's own
        )
        self.sandbox = sandbox(
            token=_TOKEN, switches=switches, faults=self.faults, clock=self.clock, sleep=self.clock.sleep
        )
        self.wire = Wire(self.sandbox, self.points)
        self.wire.on_call = lambda _exchange: self._meanwhile()
        self.books = {BOOK: Book(name=BOOK, provider=self._provider())}
        self.fronts = {shop: self._front(shop) for shop in (GARDEN, YARD, PATIO, WOOL)}
        self.told: list[Sale] = []
        self.during_calls: deque[Callable[[], None]] = deque()
        """What happens while the next calls are under way, one each."""
        self.unacknowledged: deque[Sale] = deque()
        self.on_restart: Callable[[], None] = lambda: None
        self.crashes = 0
        self.points.on_stall = self._others_go_on
        self.points.amid_a_call = lambda: bool(self.wire.in_flight)
        self.process: Process | None = None

    @property
    def service(self) -> InvoiceOceanService:
        assert isinstance(self.sandbox.service, InvoiceOceanService)
        return self.sandbox.service

    @property
    def card(self) -> Card:
        return self.books[BOOK].card

    # What the outside does.

    def tell(self, *sales: Sale) -> None:
        """The shop tells these, one after the other, and again until each is acknowledged."""
        self._noted(sales)
        self.survive(self._deliver)

    def tell_meanwhile(self, *sales: Sale) -> None:
        """As `tell`, while something else is under way: a crash takes that along."""
        self._noted(sales)
        self._deliver()

    def rest(self) -> None:
        """Everything that is due, or will be, is done; crashes are survived."""
        self.survive(self._rest)

    def survive(self, work: Callable[[], Done]) -> Done:
        """Do it, and after every crash do it again in a new process."""
        while True:
            try:
                self._start()
                return work()
            except Crash:
                self.kill()

    def kill(self) -> None:
        """The process dies with all that it remembers; two seconds later there is another one."""
        self.crashes += 1
        self.process = None
        self.wire.in_flight.clear()
        self.store.engine.dispose()
        self.clock.sleep(2)
        self.on_restart()

    def work(self) -> None:
        """What is due just now is done; crashes are survived."""
        self.survive(self._work)

    def retry(self, shop: str, order_id: str) -> None:
        """A person says: try this order again."""
        self.survive(lambda: self.alive().ledger.turns.make_due(shop, order_id, now=self.clock.wall()))

    # How it runs.

    def alive(self) -> Process:
        if self.process is None:
            self.process = Process(self)
        return self.process

    def _start(self) -> None:
        process = self.alive()
        if process.started:
            return
        if self.setup.recovers:
            process.ledger.turns.recover(now=self.clock.wall())
        if self.setup.parts.sweeps:
            process.sweeper.wake()
        self._deliver()
        process.started = True

    def _noted(self, sales: tuple[Sale, ...]) -> None:
        self.told += sales
        self.unacknowledged += sales

    def _deliver(self) -> None:
        """At least once: a delivery counts once it was answered."""
        process = self.alive()
        while self.unacknowledged:
            sale = self.unacknowledged[0]
            if sale.shop == WOOL:
                signed = WooCommerceReplayer(secret=_WOOL_SECRET).delivery(
                    "order.updated", sale.body(), at=self.clock()
                )
                headers = {name.lower(): value for name, value in signed.headers.items()}
                process.intake.webhook(sale.shop, headers, signed.body)
            else:
                process.intake.message(sale.shop, {}, sale.body(), sale.event_id)
            if self.unacknowledged and self.unacknowledged[0] is sale:
                self.unacknowledged.popleft()

    def _work(self) -> None:
        process = self.alive()
        self._answer_bells(process)
        process.sweeper.sweep()
        self._answer_bells(process)

    def _rest(self) -> None:
        process = self.alive()
        patience = _HEARD
        for _ in range(_MOST_ROUNDS):
            self._answer_bells(process)
            if self.setup.parts.sweeps and process.sweeper.sweep():
                patience = _HEARD
                continue
            if process.ledger.books.paused():
                self.clock.move(timedelta(minutes=1))
                process.prober.probe_paused()
                continue
            due = self.next_due()
            if due is None or not self.setup.parts.sweeps:
                return
            ahead = due - self.clock.wall()
            if ahead <= timedelta(
                0
            ):  # due, but its bell counts as heard: by a sweeper whose clock ran ahead, even for long
                ahead, patience = patience, min(patience * 2, timedelta(minutes=10))
            self.clock.move(ahead)
        raise Violation("the world does not come to rest")

    def _answer_bells(self, process: Process) -> None:
        while process.bell.rung:
            self._ring(process, *process.bell.rung.popleft())

    def _ring(self, process: Process, shop: str, order_id: str) -> None:
        process.sync.run(shop, order_id)

    def _meanwhile(self) -> None:
        """What happens while a request is under way: what was planned, and the work of other workers."""
        if self.during_calls:
            self.during_calls.popleft()()
        if len(self.wire.in_flight) < self.setup.workers:
            process = self.alive()
            for reference in dict.fromkeys(self.wire.in_flight):
                shop, _, order_id = reference.partition("/")
                if order_id:
                    self._ring(process, shop, order_id)  # the same bell, rung twice
            self._answer_bells(process)

    def _others_go_on(self) -> None:
        """This process stands still, and another one does all the work until there is none."""
        standing, self.process = self.alive(), None
        meanwhile, self.wire.in_flight = self.wire.in_flight, []
        alive, self.setup = self.setup, replace(self.setup, recovers=False)
        self.clock.move(timedelta(minutes=1))
        self._start()
        self._rest()
        self.clock.move(timedelta(minutes=10))
        self.setup, self.wire.in_flight, self.process = alive, meanwhile, standing

    def next_due(self) -> datetime | None:
        """When the next order falls due and is free, by the wall clock."""
        later = case((_ORDERS.c.lease_until > _ORDERS.c.due_at, _ORDERS.c.lease_until), else_=_ORDERS.c.due_at)
        with self.store.read() as connection:
            found: datetime | None = connection.execute(
                select(later).where(_ORDERS.c.due_at.is_not(None)).order_by(later).limit(1)
            ).scalar()
        return found

    # How it is built.

    def _provider(self) -> InvoicingProvider:
        return build(
            base_url="https://simulated.invoiceocean.example",
            token=_TOKEN,
            options=Options(oid_unique=self.setup.refuses_repeats),
            card=self.setup.card,
            adapter=self.wire,
            sleep=self.clock.sleep,
        )

    def _front(self, name: str) -> ShopFront:
        moment = IssueOn.PLACED if name in {YARD, PATIO} else IssueOn.PAID
        shop = (
            WooCommerceShop(name=name, secret=_WOOL_SECRET)
            if name == WOOL
            else GenericShop(name=name, secret=_GENERIC_SECRET)
        )
        policy = Policy(
            issue_on=moment,
            timezone=self.setup.timezone,
            cancelled_after_invoice=Cancelled.CANCEL if name == PATIO else Cancelled.ATTENTION,
            email_invoice=name == PATIO,
            refunds=Refunds.CREDIT_NOTE if name == PATIO else Refunds.ATTENTION,
        )
        return ShopFront(name=name, shop=shop, book=BOOK, policy=policy)


def _empty(store: Store) -> None:
    models: tuple[type[SQLModel], ...] = (OperationRow, PaymentRow, DocumentRow, OrderRow, EventRow, BookRow, AuditRow)
    with store.write() as connection:
        for model in models:
            connection.execute(delete(model))
