"""`counterfoil import`: orders from a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json, OnlyShop

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.wiring import Wired


@dataclass(slots=True)
class _Count:
    """What became of the lines so far."""

    lines: int = 0
    new: int = 0
    stale: int = 0
    duplicate: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)


def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", show_default=False, help="Orders as JSON, one a line; - reads standard input."),
    ],
    shop: OnlyShop = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Take orders from a file, one a line, as if the shop had sent them.

    For orders that were placed before the webhooks were set up, or that were lost on the way. A line is an order as
    the shop's REST API gives it, or a canonical order for a shop of kind generic. Nothing is sent by this command:
    the running worker takes the orders up. To repeat it does no harm. Lines that hold no order are told and passed
    over; then the exit code is 1.

    Example:

        counterfoil import orders.jsonl --shop garden
    """
    with open_wired(config) as wired:
        from worker.cli import sources

        front = sources.only(wired.fronts, shop)
        with sources.opened(file) as handle, _progress(handle, file) as advance:
            count = _take(wired, front.name, handle, advance)
    summary = {
        "shop": front.name,
        "lines": count.lines,
        "new": count.new,
        "stale": count.stale,
        "duplicate": count.duplicate,
        "unreadable": len(count.problems),
    }
    if json:
        render.write_json({**summary, "problems": count.problems})
    else:
        render.say(
            f"{count.lines:,} lines: {count.new:,} new, {count.stale:,} stale (the ledger had a newer version), "
            f"{count.duplicate:,} duplicate, {len(count.problems):,} unreadable"
        )
    return 1 if count.problems else 0


def _take(wired: "Wired", shop: str, handle: BinaryIO, advance: "Callable[[int], None]") -> _Count:
    from providers.ports import Unreadable
    from tasks.intake import Source, Verdict
    from tasks.ledger.store import LedgerUnavailable

    count = _Count()
    for number, line in enumerate(handle, start=1):
        advance(len(line))
        body = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not body:
            continue
        if not count.lines and body.startswith(b"["):
            raise Complaint(
                "FILE is one JSON array, and must hold one order a line.",
                remedy="Turn it round: jq -c '.[]' FILE > orders.jsonl",
            )
        count.lines += 1
        try:
            verdict = wired.work.intake.order(shop, body, source=Source.IMPORT).verdict
        except Unreadable as error:
            reason = error.reason
            render.note(f"line {number}: {render.reason_line(reason)}")
            told = render.reason_json(reason)
            count.problems.append({"line": number, "order": error.order_id or None, "reason": told})
            continue
        except LedgerUnavailable as error:
            raise Complaint(
                f"Stopped at line {number}, for the ledger cannot be used: {' '.join(str(error).split())}",
                remedy="Repeat the command later: what is in already counts as duplicate.",
                exit_code=1,
            ) from None
        match verdict:
            case Verdict.APPLIED:
                count.new += 1
            case Verdict.STALE:
                count.stale += 1
            case _:
                count.duplicate += 1
    return count


@contextmanager
def _progress(handle: BinaryIO, file: Path) -> "Iterator[Callable[[int], None]]":
    """A bar on standard error, by bytes; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    size = os.fstat(handle.fileno()).st_size if str(file) != "-" else None
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("importing", total=size)
        yield lambda read: progress.advance(task, read)
