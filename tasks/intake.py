"""Intake: a delivery is verified, kept and applied in one transaction; only then is it acknowledged.

An event never says what to do, only "look at this order": whatever it claims, the plan decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from providers.domain.reasons import Code, Reason
from providers.ports import Delivery, Ignored, Removal, Snapshot, Unreadable
from tasks.ledger.inbox import Arrival, Event
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import LedgerUnavailable
from tasks.ledger.tables import EventState, Lane
from tasks.ports import Bell, Clock, ShopFront, ShopFronts

log = structlog.get_logger()

_LONGEST_ID = 150
_ORDERS_TO_A_BELL = 4
"""Of what was committed together, every so many orders of a book have one bell: who answers it goes on with what is due
in the book, and this many may wait for each other."""


class UnknownShop(Exception):
    """No shop of this name is configured."""


class Source(StrEnum):
    """The door through which an event came."""

    WEBHOOK = "webhook"
    QUEUE = "queue"
    IMPORT = "import"


class Verdict(StrEnum):
    """What became of a delivery."""

    GREETING = "greeting"
    APPLIED = "applied"
    STALE = "stale"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a delivery. `order_id` is empty where it names no order."""

    verdict: Verdict
    order_id: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery over HTTP as it came. Header names are in lower case."""

    shop: str
    headers: Mapping[str, str]
    body: bytes


class Intake:
    """The doors' one way into the ledger."""

    def __init__(self, ledger: Ledger, *, fronts: ShopFronts, bell: Bell, clock: Clock) -> None:
        self._ledger = ledger
        self._fronts = fronts
        self._bell = bell
        self._clock = clock

    def webhook(self, shop: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Take a delivery that came over HTTP. Header names are in lower case.

        Raises `UnknownShop`, `BadSignature` (nothing was stored), `LedgerUnavailable` (likewise: the shop
        must send again).
        """
        return _only(self.webhooks((Letter(shop, headers, body),)))

    def webhooks(self, letters: Sequence[Letter]) -> list[Receipt | Exception]:
        """Take deliveries that came at the same time, each as `webhook` does, in one transaction.

        What `webhook` would raise for one of them stands in its place, and touches no other.
        """
        outcomes = [self._opened(letter) for letter in letters]
        places = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Arrival)]
        kept = self._kept([outcome for outcome in outcomes if isinstance(outcome, Arrival)])
        told = dict(zip(places, kept, strict=True))
        return [told[place] if isinstance(outcome, Arrival) else outcome for place, outcome in enumerate(outcomes)]

    def message(
        self, shop: str, headers: Mapping[str, str], body: bytes, event_id: str = "", *, source: Source = Source.QUEUE
    ) -> Receipt:
        """Take a message from a door that needs no signature: whoever can write there is trusted.

        `event_id` tells repeats of one message from different ones; where the producer gives none, the
        shop's own rule does. Raises `UnknownShop`, `LedgerUnavailable`.
        """
        return _only(self._kept((self._read(self._front(shop), headers, body, source, event_id),)))

    def order(self, shop: str, body: bytes, *, source: Source) -> Receipt:
        """Take one order as it is, such as a line of a file: no signature, no headers, no envelope.

        Raises `UnknownShop`, `Unreadable` (nothing was stored: whoever holds the file is there to be told),
        `LedgerUnavailable`.
        """
        front = self._front(shop)
        delivery = Delivery(
            event_id=front.shop.event_id({}, body),
            topic="order",
            content=Snapshot(order=front.shop.read_order(body)),
        )
        _check_ids(delivery)
        event = self._event(front, {}, body, source, delivery.event_id, delivery.topic)
        return _only(self._kept((_arrival(front, event, delivery.content),)))

    def _front(self, shop: str) -> ShopFront:
        try:
            return self._fronts[shop]
        except KeyError:
            raise UnknownShop(shop) from None

    def _opened(self, letter: Letter) -> Arrival | Receipt | Exception:
        """What a delivery brings; or, where there is nothing to keep, the answer to it."""
        try:
            front = self._front(letter.shop)
            if front.shop.is_greeting(letter.headers, letter.body):
                log.info("shop.greeted", shop=letter.shop)
                return Receipt(verdict=Verdict.GREETING)
            front.shop.verify(letter.headers, letter.body)
            return self._read(front, letter.headers, letter.body, Source.WEBHOOK)
        except Exception as error:  # noqa: BLE001  (whoever delivered this one is told, and nobody else)
            return error

    def _read(
        self, front: ShopFront, headers: Mapping[str, str], body: bytes, source: Source, event_id: str = ""
    ) -> Arrival:
        event_id = event_id or front.shop.event_id(headers, body)
        try:
            delivery = front.shop.read(headers, body)
            _check_ids(delivery)
        except Unreadable as unreadable:
            event = self._event(front, headers, body, source, event_id, unreadable.topic)
            order_id = unreadable.order_id if len(unreadable.order_id) <= _LONGEST_ID else ""
            return Arrival(event=event, order_id=order_id, aside=EventState.UNREADABLE, reason=unreadable.reason)
        event = self._event(front, headers, body, source, event_id, delivery.topic)
        return _arrival(front, event, delivery.content)

    def _event(
        self, front: ShopFront, headers: Mapping[str, str], body: bytes, source: Source, event_id: str, topic: str
    ) -> Event:
        return Event(
            shop=front.name,
            event_id=event_id,
            source=source,
            topic=topic,
            headers=headers,
            body=body,
            received_at=self._clock(),
            rings=source is not Source.IMPORT,
            lane=Lane.BACKLOG if source is Source.IMPORT else Lane.LIVE,
        )

    def _kept(self, arrivals: Sequence[Arrival]) -> list[Receipt | Exception]:
        """The answers to what is committed now, all of it or one by one."""
        if not arrivals:
            return []
        try:
            states = self._ledger.inbox.take(arrivals)
        except Exception as error:  # noqa: BLE001  (as above)
            return [error] if len(arrivals) == 1 else self._kept_singly(arrivals)
        receipts: list[Receipt | Exception] = [_receipt(*each) for each in zip(arrivals, states, strict=True)]
        self._ring([arrival for arrival, state in zip(arrivals, states, strict=True) if state is EventState.APPLIED])
        return receipts

    def _kept_singly(self, arrivals: Sequence[Arrival]) -> list[Receipt | Exception]:
        """One of them cannot be kept: each by itself. A ledger that is away is not asked again for each."""
        outcomes: list[Receipt | Exception] = []
        for arrival in arrivals:
            outcomes += self._kept((arrival,))
            if isinstance(outcomes[-1], LedgerUnavailable):
                return outcomes + outcomes[-1:] * (len(arrivals) - len(outcomes))
        return outcomes

    def _ring(self, applied: Sequence[Arrival]) -> None:
        counts: dict[str, int] = {}
        for arrival in applied:
            count = counts[arrival.book] = counts.get(arrival.book, 0) + 1
            if count % _ORDERS_TO_A_BELL == 1:
                self._bell.ring(arrival.event.shop, arrival.order_id)


def _only(outcomes: Sequence[Receipt | Exception]) -> Receipt:
    (outcome,) = outcomes
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _arrival(front: ShopFront, event: Event, content: Snapshot | Removal | Ignored) -> Arrival:
    match content:
        case Snapshot(order=order, restored=restored):
            return Arrival(event=event, order_id=order.order_id, book=front.book, order=order, restored=restored)
        case Removal(order_id=order_id):
            return Arrival(event=event, order_id=order_id, book=front.book, removed=True)
        case Ignored(why=why):
            return Arrival(event=event, order_id="", reason=Reason(code=Code.IGNORED, text=why))


def _receipt(arrival: Arrival, state: EventState | None) -> Receipt:
    event, order_id = arrival.event, arrival.order_id
    verdict = Verdict.DUPLICATE if state is None else Verdict(state.value)
    if arrival.aside is EventState.UNREADABLE and arrival.reason is not None:
        text = arrival.reason.text
        log.warning("event.unreadable", shop=event.shop, order=order_id, reason=text, verdict=verdict)
        return Receipt(verdict=verdict, order_id=order_id, reason=arrival.reason)
    log.info("event.received", shop=event.shop, order=order_id, topic=event.topic, verdict=verdict)
    return Receipt(verdict=verdict, order_id=order_id)


def _check_ids(delivery: Delivery) -> None:
    """Ids become keys and references: they are short and hold nothing that a database cannot keep."""
    content = delivery.content
    if isinstance(content, Ignored):
        return
    order_id = content.order.order_id if isinstance(content, Snapshot) else content.order_id
    number = content.order.number if isinstance(content, Snapshot) else ""
    for field, value in (("order id", order_id), ("order number", number)):
        if len(value) > _LONGEST_ID or "\x00" in value or (field == "order id" and not value):
            reason = Reason(
                code=Code.UNREADABLE,
                text=f"The {field} is empty, longer than {_LONGEST_ID} characters, or holds a NUL",
                field=field,
                value=value[:40],
                remedy="Have the shop send its own short, stable ids.",
            )
            raise Unreadable(reason, topic=delivery.topic)
