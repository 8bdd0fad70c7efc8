"""`counterfoil provider`: the client of a provider by hand, an account held against its card, a new provider."""

import typer

from worker.cli.provider_call import call
from worker.cli.provider_check import check
from worker.cli.provider_new import new

app = typer.Typer(
    no_args_is_help=True,
    help="Call a provider's interface by hand, hold an account against its card, lay out a new provider.",
)

app.command("call")(call)
app.command("check")(check)
app.command("new")(new)
