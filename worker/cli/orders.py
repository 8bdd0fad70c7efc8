"""`counterfoil orders`, `order` and `retry`: what is known of orders, and the word that plans one again."""

from collections.abc import Iterator
from itertools import islice
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from providers.domain.orders import OrderState
from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.opening import Opened, open_ledger
from worker.cli.options import Config, Json, Order, Shop
from worker.cli.people import who
from worker.cli.render import Column

if TYPE_CHECKING:
    from config.settings import Settings
    from tasks.ledger.views import OrderLine

_TABLE_ROWS = 500


def orders(
    state: Annotated[
        OrderState | None,
        typer.Option(
            "--state",
            metavar="STATE",
            show_default=False,
            help="Only orders in this state: due, waiting, done, closed or attention.",
        ),
    ] = None,
    shop: Annotated[
        str | None, typer.Option("--shop", metavar="NAME", show_default=False, help="Only orders of this shop.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="N", show_default=False, help="At most so many. Tables default to 500."),
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """List orders: where each stands, why, and its documents at the provider.

    To see what is going on, and above all what needs a person; then look at one with `counterfoil order`.
    Deliveries in which no order can be read are listed last. Exit code 1 when anything listed needs attention.

    Examples:

        counterfoil orders --state attention
        counterfoil orders --shop garden --json
    """
    with open_ledger(config) as opened:
        if shop is not None and next(opened.ledger.views.orders(shop=shop), None) is None:
            require_shop(opened.settings, shop)
        lines = _Listed(opened.ledger.views.orders(state=state, shop=shop))
        if json:
            render.write_json_list(line_json(line) for line in islice(lines, limit))
        else:
            _table(lines, limit or _TABLE_ROWS)
    return 1 if lines.attention else 0


def order(shop: Shop, order: Order, json: Json = False, config: Config = None) -> int:
    """Tell everything known of one order, as a timeline.

    What came in, what was decided, what was sent, what came back, what happens next, and what you may do about
    it. Exit code 1 when the order needs attention, or is not known.

    Example:

        counterfoil order garden 1042
    """
    from worker.cli import timeline

    with open_ledger(config) as opened:
        story = opened.ledger.views.story(shop, order)
        if story is None:
            raise _unknown(opened, shop, order)
        following = timeline.following(story.order, opened.ledger.books.paused(), now=opened.now())
    if json:
        render.write_json(
            {
                **line_json(story.order),
                "next": timeline.following_json(following),
                "timeline": story.moments,
                "snapshot": story.snapshot,
            }
        )
    else:
        timeline.write(story, following)
    return 1 if story.order.state == OrderState.ATTENTION else 0


def retry(shop: Shop, order: Order, config: Config = None) -> int:
    """Plan one order again now, with a fresh retry budget.

    After you removed what stopped it, or to not wait for the next try. Nothing is sent by this command: the
    running worker takes the order up, and whatever is at the provider already is not made a second time.

    Example:

        counterfoil retry garden 1042
    """
    from tasks.ledger.decisions import Decision

    with open_ledger(config) as opened:
        if not opened.ledger.turns.make_due(shop, order, now=opened.now()):
            if opened.ledger.views.story(shop, order) is not None:
                raise Complaint(
                    f"Order {order} of {shop} never came in a form that can be read; there is nothing to plan.",
                    remedy=f"See why: counterfoil order {quote(shop)} {quote(order)}\nThen save it in the shop again.",
                    exit_code=1,
                )
            raise _unknown(opened, shop, order)
        opened.ledger.decisions.note(
            Decision(at=opened.now(), by=who(), what="retry", shop=shop, order_id=order, detail={})
        )
        line = opened.ledger.views.order(shop, order)
        book = line.book if line else ""
        paused = [each for each in opened.ledger.books.paused() if each.name == book]
    render.say(f"Order {order} of {shop} is due now. The running worker takes it up.")
    if paused:
        render.say(f"But book {book} is paused: {paused[0].reason.text}. Open it: counterfoil book resume {book}")
        return 1
    return 0


class _Listed(Iterator["OrderLine"]):
    """Passes lines through, and remembers whether one of them needs attention."""

    def __init__(self, lines: "Iterator[OrderLine]") -> None:
        self._lines = lines
        self.attention = False

    def __next__(self) -> "OrderLine":
        line = next(self._lines)
        self.attention = self.attention or line.state == OrderState.ATTENTION
        return line


def _table(lines: _Listed, limit: int) -> None:
    columns = (
        Column("shop"),
        Column("order"),
        Column("number"),
        Column("state"),
        Column("total", right=True),
        Column("invoice"),
        Column("paid", right=True),
        Column("reason", wraps=True),
    )
    shown = list(islice(lines, limit))
    render.table(columns, map(_row, shown))
    if next(lines, None) is not None:
        render.note(f"Only the first {limit} are shown: --limit shows more, --json all.")
    elif not shown:
        render.note("No orders.")


def _row(line: "OrderLine") -> tuple[object, ...]:
    reason = render.reason_line(line.reason)
    numbers = ", ".join(document.number or f"({document.state})" for document in line.documents)
    paid = sum((document.paid for document in line.documents[1:]), line.documents[0].paid) if line.documents else None
    told = f"delivery {line.event}: {reason}" if line.event is not None else reason
    total = None if line.total is None else f"{line.total:f} {line.currency}"
    return (line.shop, line.order or None, line.number, line.state, total, numbers, paid, told)


def line_json(line: "OrderLine") -> dict[str, object]:
    """One order as scripts get it."""
    return {
        "shop": line.shop,
        "order": line.order or None,
        "number": line.number,
        "book": line.book,
        "state": line.state,
        "total": line.total,
        "currency": line.currency,
        "reason": render.reason_json(line.reason),
        "due_at": line.due_at,
        "attempts": line.attempts,
        "updated_at": line.updated_at,
        "event": line.event,
        "documents": line.documents,
    }


def require_shop(settings: "Settings", shop: str) -> None:
    """Raise `Complaint` for a shop that the configuration does not name."""
    if shop not in settings.shops:
        names = ", ".join(sorted(settings.shops)) or "none is set up"
        raise Complaint(f"There is no shop {shop!r}.", remedy=f"Shops: {names}. More are added as tables [shops.NAME].")


def _unknown(opened: Opened, shop: str, order: str) -> Complaint:
    require_shop(opened.settings, shop)
    like = opened.ledger.views.resembling(shop, order)
    told = "\n".join(
        f"Did you mean: counterfoil order {quote(found)} {quote(order_id)}   (number {number})"
        for found, order_id, number in like
    )
    return Complaint(
        f"Order {order} of {shop} is not known: no delivery of it has come in.",
        remedy=told or f"List what came in: counterfoil orders --shop {shop}",
        exit_code=1,
    )
