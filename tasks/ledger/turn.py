"""An order in hand: how it is claimed, what a claim gives to the worker that made it, and how its calls end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from providers.domain.documents import DocumentKey
from providers.domain.known import Known
from providers.domain.orders import Order
from providers.domain.results import Result
from providers.domain.steps import Step
from tasks.ledger.codec import order_from
from tasks.ledger.known_rows import load_known
from tasks.ledger.statements import Found
from tasks.ledger.tables import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An order in hand: its newest snapshot, what is known of it, and the claim's fencing token."""

    order_pk: int
    shop: str
    order_id: str
    book: str
    fence: int
    revision: int
    order: Order | None
    known: Known
    attempts: int
    first_tried_at: datetime | None
    crashes: int
    lane: Lane = Lane.LIVE
    renewed: bool = False
    """True when an event brought a newer snapshot while the last call was under way."""
    documents: dict[DocumentKey, int] = field(default_factory=dict)
    """Row ids of the documents in `known`."""


class LeaseLost(Exception):
    """The lease ran out, or another worker has the order: this turn may write nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who claims, when, and for how long. The lease outlives the longest call by a margin."""

    owner: str
    now: datetime
    lease: timedelta
    careful: bool = False
    """Whether the claim is committed before anything is decided, so that an order which kills whoever plans it leaves
    a trace of each death. Costs a transaction."""


Decide = Callable[[Turn], Step]
"""Names the next step for the order in hand; pure, for it runs inside the transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """The retry budget after a turn: zero attempts after progress, one more after a failure that counts."""

    attempts: int = 0
    first_tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How the call of one order ended, and what is decided then."""

    turn: Turn
    result: Result
    decide: Decide
    effort: Effort | None = None
    given_back: bool = False
    """Whether the order is given back whatever comes next: it was one of several in a call."""


@dataclass(frozen=True, slots=True)
class More:
    """So many orders of a lane and shop that were in no hand before."""

    lane: Lane
    shop: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be claimed: the order that is named, if it is due and free, and those that come next in the book.

    A lane comes before the next one, within it one of the `shops` before the next one, and of a shop the order that
    has been due longest. Orders of other shops come last. An order that two workers in a row died with is claimed by
    name only, and nothing beside it.
    """

    book: str = ""
    shops: Sequence[str] = ()
    hands: int = 0
    """How many orders may be in hand after it, of those whose calls have ended and those that are claimed."""
    named: tuple[str, str] | None = None
    fill: Callable[[Sequence[tuple[Turn, Step]]], Sequence[More]] = lambda _: ()
    """What else is to be claimed, once it is known what those are to do: orders whose document is made by the same
    call. Of these, only those whose document is to be made are kept in hand."""


NOTHING = Wish()


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one transaction brought: orders with their next steps, whose intents are written. Those whose step ends the
    turn are released."""

    settled: list[tuple[Turn, Step] | None]
    """For each ending; None: the claim does not hold any more, and nothing was written."""
    begun: list[tuple[Turn, Step]]
    claimed: int = 0
    """How many were claimed, without those that `fill` asked for."""
    may_be_more: bool = True
    """Whether there may be more to be claimed: as many were found as hands were free."""


def turn_of(connection: Connection, row: Found | RowMapping) -> Turn:
    """The order in hand; on its first claim nothing else can be known of it, and nothing is asked."""
    documents: dict[DocumentKey, int] = {}
    known = Known(deleted=row["deleted"])
    if row["fence"] > 1:
        known, documents = load_known(connection, row["id"], deleted=row["deleted"])
    return Turn(
        order_pk=row["id"],
        shop=row["shop"],
        order_id=row["order_id"],
        book=row["book"],
        fence=row["fence"],
        revision=row["revision"],
        order=order_from(row["snapshot"]) if row["snapshot"] else None,
        known=known,
        attempts=row["attempts"],
        first_tried_at=row["first_tried_at"],
        crashes=row["crashes"],
        lane=Lane(row["lane"]),
        documents=documents,
    )
