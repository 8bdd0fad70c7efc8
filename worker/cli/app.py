"""The frame around all commands: options that every one takes, exit codes, and how mistakes are told.

::

    0  fine
    1  something needs attention: an order, a book, a finding, a provider that cannot be reached
    2  wrong usage or configuration: nothing was done
"""

import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from worker.cli.books import app as book
from worker.cli.check import check
from worker.cli.database import app as db
from worker.cli.demo import demo
from worker.cli.errors import explained
from worker.cli.events import event
from worker.cli.helping import teach
from worker.cli.imports import import_
from worker.cli.notices import app as notices
from worker.cli.options import CONFIG_VARIABLE, Panel
from worker.cli.orders import order, orders, retry
from worker.cli.preview import preview
from worker.cli.provider import app as provider
from worker.cli.providers import providers
from worker.cli.reconcile import reconcile
from worker.cli.render import complain
from worker.cli.resolve import resolve
from worker.cli.run import beat, up, web, worker
from worker.cli.sandbox import sandbox
from worker.cli.status import status


class Frame(TyperGroup):
    """Lets a command return its exit code, and tells expected errors in one text without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            code = super().invoke(ctx)
        except Exception as error:
            told = explained(error)
            if told is None:
                raise
            complain(told.text)
            raise typer.Exit(told.exit_code) from None
        if isinstance(code, int) and code:
            raise typer.Exit(code)
        return code


app = typer.Typer(
    name="counterfoil",
    cls=Frame,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"counterfoil {version('counterfoil')}")
        raise typer.Exit


@app.callback()
def frame(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            envvar=CONFIG_VARIABLE,
            show_default=False,
            help="The configuration, here or behind any command. Default: counterfoil.toml.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback does it all
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Tell the version.")
    ] = False,
) -> None:
    """Turns web shop orders into exactly one right invoice each, and proves it.

    Try it without any configuration:

        counterfoil demo

    Run it: make a configuration, try it out, start.

        cp counterfoil.example.toml counterfoil.toml
        counterfoil check
        counterfoil up

    Exit codes: 0 fine, 1 something needs attention, 2 wrong usage or configuration.
    """
    ctx.obj = config


app.command("up", rich_help_panel=Panel.RUN)(up)
app.command("web", rich_help_panel=Panel.RUN)(web)
app.command("worker", rich_help_panel=Panel.RUN)(worker)
app.command("beat", rich_help_panel=Panel.RUN)(beat)
app.add_typer(db, name="db", rich_help_panel=Panel.RUN)

app.command("status", rich_help_panel=Panel.LOOK)(status)
app.command("orders", rich_help_panel=Panel.LOOK)(orders)
app.command("order", rich_help_panel=Panel.LOOK)(order)
app.command("event", rich_help_panel=Panel.LOOK)(event)
app.add_typer(notices, name="notices", rich_help_panel=Panel.LOOK)
app.command("check", rich_help_panel=Panel.LOOK)(check)
app.command("reconcile", rich_help_panel=Panel.LOOK)(reconcile)
app.command("preview", rich_help_panel=Panel.LOOK)(preview)

app.command("retry", rich_help_panel=Panel.ACT)(retry)
app.command("resolve", rich_help_panel=Panel.ACT)(resolve)
app.command("import", rich_help_panel=Panel.ACT)(import_)
app.add_typer(book, name="book", rich_help_panel=Panel.ACT)

app.command("demo", rich_help_panel=Panel.TRY)(demo)
app.command("providers", rich_help_panel=Panel.TRY)(providers)
app.command("sandbox", rich_help_panel=Panel.TRY)(sandbox)
app.add_typer(provider, name="provider", rich_help_panel=Panel.TRY)

for group in (app, db, book, notices, provider):
    teach(group)


def main() -> None:
    """The console script. A fault of ours is told with its traceback, secrets taken out."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="counterfoil")
    except Exception:  # noqa: BLE001 - whatever it is, its text may hold a secret
        complain(f"{traceback.format_exc()}\nThis is a defect of Counterfoil: please report it with the text above.")
        sys.exit(1)
