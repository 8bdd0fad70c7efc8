"""Reconciliation: what should exist, what the ledger says and what the provider lists are held against each other.

A run goes through its phases page by page. Each page is one short transaction that also says where to go on, so that
a run which was interrupted continues where it stood; no transaction is open while the provider is asked.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias

import structlog

from providers.domain.card import Card
from providers.domain.known import OperationState
from providers.ports import Window
from tasks.ledger.expected import Expected
from tasks.ledger.findings import Judgement, Suspicion
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Phase, Progress, Run, RunState, Scope
from tasks.ports import Book, Clock, ShopFronts
from tasks.reconcile.classes import DIFFERING, FindingClass
from tasks.reconcile.compare import Difference
from tasks.reconcile.confirm import second_look
from tasks.reconcile.listing import compare_page, ours_of, suspicion
from tasks.reconcile.searching import find_in_run
from tasks.reconcile.tieout import sums_of
from tasks.reconcile.timetable import Asked

log = structlog.get_logger()

_LEASE_MARGIN = timedelta(minutes=1)
_ROWS = 500
"""Rows of the ledger that one step takes in hand."""
_STUCK_AFTER = timedelta(minutes=30)
"""Beyond the time in which a call settles: nobody took care of it since."""
_DUE_AFTER = timedelta(hours=1)


OnPage: TypeAlias = Callable[[Run, Progress], object]
"""Hears of each step that was written: the run as it stands then, and what the step found."""


class NotProvable(Exception):
    """The provider lists nothing, so that nothing can be compared."""


def lease_of(card: Card) -> timedelta:
    """How long a worker may take for one step."""
    return card.call_timeout * 2 + _LEASE_MARGIN


class Reconciler:
    """Runs reconciliations. `pause` is called before each page is asked for, and lets today's orders go first."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        fronts: ShopFronts,
        clock: Clock,
        owner: str = "",
        pause: Callable[[str], object] = lambda _book: None,
    ) -> None:
        self._ledger = ledger
        self._fronts = fronts
        self._clock = clock
        self._owner = owner
        self._pause = pause

    def begin(self, book: Book, asked: Asked) -> Run:
        """A new run, or the unfinished one of the book. Raises `NotProvable`, `LedgerUnavailable`."""
        if not book.card.lists:
            raise NotProvable(f"not provable at this provider: {book.card.title} lists no documents")
        return self._ledger.runs.begin(
            book.name,
            asked.scope,
            start=asked.start,
            end=asked.end,
            changed_since=asked.changed_since,
            by=asked.by,
            now=self._clock(),
        )

    def work(
        self,
        book: Book,
        run: Run,
        *,
        seconds: float | None = None,
        on_page: OnPage = lambda _run, _progress: None,
    ) -> Run:
        """Drive the run, to its end or for about so many seconds. Gives it as it stands then.

        Raises `RunUnderWay`, `RunLost`, `LedgerUnavailable`, and the provider's read errors: then the run stays
        where it is, to be taken up again.
        """
        lease = lease_of(book.card)
        run = self._ledger.runs.claim(run, owner=self._owner, now=self._clock(), lease=lease)
        until = None if seconds is None else time.monotonic() + seconds
        error = ""
        try:
            while run.state is RunState.RUNNING:
                for progress in self._phase(book, run):
                    run = self._ledger.runs.advance(run, progress, now=self._clock(), lease=lease)
                    on_page(run, progress)
                    if run.phase is Phase.OVER or (until is not None and time.monotonic() > until):
                        break
                if run.phase is Phase.OVER:
                    run = self._finish(run)
                elif until is not None and time.monotonic() > until:
                    break
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
            raise
        finally:
            if run.state is RunState.RUNNING:
                self._ledger.runs.give_back(run, error=error)
        return run

    def _phase(self, book: Book, run: Run) -> Iterator[Progress]:
        """The steps of the phase in which the run stands, from its cursor on; the last one names the next phase."""
        match run.phase:
            case Phase.LISTING:
                return self._listing(book, run)
            case Phase.UNSEEN:
                return self._unseen(run)
            case Phase.DOUBLES:
                return self._doubles(run)
            case Phase.LEDGER:
                return self._overdue(book, run)
            case Phase.CONFIRMING:
                return self._confirming(book, run)
            case Phase.TOTALS:
                return self._totals(run)
            case Phase.OVER:
                return iter(())

    def _listing(self, book: Book, run: Run) -> Iterator[Progress]:
        window = Window(start=run.start, end=run.end, changed_since=run.changed_since)
        ours = ours_of(self._fronts, book.name)
        self._pause(book.name)
        for page in book.provider.listing(window, after=run.cursor):
            found = compare_page(self._ledger, run, ours, book.card, page.documents)
            yield Progress(
                phase=Phase.LISTING,
                cursor=page.cursor,
                pages=1,
                sightings=found.sightings,
                suspicions=found.suspicions,
                sums=found.sums if run.scope is not Scope.CHANGES else (),
                facts=found.facts,
                total=page.total,
            )
            self._pause(book.name)
        yield Progress(phase=Phase.DOUBLES if run.scope is Scope.CHANGES else Phase.UNSEEN)

    def _unseen(self, run: Run) -> Iterator[Progress]:
        after = int(run.cursor or 0)
        # What was issued while the list was read may stand on a page that was read before.
        newest = run.started_at
        while rows := self._ledger.matching.unseen(run.pk, run.book, after=after, limit=_ROWS, days=run.days):
            after = rows[-1].pk
            yield Progress(
                phase=Phase.UNSEEN,
                cursor=str(after),
                suspicions=[_missing(row) for row in rows if not (row.issued_at and row.issued_at > newest)],
            )
        yield Progress(phase=Phase.DOUBLES)

    def _doubles(self, run: Run) -> Iterator[Progress]:
        after = run.cursor
        while found := self._ledger.sightings.doubles(run, after=after, limit=_ROWS):
            after = found[-1][0]
            twice = [_duplicate(reference, ids) for reference, ids in found]
            yield Progress(phase=Phase.DOUBLES, cursor=after, suspicions=twice)
        yield Progress(phase=Phase.LEDGER)

    def _overdue(self, book: Book, run: Run) -> Iterator[Progress]:
        yield Progress(phase=Phase.CONFIRMING, suspicions=list(self._stuck(book.card, run)))

    def _stuck(self, card: Card, run: Run) -> Iterator[Suspicion]:
        now = self._clock()
        late = now - card.call_timeout - card.settle - _STUCK_AFTER
        for call in self._ledger.overdue.calls(run.book, sent_before=late, lost_before=late):
            unknown = call.state is OperationState.UNKNOWN
            yield Suspicion(
                kind=FindingClass.UNKNOWN_OVERDUE if unknown else FindingClass.STUCK_OPERATION,
                reference=call.reference,
                remote_id=call.remote_id,
                expected=f"the end of {call.action}",
                found=f"{call.state} since {call.since:%Y-%m-%d %H:%M} UTC",
                money=call.gross,
                currency=call.currency,
                shop=call.shop,
                order_id=call.order_id,
                since=call.since,
                certain=True,
            )
        for order in self._ledger.overdue.orders(run.book, due_before=now - _DUE_AFTER):
            yield Suspicion(
                kind=FindingClass.ORDER_WITHOUT_DOCUMENT,
                reference=f"{order.shop}/{order.order_id}",
                remote_id="",
                expected="a document",
                found=f"due since {order.due_at:%Y-%m-%d %H:%M} UTC",
                money=order.total,
                currency=order.currency,
                shop=order.shop,
                order_id=order.order_id,
                since=order.due_at,
                certain=True,
            )

    def _confirming(self, book: Book, run: Run) -> Iterator[Progress]:
        ours = ours_of(self._fronts, book.name)
        find = find_in_run(self._ledger, book, run, clock=self._clock, lease=lease_of(book.card))
        carried = partial(self._ledger.sightings.told_below, run)
        after = int(run.cursor or 0)
        while suspected := self._ledger.findings.suspected(run.pk, after=after, limit=_ROWS):
            for each in suspected:
                self._pause(book.name)
                look = second_look(
                    self._ledger, book.provider, book.name, ours, each.suspicion, find=find, carried=carried
                )
                after = each.pk
                yield Progress(
                    phase=Phase.CONFIRMING,
                    cursor=str(after),
                    sightings=[look.seen] if look.seen is not None else [],
                    judgement=Judgement(each.pk, look.verdict),
                    facts=look.facts,
                )
        yield Progress(phase=Phase.OVER if run.scope is Scope.CHANGES else Phase.TOTALS)

    def _totals(self, run: Run) -> Iterator[Progress]:
        after = int(run.cursor or 0)
        while rows := self._ledger.matching.made_of(run.book, after=after, limit=_ROWS, days=run.days):
            after = rows[-1].pk
            yield Progress(phase=Phase.TOTALS, cursor=str(after), sums=sums_of(rows))
        yield Progress(phase=Phase.OVER)

    def _finish(self, run: Run) -> Run:
        missing = sum(
            kept.suspicion.kind in {FindingClass.MISSING_AT_PROVIDER, FindingClass.REPLACED}
            for kept in self._ledger.findings.confirmed(run.pk)
        )
        finished = self._ledger.runs.finish(
            run,
            differing=DIFFERING,
            compared=self._ledger.sightings.seen(run) + missing,
            still_open=self._ledger.matching.under_way(run.book),
            now=self._clock(),
        )
        while self._ledger.history.forget_some(run.book):
            continue
        log.info(
            "book.reconciled",
            book=run.book,
            scope=run.scope,
            compared=finished.compared,
            equal=finished.equal,
            findings=sum(finished.counts.values()),
            open=finished.open,
            foreign=finished.foreign,
            pages=finished.pages,
        )
        return finished


def _missing(row: Expected) -> Suspicion:
    return suspicion(
        row,
        Difference(
            kind=FindingClass.MISSING_AT_PROVIDER,
            expected=f"document {row.number or row.remote_id} over {row.gross} {row.currency}",
            found="nothing",
            money=row.gross,
        ),
        row.remote_id,
    )


def _duplicate(reference: str, ids: tuple[str, ...]) -> Suspicion:
    return Suspicion(
        kind=FindingClass.DUPLICATE,
        reference=reference,
        remote_id=ids[-1],
        expected="one document",
        found=f"documents {', '.join(ids)}",
        money=Decimal(0),
        currency="",
        shop=reference.partition("/")[0],
    )
