"""`counterfoil reconcile`: the proof that ledger and provider match."""

from typing import TYPE_CHECKING

from worker.cli import render
from worker.cli.books import Name, no_book
from worker.cli.errors import Complaint
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json
from worker.cli.render import Column

if TYPE_CHECKING:
    from tasks.reconcile import Finding, Report


def reconcile(name: Name, json: Json = False, config: Config = None) -> int:
    """Compare the ledger with everything that the provider lists, both ways, and print the proof.

    Whenever you want to be sure; it only reads. Documents in the book that carry no reference of ours are counted
    and left alone. Exit code 1 when anything differs, or is still under way.

    Example:

        counterfoil reconcile main
    """
    with open_wired(config) as wired:
        if name not in wired.books:
            raise no_book(name, wired.books)

        from providers.domain.errors import ProviderError
        from tasks.reconcile import reconcile as compare

        book = wired.books[name]
        try:
            with render.working(f"reading {book.card.title} …"):
                report = compare(wired.ledger, book, wired.fronts, wired.clock)
        except ProviderError as error:
            raise Complaint(
                f"Book {name} could not be read, so that nothing is proved: {error}",
                remedy="See what is in the way: counterfoil check",
                exit_code=1,
            ) from None
    if json:
        render.write_json(_json(report))
    else:
        _write(report)
    return 0 if report.good else 1


def _json(report: "Report") -> dict[str, object]:
    return {
        "book": report.run.book,
        "from": None,
        "to": None,
        "compared": report.run.compared,
        "equal": report.run.equal,
        "open": report.run.open,
        "foreign": report.run.foreign,
        "proof": report.proof,
        "findings": [_finding_json(finding) for finding in report.findings],
        "started_at": report.run.started_at,
        "finished_at": report.run.finished_at,
    }


def _finding_json(finding: "Finding") -> dict[str, object]:
    return {
        "class": finding.kind,
        "reference": finding.reference,
        "remote_id": finding.remote_id,
        "shop": finding.shop,
        "order": finding.order,
        "expected": finding.expected,
        "found": finding.found,
        "money": finding.money,
        "currency": finding.currency,
        "repairs": [],
    }


def _write(report: "Report") -> None:
    columns = [Column(title) for title in ("finding", "reference", "id", "shop", "order", "expected", "found")]
    if report.findings:
        render.table(
            [*columns, Column("money", right=True)],
            (
                (
                    finding.kind.value,
                    finding.reference,
                    finding.remote_id,
                    finding.shop,
                    finding.order,
                    finding.expected,
                    finding.found,
                    f"{finding.money:f} {finding.currency}".strip(),
                )
                for finding in report.findings
            ),
        )
        render.say()
    render.say(f"{report.run.book}: {report.proof}", style="bold red" if report.findings else "bold green")
    if report.run.open:
        render.say(f"{report.run.open:,} still under way or unknown: they are compared in the next run.")
    if report.run.foreign:
        render.say(f"{report.run.foreign:,} in the book carry no reference of ours and were left alone.")
