"""`counterfoil resolve`: a person says what became of a call whose outcome nobody else can tell."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json, Order, Shop
from worker.cli.people import who
from worker.cli.render import Column

if TYPE_CHECKING:
    from tasks.resolve import Evidence, Word


def resolve(
    shop: Shop,
    order: Order,
    created: Annotated[
        str | None, typer.Option("--created", metavar="ID", show_default=False, help="It took effect, under this id.")
    ] = None,
    not_created: Annotated[bool, typer.Option("--not-created", help="It had no effect: make it anew.")] = False,
    use: Annotated[
        str | None, typer.Option("--use", metavar="ID", show_default=False, help="Of several documents, this counts.")
    ] = None,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", show_default=False, help="Goes into the audit trail.")
    ] = "",
    json: Json = False,
    config: Config = None,
) -> int:
    """Say what became of a call whose answer was lost, where the provider could prove nothing by itself.

    Without an option it only shows what is open, and every document at the provider that carries the order's
    reference. Your word is held against what the provider shows, and kept in the audit trail with your name.

    Example:

        counterfoil resolve garden 1042 --created 460012345 --why "seen in the book"
    """
    from tasks.ledger.decisions import InHand
    from tasks.resolve import CannotResolve, Resolver

    word, remote_id = _word(created, not_created=not_created, use=use)
    with open_wired(config) as wired:
        resolver = Resolver(wired.ledger, books=wired.books, bell=wired.bell, clock=wired.clock)
        try:
            if word is None:
                evidence = resolver.evidence(shop, order)
            else:
                evidence = resolver.resolve(shop, order, word, remote_id, by=who(), why=why)
        except CannotResolve as error:
            raise Complaint(str(error), remedy=error.remedy, exit_code=1) from None
        except InHand:
            raise Complaint(
                f"A worker has order {order} of {shop} in hand at this moment.", remedy="Try again.", exit_code=1
            ) from None
    if json:
        render.write_json(_json(evidence, word))
    else:
        _show(evidence)
        if word is not None:
            render.say(f"Noted: {word}. Order {order} of {shop} is due now; the running worker takes it up.")
    return 1 if word is None else 0


def _word(created: str | None, *, not_created: bool, use: str | None) -> "tuple[Word | None, str]":
    from tasks.resolve import Word

    told = [
        (word, remote_id or "")
        for word, remote_id, given in (
            (Word.CREATED, created, created is not None),
            (Word.NOT_CREATED, "", not_created),
            (Word.USE, use, use is not None),
        )
        if given
    ]
    if len(told) > 1:
        raise Complaint("These options exclude each other.", remedy="Give one of --created, --not-created and --use.")
    if told and told[0][0] is not Word.NOT_CREATED and not told[0][1].strip():
        raise Complaint(f"--{told[0][0]}: the id is empty.", remedy="Give the document's id at the provider.")
    return told[0] if told else (None, "")


def _show(evidence: "Evidence") -> None:
    operation = evidence.operation
    render.say(
        f"Open since {render.when(operation.sent_at)}: {operation.action} of {evidence.document.reference}, "
        f"{evidence.document.gross} {evidence.document.currency}, in book {evidence.book}"
    )
    if evidence.candidates is None:
        render.say("The provider cannot tell which documents carry the reference: look into the book by hand.")
    elif not evidence.candidates:
        render.say("No document at the provider carries the reference.")
    else:
        columns = [Column(title) for title in ("id", "number", "gross", "currency", "paid", "state")]
        rows = [[row[column.title] for column in columns] for row in _candidates(evidence)]
        render.table(columns, rows)


def _candidates(evidence: "Evidence") -> list[dict[str, Any]]:
    return [
        {
            "id": remote.remote_id,
            "number": remote.number,
            "gross": remote.gross,
            "currency": remote.currency,
            "paid": remote.paid,
            "state": remote.state,
            "url": remote.url,
        }
        for remote in evidence.candidates or ()
    ]


def _json(evidence: "Evidence", word: "Word | None") -> dict[str, Any]:
    return {
        "shop": evidence.document.key.shop,
        "order": evidence.document.key.order_id,
        "book": evidence.book,
        "operation": evidence.operation.key,
        "action": evidence.operation.action,
        "sent_at": evidence.operation.sent_at,
        "reference": evidence.document.reference,
        "candidates": None if evidence.candidates is None else _candidates(evidence),
        "resolved": word,
    }
