"""`counterfoil reconcile`: the proof that ledger and provider match, and the repair of what differs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli import render
from worker.cli.books import no_book
from worker.cli.errors import Complaint
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json

if TYPE_CHECKING:
    from tasks.ledger.expected import Expected
    from tasks.ports import Book
    from tasks.reconcile import Report
    from worker.wiring import Wired

_RUNS = 50
_ROWS = 500

BookName = Annotated[
    str, typer.Argument(metavar="BOOK", show_default=False, help="The book's name in the configuration.")
]


def _day(option: str, text: str) -> Any:
    return typer.Option(option, formats=["%Y-%m-%d"], metavar="DATE", show_default=False, help=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed."""

    start: date | None
    end: date | None
    changes: bool
    csv: Path | None
    html: Path | None
    json: bool
    repair: bool
    dry: bool
    only: tuple[str, ...]
    yes: bool
    runs: bool

    def check(self) -> None:
        """Raise `Complaint` where the options do not go together."""
        if self.start and self.end and self.start > self.end:
            raise Complaint(f"--from {self.start} is later than --to {self.end}.", remedy="Exchange the two.")
        period = bool(self.start or self.end)
        if self.changes and period:
            raise Complaint(
                "--changes and a period exclude each other.", remedy="Leave out --changes, or --from, --to."
            )
        if not self.repair and (self.dry or self.only or self.yes):
            raise Complaint("--dry-run, --only and --yes say how to repair.", remedy="Say --repair as well.")
        if self.runs and (period or self.changes or self.repair or self.csv or self.html):
            raise Complaint("--runs lists past runs, and compares nothing.", remedy="Leave the other options out.")
        for option, file in (("--csv", self.csv), ("--html", self.html)):
            if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
                raise Complaint(
                    f"{option} {file}: there cannot be such a file.", remedy="Name one in a folder that is."
                )


def reconcile(
    name: BookName,
    *,
    start: Annotated[datetime | None, _day("--from", "Only documents issued on this day or later.")] = None,
    end: Annotated[datetime | None, _day("--to", "Only documents issued on this day or earlier.")] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Only what changed there since the last time: quick, and no full proof.")
    ] = False,
    json: Json = False,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", show_default=False, help="Write findings, and beside them the totals."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", show_default=False, help="Write a page to read, print and sign."),
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what can be, after asking you.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what --repair would do.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="CLASS", show_default=False, help="Repair findings of this class only."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before repairing.")] = False,
    runs: Annotated[bool, typer.Option("--runs", help="List past runs instead: the trend.")] = False,
    config: Config = None,
) -> int:
    """Compare the ledger with what the provider lists, both ways, and print the proof.

    Whenever you want to be sure, or to close a month; the schedule does it by itself, too. Without --repair it only
    reads. Documents in the book that carry no reference of ours are counted and left alone. Exit code 1 when anything
    differs, or is still under way.

    Examples:

        counterfoil reconcile main
        counterfoil reconcile main --from 2026-03-01 --to 2026-03-31 --html march.html --csv march.csv
        counterfoil reconcile main --repair --dry-run
    """
    wish = Wish(
        start=start.date() if start else None,
        end=end.date() if end else None,
        changes=changes,
        csv=csv,
        html=html,
        json=json,
        repair=repair,
        dry=dry_run,
        only=tuple(only or ()),
        yes=yes,
        runs=runs,
    )
    wish.check()
    with open_wired(config) as wired:
        if name not in wired.books:
            raise no_book(name, wired.books)
        book = wired.books[name]
        if wish.runs:
            return _past(wired, book, json=json)
        if not book.card.lists:
            return _unprovable(wired, book, wish)
        return _compared(wired, book, wish)


def _compared(wired: "Wired", book: "Book", wish: Wish) -> int:
    from worker.cli import mending, proof_table
    from worker.reports import entries

    policy = mending.policy_of(wish.only) if wish.repair else {}
    report = _report(wired, book, wish)
    _files(wired, book, report, wish)
    if not wish.json:
        proof_table.write(report, now=wired.clock())
    repaired = mending.repair(wired, book, report, policy, wish) if wish.repair else []
    if wish.json:
        told = entries.whole(report, now=wired.clock())
        render.write_json({**told, "repaired": [entries.repair(each) for each in repaired]} if wish.repair else told)
    return 0 if report.good else 1


