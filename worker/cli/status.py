"""`counterfoil status`: the whole at one glance."""

from typing import TYPE_CHECKING

from providers.domain.orders import OrderState
from worker.cli import render
from worker.cli.opening import open_ledger
from worker.cli.options import Config, Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.ledger.books import PausedBook
    from tasks.ledger.notices import NoticeState
    from tasks.ledger.views import Figures
    from tasks.reconcile.punctuality import Standing


def status(json: Json = False, config: Config = None) -> int:
    """Count what there is: orders by state, what is due, what is unknown, how the books stand.

    The first look in the morning, and a check for a monitor. Exit code 1 when an order, a delivery or a book needs
    attention; of a book, also when it was not compared in time, or the newest comparison found something.

    Example:

        counterfoil status
    """
    with open_ledger(config) as opened:
        figures = opened.ledger.views.figures(now=opened.now())
        paused = opened.ledger.books.paused()
        notices = opened.ledger.notices.counts()

        from tasks.reconcile.punctuality import standings
        from worker.rounds import timetables

        compared = list(standings(opened.ledger, timetables(opened.settings), now=opened.now()))
    if json:
        render.write_json(_json(figures, paused, notices, compared))
    else:
        _write(figures, paused)
        _write_notices(notices)
        _write_compared(compared)
    alarming = any(standing.late or standing.findings for standing in compared)
    return 1 if figures.orders.get(OrderState.ATTENTION) or figures.unreadable or paused or alarming else 0


def _json(
    figures: "Figures",
    paused: "tuple[PausedBook, ...]",
    notices: "Mapping[NoticeState, int]",
    compared: "Sequence[Standing]",
) -> dict[str, object]:
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
        "notices": {state.value: count for state, count in notices.items()},
        "reconciled": [
            {
                "book": standing.book,
                "round": standing.round,
                "started_at": standing.newest.started_at if standing.newest else None,
                "age_seconds": round(standing.age.total_seconds()),
                "late": standing.late,
                "findings": standing.findings,
            }
            for standing in compared
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


def _write_notices(notices: "Mapping[NoticeState, int]") -> None:
    if not any(notices.values()):
        return
    render.say(f"notices     {', '.join(f'{count:,} {state.value}' for state, count in notices.items())}")
    if any(count for state, count in notices.items() if state == "given-up"):
        render.say("see         counterfoil notices --state given-up")


def _write_compared(compared: "Sequence[Standing]") -> None:
    for standing in compared:
        if standing.newest is None and not standing.late:
            continue
        when = render.when(standing.newest.started_at) if standing.newest else "never yet"
        late = ", which is LATE: does the worker run, and beat?" if standing.late else ""
        found = f", {standing.findings:,} findings" if standing.findings else ""
        render.say(f"compared    {standing.book}, {standing.round}: {when}{found}{late}")
    for book in sorted({standing.book for standing in compared if standing.findings}):
        render.say(f"see         counterfoil reconcile {book}")
