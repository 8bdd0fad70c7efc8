"""`counterfoil provider new`: the files of a new provider."""

from pathlib import Path
from typing import Annotated

import typer

from worker.cli import render
from worker.cli.errors import Complaint


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", show_default=False, help="The provider's name, such as my_books.")
    ],
    folder: Annotated[
        Path, typer.Option("--folder", metavar="FOLDER", help="Where its folder is made, below the one you are in.")
    ] = Path("providers/invoicing"),
    tests: Annotated[Path, typer.Option("--tests", metavar="FOLDER", help="Where its contract test is made.")] = Path(
        "tests/contract/invoicing"
    ),
) -> int:
    """Lay out the files of a new provider: card, client, mapping, answers, options, provider, sandbox, contract test.

    In the root of Counterfoil's sources. All of it can be imported, and its contract test runs: each case says which
    part is not written yet. docs/adding-a-provider.md goes on from there. Exit codes: 0, or 2 where nothing was made.

    Example:

        counterfoil provider new my_books
    """
    from worker.scaffold import BadPlace, lay_out

    try:
        layout = lay_out(name, folder=folder, tests=tests)
    except BadPlace as error:
        raise Complaint(f"{error.field}: {error.text}.", remedy=error.remedy) from None
    for file in layout.made:
        render.say(str(file))
    render.say()
    render.say("Next:")
    render.say(f"  write {layout.made[1]}: what is documented, what was observed, what is assumed")
    render.say(f"  python -m pytest {layout.made[-1]}     every case says what is not written yet")
    render.say("  and when the contract holds, in providers/registry.py:")
    parent = layout.package.rpartition(".")[0]
    render.say(f"    from {parent} import {name}")
    render.say(f"    from {layout.package} import sandbox as {name}_sandbox")
    render.say(f"    ProviderKind({name}.CARD, {name}.Options, {name}.build, {name}_sandbox.sandbox),")
    return 0
