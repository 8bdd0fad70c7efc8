"""Stories that are told with every crash and every fault, and the faults by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from providers.invoicing.invoiceocean import CARD
from providers.sandbox import faults
from providers.sandbox.faults import Fault
from tests.simulation.clock import VirtualClock
from tests.simulation.sales import PATIO, YARD, Sale, wool
from tests.simulation.setups import Setup
from tests.simulation.world import World

Step: TypeAlias = Callable[[World], None]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One story. `documents` and `payments` are what it makes when nothing goes wrong."""

    name: str
    steps: tuple[Step, ...]
    setup: Setup = field(default_factory=Setup)
    documents: int = 1
    payments: int = 1
    minimal: bool = True
    """Whether its happy path needs no call but one for each effect."""

    def play(self, world: World) -> None:
        for step in self.steps:
            step(world)
        world.rest()

    def under(self, **changes: object) -> "Scenario":
        """The same story in another world."""
        return replace(self, setup=replace(self.setup, **changes))  # type: ignore[arg-type]


def tells(*sales: Sale) -> Step:
    return lambda world: world.tell(*sales)


def rests(world: World) -> None:
    world.rest()


def during_next_call(*sales: Sale) -> Step:
    """They are told while the provider is at work on the next request."""
    return lambda world: world.during_calls.append(partial(world.tell_meanwhile, *sales))


_UNPAID = Sale()
_PAID = _UNPAID.paid_in_full(later=60)
_HALF = Sale(payments=(Decimal("50.00"),), stamp=30)
_COMPANY = Sale(company="Nameless Ltd").paid_in_full()
_LAGGING = replace(CARD, list_lag=timedelta(seconds=40))

SCENARIOS = (
    Scenario(name="paid order", steps=(tells(_PAID),)),
    Scenario(name="paid order, lost bells", steps=(tells(_PAID),), setup=Setup(loses_bells=True)),
    Scenario(name="unpaid, then paid", steps=(tells(_UNPAID), rests, tells(_PAID))),
    Scenario(name="signed webhooks", steps=(tells(wool("1001")), rests, tells(wool("1001").paid_in_full(later=9)))),
    Scenario(name="two payments at once", steps=(tells(_HALF.paid_in_full(later=60)),), payments=2),
    Scenario(
        name="invoiced, then paid in two parts",
        steps=(
            tells(_UNPAID.changed(shop=YARD)),
            rests,
            tells(_HALF.changed(shop=YARD)),
            rests,
            tells(_HALF.changed(shop=YARD).paid_in_full(later=60)),
        ),
        payments=2,
    ),
    Scenario(
        name="repeated and overtaken", steps=(tells(_PAID, _UNPAID, _PAID, _UNPAID), rests, tells(_PAID, _UNPAID))
    ),
    Scenario(
        name="cancelled before payment",
        steps=(tells(_UNPAID), rests, tells(_UNPAID.gone(later=60))),
        documents=0,
        payments=0,
    ),
    Scenario(name="cancelled after its invoice", steps=(tells(_PAID), rests, tells(_PAID.gone(later=60)))),
    Scenario(
        name="invoiced and e-mailed, then cancelled unpaid",
        steps=(tells(_UNPAID.changed(shop=PATIO)), rests, tells(_UNPAID.changed(shop=PATIO).gone(later=60))),
        payments=0,
    ),
    Scenario(name="invoiced, paid and e-mailed", steps=(tells(_PAID.changed(shop=PATIO)),)),
    Scenario(
        name="paid, then given back in two parts",
        steps=(
            tells(_PAID.changed(shop=PATIO)),
            rests,
            tells(_PAID.changed(shop=PATIO).given_back("23.00", later=60)),
            rests,
            tells(_PAID.changed(shop=PATIO).given_back("23.00", later=60).given_back("100.00", later=60)),
        ),
        documents=3,
    ),
    Scenario(
        name="cancelled while it is created",
        steps=(
            during_next_call(_UNPAID.changed(shop=PATIO).gone(later=9)),
            tells(_UNPAID.changed(shop=PATIO)),
        ),
        payments=0,
    ),
    Scenario(
        name="several orders, two at a time",
        steps=(tells(*(Sale(order_id=str(place), stamp=place).paid_in_full() for place in range(3))),),
        setup=Setup(workers=2),
        documents=3,
        payments=3,
    ),
    Scenario(
        name="several orders in one hand",
        steps=(
            tells(*(Sale(order_id=str(place), stamp=place).paid_in_full() for place in range(3))),
            rests,
            tells(*(Sale(order_id=str(place), stamp=place).paid_in_full(later=60) for place in range(2, 5))),
        ),
        setup=Setup(hands=4, card=replace(CARD, in_flight=None)),
        documents=5,
        payments=5,
    ),
    Scenario(
        name="refused, then corrected",
        steps=(tells(_COMPANY), rests, tells(_COMPANY.changed(company="", later=60))),
        setup=Setup(strict_buyers=True),
        minimal=False,
    ),
    Scenario(
        name="changed while it is created",
        steps=(
            during_next_call(_PAID.changed(gross=Decimal("99.00"), payments=(Decimal("99.00"),), later=9)),
            tells(_PAID),
        ),
        payments=0,
    ),
    Scenario(
        name="paid while it is created",
        steps=(during_next_call(_PAID.changed(shop=YARD)), tells(_UNPAID.changed(shop=YARD))),
    ),
    Scenario(
        name="paid order, lagging list",
        steps=(tells(_PAID),),
        setup=Setup(card=_LAGGING, list_lag=_LAGGING.list_lag),
    ),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}

FaultMaker: TypeAlias = Callable[[VirtualClock], Fault]

_LATE = timedelta(seconds=90)
"""Beyond our time-out, and well within the time in which every call settles."""

FAULTS: Mapping[str, tuple[str, FaultMaker]] = {
    "dropped before": ("before", lambda _: faults.dropped()),
    "dropped after": ("after", lambda _: faults.dropped()),
    "500 before": ("before", lambda _: faults.status(500)),
    "500 after": ("after", lambda _: faults.status(500)),
    "502 before": ("before", lambda _: faults.status(502)),
    "504 after": ("after", lambda _: faults.status(504)),
    "408 after": ("after", lambda _: faults.status(408)),
    "answers late": ("after", lambda _: faults.slow(_LATE)),
    "commits late": ("before", lambda _: faults.slow(_LATE)),
    "slow but in time": ("before", lambda _: faults.slow(timedelta(seconds=30))),
    "429 with seconds": ("before", lambda _: faults.throttled("7")),
    "429 with a date": ("before", lambda clock: faults.throttled(clock() + timedelta(seconds=7))),
    "429 without": ("before", lambda _: faults.throttled()),
    "login page": ("after", lambda _: faults.login_page()),
    "truncated": ("after", lambda _: faults.truncated()),
    "refused connection": ("before", lambda _: faults.refused_connection()),
    "slow drip": ("after", lambda _: faults.dripping(20.0)),
}
