"""`counterfoil book`: the accounts at invoicing providers, and the switch that pauses one."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.opening import open_ledger
from worker.cli.options import Config, Json
from worker.cli.people import who
from worker.cli.render import Column

if TYPE_CHECKING:
    from collections.abc import Collection

    from tasks.ledger.decisions import Decision

app = typer.Typer(no_args_is_help=True, help="List the books; pause one, so that its provider is not asked; resume it.")

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The book's name in the configuration.")]


@app.command("list")
def list_(json: Json = False, config: Config = None) -> int:
    """List the books: each one's provider, and whether it is open or paused, why, since when and by whom.

    Exit code 1 when one is paused.

    Example:

        counterfoil book list
    """
    with open_ledger(config) as opened:
        paused = {book.name: book for book in opened.ledger.books.paused()}
        books = opened.settings.books
    rows = [
        {
            "book": name,
            "provider": books[name].provider if name in books else None,
            "state": "paused" if name in paused else "open",
            "since": paused[name].since if name in paused else None,
            "by": paused[name].by if name in paused else None,
            "reason": render.reason_json(paused[name].reason) if name in paused else None,
        }
        for name in [*books, *sorted(paused.keys() - books.keys())]
    ]
    if json:
        render.write_json_list(rows)
    else:
        columns = [Column(title) for title in ("book", "provider", "state", "since", "by")]
        render.table(
            [*columns, Column("reason", wraps=True)],
            (
                [
                    *(row[column.title] for column in columns),
                    render.reason_line(paused[name].reason) if name in paused else "",
                ]
                for row in rows
                for name in [str(row["book"])]
            ),
        )
    return 1 if paused else 0


@app.command("pause")
def pause(
    name: Name,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", show_default=False, help="Shown wherever it is told.")
    ] = "",
    config: Config = None,
) -> int:
    """Pause a book: its provider is asked nothing until you resume it.

    While you put something right there, or its maintenance lasts. Orders keep coming in and wait; no attempt is
    counted. Calls under way are finished.

    Example:

        counterfoil book pause main --why "moving to the new account"
    """
    from providers.domain.reasons import Code, Reason
    from tasks.paused import BY_ITSELF

    with open_ledger(config) as opened:
        _require(opened.settings.books, name)
        books = opened.ledger.books
        reason = Reason(
            code=Code.BOOK_PAUSED,
            text=why.strip() or "Paused by hand",
            remedy=f"When it may go on: counterfoil book resume {name}.",
        )
        former = next((book for book in books.paused() if book.name == name), None)
        if former is not None and former.by != BY_ITSELF:
            render.say(f"Book {name} is paused already, by {former.by} since {render.when(former.since)}.")
            return 0
        if former is not None:  # what Counterfoil paused opens by itself; what a person pauses does not
            books.resume(name)
        books.pause(name, reason, by=who(), now=opened.now())
        opened.ledger.decisions.note(_decision(opened.now(), "pause", name, why))
    render.say(f"Book {name} is paused. Open it again: counterfoil book resume {name}")
    return 0


@app.command("resume")
def resume(name: Name, config: Config = None) -> int:
    """Open a paused book again: what waited for it is due at once.

    Example:

        counterfoil book resume main
    """
    with open_ledger(config) as opened:
        if opened.ledger.books.resume(name):
            opened.ledger.decisions.note(_decision(opened.now(), "resume", name, ""))
            render.say(f"Book {name} is open again. The running worker takes up what waited.")
            return 0
        _require(opened.settings.books, name)
    render.say(f"Book {name} was not paused.")
    return 0


def _decision(now: datetime, what: str, book: str, why: str) -> "Decision":
    from tasks.ledger.decisions import Decision

    return Decision(at=now, by=who(), what=what, why=why, book=book, detail={})


def _require(books: "Collection[str]", name: str) -> None:
    if name not in books:
        raise no_book(name, books)


def no_book(name: str, books: "Collection[str]") -> Complaint:
    """There is no such book; those that there are."""
    names = ", ".join(sorted(books)) or "none is set up"
    return Complaint(f"There is no book {name!r}.", remedy=f"Books: {names}. More are added as tables [books.NAME].")