def _report(wired: "Wired", book: "Book", wish: Wish) -> "Report":
    from providers.domain.errors import ProviderError
    from tasks.ledger.run import RunLost, RunUnderWay, Scope
    from tasks.reconcile import Asked
    from tasks.reconcile import reconcile as compare
    from tasks.reconcile.rounds import changes_of
    from worker.cli.advance import Advance
    from worker.cli.people import who

    asked = Asked(by=who())
    if wish.start or wish.end:
        asked = Asked(scope=Scope.PERIOD, start=wish.start, end=wish.end, by=who())
    if wish.changes:
        days = wired.settings.reconcile.changes_days
        asked = changes_of(wired.ledger, book, days=days, by=who(), now=wired.clock())
    try:
        with render.working(f"reading {book.card.title} …") as tell:
            return compare(
                wired.ledger,
                book,
                wired.fronts,
                wired.clock,
                asked=asked,
                on_page=Advance(wired.ledger.sightings, book.card.title, tell),
            )
    except (RunUnderWay, RunLost):
        raise Complaint(
            f"Book {book.name} is being compared at this moment, by a worker or somebody else.",
            remedy=f"Wait until that is done; see how far it is: counterfoil reconcile {book.name} --runs",
            exit_code=1,
        ) from None
    except ProviderError as error:
        raise Complaint(
            f"Book {book.name} could not be read, so that nothing is proved: {error}",
            remedy="See what is in the way: counterfoil check\nThe next run goes on where this one stands.",
            exit_code=1,
        ) from None


def _files(wired: "Wired", book: "Book", report: "Report", wish: Wish) -> None:
    """Write the files that were asked for; what was written is told on standard error."""
    if wish.csv is not None:
        from worker.reports import sheets

        with _writing("--csv", wish.csv):
            render.note(f"Written: {sheets.write_report(report, wish.csv, now=wired.clock())}")
    if wish.html is not None:
        from worker.reports.page import page

        past = wired.ledger.history.past(book.name, limit=_ROWS)
        text = page(report, past, provider=book.card.title, now=wired.clock())
        with _writing("--html", wish.html):
            wish.html.write_text(text, encoding="utf-8")
        render.note(f"Written: {wish.html}")


@contextmanager
def _writing(option: str, file: Path) -> Iterator[None]:
    """Tell a file that cannot be written."""
    try:
        yield
    except OSError as error:
        raise Complaint(f"{option} {file}: {error.strerror}.", remedy="Name a file that can be written.") from None


def _unprovable(wired: "Wired", book: "Book", wish: Wish) -> int:
    """The provider lists nothing: what stands in the ledger can be taken along, to be compared by hand."""
    title = book.card.title
    if wish.csv is None:
        raise Complaint(
            f"Not provable at this provider: {title} lists no documents, so that nothing can be compared.",
            remedy="Compare by hand with what stands in the ledger: "
            f"counterfoil reconcile {book.name} --csv FILE writes it.",
            exit_code=1,
        )
    from worker.reports import sheets

    with _writing("--csv", wish.csv):
        count = sheets.write_documents(_documents(wired, book, wish), wish.csv)
    if wish.json:
        render.write_json({"book": book.name, "provable": False, "documents": count, "file": str(wish.csv)})
        return 0
    render.say(f"{book.name}: not provable at this provider, for {title} lists no documents.")
    render.say(f"{count:,} documents that stand in the ledger are in {wish.csv}: compare them with the book by hand.")
    return 0


def _documents(wired: "Wired", book: "Book", wish: Wish) -> "Iterator[Expected]":
    after = 0
    days = None
    if wish.start or wish.end:
        days = (wish.start or date.min).isoformat(), (wish.end or date.max).isoformat()
    while page := wired.ledger.matching.in_window(book.name, after=after, limit=_ROWS, days=days):
        yield from page
        after = page[-1].pk


def _past(wired: "Wired", book: "Book", *, json: bool) -> int:
    from worker.cli import proof_table
    from worker.reports import entries

    past = wired.ledger.history.past(book.name, limit=_RUNS)
    if json:
        render.write_json_list(entries.runs(past))
    else:
        proof_table.write_runs(past)
    newest = next((run for run in past if run.finished_at and not run.error), None)
    return 1 if newest is not None and (newest.counts or newest.open) else 0
