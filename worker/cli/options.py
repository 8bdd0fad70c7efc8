"""Options that many commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

CONFIG_VARIABLE = "COUNTERFOIL_CONFIG"


class Panel(StrEnum):
    """Headings under which `counterfoil --help` lists the commands."""

    RUN = "Run it"
    LOOK = "Look"
    ACT = "Act"
    TRY = "Try it out"


def _nearest(ctx: typer.Context, value: Path | None) -> Path | None:
    """What stands behind the command wins over what stands before it, and that over the environment."""
    before = ctx.find_root().obj
    return value if value is not None or not isinstance(before, Path) else before


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        callback=_nearest,
        show_default=False,
        help="The configuration. Default: counterfoil.toml.",
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]

Shop = Annotated[str, typer.Argument(metavar="SHOP", show_default=False, help="The shop's name in the configuration.")]

Order = Annotated[
    str, typer.Argument(metavar="ORDER", show_default=False, help="The order's id, as `counterfoil orders` lists it.")
]

OnlyShop = Annotated[
    str | None,
    typer.Option("--shop", metavar="NAME", show_default=False, help="The shop; needed where there are several."),
]

Faults = Annotated[
    str | None,
    typer.Option(
        "--faults",
        metavar="light|heavy|FILE",
        show_default=False,
        help="Let the provider fail: as on a bad day, on a very bad one, or with the odds in a TOML file.",
    ),
]
