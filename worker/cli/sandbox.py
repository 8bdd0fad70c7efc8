"""`counterfoil sandbox`: a provider to play with, on this machine."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.errors import Complaint
from worker.cli.options import Faults

if TYPE_CHECKING:
    from providers.sandbox.chaos import Odds


def sandbox(
    provider: Annotated[
        str, typer.Argument(metavar="PROVIDER", show_default=False, help="Whose sandbox, such as invoiceocean.")
    ],
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port to listen on; 0 takes any free one.")
    ] = 8090,
    token: Annotated[
        str,
        typer.Option("--token", metavar="TOKEN", help="The API token that it takes; or env:NAME or file:PATH."),
    ] = "sandbox-token",  # noqa: S107 - it opens nothing but the sandbox
    faults: Faults = None,
) -> int:
    """Run a sandbox of an invoicing provider: it answers as the real one does, and keeps all in memory.

    To try a configuration, or to develop against. What it holds, and what was made to go wrong, is told at
    /_sandbox/state. POST /_sandbox/outage?seconds=30 takes it down for so long. SIGTERM and Ctrl-C stop it.

    Example:

        counterfoil sandbox invoiceocean --port 8090 --faults heavy
    """
    secret = _secret(token)
    odds = odds_told(faults)

    from config import logging
    from providers.registry import Misconfigured
    from worker.sandbox import serve

    logging.configure()
    try:
        return serve(provider, host=host, port=port, token=secret, odds=odds)
    except Misconfigured as error:
        raise Complaint(error.text, remedy=error.remedy) from None
    except OSError as error:
        raise Complaint(
            f"--host {host} --port {port}: cannot listen there: {error.strerror or error}.",
            remedy="Free the address, or choose another port; 0 takes any free one.",
            exit_code=1,
        ) from None


def odds_told(faults: str | None) -> "Odds | None":
    """What `--faults` names. Raises `Complaint`."""
    if faults is None:
        return None

    from worker.faults import BadFaults, read_odds

    try:
        return read_odds(faults)
    except BadFaults as error:
        raise Complaint(f"--faults {error.text}", remedy=error.remedy) from None


def _secret(token: str) -> str:
    """The token itself, where a reference to it is given."""
    kind, colon, name = token.partition(":")
    try:
        match kind + colon:
            case "env:":
                secret = os.environ[name]
            case "file:":
                secret = Path(name).read_text(encoding="utf-8").strip()
            case _:
                secret = token
    except KeyError:
        raise Complaint(f"--token {token}: the variable {name} is not set.", remedy=f"Set {name}.") from None
    except (OSError, ValueError):
        raise Complaint(f"--token {token}: the file cannot be read.", remedy="Check the path.") from None
    if not secret:
        raise Complaint(f"--token {token}: it is empty.", remedy="Name a token that is not.")
    return secret
