"""`counterfoil provider call`: every documented call of a book's provider, by hand."""

import json as jsons
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli import render
from worker.cli.books import no_book
from worker.cli.errors import Complaint
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json
from worker.cli.render import Column
from worker.cli.sources import opened

if TYPE_CHECKING:
    from providers.operations import Operation

BookName = Annotated[str, typer.Argument(metavar="BOOK", show_default=False, help="The book's name.")]


def call(
    book: BookName,
    operation: Annotated[
        str | None,
        typer.Argument(metavar="OPERATION", show_default=False, help="Which call; without it, they are listed."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            show_default=False,
            help="The call's parameters, as a JSON object; - reads standard input.",
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Let it change something there, or send something to somebody.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", show_default=False, help="Where a PDF or another file goes."),
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Call the interface of a book's provider by hand, or list what can be called.

    To look into an account, or to do there what Counterfoil does not do by itself. The answer is told as JSON, as the
    provider gave it. A call is made once and never repeated; the ledger hears nothing of it. What changes something
    needs --write. Exit code 1 when the provider refuses, or cannot be reached.

    Example:

        counterfoil provider call main
        counterfoil provider call main invoice --data call.json
    """
    with open_wired(config, migrated=False) as wired:
        from providers.operations import operations
        from providers.registry import client_of

        if book not in wired.books:
            raise no_book(book, wired.books)
        there = {each.name: each for each in operations(client_of(wired.books[book].provider))}
        if operation is None:
            _list(there, json=json)
            return 0
        chosen = _chosen(operation, there, book)
        _check(chosen, book, write=write, out=out)
        answer = _called(chosen, _data(data))
        _tell(answer, out)
    return 0


def _list(there: "Mapping[str, Operation]", *, json: bool) -> None:
    if json:
        names = ("name", "writes", "parameters", "summary")
        render.write_json_list({name: getattr(each, name) for name in names} for each in there.values())
        return
    render.table(
        [Column("operation"), Column("does"), Column("parameters", wraps=True), Column("what it is", wraps=True)],
        (
            (each.name, "writes" if each.writes else "reads", ", ".join(each.parameters) or "none", each.summary)
            for each in there.values()
        ),
    )


def _chosen(name: str, there: "Mapping[str, Operation]", book: str) -> "Operation":
    if name in there:
        return there[name]
    from difflib import get_close_matches

    close = get_close_matches(name, there, n=3, cutoff=0.5)
    meant = f"Did you mean {' or '.join(close)}? " if close else ""
    raise Complaint(f"There is no operation {name!r}.", remedy=f"{meant}All of them: counterfoil provider call {book}.")


def _check(chosen: "Operation", book: str, *, write: bool, out: Path | None) -> None:
    """Before anything is sent. Raises `Complaint`."""
    if chosen.writes and not write:
        raise Complaint(
            f"{chosen.name} changes something in book {book}, or sends something to somebody; nothing was done.",
            remedy="If you mean it, say so: --write.",
        )
    if out is None and _gives_bytes(chosen):
        raise Complaint(f"{chosen.name} gives a file; nothing was done.", remedy="Say where it goes: --out FILE.")


def _gives_bytes(chosen: "Operation") -> bool:
    from inspect import signature

    return signature(chosen.method).return_annotation in {bytes, "bytes"}


def _data(file: Path | None) -> Mapping[str, object]:
    if file is None:
        return {}
    with opened(file) as handle:
        text = handle.read()
    try:
        found = jsons.loads(text)
    except (ValueError, RecursionError) as error:
        raise Complaint(f"--data {file}: this is not JSON: {error}.", remedy="Correct it.") from None
    if not isinstance(found, dict):
        remedy = 'Write the parameters by name: {"page": 1}.'
        raise Complaint(f"--data {file}: this is no JSON object.", remedy=remedy)
    return found


def _called(chosen: "Operation", data: Mapping[str, object]) -> object:
    """The answer, read to its end. Raises `Complaint` for wrong data; the provider's own errors are told elsewhere."""
    from providers.operations import WrongData

    try:
        answer = chosen(data)
    except WrongData as error:
        field = f" {error.field}" if error.field else ""
        remedy = f"{chosen.name} takes: {', '.join(chosen.parameters) or 'nothing'}. Give them by --data FILE."
        raise Complaint(f"--data{field}: {error}.", remedy=remedy) from None
    return list(answer) if isinstance(answer, Iterator) else answer


def _tell(answer: object, out: Path | None) -> None:
    if not isinstance(answer, bytes):
        render.write_json(_hidden(answer))
        return
    if out is None:  # its method did not say that it gives bytes
        raise Complaint(f"The answer is a file of {len(answer)} bytes.", remedy="Say where it goes: --out FILE.")
    try:
        out.write_bytes(answer)
    except OSError as error:
        raise Complaint(f"--out {out} cannot be written: {error.strerror}.", remedy="Name another file.") from None
    render.say(f"{out}: {len(answer):,} bytes")


def _hidden(value: object) -> Any:
    """The value as JSON can say it, without what is named like a secret, and with bytes counted only."""
    from config.redaction import HIDDEN, is_secret_name

    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, list | tuple):
        return [_hidden(each) for each in value]
    told = render.jsonable(value) if not isinstance(value, Mapping) else value
    if isinstance(told, Mapping):
        return {name: HIDDEN if is_secret_name(str(name)) and each else _hidden(each) for name, each in told.items()}
    return [_hidden(each) for each in told] if isinstance(told, list) else told
