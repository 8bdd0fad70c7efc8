"""What a reconciliation came to: the proof line, the findings, and the totals that are signed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Run
from tasks.ledger.totals import Sum
from tasks.ports import Book, Clock, ShopFronts
from tasks.reconcile.classes import PERMITTED, FindingClass, Group, Repair
from tasks.reconcile.reconciler import OnPage, Reconciler
from tasks.reconcile.timetable import Asked

_ALWAYS_TOLD = (Group.MISSING, Group.EXTRA, Group.DUPLICATE, Group.DIFFERENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference between the ledger and the provider. `money` is the amount at stake, in `currency`."""

    pk: int
    kind: FindingClass
    reference: str
    remote_id: str
    shop: str
    order: str
    expected: str
    found: str
    money: Decimal
    currency: str
    since: datetime | None
    repaired: str = ""

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What may be done about it; nothing: only a person can put it right."""
        return PERMITTED[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one finished run. `foreign` counts documents in the book that carry no reference of ours,
    `open` those whose operation is under way or unknown; they are compared in the next run."""

    run: Run
    findings: tuple[Finding, ...]
    totals: tuple[Sum, ...]

    @property
    def proof(self) -> str:
        """The line that says whether both sides match."""
        return proof_line(self.run)

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it: no finding, and nothing that is still to be compared."""
        return not self.findings and not self.run.open

    def count(self, kind: FindingClass) -> int:
        return self.run.counts.get(kind, 0)

    def money(self) -> Iterator[tuple[FindingClass, int, dict[str, Decimal]]]:
        """Per class: how many findings, and the money at stake by currency."""
        for kind in FindingClass:
            ours = [finding for finding in self.findings if finding.kind is kind]
            stakes: Counter[str] = Counter()
            for finding in ours:
                stakes[finding.currency] += finding.money  # type: ignore[assignment]
            if ours:
                yield kind, len(ours), {currency: Decimal(amount) for currency, amount in sorted(stakes.items())}


def proof_line(*runs: Run) -> str:
    """What was compared, and what differs, in one line for all the runs."""
    groups: Counter[Group] = Counter()
    for run in runs:
        for kind, count in run.counts.items():
            groups[FindingClass(kind).group] += count
    told = [group for group in Group if group in _ALWAYS_TOLD or groups[group]]
    counts = ", ".join(f"{groups[group]:,} {group}" for group in told)
    compared, equal = sum(run.compared for run in runs), sum(run.equal for run in runs)
    return f"{compared:,} compared, {equal:,} equal, {counts}"


def findings_of(ledger: Ledger, run: Run) -> Iterator[Finding]:
    """The findings of a run, one after the other. Raises `LedgerUnavailable`."""
    for kept in ledger.findings.confirmed(run.pk):
        told = kept.suspicion
        yield Finding(
            pk=kept.pk,
            kind=FindingClass(told.kind),
            reference=told.reference,
            remote_id=told.remote_id,
            shop=told.shop,
            order=told.order_id,
            expected=told.expected,
            found=told.found,
            money=told.money,
            currency=told.currency,
            since=told.since,
            repaired=kept.repaired,
        )


def report_of(ledger: Ledger, run: Run) -> Report:
    """The whole of a finished run. Raises `LedgerUnavailable`."""
    return Report(run=run, findings=tuple(findings_of(ledger, run)), totals=tuple(ledger.totals.of(run.pk)))


def reconcile(
    ledger: Ledger,
    book: Book,
    fronts: ShopFronts,
    clock: Clock,
    *,
    asked: Asked | None = None,
    on_page: OnPage = lambda _run, _progress: None,
) -> Report:
    """Compare now, from the beginning to the end; a run that was left unfinished is finished first.

    Raises `NotProvable` where the provider has no list, `RunUnderWay` while another worker compares the book, the
    provider's read errors, and `LedgerUnavailable`; a run that could not read everything has no report at all.
    """
    reconciler = Reconciler(ledger, fronts=fronts, clock=clock, owner="person")
    asked = asked or Asked(by="person")
    left = ledger.runs.working(book.name)
    if left is not None:
        reconciler.work(book, left, on_page=on_page)
    return report_of(ledger, reconciler.work(book, reconciler.begin(book, asked), on_page=on_page))
