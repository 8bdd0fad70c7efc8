"""Turns: one worker has one order in hand, under a lease, from claim to release.

Every write of a turn names the claim's fencing token and happens only while its lease runs. The intent of a
call is committed before the call; its outcome and the next intent are one transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from providers.domain.orders import OrderState
from providers.domain.reasons import Reason
from providers.domain.results import Result, after, intended
from providers.domain.steps import Create, LookUp, Rest, Step, Stop, Verify, Wait
from tasks.ledger import claims
from tasks.ledger.codec import order_from, reason_text
from tasks.ledger.known_rows import load_facts
from tasks.ledger.news import News
from tasks.ledger.statements import Found, Statement, Values
from tasks.ledger.store import Store
from tasks.ledger.turn import Turn, turn_of
from tasks.ledger.writes import write_intent, write_result


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
    effort: Effort | None


class Turns:
    """Claims orders and writes what happens to them. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store, news: News) -> None:
        self._store = store
        self._news = news

    def begin(self, shop: str, order_id: str, *, claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        """Claim the order if it is due and free, decide its next step, and write the intent: one transaction.

        None: it is not due, does not exist, or another worker has it. A careful claim is a transaction of its own, and
        `LeaseLost` tells that it was over before the second one.
        """
        return self._begin(claims.TAKE, {"which_shop": shop, "which_order": order_id}, claim, decide)

    def begin_next(self, book: str, *, shops: Sequence[str], claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        """As `begin`, for the order of the book that comes next. None: there is none.

        A lane comes before the next one, within it one of these shops before the next one, and of a shop the order
        that has been due longest. Orders of other shops come last.
        """
        which = {"which_book": book, **{f"shop_{number}": shop for number, shop in enumerate(shops)}}
        return self._begin(claims.take_next(len(shops)), which, claim, decide)

    def _begin(self, take: Statement, which: Values, claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        asked = {**which, "now": claim.now, "until": claim.now + claim.lease, "new_owner": claim.owner}
        with self._store.write() as connection:
            row = take.first(connection, asked)
            if row is None:
                return None
            turn = turn_of(connection, row)
            if not claim.careful:
                return self._go_on(connection, turn, decide(turn), now=claim.now)
        with self._store.write() as connection:
            row = self._extend(connection, turn, claim)
            if row["revision"] != turn.revision:
                turn = _refreshed(connection, turn, row)
            return self._go_on(connection, turn, decide(turn), now=claim.now)

    def settle(
        self,
        turn: Turn,
        result: Result,
        *,
        claim: Claim,
        decide: Decide,
        effort: Effort | None = None,
    ) -> tuple[Turn, Step]:
        """Write how a call ended, decide the next step, and write its intent: one transaction.

        Raises `LeaseLost` when the claim does not hold any more; then nothing was written, and the operation
        counts as sent without an outcome.
        """
        with self._store.write() as connection:
            changed = self._ended(connection, Ending(turn, result, decide, effort), claim)
            return self._go_on(connection, changed, decide(changed), now=claim.now)

    def begin_more(self, first: Turn, *, most: int, claim: Claim, decide: Decide) -> list[tuple[Turn, Create]]:
        """Claim what comes next behind the order in hand, of its shop and lane and in no hand before: one transaction.

        Those that are to be made come back with their intents written, at most so many. The others are released, or
        handed back to be driven alone.
        """
        asked = {
            "which_book": first.book,
            "which_shop": first.shop,
            "behind": first.order_pk,
            "most": most,
            "now": claim.now,
            "until": claim.now + claim.lease,
            "new_owner": claim.owner,
        }
        begun: list[tuple[Turn, Create]] = []
        with self._store.write() as connection:
            rows = claims.TAKE_MORE.all(connection, asked)
            for turn in (turn_of(connection, row) for row in sorted(rows, key=_place)):
                step = decide(turn)
                if isinstance(step, Create):
                    begun.append((self._go_on(connection, turn, step, now=claim.now)[0], step))
                else:
                    self._give_back(connection, turn, step, now=claim.now)
        return begun

    def settle_all(self, endings: Sequence[Ending], *, claim: Claim) -> int:
        """Write how a call for several orders ended, and give all of them back: one transaction.

        Each goes on, or rests, as its own next step says. Of those whose claim does not hold any more nothing is
        written, as by `settle`. Returns how many these are.
        """
        lost = 0
        with self._store.write() as connection:
            # In the order in which the inbox takes deliveries, so that neither waits for the other for ever.
            for ending in sorted(endings, key=lambda each: (each.turn.shop, each.turn.order_id)):
                try:
                    changed = self._ended(connection, ending, claim)
                except LeaseLost:
                    lost += 1
                else:
                    self._give_back(connection, changed, ending.decide(changed), now=claim.now)
        return lost

    def _ended(self, connection: Connection, ending: Ending, claim: Claim) -> Turn:
        """The turn after its call, which is written. Raises `LeaseLost`."""
        turn, result, effort = ending.turn, ending.result, ending.effort
        row = self._extend(connection, turn, claim)
        changed = replace(turn, known=after(turn.known, result), renewed=False)
        write_result(connection, result, changed, now=claim.now, news=self._news)
        if row["revision"] != turn.revision:
            return _refreshed(connection, changed, row)
        if effort is not None:
            return replace(changed, attempts=effort.attempts, first_tried_at=effort.first_tried_at)
        return changed

    def _extend(self, connection: Connection, turn: Turn, claim: Claim) -> Found:
        row = claims.EXTEND.first(
            connection,
            {
                "which": turn.order_pk,
                "held_fence": turn.fence,
                "known_revision": turn.revision,
                "now": claim.now,
                "until": claim.now + claim.lease,
            },
        )
        if row is None:
            raise LeaseLost(f"order {turn.shop}/{turn.order_id}, fence {turn.fence}")
        return row

    def _go_on(self, connection: Connection, turn: Turn, step: Step, *, now: datetime) -> tuple[Turn, Step]:
        if isinstance(step, Wait | Stop | Rest):
            self._release(connection, turn, step, now=now)
            return turn, step
        if not isinstance(step, Verify | LookUp):
            documents = write_intent(connection, step, turn, now=now)
            turn = replace(turn, documents=documents)
        return replace(turn, known=intended(turn.known, step, at=now)), step

    def _give_back(self, connection: Connection, turn: Turn, step: Step, *, now: datetime) -> None:
        """Release the order as its next step says; a call is left to whoever takes the order next."""
        if isinstance(step, Wait | Stop | Rest):
            self._release(connection, turn, step, now=now)
            return
        left = {"attempts": turn.attempts, "first_tried_at": turn.first_tried_at, "updated_at": now}
        claims.HAND_BACK.run(connection, {"which": turn.order_pk, "held_fence": turn.fence, **left})

    def _release(self, connection: Connection, turn: Turn, step: Wait | Stop | Rest, *, now: datetime) -> None:
        """Give the order back, as the step says. No event can come in between: the row is ours till the commit."""
        state, due, reason = _standing(step)
        claims.RELEASE.run(
            connection,
            {
                "which": turn.order_pk,
                "held_fence": turn.fence,
                "state": state,
                "due_at": due,
                "reason": reason_text(reason),
                "attempts": turn.attempts,
                "first_tried_at": turn.first_tried_at,
                "updated_at": now,
            },
        )

    def ring(self, book: str, *, now: datetime, limit: int, heard_before: datetime) -> list[tuple[str, str]]:
        """Orders of the book that are due and free and whose bell has not been heard: (shop, order id).

        Those due longest come first. A bell that rang after the order fell due, and not before
        `heard_before`, counts as heard. The orders are marked as rung now. Only the head of the book's queue is
        looked at: whoever answers those bells goes on with what is due behind it.
        """
        asked = {"which_book": book, "now": now, "heard": heard_before, "most": limit}
        with self._store.read() as connection:
            if claims.ANY_RIPE.first(connection, asked) is None:
                return []
        with self._store.write() as connection:
            rows = claims.RING.all(connection, asked)
        return [
            (row["shop"], row["order_id"]) for row in sorted(rows, key=lambda row: (row["due_at"], row["order_id"]))
        ]

    def next_due(self, book: str, *, now: datetime) -> tuple[str, str] | None:
        """The order of the book that is free and has been due longest: (shop, order id)."""
        with self._store.read() as connection:
            row = claims.NEXT_DUE.first(connection, {"which_book": book, "now": now})
        return (row["shop"], row["order_id"]) if row else None

    def recover(self, *, now: datetime) -> int:
        """Take every lease back. Returns how many orders were held.

        Only for a process that knows itself to be the ledger's one worker, at its start: whoever held the
        leases is dead. Their calls may not be: a provider does not know that nobody waits for it any more, so
        that calls in flight keep their time-out and their settle time before they are looked up.
        """
        with self._store.write() as connection:
            return len(claims.RECOVER.all(connection, {"now": now}))

    def make_due(self, shop: str, order_id: str, *, now: datetime) -> bool:
        """Plan the order again now, with a fresh retry budget. False: there is no such order."""
        with self._store.write() as connection:
            asked = {"which_shop": shop, "which_order": order_id, "now": now}
            return claims.MAKE_DUE.first(connection, asked) is not None


def _place(row: Found) -> tuple[str, str]:
    return row["shop"], row["order_id"]


def _standing(step: Wait | Stop | Rest) -> tuple[OrderState, datetime | None, Reason | None]:
    if isinstance(step, Wait):
        return OrderState.DUE, step.until, step.reason
    if isinstance(step, Stop):
        return OrderState.ATTENTION, None, step.reason
    return step.state, None, step.reason


def _refreshed(connection: Connection, turn: Turn, row: Found) -> Turn:
    """The turn with what came in during the call, from the shop or from the provider; news bring a fresh retry
    budget."""
    facts = load_facts(connection, turn.order_pk)
    documents = tuple(replace(document, facts=facts[document.key]) for document in turn.known.documents)
    return replace(
        turn,
        revision=row["revision"],
        renewed=True,
        attempts=0,
        first_tried_at=None,
        order=order_from(row["snapshot"]) if row["snapshot"] else None,
        known=replace(turn.known, deleted=row["deleted"], documents=documents),
    )
