"""What a reconciliation came to, as tables: what differs, the tie-out, and the proof line below."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tasks.ledger.run import Run
from tasks.reconcile import Report
from tasks.reconcile.ties import Amounts, by_rate, rate_name, ties
from worker.cli import render
from worker.cli.render import Column
from worker.reports.page import period

_MOST = 500
_BAR = "▏▎▍▌▋▊▉█"


def write(report: Report, *, now: datetime) -> None:
    _findings(report, now)
    _classes(report)
    _totals(report)
    run = report.run
    render.say(f"{run.book}: {report.proof}", style="bold red" if report.findings else "bold green")
    if run.open:
        render.say(f"{run.open:,} still under way or unknown: they are compared in the next run.")
    if run.foreign:
        render.say(f"{run.foreign:,} in the book carry no reference of ours and were left alone.")


def write_runs(past: Sequence[Run]) -> None:
    """Past runs, the newest first; the bars are as long as there were findings."""
    if not past:
        render.note("There is no run yet.")
        return
    worst = max((_found(run) for run in past), default=0)
    columns = ("run", "started", "by", "covers", "state", "compared", "equal", "findings", "", "open", "foreign")
    right = {"run", "compared", "equal", "findings", "open", "foreign"}
    render.table(
        [*(Column(title, right=title in right) for title in columns), Column("remark", wraps=True)],
        (
            (
                *(run.pk, run.started_at, run.by, period(run), run.state, run.compared, run.equal, _found(run)),
                *(_bar(_found(run), worst), run.open, run.foreign, run.error),
            )
            for run in past
        ),
    )


def _findings(report: Report, now: datetime) -> None:
    if not report.findings:
        return
    titles = ("finding", "reference", "id", "shop", "order", "expected", "found")
    columns = [Column(title) for title in titles]
    render.table(
        [*columns, Column("money", right=True), Column("age", right=True), Column("repairs")],
        (
            (
                *(told.kind.value, told.reference, told.remote_id, told.shop, told.order, told.expected, told.found),
                _money(told.money, told.currency),
                "" if told.since is None else _age(now, told.since),
                ", ".join(told.repairs) or "by hand",
            )
            for told in report.findings[:_MOST]
        ),
    )
    if len(report.findings) > _MOST:
        render.note(f"Only the first {_MOST} findings are shown: --json and --csv tell all {len(report.findings):,}.")
    render.say()


def _classes(report: Report) -> None:
    rows = [
        (kind.value, count, ", ".join(_money(amount, currency) for currency, amount in money.items() if amount))
        for kind, count, money in report.money()
    ]
    if rows:
        render.table([Column("class"), Column("findings", right=True), Column("money at stake", right=True)], rows)
        render.say()


def _totals(report: Report) -> None:
    rows = by_rate(ties(report.totals))
    if not rows:
        return
    sides = [Column(title, right=True) for title in ("shop", "ledger", "provider", "tax, ledger", "difference")]
    render.table(
        [Column("rate"), Column("currency"), *sides],
        (
            (
                *(rate_name(tie.rate), tie.currency, tie.shop.gross, tie.ledger.gross, _told(tie.provider)),
                *(tie.ledger.tax, tie.difference if tie.differs else "-"),
            )
            for tie in rows
        ),
    )
    render.say()


def _told(side: Amounts | None) -> object:
    return "not told" if side is None else side.gross


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:f} {currency}".strip()


def _age(now: datetime, since: datetime) -> str:
    age = now - since
    return f"{age.days} d" if age.days else f"{age.seconds // 3600} h"


def _found(run: Run) -> int:
    return sum(run.counts.values())


def _bar(count: int, most: int) -> str:
    """At most eight characters."""
    if not count:
        return ""
    whole, part = divmod(max(round(count / most * 64), 1), 8)
    return _BAR[-1] * whole + (_BAR[part - 1] if part else "")
