"""What the demo shows: progress while it runs (on a terminal only), and a table when it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from worker.demo.verdict import Judged, Verdict


class Bars:
    """Two bars: deliveries sent, orders settled."""

    def __init__(self, progress: Progress, deliveries: int, orders: int) -> None:
        self._progress = progress
        self._delivered = progress.add_task("webhooks delivered", total=deliveries)
        self._settled = progress.add_task("orders settled", total=orders)

    def delivered(self, count: int) -> None:
        self._progress.update(self._delivered, completed=count)

    def settled(self, count: int) -> None:
        self._progress.update(self._settled, completed=count)


@contextmanager
def bars(console: Console, *, deliveries: int, orders: int) -> Iterator[Bars]:
    """Live progress on standard error; nothing at all where that is no terminal."""
    columns = (TextColumn("{task.description:>20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bars(progress, deliveries, orders)


def table(verdict: Verdict) -> Table:
    """Every order of the story with what became of it."""
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("order", "total", "invoice", "gross", "paid", "state", "reason"):
        right = name in {"total", "gross", "paid"}
        grid.add_column(name, justify="right" if right else "left", no_wrap=name != "reason", overflow="fold")
    for judged in verdict.judged:
        grid.add_row(*_row(judged), style="bold red" if judged.wrong else None)
    return grid


def _row(judged: Judged) -> tuple[str, ...]:
    name = f"{judged.order.shop}/{judged.order.order_id}"
    line = judged.line
    if line is None:
        return name, "", "", "", "", "", judged.wrong
    document = line.documents[0] if line.documents else None
    reason = f"{line.reason.code}: {line.reason.text}" if line.reason else ""
    return (
        name,
        _amount(line.total, line.currency),
        document.number if document else "",
        _amount(document.gross, "") if document else "",
        _amount(document.paid, "") if document else "",
        line.state,
        f"WRONG: {judged.wrong}. {reason}" if judged.wrong else reason,
    )


def _amount(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{amount:,f} {currency}".rstrip()
