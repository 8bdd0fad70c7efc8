"""`counterfoil provider check`: whether an account does what its provider's card says."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import render
from worker.cli.books import no_book
from worker.cli.errors import Complaint
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json
from worker.cli.provider_call import BookName
from worker.cli.render import Column
from worker.cli.sources import opened

if TYPE_CHECKING:
    from providers.domain.documents import Draft
    from tasks.ports import Book
    from worker.conformance import Bench, Left, Line, Writing
    from worker.wiring import Wired


def check(
    book: BookName,
    write: Annotated[
        bool, typer.Option("--write", help="Try everything, on a test account: it leaves documents behind.")
    ] = False,
    order: Annotated[
        Path | None,
        typer.Option(
            "--order",
            metavar="FILE",
            show_default=False,
            help="An order of yours to make the documents of, as JSON; else a sample of two lines.",
        ),
    ] = None,
    email_to: Annotated[
        str, typer.Option("--email-to", metavar="ADDRESS", show_default=False, help="Have a document sent there, too.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before anything is written.")] = False,
    json: Json = False,
    config: Config = None,
) -> int:
    """Hold a book's account against its provider's card: what the card expects, what was observed.

    Before the first real invoice, and when a provider changed something. Without --write nothing is changed: it asks
    who we are, reads the list, and looks for what cannot exist. With --write, on a test account, it makes documents,
    finds them, reads them back, pays them, and tells what it leaves behind. Exit code 1 when anything differs from
    the card.

    Example:

        counterfoil provider check main
        counterfoil provider check sandbox --write
    """
    if (order or email_to) and not write:
        raise Complaint("--order and --email-to say what is made; nothing is made.", remedy="Say so: --write.")
    with open_wired(config, migrated=False) as wired:
        if book not in wired.books:
            raise no_book(book, wired.books)

        from worker.conformance import Bench, Verdict, Writing

        account = wired.books[book]
        bench = Bench(provider=account.provider, now=wired.clock)
        writing = None
        if write:
            draft = _draft(wired, account, order)
            _confirm(account, draft, yes=yes)
            writing = Writing(bench, draft, email_to=email_to)
        lines: list[Line] = []
        for line in _lines(bench, writing):
            lines.append(line)
            if not json:
                _say(line)
        left = writing.left if writing else ()
        _tell(account, lines, left, json=json)
        return 1 if any(line.verdict is Verdict.DIFFERS for line in lines) else 0


def _lines(bench: "Bench", writing: "Writing | None") -> "Iterator[Line]":
    """First what has no effect. Where the account does not let us in, nothing is written."""
    from worker.conformance import Verdict, reading

    harmless = reading(bench)
    first = next(harmless)
    yield first
    yield from harmless
    if writing is not None and first.verdict is not Verdict.DIFFERS:
        yield from writing.lines()


def _draft(wired: "Wired", book: "Book", order: Path | None) -> "Draft":
    """The document to make. Raises `Complaint`."""
    from worker.conformance import drafted, sample

    if order is None:
        rates = wired.settings.books[book.name].tax_rates
        return sample(book.provider, now=wired.clock(), rate=max(rates, default=None))

    from providers.domain.reasons import Reason
    from providers.ports import Unreadable
    from worker.preview import read

    front = next((front for front in wired.fronts.values() if front.book == book.name), None)
    if front is None:
        remedy = f'Add a table [shops.NAME] with book = "{book.name}", or leave --order out.'
        raise Complaint(f"--order {order}: no shop sells into book {book.name}, to read it.", remedy=remedy)
    with opened(order) as handle:
        body = handle.read()
    try:
        draft = drafted(read(front.shop, body), front.policy, now=wired.clock())
    except Unreadable as error:
        raise Complaint(f"--order {order}: {error.reason.text}", remedy=error.reason.remedy) from None
    if isinstance(draft, Reason):
        raise Complaint(f"--order {order}: {draft.text}", remedy=draft.remedy)
    return draft


def _confirm(book: "Book", draft: "Draft", *, yes: bool) -> None:
    """Warn of what stays, and ask. Raises `Complaint` where nobody can be asked."""
    number = "three" if book.card.cancel else "two"
    render.note(
        f"This makes {number} documents over {draft.gross:f} {draft.currency} in book {book.name} ({book.card.title}), "
        f"for {draft.buyer.name}, and tries payments on them.\n"
        "They stay there: Counterfoil deletes nothing. Use a test account."
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise Complaint("Nobody is there to be asked; nothing was done.", remedy="If you mean it, say so: --yes.")
    if not typer.confirm("Go on?", err=True):
        raise Complaint("Nothing was done.", exit_code=1)


def _say(line: "Line") -> None:
    style = {"ok": "green", "differs": "bold red"}.get(line.verdict.value, "")
    took = "" if line.seconds is None else f"  ({line.seconds:.2f} s)"
    render.say(f"{line.verdict.value:<9}  {line.what}{took}", style=style)
    render.say(f"{'':<11}expected  {line.expected}")
    render.say(f"{'':<11}observed  {line.observed}")
    sys.stdout.flush()


def _tell(book: "Book", lines: "list[Line]", left: "tuple[Left, ...]", *, json: bool) -> None:
    if json:
        render.write_json({"book": book.name, "provider": book.card.name, "lines": lines, "left_behind": left})
        return
    render.say()
    if left:
        render.say("Left behind", style="bold")
        columns = [Column(title) for title in ("reference", "id", "number", "state")]
        render.table(columns, ((each.reference, each.remote_id, each.number, each.state) for each in left))
        render.say()
    counts = {verdict: sum(line.verdict.value == verdict for line in lines) for verdict in ("ok", "differs")}
    render.say(
        f"{book.card.title}: {counts['ok']} as the card says, {counts['differs']} otherwise, "
        f"{len(lines) - sum(counts.values())} not tried"
    )
