"""Intake: a delivery is verified, kept and applied in one transaction; only then is it acknowledged.

An event never says what to do, only "look at this order": whatever it claims, the plan decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from providers.domain.reasons import Code, Reason
from providers.ports import Delivery, Ignored, Removal, Snapshot, Unreadable
from tasks.ledger.inbox import Event
from tasks.ledger.ledger import Ledger
from tasks.ledger.tables import EventState
from tasks.ports import Bell, Clock, ShopFront, ShopFronts

log = structlog.get_logger()

_LONGEST_ID = 150


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
        front = self._front(shop)
        if front.shop.is_greeting(headers, body):
            log.info("shop.greeted", shop=shop)
            return Receipt(verdict=Verdict.GREETING)
        front.shop.verify(headers, body)
        return self._take(front, headers, body, Source.WEBHOOK)

    def message(
        self, shop: str, headers: Mapping[str, str], body: bytes, event_id: str = "", *, source: Source = Source.QUEUE
    ) -> Receipt:
        """Take a message from a door that needs no signature: whoever can write there is trusted.

        `event_id` tells repeats of one message from different ones; where the producer gives none, the
        shop's own rule does. Raises `UnknownShop`, `LedgerUnavailable`.
        """
        return self._take(self._front(shop), headers, body, source, event_id)

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
        return self._apply(front, event, delivery.content)

    def _front(self, shop: str) -> ShopFront:
        try:
            return self._fronts[shop]
        except KeyError:
            raise UnknownShop(shop) from None

    def _take(
        self, front: ShopFront, headers: Mapping[str, str], body: bytes, source: Source, event_id: str = ""
    ) -> Receipt:
        event = self._event(front, headers, body, source, event_id or front.shop.event_id(headers, body))
        try:
            delivery = front.shop.read(headers, body)
            _check_ids(delivery)
        except Unreadable as unreadable:
            return self._set_aside(replace(event, topic=unreadable.topic), unreadable)
        return self._apply(front, replace(event, topic=delivery.topic), delivery.content)

    def _event(
        self, front: ShopFront, headers: Mapping[str, str], body: bytes, source: Source, event_id: str, topic: str = ""
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
        )

    def _apply(self, front: ShopFront, event: Event, content: Snapshot | Removal | Ignored) -> Receipt:
        inbox = self._ledger.inbox
        match content:
            case Snapshot(order=order, restored=restored):
                order_id = order.order_id
                state = inbox.apply(event, order, book=front.book, restored=restored)
            case Removal(order_id=order_id):
                state = inbox.remove(event, order_id, book=front.book)
            case Ignored(why=why):
                order_id = ""
                state = inbox.set_aside(event, EventState.IGNORED, Reason(code=Code.IGNORED, text=why))
        if state is EventState.APPLIED:
            self._bell.ring(front.name, order_id)
        verdict = Verdict.DUPLICATE if state is None else Verdict(state.value)
        log.info("event.received", shop=front.name, order=order_id, topic=event.topic, verdict=verdict)
        return Receipt(verdict=verdict, order_id=order_id)

    def _set_aside(self, event: Event, unreadable: Unreadable) -> Receipt:
        order_id = unreadable.order_id if len(unreadable.order_id) <= _LONGEST_ID else ""
        state = self._ledger.inbox.set_aside(event, EventState.UNREADABLE, unreadable.reason, order_id=order_id)
        verdict = Verdict.DUPLICATE if state is None else Verdict.UNREADABLE
        log.warning("event.unreadable", shop=event.shop, order=order_id, reason=unreadable.reason.text, verdict=verdict)
        return Receipt(verdict=verdict, order_id=order_id, reason=unreadable.reason)


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
