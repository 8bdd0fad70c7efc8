"""`counterfoil event`: one delivery as it came."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.opening import open_ledger
from worker.cli.options import Config, Json

if TYPE_CHECKING:
    from tasks.ledger.views import EventDetail


def event(
    number: Annotated[
        int, typer.Argument(metavar="NUMBER", show_default=False, help="The delivery's number, as `orders` lists it.")
    ],
    json: Json = False,
    config: Config = None,
) -> int:
    """Show one delivery as it came: its headers, its body, and what became of it.

    To see what a shop really sent, above all when no order could be read in it. The body may hold a buyer's
    address: mind who looks on.

    Example:

        counterfoil event 17
    """
    with open_ledger(config) as opened:
        found = opened.ledger.views.event(number)
    if found is None:
        raise Complaint(f"There is no delivery {number}.", remedy="See the numbers: counterfoil orders.", exit_code=1)
    if json:
        render.write_json(_json(found))
    else:
        _write(found)
    return 0


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")


def _json(found: "EventDetail") -> dict[str, object]:
    return {
        "event": found.event,
        "shop": found.shop,
        "order": found.order or None,
        "source": found.source,
        "topic": found.topic,
        "state": found.state,
        "reason": render.reason_json(found.reason),
        "received_at": found.received_at,
        "headers": found.headers,
        "body": _text(found.body),
    }


def _write(found: "EventDetail") -> None:
    what = found.topic or "without a topic"
    render.say(f"Delivery {found.event} of {found.shop}, {what}, by {found.source}, {render.when(found.received_at)}")
    render.say(f"  {found.state}" + (f", order {found.order}" if found.order else ""))
    if found.reason is not None:
        render.say(f"  {render.reason_line(found.reason)}")
    render.say()
    for name, value in sorted(found.headers.items()):
        render.say(f"{name}: {value}")
    render.say()
    render.say(_text(found.body))
