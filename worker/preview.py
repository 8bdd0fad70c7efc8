"""A rehearsal: what would be done for an order that the ledger does not know, and what would be sent.

Pure but for the clock: nothing is stored, and no provider is asked. Every call is taken to succeed.
"""

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from providers.domain.card import Totals
from providers.domain.documents import RemoteDocument
from providers.domain.errors import CannotExpress
from providers.domain.known import Known
from providers.domain.orders import Order
from providers.domain.plan import plan
from providers.domain.reasons import Code, Reason
from providers.domain.results import Cancelled, Emailed, Issued, Paid, Verified, after, intended
from providers.domain.steps import Call, Cancel, Create, Email, LookUp, Pay, Rest, Step, Stop, Verify, Wait
from providers.ports import Prepared, Shop, Snapshot, Unreadable
from providers.registry import build_shop
from tasks.ports import Book, ShopFront

_NOT_YET = "not made yet"
_STEPS = 1000
"""More than any order has payments: a plan that never ends must not hang a preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The steps in their order, and what the first creation would send; None when nothing is created."""

    order: Order
    steps: tuple[Step, ...]
    prepared: Prepared | None

    @property
    def stop(self) -> Reason | None:
        """Why a person would have to decide; None when it all goes by itself."""
        last = self.steps[-1]
        return last.reason if isinstance(last, Stop) else None


def read(shop: Shop, body: bytes) -> Order:
    """Read one order: as the shop's interface gives it, or canonical, with its envelope or without.

    Raises `Unreadable`.
    """
    members = _members(body)
    if {"type", "data"} <= members:
        content = _canonical().read({}, body).content
        if isinstance(content, Snapshot):
            return content.order
        raise Unreadable(
            Reason(
                code=Code.UNREADABLE,
                text="The event holds no order.",
                field="type",
                remedy="Give one of type order.created, order.updated or order.restored.",
            )
        )
    return (_canonical() if "order_id" in members else shop).read_order(body)


def _members(body: bytes) -> set[str]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    return set(value) if isinstance(value, dict) else set()


def _canonical() -> Shop:
    """Reads canonical orders; nothing is ever verified with its secret."""
    return build_shop("generic", name="canonical", secret="whsec_" + b64encode(secrets.token_bytes(32)).decode())


def rehearse(order: Order, front: ShopFront, book: Book, *, now: datetime) -> Rehearsal:
    """Plan the order step by step, as if every call succeeded."""
    known, steps = Known(), list[Step]()
    prepared: Prepared | None = None
    while len(steps) < _STEPS:
        step = plan(front.name, order, known, front.policy, book.card, now=now)
        try:
            if isinstance(step, Create):
                prepared = book.provider.prepare(step.draft)
        except CannotExpress as error:
            step = Stop(reason=error.reason)
        steps.append(step)
        if isinstance(step, Wait | Stop | Rest):
            break
        known = _succeeded(known, step, book, now)
    return Rehearsal(order=order, steps=tuple(steps), prepared=prepared)


def _succeeded(known: Known, step: Call, book: Book, now: datetime) -> Known:
    sent = intended(known, step, at=now)
    match step:
        case Create():
            told = step.draft.gross if book.card.totals is Totals.IN_CREATE_ANSWER else None
            remote = RemoteDocument(remote_id=_NOT_YET, currency=step.draft.currency, gross=told)
            return after(sent, Issued(operation_key=step.operation_key, document=step.draft.key, remote=remote))
        case Pay():
            key = step.document.key
            return after(
                sent,
                Paid(
                    operation_key=step.operation_key,
                    document=key,
                    payment_key=step.payment.key,
                    remote_id=_NOT_YET,
                ),
            )
        case Cancel():
            return after(sent, Cancelled(operation_key=step.operation_key, document=step.document.key))
        case Email():
            return after(sent, Emailed(operation_key=step.operation_key, document=step.document.key))
        case Verify():
            document = step.document
            remote = RemoteDocument(remote_id=_NOT_YET, currency=document.currency, gross=document.gross)
            return after(sent, Verified(document=document.key, remote=remote))
        case LookUp():
            return known


def in_words(step: Step, book: Book) -> str:
    """One step, said to a person."""
    match step:
        case Wait():
            return f"wait until {step.until.isoformat()}: {step.reason.text}"
        case Stop():
            return f"stop, for a person decides: {step.reason.text}"
        case Rest():
            return f"{step.state}: {step.reason.text if step.reason else 'there is nothing more to do'}"
        case _:
            return _call_in_words(step, book)


def _call_in_words(step: Call, book: Book) -> str:
    match step:
        case Create():
            draft = step.draft
            money = f"{draft.gross:f} {draft.currency}"
            where = f"book {book.name} ({book.card.title})"
            return f"create {draft.key.kind} {step.reference} of {money} in {where}, dated {draft.issue_date}"
        case Pay():
            payment = step.payment
            return f"record a payment of {payment.amount:f} {payment.currency} against it ({payment.key})"
        case Cancel():
            return f"cancel {step.document.number or step.document.reference}: {step.why}"
        case Email():
            return f"let {book.card.title} e-mail it to {step.to}"
        case Verify():
            return "read it back and compare its total"
        case LookUp():
            return f"look up at {book.card.title} what became of it"
