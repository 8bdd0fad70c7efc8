"""Stories by chance: orders, events, faults, crashes, time and clocks in any order that hypothesis can think of."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple, precondition, rule

from providers.domain.orders import OrderState
from tasks.ledger.store import Store
from tests.simulation.explore import Tally
from tests.simulation.invariants import TIRED, check
from tests.simulation.sales import GARDEN, PATIO, YARD, Sale
from tests.simulation.scenarios import FAULTS
from tests.simulation.setups import Parts, Setup
from tests.simulation.world import World

PATIENT = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)
"""What fits a machine whose every story is some hundred transactions."""

_HOURS = 2 * 3600
_LATE = {"commits late"}
_amounts = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
_sales = st.builds(
    lambda shop, gross, paid, company: Sale(shop=shop, gross=gross, payments=(gross,) if paid else (), company=company),
    shop=st.sampled_from((GARDEN, YARD, PATIO)),
    gross=_amounts,
    paid=st.booleans(),
    company=st.sampled_from(("", "", "Nameless Ltd")),
)


class Shopkeeping(RuleBasedStateMachine):
    """Whatever happens, in the end everything is right: checked when the story is over and has come to rest."""

    orders = Bundle("orders")

    def __init__(self, store: Store, tally: Tally, *, parts: Parts | None = None) -> None:
        super().__init__()
        self.parts = parts or Parts()
        self.store = store
        self.tally = tally
        self.world = World(store)
        self.held_back: list[Sale] = []
        self.newest: dict[str, Sale] = {}
        self.hasty = False
        """The clock may jump ahead. Then there is one worker and no call commits late: what is under way is told
        from what is lost by nothing but the clock."""

    @initialize(
        target=orders,
        first=st.lists(_sales, min_size=1, max_size=3),
        workers=st.integers(1, 2),
        recovers=st.booleans(),
        loses_bells=st.booleans(),
        strict_buyers=st.booleans(),
        hasty=st.booleans(),
    )
    def open(
        self,
        *,
        first: list[Sale],
        workers: int,
        recovers: bool,
        loses_bells: bool,
        strict_buyers: bool,
        hasty: bool,
    ) -> MultipleResults[str]:
        setup = Setup(
            workers=1 if hasty else workers,
            recovers=recovers,
            loses_bells=loses_bells,
            strict_buyers=strict_buyers,
            parts=self.parts,
        )
        self.world = World(self.store, setup=setup)
        self.hasty = hasty
        return multiple(*(self.place(sale, meanwhile=False) for sale in first))

    @rule(target=orders, sale=_sales, meanwhile=st.booleans())
    def place(self, sale: Sale, meanwhile: bool) -> str:
        sale = replace(sale, order_id=str(len(self.newest) + 1))
        self._tell(sale, meanwhile=meanwhile)
        return sale.order_id

    @rule(order=orders, later=st.integers(0, 5), meanwhile=st.booleans())
    def pay_the_rest(self, order: str, later: int, meanwhile: bool) -> None:
        sale = self.newest[order]
        if not sale.paid and not sale.cancelled:
            self._tell(sale.paid_in_full(later=later), meanwhile=meanwhile)

    @rule(order=orders, cents=st.integers(1, 5000), held_back=st.booleans())
    def pay_a_part(self, order: str, cents: int, held_back: bool) -> None:
        sale, amount = self.newest[order], Decimal(cents) / 100
        if sum(sale.payments) + amount < sale.gross and not sale.cancelled:
            self._tell(sale.changed(payments=(*sale.payments, amount), later=1), held_back=held_back)

    @rule(order=orders, meanwhile=st.booleans())
    def cancel(self, order: str, meanwhile: bool) -> None:
        if not self.newest[order].cancelled:
            self._tell(self.newest[order].gone(later=1), meanwhile=meanwhile)

    @rule(order=orders, cents=st.integers(1, 20_000), meanwhile=st.booleans())
    def give_back(self, order: str, cents: int, meanwhile: bool) -> None:
        sale = self.newest[order]
        amount = min(Decimal(cents) / 100, sale.gross - sum(sale.refunds))
        if sale.shop == PATIO and sale.paid and not sale.cancelled and amount:
            self._tell(sale.given_back(str(amount), later=1), meanwhile=meanwhile)

    @rule(order=orders, gross=_amounts, meanwhile=st.booleans())
    def change(self, order: str, gross: Decimal, meanwhile: bool) -> None:
        sale = self.newest[order]
        if not sale.cancelled and not sale.refunds:
            paid = (gross,) if sale.paid else ()
            self._tell(sale.changed(gross=gross, payments=paid, later=1), meanwhile=meanwhile)

    @rule(order=orders)
    def correct_the_buyer(self, order: str) -> None:
        sale = self.newest[order]
        if sale.company and not sale.cancelled and self.world.setup.strict_buyers:
            self._tell(sale.changed(company="", later=1))

    @precondition(lambda self: self.world.told)
    @rule(which=st.integers(0, 1000))
    def repeat_an_old_event(self, which: int) -> None:
        told = self.world.told
        self.world.tell(told[which % len(told)])

    @precondition(lambda self: self.held_back)
    @rule()
    def deliver_what_was_held_back(self) -> None:
        self.world.tell(self.held_back.pop())

    @rule(name=st.sampled_from(sorted(FAULTS)), ahead=st.integers(0, 1))
    def break_a_request(self, name: str, ahead: int) -> None:
        if not (self.hasty and name in _LATE):
            phase, make = FAULTS[name]
            faults = self.world.faults
            faults.plan[faults.asked + ahead] = (phase, partial(make, self.world.clock))

    @rule(points=st.integers(-1, 15))
    def crash_soon(self, points: int) -> None:
        if points < 0:
            self.world.kill()
        else:
            self.world.points.crash_after(points)

    @rule(seconds=st.integers(1, _HOURS))
    def pass_time(self, seconds: int) -> None:
        self.world.clock.sleep(seconds)
        self.world.work()

    @rule(seconds=st.integers(-_HOURS, _HOURS))
    def set_the_clock(self, seconds: int) -> None:
        if seconds < 0 or self.hasty:
            self.world.clock.jump(timedelta(seconds=seconds))

    @rule()
    def come_to_rest(self) -> None:
        self.world.rest()

    def teardown(self) -> None:
        world = self.world
        while self.held_back:
            world.tell(self.held_back.pop())
        world.rest()
        world.points.spare()
        world.faults.plan.clear()
        for _ in range(3):
            self._press_retry()
        check(world, blind=not self.hasty)
        self.tally.add("stories by chance")
        self.tally.add("orders in them", len(self.newest))
        self.tally.add("crashes", world.crashes)
        self.tally.add("faults", world.faults.injected)

    def _press_retry(self) -> None:
        """Where the engine rightly gave up, a person lets it go on."""
        world = self.world
        for line in list(world.alive().ledger.views.orders(state=OrderState.ATTENTION)):
            if line.reason and line.reason.code in TIRED:
                world.retry(line.shop, line.order)
        world.rest()

    def _tell(self, sale: Sale, *, meanwhile: bool = False, held_back: bool = False) -> None:
        self.newest[sale.order_id] = sale
        if held_back:
            self.held_back.append(sale)
        elif meanwhile:
            self.world.during_calls.append(partial(self.world.tell_meanwhile, sale))
            self.held_back.append(sale)  # in case that no call comes
        else:
            self.world.tell(sale)
