"""The closing line of an order that goes out of hand: one, with what became of it."""

from time import monotonic

import structlog

from providers.domain.steps import Rest, Stop, Wait
from tasks.calling import InHand

log = structlog.get_logger()


def rests(order: InHand) -> bool:
    """Whether the order is out of hand; it is told."""
    told = {**_ids(order), "calls": order.calls}
    match order.step:
        case Rest() as step:
            log.info("order.synced", state=step.state, ms=round((monotonic() - order.began) * 1000, 1), **told)
        case Wait() as step:
            log.info("order.waits", until=step.until.isoformat(), reason=step.reason.code, **told)
        case Stop() as step:
            log.warning("order.stopped", reason=step.reason.code, text=step.reason.text, **told)
        case _:
            return False
    return True


def tell_lost(order: InHand) -> None:
    """Its lease is lost, or what its call came to could not be written: it counts as sent without an outcome."""
    log.warning("order.lease_lost", calls=order.calls, fence=order.turn.fence, **_ids(order))


def _ids(order: InHand) -> dict[str, str]:
    return {"shop": order.turn.shop, "order": order.turn.order_id, "book": order.turn.book}
