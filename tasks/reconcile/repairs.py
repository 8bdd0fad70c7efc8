"""Repairs: what differs is put right, where its class permits it and the provider still shows it.

A repair is one transaction of the ledger: it makes known what the provider proved, says who decided it, and lets the
order be planned again. The engine then makes the effect, as its own operation with intent and outcome. Nothing is
ever deleted at a provider.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from providers.domain.documents import DocumentKey, DocumentKind, RemoteDocument, key_of
from providers.domain.mending import Due, Mend, Taken, Uncancelled, Unpaid, Vanished
from tasks.ledger.decisions import Decision, InHand
from tasks.ledger.expected import Expected
from tasks.ledger.findings import Suspicion
from tasks.ledger.ledger import Ledger
from tasks.ledger.turn import Turn
from tasks.ports import Bell, Book, Clock, ShopFronts
from tasks.reconcile.classes import PERMITTED, FindingClass, Repair
from tasks.reconcile.conclusions import CannotRepair, Evidence, conclude, fact_of
from tasks.reconcile.confirm import second_look
from tasks.reconcile.listing import ours_of
from tasks.reconcile.reading import alive_there, read
from tasks.reconcile.report import Finding

log = structlog.get_logger()

_ONCE_IN = timedelta(days=1)
_IN_THE_LEDGER = frozenset(
    {FindingClass.STUCK_OPERATION, FindingClass.UNKNOWN_OVERDUE, FindingClass.ORDER_WITHOUT_DOCUMENT}
)
"""Classes that the ledger alone proves: there is nothing to look at again at the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What came of one repair. `done` means begun, or, when it was only tried out, that it would be."""

    finding: Finding
    repair: Repair
    done: bool
    text: str


def wanted(findings: Iterable[Finding], policy: Mapping[FindingClass, Repair]) -> Iterator[tuple[Finding, Repair]]:
    """The findings that the policy lets be repaired and nobody repaired yet, each with its repair."""
    for finding in findings:
        repair = policy.get(finding.kind)
        if repair in finding.repairs and not finding.repaired:
            yield finding, repair


EVERY: Mapping[FindingClass, Repair] = {kind: repairs[0] for kind, repairs in PERMITTED.items() if repairs}
"""The policy that repairs whatever can be repaired."""


class Repairer:
    """Repairs findings one by one. `repair` raises the provider's read errors, and `LedgerUnavailable`."""

    def __init__(self, ledger: Ledger, *, fronts: ShopFronts, bell: Bell, clock: Clock) -> None:
        self._ledger = ledger
        self._fronts = fronts
        self._bell = bell
        self._clock = clock

    def repair(
        self, book: Book, finding: Finding, repair: Repair, *, by: str, why: str = "", dry: bool = False
    ) -> Repaired:
        """Look at both sides once more, and repair what still differs; `dry` only says what would be done."""
        try:
            if repair not in finding.repairs:
                raise CannotRepair(f"{finding.kind} does not permit {repair}.")
            evidence = self._evidence(book, finding, repair)
            mend = self._try(evidence, repair) if dry else self._apply(evidence, repair, book, finding, by, why)
        except CannotRepair as error:
            return Repaired(finding=finding, repair=repair, done=False, text=str(error))
        except InHand:
            text = "A worker has the order in hand at this moment; try again."
            return Repaired(finding=finding, repair=repair, done=False, text=text)
        return Repaired(finding=finding, repair=repair, done=True, text=_told(mend))

    def tried(self, finding: Finding, repair: Repair, *, by: str) -> bool:
        """Whether `by` repaired the order in this way within a day: once more would help as little."""
        since = self._clock() - _ONCE_IN
        trail = self._ledger.decisions.trail(shop=finding.shop, order_id=self._order_of(finding))
        return any(each.by == by and each.what == _what(finding, repair) and each.at > since for each in trail)

    def _order_of(self, finding: Finding) -> str:
        key = key_of(finding.reference)
        return finding.order or (key.order_id if key is not None else "")

    def _try(self, evidence: Evidence, repair: Repair) -> Mend:
        return conclude(repair, evidence, self._order(evidence))

    def _order(self, evidence: Evidence) -> Turn:
        turn = self._ledger.mending.look(evidence.document.shop, evidence.document.order_id)
        if turn is None:
            raise CannotRepair(_UNKNOWN)
        return turn

    def _apply(self, evidence: Evidence, repair: Repair, book: Book, finding: Finding, by: str, why: str) -> Mend:
        key = evidence.document
        decision = Decision(
            at=self._clock(),
            by=by,
            what=_what(finding, repair),
            why=why,
            shop=key.shop,
            order_id=key.order_id,
            book=book.name,
            detail={
                "reference": finding.reference,
                "remote_id": finding.remote_id,
                "expected": finding.expected,
                "found": finding.found,
            },
        )
        concluded: list[Mend] = []

        def mend(turn: Turn) -> Mend:
            concluded.append(conclude(repair, evidence, turn))
            return concluded[-1]

        if not self._ledger.mending.mend(decision, mend, finding=finding.pk):
            raise CannotRepair(_UNKNOWN)
        log.info(
            "finding.repaired",
            book=book.name,
            shop=key.shop,
            order=key.order_id,
            finding=finding.kind,
            repair=repair,
            by=by,
        )
        self._bell.ring(key.shop, key.order_id)
        return concluded[-1]

    def _evidence(self, book: Book, finding: Finding, repair: Repair) -> Evidence:
        """What both sides say now. Raises `CannotRepair` where the finding is none any more."""
        if finding.kind in _IN_THE_LEDGER:
            self._still_stuck(book, finding)
            return self._evidenced(book, finding, DocumentKey(finding.shop, finding.order, DocumentKind.INVOICE))
        seen = self._looked_again(book, finding, repair)
        kind = FindingClass(seen.kind)
        if kind is FindingClass.MISSING_IN_LEDGER:
            key = fact_of(seen.reference)
            return self._evidenced(book, finding, key, self._only(book, seen.reference, key.kind))
        row = self._row(book, seen.reference)
        key = DocumentKey(row.shop, row.order_id, DocumentKind(row.kind), row.ordinal)
        if kind is FindingClass.MISSING_AT_PROVIDER:
            return self._evidenced(book, finding, key, read(book.provider, row.remote_id))
        if kind is FindingClass.REPLACED:
            return self._evidenced(book, finding, key, self._only(book, seen.reference, key.kind))
        return self._evidenced(book, finding, key, read(book.provider, row.remote_id))

    def _evidenced(
        self, book: Book, finding: Finding, key: DocumentKey, remote: RemoteDocument | None = None
    ) -> Evidence:
        front = self._fronts.get(key.shop)
        if front is None or front.book != book.name:
            raise CannotRepair(f"The configuration has no shop {key.shop} that sells into book {book.name}.")
        return Evidence(
            kind=finding.kind,
            document=key,
            reference=finding.reference,
            card=book.card,
            policy=front.policy,
            now=self._clock(),
            remote=remote,
        )

    def _looked_again(self, book: Book, finding: Finding, repair: Repair) -> Suspicion:
        look = second_look(
            self._ledger, book.provider, book.name, ours_of(self._fronts, book.name), _suspicion(finding)
        )
        for seen in look.verdict:
            if repair in PERMITTED[FindingClass(seen.kind)]:
                return seen
        raise CannotRepair("It does not differ in this way any more, or work is under way; the next run will show.")

    def _still_stuck(self, book: Book, finding: Finding) -> None:
        now = self._clock()
        if finding.kind is FindingClass.ORDER_WITHOUT_DOCUMENT:
            late = self._ledger.overdue.orders(book.name, due_before=now)
            stuck = any((each.shop, each.order_id) == (finding.shop, finding.order) for each in late)
        else:
            calls = self._ledger.overdue.calls(book.name, sent_before=now, lost_before=now)
            stuck = any(each.reference == finding.reference for each in calls)
        if not stuck:
            raise CannotRepair("It has gone on by itself meanwhile.")

    def _row(self, book: Book, reference: str) -> Expected:
        row = self._ledger.matching.by_references(book.name, [reference]).get(reference)
        if row is None:
            raise CannotRepair("The ledger does not have the document any more.")
        return row

    def _only(self, book: Book, reference: str, kind: DocumentKind) -> RemoteDocument:
        """The one document that carries the reference, read in full."""
        found = book.provider.find(reference, kind)
        alive = [each for each in found if alive_there(each)]
        if len(alive) != 1:
            raise CannotRepair(f"{len(alive)} documents there carry {reference}; which one counts a person decides.")
        remote = read(book.provider, alive[0].remote_id)
        if remote is None:
            raise CannotRepair("The provider does not show the document any more.")
        return remote


_UNKNOWN = "The ledger does not know the order: bring it in first, with counterfoil import."


def _what(finding: Finding, repair: Repair) -> str:
    return f"repair {finding.kind} {repair}"


def _suspicion(finding: Finding) -> Suspicion:
    return Suspicion(
        kind=finding.kind,
        reference=finding.reference,
        remote_id=finding.remote_id,
        expected=finding.expected,
        found=finding.found,
        money=finding.money,
        currency=finding.currency,
        shop=finding.shop,
        order_id=finding.order,
        since=finding.since,
    )


def _told(mend: Mend) -> str:
    """What it means for the order, in words."""
    match mend:
        case Vanished():
            return "the document is planned again, with its payments; the plan decides whether it is made"
        case Unpaid():
            return f"told again, as new operations: payment {', '.join(mend.payments)}"
        case Uncancelled():
            return "the document counts as alive again; the plan decides whether it is cancelled"
        case Taken():
            paid = f", with {len(mend.payments)} payments" if mend.payments else ""
            return f"document {mend.remote.number or mend.remote.remote_id} becomes the order's own{paid}"
        case Due():
            return "the order is due now, and what is open is looked up"
        case _:
            return "the ledger takes what is there, and the order is looked at again"
