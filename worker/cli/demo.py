"""`counterfoil demo`: see it work before setting anything up."""

from typing import Annotated

import typer

from worker.cli.options import Faults, Json
from worker.cli.sandbox import odds_told


def demo(
    orders: Annotated[int, typer.Option("--orders", min=1, max=100_000, metavar="N", help="How many orders.")] = 60,
    json: Json = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running afterwards, and say where to look and how to stop it.")
    ] = False,
    faults: Faults = None,
) -> int:
    """Watch orders of two invented shops become invoices, and both sides proved to match.

    Needs nothing: it starts Counterfoil in a temporary folder, beside a sandbox of an invoicing provider, and sends
    signed webhooks over HTTP, some twice, some late, some broken. Exit code 0 only when everything came out right.

    Example:

        counterfoil demo --orders 200 --faults heavy
    """
    odds = odds_told(faults)

    from config import logging
    from worker.demo.run import run_demo

    logging.configure(level="warning")
    return run_demo(orders, as_json=json, keep=keep, faults=faults, odds=odds)
