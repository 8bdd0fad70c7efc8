"""`counterfoil status`: the whole at one glance."""

from typing import TYPE_CHECKING

from providers.domain.orders import OrderState
from worker.cli import render
from worker.cli.opening import open_ledger
from worker.cli.options import Config, Json

if TYPE_CHECKING:
    from tasks.ledger.books import PausedBook
    from tasks.ledger.views import Figures


def status(json: Json = False, config: Config = None) -> int:
    """Count what there is: orders by state, what is due, what is unknown, which books are paused.

    The first look in the morning, and a check for a monitor. Exit code 1 when an order, a delivery or a book needs
    attention.

    Example:

        counterfoil status
    """
    with open_ledger(config) as opened:
        figures = opened.ledger.views.figures(now=opened.now())
        paused = opened.ledger.books.paused()
    if json:
        render.write_json(_json(figures, paused))
    else:
        _write(figures, paused)
    return 1 if figures.orders.get(OrderState.ATTENTION) or figures.unreadable or paused else 0


def _json(figures: "Figures", paused: "tuple[PausedBook, ...]") -> dict[str, object]:
    return {
        "orders": {state.value: figures.orders.get(state, 0) for state in OrderState},
        "due": figures.due,
        "overdue_seconds": round(figures.overdue_seconds, 3),
        "unknown": figures.unknown,
        "unreadable": figures.unreadable,
        "documents": figures.documents,
        "payments": figures.payments,
        "paused": [
            {"book": book.name, "since": book.since, "by": book.by, "reason": render.reason_json(book.reason)}
            for book in paused
        ],
    }


def _write(figures: "Figures", paused: "tuple[PausedBook, ...]") -> None:
    states = ", ".join(f"{figures.orders.get(state, 0):,} {state.value}" for state in OrderState)
    render.say(f"orders      {states}")
    overdue = f", the oldest for {figures.overdue_seconds:,.0f} s" if figures.due else ""
    render.say(f"due now     {figures.due:,}{overdue}")
    render.say(f"unknown     {figures.unknown:,} calls under way or without an answer")
    render.say(f"unreadable  {figures.unreadable:,} deliveries that hold no order")
    for name, counts in (("documents", figures.documents), ("payments", figures.payments)):
        render.say(
            f"{name:<10}  {', '.join(f'{count:,} {state}' for state, count in sorted(counts.items())) or 'none'}"
        )
    if not paused:
        render.say("paused      no book")
    for book in paused:
        render.say(f"paused      {book.name}, by {book.by} since {render.when(book.since)}: {book.reason.text}")
    if figures.orders.get(OrderState.ATTENTION) or figures.unreadable:
        render.say("see         counterfoil orders --state attention")
