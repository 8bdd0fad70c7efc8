"""A seeded story of orders for the demo: what two shops send, and what must come of it.

The expectation is worked out from the story itself and knows nothing of the code that reads the payloads,
so that the two can be held against each other.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from providers.domain.reasons import Code
from worker.demo.catalogue import SHOPS, DemoShop, Person
from worker.demo.till import Moment, Rung, Sale, payload, ring_up, written

FEWEST = 5
"""Orders below which the mix would lack something."""
BROKEN_FROM = 10
"""Orders from which on two are broken on purpose."""

_OPENED_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_TRANSFER = ("bacs", "Bank transfer")
_OVERSTATED = Decimal("10.00")


class Plot(StrEnum):
    """How the sale goes."""

    PAID_AT_ONCE = "paid at once"
    PAID_LATER = "unpaid, then paid"
    CANCELLED = "cancelled before payment"
    FREE = "free of charge"
    MISMATCH = "lines do not add up to the total"
    UNREADABLE = "no order, though signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of an order: an invoice with these sums, or none for this reason."""

    invoice: bool
    currency: str
    gross: Decimal | None = None
    paid: Decimal | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryOrder:
    """One order. `deliveries` are the different things that the shop says of it, as (topic, body), oldest first."""

    shop: str
    order_id: str
    plot: Plot
    deliveries: tuple[tuple[str, bytes], ...]
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class StoryDelivery:
    """One thing to be signed and sent."""

    shop: str
    order_id: str
    topic: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All orders, and their deliveries in the order of sending, with repeats and overtakings."""

    orders: tuple[StoryOrder, ...]
    deliveries: tuple[StoryDelivery, ...]
    sent_twice: frozenset[tuple[str, str]]
    """(shop, order id) of the orders of which one delivery comes twice."""
    out_of_order: frozenset[tuple[str, str]]
    """(shop, order id) of the orders whose older delivery comes after the newer one."""


def tell(
    orders: int = 60,
    *,
    seed: int = 7,
    opened_at: datetime = _OPENED_AT,
    shops: tuple[DemoShop, ...] = SHOPS,
) -> Story:
    """Tell a story of so many orders, of these shops in turns; the same arguments tell the same story.

    Orders are placed a minute apart from `opened_at` on, and the last one has settled three hours after it
    was placed. Raises `ValueError` for fewer orders than `FEWEST`.
    """
    if orders < FEWEST:
        raise ValueError(f"a story needs {FEWEST} orders or more, not {orders}")
    rng = Random(seed)  # noqa: S311 - chance for a story, not for a secret
    told = tuple(
        _order(shops[place % len(shops)], place // len(shops), plot, opened_at + timedelta(minutes=place), rng)
        for place, plot in enumerate(_plots(orders, rng))
    )
    return _sent(told, rng)


def _plots(orders: int, rng: Random) -> list[Plot]:
    """The mix: it scales, and nothing of it is ever missing."""
    broken = [Plot.MISMATCH, Plot.UNREADABLE] if orders >= BROKEN_FROM else []
    sound = orders - len(broken)
    free = max(1, sound * 8 // 100)
    cancelled = max(1, sound * 10 // 100)
    later = max(1, sound * 25 // 100)
    at_once = sound - free - cancelled - later
    plots = [
        *broken,
        *[Plot.FREE] * free,
        *[Plot.CANCELLED] * cancelled,
        *[Plot.PAID_LATER] * later,
        *[Plot.PAID_AT_ONCE] * at_once,
    ]
    rng.shuffle(plots)
    return plots


def _order(shop: DemoShop, turn: int, plot: Plot, placed_at: datetime, rng: Random) -> StoryOrder:
    sale = _sale(shop, turn, plot, placed_at, rng)
    return StoryOrder(
        shop=shop.name,
        order_id=str(sale.order_id),
        plot=plot,
        deliveries=tuple((topic, written(body)) for topic, body in _told(sale, plot, rng)),
        expectation=_expectation(sale, plot),
    )


def _sale(shop: DemoShop, turn: int, plot: Plot, placed_at: datetime, rng: Random) -> Sale:
    """Fill a basket. Discounts, fees, companies and fractions come in turns, so that no seed leaves one out."""
    free = plot is Plot.FREE
    discount = Decimal(100) if free else Decimal(10) if turn % 4 == 1 else Decimal(0)
    later = plot in (Plot.PAID_LATER, Plot.CANCELLED)
    return Sale(
        shop=shop,
        order_id=shop.first_order_id + turn,
        buyer=_buyer(shop, turn, rng),
        goods=_goods(shop, turn, discount, rng),
        shipping=None if free or turn % 6 == 5 else ring_up(shop, shop.shipping, Decimal(1)),
        fee=ring_up(shop, shop.fee, Decimal(1)) if turn % 5 == 2 and not free else None,
        discount=discount,
        gateway=_TRANSFER if later else rng.choice(shop.gateways),
        placed_at=placed_at,
    )


def _buyer(shop: DemoShop, turn: int, rng: Random) -> Person:
    return rng.choice(shop.companies if turn % 3 == 0 else shop.people)


def _goods(shop: DemoShop, turn: int, discount: Decimal, rng: Random) -> tuple[Rung, ...]:
    """One to three products; in turns one sold by the metre, and the cheap ones whose tax is half a cent."""
    chosen = rng.sample(shop.products, rng.randint(1, min(3, len(shop.products))))
    by_metre = [product for product in shop.products if product.fractional]
    if by_metre and turn % 4 == 0 and not any(product.fractional for product in chosen):
        chosen.append(rng.choice(by_metre))
    half_cents = [product for product in shop.products if product.price == Decimal("0.50")]
    if turn % 3 == 1:
        chosen += [product for product in half_cents if product not in chosen]
    return tuple(
        ring_up(
            shop,
            product,
            Decimal(rng.randint(3, 15)) / 2 if product.fractional else Decimal(rng.choice((1, 1, 1, 3))),
            discount,
        )
        for product in chosen
    )


def _told(sale: Sale, plot: Plot, rng: Random) -> list[tuple[str, dict[str, object]]]:
    """What the shop says of the sale, oldest first."""
    if plot in (Plot.PAID_LATER, Plot.CANCELLED):
        placed = Moment(status="on-hold", modified_at=sale.placed_at)
        then = sale.placed_at + timedelta(minutes=rng.randint(5, 180))
        paid = Moment(status="processing", modified_at=then, paid_at=then)
        cancelled = Moment(status="cancelled", modified_at=then)
        settled = paid if plot is Plot.PAID_LATER else cancelled
        return [("order.created", payload(sale, placed)), ("order.updated", payload(sale, settled))]
    paid_at = sale.placed_at + timedelta(seconds=rng.randint(5, 50))
    done = Moment(status="processing", modified_at=paid_at, paid_at=paid_at)
    if rng.random() < 0.2:
        done = replace(done, status="completed", completed_at=paid_at)
    order = payload(sale, done)
    if plot is Plot.MISMATCH:
        order["total"] = f"{sale.total + _OVERSTATED:.2f}"
    if plot is Plot.UNREADABLE:
        order["total"] = "about forty"
    return [("order.created", order)]


def _expectation(sale: Sale, plot: Plot) -> Expectation:
    currency = sale.shop.currency
    none_because = {
        Plot.FREE: Code.ZERO_TOTAL,
        Plot.CANCELLED: Code.CANCELLED_BEFORE_INVOICE,
        Plot.MISMATCH: Code.TOTAL_MISMATCH,
        Plot.UNREADABLE: Code.UNREADABLE,
    }.get(plot)
    if none_because:
        return Expectation(invoice=False, currency=currency, reason_code=none_because)
    return Expectation(invoice=True, currency=currency, gross=sale.total, paid=sale.total)


def _sent(orders: tuple[StoryOrder, ...], rng: Random) -> Story:
    """Interleave the orders' deliveries; a tenth of the orders is told twice, a tenth newest first."""
    tenth = max(1, round(len(orders) / 10))
    twice = set(rng.sample(range(len(orders)), tenth))
    in_two_steps = [place for place, order in enumerate(orders) if len(order.deliveries) > 1]
    turned = set(rng.sample(in_two_steps, min(tenth, len(in_two_steps))))
    slots: list[tuple[float, StoryDelivery]] = []
    for place, order in enumerate(orders):
        deliveries = order.deliveries[::-1] if place in turned else order.deliveries
        slot = float(place)
        for topic, body in deliveries:
            slots.append((slot, StoryDelivery(order.shop, order.order_id, topic, body)))
            slot += rng.uniform(0.5, 5)
        if place in twice:
            slots.append((slot, slots[-1][1]))
    slots.sort(key=lambda entry: entry[0])
    return Story(
        orders=orders,
        deliveries=tuple(delivery for _, delivery in slots),
        sent_twice=frozenset((orders[place].shop, orders[place].order_id) for place in twice),
        out_of_order=frozenset((orders[place].shop, orders[place].order_id) for place in turned),
    )
