"""`counterfoil demo`: see it work before setting anything up."""

from typing import Annotated

import typer

from worker.cli.errors import Complaint
from worker.cli.options import Faults, Json
from worker.cli.sandbox import odds_told


def demo(
    orders: Annotated[int, typer.Option("--orders", min=5, max=100_000, metavar="N", help="How many orders.")] = 60,
    provider: Annotated[
        str, typer.Option("--provider", metavar="NAME", help="Which one: see `counterfoil providers`.")
    ] = "invoiceocean",
    json: Json = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running afterwards, and say where to look and how to stop it.")
    ] = False,
    faults: Faults = None,
) -> int:
    """Watch orders of invented shops become invoices, and both sides proved to match.

    Needs nothing: it starts Counterfoil in a temporary folder, beside a sandbox of an invoicing provider, and sends
    signed webhooks over HTTP, some twice, some late, some broken. Exit code 0 only when everything came out right:
    every order has exactly one right invoice, with its payment where the provider takes payments, or says why not.

    Example:

        counterfoil demo --provider acs --faults heavy
    """
    odds = odds_told(faults)
    _require(provider)

    from config import logging
    from worker.demo.run import run_demo

    logging.configure(level="warning")
    return run_demo(orders, provider=provider, as_json=json, keep=keep, faults=faults, odds=odds)


def _require(provider: str) -> None:
    from worker.demo.books import SETTINGS

    if provider not in SETTINGS:
        known = ", ".join(sorted(SETTINGS))
        raise Complaint(f"--provider {provider}: there is no demo of it.", remedy=f"Name one of: {known}.")
