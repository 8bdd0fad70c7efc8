"""Reconciliation: the ledger and the provider's list are held against each other, both ways.

The provider's list is streamed once; the ledger's documents are matched by reference. What we never made
(the shop owner's own invoices) is counted and left alone; what carries one of our references and is not in
the ledger, or stands there twice, is a finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import structlog

from providers.domain.documents import RemoteDocument, RemoteState
from providers.ports import Window
from tasks.ledger.ledger import Ledger
from tasks.ledger.matching import Expected
from tasks.ports import Book, Clock, ShopFronts

log = structlog.get_logger()


class NotProvable(Exception):
    """The provider lists nothing, so that nothing can be compared."""


class FindingClass(StrEnum):
    """What kind of difference a finding is."""

    MISSING = "missing"
    EXTRA = "extra"
    DUPLICATE = "duplicate"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference between the ledger and the provider. `money` is the amount at stake, in `currency`."""

    kind: FindingClass
    reference: str
    remote_id: str
    shop: str
    order: str
    expected: str
    found: str
    money: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one run. `foreign` counts documents in the book that carry no reference of ours."""

    book: str
    compared: int
    equal: int
    foreign: int
    open: int
    """Documents whose operation is still under way or unknown; they are compared in the next run."""
    findings: tuple[Finding, ...]
    started_at: datetime
    finished_at: datetime

    def count(self, kind: FindingClass) -> int:
        return sum(finding.kind is kind for finding in self.findings)

    @property
    def proof(self) -> str:
        """The line that says whether both sides match."""
        counts = ", ".join(f"{self.count(kind):,} {kind}" for kind in FindingClass)
        return f"{self.compared:,} compared, {self.equal:,} equal, {counts}"


@dataclass(slots=True)
class _Comparison:
    expected: dict[str, Expected]
    prefixes: tuple[str, ...]
    seen: dict[str, list[str]] = field(default_factory=dict)
    """Reference -> the ids of the documents that carry it."""
    foreign: int = 0
    equal: int = 0
    findings: list[Finding] = field(default_factory=list)

    def take(self, remote: RemoteDocument) -> None:
        reference = remote.reference
        if not reference or not reference.startswith(self.prefixes):
            self.foreign += 1
            return
        expected = self.expected.get(reference)
        ids = self.seen.setdefault(reference, [])
        if remote.remote_id in ids:
            return  # told twice, because it moved between pages
        ids.append(remote.remote_id)
        if len(ids) > 1:
            self.findings.append(_duplicate(remote, expected, ids[0]))
        elif expected is None:
            self.findings.append(_extra(remote))
        elif expected.issued:
            difference = _difference(expected, remote)
            if difference:
                self.findings.append(difference)
            else:
                self.equal += 1

    def missing(self) -> Iterator[Finding]:
        for reference, expected in self.expected.items():
            if expected.issued and reference not in self.seen:
                yield _finding(FindingClass.MISSING, expected, expected.remote_id, "a document", "nothing")


def reconcile(ledger: Ledger, book: Book, fronts: ShopFronts, clock: Clock) -> Report:
    """Compare everything that the ledger holds of the book with everything that the provider lists.

    Raises `NotProvable` where the provider has no list, the provider's read errors, and `LedgerUnavailable`; a
    run that could not read everything has no report at all.
    """
    if not book.card.lists:
        raise NotProvable(f"not provable at this provider: {book.card.title} lists no documents")
    started = clock()
    expected = {row.reference: row for row in ledger.matching.expected(book.name)}
    prefixes = tuple(f"{name}/" for name, front in fronts.items() if front.book == book.name)
    comparison = _Comparison(expected=expected, prefixes=prefixes)
    for remote in book.provider.pages(Window()):
        comparison.take(remote)
    findings = (*comparison.findings, *comparison.missing())
    if findings:
        findings = _standing(findings, expected, {row.reference: row for row in ledger.matching.expected(book.name)})
    still_open = sum(not row.issued for row in expected.values())
    report = Report(
        book=book.name,
        compared=len(expected) - still_open,
        equal=comparison.equal,
        foreign=comparison.foreign,
        open=still_open,
        findings=findings,
        started_at=started,
        finished_at=clock(),
    )
    log.info("book.reconciled", book=book.name, proof=report.proof, open=still_open, foreign=report.foreign)
    return report


def _standing(
    findings: tuple[Finding, ...], before: dict[str, Expected], after: dict[str, Expected]
) -> tuple[Finding, ...]:
    """The findings about documents whose ledger rows stood still while the list was read.

    The others may only show that work went on meanwhile; the next run judges them. A duplicate is one whatever
    the ledger did.
    """
    return tuple(
        finding
        for finding in findings
        if finding.kind is FindingClass.DUPLICATE or before.get(finding.reference) == after.get(finding.reference)
    )


def _finding(kind: FindingClass, row: Expected, remote_id: str, expected: str, found: str) -> Finding:
    return Finding(
        kind=kind,
        reference=row.reference,
        remote_id=remote_id,
        shop=row.shop,
        order=row.order_id,
        expected=expected,
        found=found,
        money=row.gross,
        currency=row.currency,
    )


def _extra(remote: RemoteDocument) -> Finding:
    return Finding(
        kind=FindingClass.EXTRA,
        reference=remote.reference,
        remote_id=remote.remote_id,
        shop=remote.reference.split("/", 1)[0],
        order="",
        expected="nothing",
        found=f"document {remote.number}",
        money=remote.gross or Decimal(0),
        currency=remote.currency,
    )


def _duplicate(remote: RemoteDocument, row: Expected | None, first: str) -> Finding:
    found = f"documents {first} and {remote.remote_id}"
    if row is not None:
        return _finding(FindingClass.DUPLICATE, row, remote.remote_id, "one document", found)
    return Finding(
        kind=FindingClass.DUPLICATE,
        reference=remote.reference,
        remote_id=remote.remote_id,
        shop="",
        order="",
        expected="nothing",
        found=found,
        money=remote.gross or Decimal(0),
        currency=remote.currency,
    )


def _difference(row: Expected, remote: RemoteDocument) -> Finding | None:
    pairs: list[tuple[str, object, object]] = [
        ("id", row.remote_id, remote.remote_id),
        ("currency", row.currency, remote.currency or row.currency),
        ("gross", row.gross, row.gross if remote.gross is None else remote.gross),
        ("paid", row.paid, row.paid if remote.paid is None else remote.paid),
        ("cancelled", False, remote.state is RemoteState.CANCELLED),
    ]
    for name, expected, found in pairs:
        if expected != found:
            told = (f"{name} {expected}", f"{name} {found}")
            return _finding(FindingClass.DIFFERENT, row, remote.remote_id, *told)
    return None
