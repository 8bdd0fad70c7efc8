"""Turns: a worker has orders in hand, each under a lease, from claim to release.

Every write of a turn names the claim's fencing token and happens only while its lease runs. The intent of a
call is committed before the call; its outcome and the next intent are one transaction, which holds those of all orders
whose calls have ended meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from providers.domain.documents import DocumentKey
from providers.domain.orders import OrderState
from providers.domain.reasons import Reason
from providers.domain.results import Result, after, intended
from providers.domain.steps import Create, LookUp, Rest, Step, Stop, Verify, Wait
from tasks.ledger import claims
from tasks.ledger.codec import order_from, reason_text
from tasks.ledger.intents import write_intents
from tasks.ledger.known_rows import load_facts
from tasks.ledger.news import News
from tasks.ledger.outcomes import write_results
from tasks.ledger.statements import Found
from tasks.ledger.store import Store
from tasks.ledger.turn import (
    NOTHING,
    Advanced,
    Claim,
    Decide,
    Effort,
    Ending,
    LeaseLost,
    Turn,
    Wish,
    turn_of,
)


class Turns:
    """Claims orders and writes what happens to them. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store, news: News) -> None:
        self._store = store
        self._news = news

    def begin(self, shop: str, order_id: str, *, claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        """Claim one order, as `advance`. None: it is not due, does not exist, or another worker has it."""
        wish = Wish(named=(shop, order_id), hands=1)
        begun = self.advance((), wish, claim=claim, decide=decide).begun
        return begun[0] if begun else None

    def settle(
        self, turn: Turn, result: Result, *, claim: Claim, decide: Decide, effort: Effort | None = None
    ) -> tuple[Turn, Step]:
        """Write how the call of one order ended, as `advance`.

        Raises `LeaseLost` when the claim does not hold any more; then nothing was written, and the operation
        counts as sent without an outcome.
        """
        (settled,) = self.advance([Ending(turn, result, decide, effort)], NOTHING, claim=claim, decide=decide).settled
        if settled is None:
            raise LeaseLost(f"order {turn.shop}/{turn.order_id}, fence {turn.fence}")
        return settled

    def advance(self, endings: Sequence[Ending], wish: Wish, *, claim: Claim, decide: Decide) -> Advanced:
        """Write how calls ended and claim orders, decide the next step of each, and write the intents: one transaction.

        A careful claim is a transaction of its own before that.
        """
        # Claimed before they ended: each order whose call has ended may need the hand that it has.
        most = wish.hands - sum(not ending.given_back for ending in endings)
        taken = self._taken_before(wish, claim, most=most) if claim.careful else None
        with self._store.write() as connection:
            # First those in hand, for which it may wait; then others, of which those that are locked are passed over.
            rows = self._extended(connection, [*(ending.turn for ending in endings), *(taken or ())], claim)
            ended = self._ended(connection, endings, rows, now=claim.now)
            steps = [
                (turn, ending.decide(turn), not ending.given_back)
                for turn, ending in zip(ended, endings, strict=True)
                if turn is not None
            ]
            if taken is None:
                most = wish.hands - sum(kept and not isinstance(step, Wait | Stop | Rest) for _, step, kept in steps)
                turns = [turn_of(connection, row) for row in self._take(connection, wish, claim, most=most)]
            else:
                held = (self._renewed(connection, turn, rows.get(turn.order_pk)) for turn in taken)
                turns = [turn for turn in held if turn is not None]
            begun = [(turn, decide(turn), True) for turn in turns]
            if not claim.careful:
                begun += self._filled(connection, wish, begun, claim, decide)
            gone = self._go_on(connection, [*steps, *begun], now=claim.now)
        told = iter(gone)
        settled = [None if turn is None else next(told) for turn in ended]
        kept = [each for each, (_, _, is_kept) in zip(told, begun, strict=True) if is_kept]
        return Advanced(settled, kept, claimed=len(turns), may_be_more=len(turns) >= most)

    def _taken_before(self, wish: Wish, claim: Claim, *, most: int) -> list[Turn]:
        with self._store.write() as connection:
            return [turn_of(connection, row) for row in self._take(connection, wish, claim, most=most)]

    def _take(self, connection: Connection, wish: Wish, claim: Claim, *, most: int) -> list[Found]:
        """Claim what is wished for."""
        asked = {"now": claim.now, "until": claim.now + claim.lease, "new_owner": claim.owner}
        rows: list[Found] = []
        if wish.named is not None and most > 0:
            shop, order_id = wish.named
            named = claims.TAKE.first(connection, {**asked, "which_shop": shop, "which_order": order_id})
            if named is not None:
                rows.append(named)
                if named["crashes"] > 1:
                    return rows
        if len(rows) < most and wish.book:
            rows += self._take_next(connection, wish, asked, most=most - len(rows))
        return rows

    def _take_next(self, connection: Connection, wish: Wish, asked: Found, *, most: int) -> list[Found]:
        shops = {f"shop_{number}": shop for number, shop in enumerate(wish.shops)}
        asked = {**asked, "which_book": wish.book}
        found = claims.waiting(len(wish.shops)).all(connection, {**asked, **shops})
        rows: list[Found] = []
        for place in sorted(row["place"] for row in found):
            lane_and_shop = claims.places(wish.shops)[place]
            if lane_and_shop is None:
                if not rows:
                    rows = claims.TAKE_ANY.all(connection, {**asked, "most": most})
                break
            lane, shop = lane_and_shop
            which = {"which_lane": lane, "which_shop": shop, "most": most - len(rows)}
            rows += sorted(claims.TAKE_SOME.all(connection, {**asked, **which}), key=_since)
            if len(rows) >= most:
                break
        return rows

    def _filled(
        self,
        connection: Connection,
        wish: Wish,
        begun: Sequence[tuple[Turn, Step, bool]],
        claim: Claim,
        decide: Decide,
    ) -> list[tuple[Turn, Step, bool]]:
        """What the wish is filled up with, and whether it is kept: what is not to be made is left to others."""
        asked = {"now": claim.now, "until": claim.now + claim.lease, "new_owner": claim.owner, "which_book": wish.book}
        found: list[tuple[Turn, Step, bool]] = []
        for more in wish.fill([(turn, step) for turn, step, _ in begun]):
            which = {"which_lane": more.lane, "which_shop": more.shop, "most": more.most}
            rows = claims.TAKE_FRESH.all(connection, {**asked, **which})
            turns = [turn_of(connection, row) for row in sorted(rows, key=_since)]
            found += [(turn, step, isinstance(step, _OF_SEVERAL)) for turn, step in ((t, decide(t)) for t in turns)]
        return found

    def _ended(
        self, connection: Connection, endings: Sequence[Ending], rows: Mapping[int, Found], *, now: datetime
    ) -> list[Turn | None]:
        """The turns after their calls, which are written. None: the lease is lost, and there is no row of it."""
        after_calls = [
            replace(ending.turn, known=after(ending.turn.known, ending.result), renewed=False) for ending in endings
        ]
        ours = [
            (turn, ending.result) for turn, ending in zip(after_calls, endings, strict=True) if turn.order_pk in rows
        ]
        write_results(connection, ours, now=now, news=self._news)
        return [
            self._renewed(connection, turn, rows.get(turn.order_pk), ending.effort)
            for turn, ending in zip(after_calls, endings, strict=True)
        ]

    def _renewed(
        self, connection: Connection, turn: Turn, row: Found | None, effort: Effort | None = None
    ) -> Turn | None:
        """The turn with its effort, or with what came in meanwhile."""
        if row is None:
            return None
        if row["revision"] != turn.revision:
            return _refreshed(connection, turn, row)
        if effort is not None:
            return replace(turn, attempts=effort.attempts, first_tried_at=effort.first_tried_at)
        return turn

    def _extended(self, connection: Connection, turns: Sequence[Turn], claim: Claim) -> dict[int, Found]:
        """The leases of those that are still held begin anew; their rows by id."""
        in_order = sorted(turns, key=lambda turn: (turn.shop, turn.order_id))
        held = [{"which": turn.order_pk, "held_fence": turn.fence} for turn in in_order]
        rows = claims.EXTEND.all(connection, held, {"now": claim.now, "until": claim.now + claim.lease})
        return {row["id"]: row for row in rows}

    def _go_on(
        self, connection: Connection, steps: Sequence[tuple[Turn, Step, bool]], *, now: datetime
    ) -> list[tuple[Turn, Step]]:
        """Write the intents of calls that are to be made, and release the orders that rest, or that are not kept.

        No event can come in between: the rows are ours till the commit.
        """
        released, given_back, intents = [], [], []
        for turn, step, kept in steps:
            if isinstance(step, Wait | Stop | Rest):
                state, due, reason = _standing(step)
                released.append({**_left(turn, now), "state": state, "due_at": due, "reason": reason_text(reason)})
            elif not kept:
                given_back.append(_left(turn, now))
            elif not isinstance(step, Verify | LookUp):
                intents.append((turn, step))
        claims.RELEASE.run(connection, released)
        claims.HAND_BACK.run(connection, given_back)
        documents = write_intents(connection, intents, now=now)
        held = {turn.order_pk: ids for (turn, _), ids in zip(intents, documents, strict=True)}
        return [
            (_under_way(turn, step, held.get(turn.order_pk, turn.documents), now) if kept else turn, step)
            for turn, step, kept in steps
        ]

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


def _since(row: Found) -> tuple[datetime, int]:
    return row["due_at"], row["id"]


_OF_SEVERAL = (Create, Wait, Stop, Rest)
"""What an order may do that is one of several in a call: be made, or rest."""


def _under_way(turn: Turn, step: Step, documents: dict[DocumentKey, int], now: datetime) -> Turn:
    """The turn once the intent of its step is written."""
    if isinstance(step, Wait | Stop | Rest):
        return turn
    return replace(turn, documents=documents, known=intended(turn.known, step, at=now))


def _left(turn: Turn, now: datetime) -> Found:
    return {
        "which": turn.order_pk,
        "held_fence": turn.fence,
        "attempts": turn.attempts,
        "first_tried_at": turn.first_tried_at,
        "updated_at": now,
    }


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
    snapshot = claims.SNAPSHOT.scalar(connection, {"which": turn.order_pk})
    return replace(
        turn,
        revision=row["revision"],
        renewed=True,
        attempts=0,
        first_tried_at=None,
        order=order_from(snapshot) if snapshot else None,
        known=replace(turn.known, deleted=row["deleted"], documents=documents),
    )
