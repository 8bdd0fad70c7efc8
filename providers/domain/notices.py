"""What a shop is told of its documents: the news that are not its own doing. Pure functions."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from providers.domain.documents import DocumentKey
from providers.domain.facts import Facts, news

PAYING = frozenset({"invoice.paid", "invoice.partly_paid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDoing:
    """What was done to a document from here, or was told by the shop itself, so that it need not hear of it."""

    paid: Decimal = Decimal(0)
    """What the shop told as paid, or what was recorded from here: the larger of the two."""
    emailed: bool = False
    cancelled: bool = False


def notices(before: Facts | None, now: Facts, own: OwnDoing, *, gross: Decimal) -> Iterator[str]:
    """The names of the notices that the change from `before` to `now` is worth."""
    for name in news(before, now):
        if name in PAYING and _told_itself(now, own, gross):
            continue
        # The first e-mail there is ours, where one was sent from here; a later one is somebody else's.
        if name == "invoice.emailed" and own.emailed and (before is None or before.emailed_at is None):
            continue
        if name == "invoice.cancelled" and own.cancelled:
            continue
        yield name


def _told_itself(now: Facts, own: OwnDoing, gross: Decimal) -> bool:
    there = now.paid_there(gross)
    return own.paid > 0 if there is None else own.paid >= there


def notice_key(document: DocumentKey, name: str, now: Facts) -> str:
    """What tells one notice from another: equal for repeats of the same news, whoever learns them."""
    told = "\x1f".join((str(document), name, _value(name, now)))
    return f"notice_{hashlib.sha256(told.encode()).hexdigest()}"


def _value(name: str, now: Facts) -> str:
    match name:
        case "invoice.paid" | "invoice.partly_paid":
            return "" if now.paid is None else f"{now.paid.normalize():f}"
        case "invoice.emailed":
            return now.emailed_at.astimezone(UTC).isoformat() if now.emailed_at else ""
        case "invoice.tax_office":
            return f"{now.tax_office}\x1f{now.tax_office_id}"
        case _:
            return ""
