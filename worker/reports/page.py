"""The page: one file without anything from elsewhere, to be read, printed, signed and kept."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.ledger.run import Run, Scope
from tasks.reconcile import Report
from tasks.reconcile.ties import by_day, by_rate, rate_name, ties
from worker.reports import charts

_MOST_FINDINGS = 2000
"""More than so many are told in the sheets; a page with all of them would open nowhere."""
_MOST_RUNS = 60


def page(report: Report, past: Sequence[Run], *, provider: str, now: datetime) -> str:
    """The report as HTML. `past` are the book's runs, the newest first; `provider` is the title of its provider."""
    daily = ties(report.totals)
    summary = by_rate(daily)
    currencies = sorted({each.currency for each in daily})
    classes = list(report.money())
    stakes = (charts.stakes(classes, currency) for currency in sorted({each.currency for each in report.findings}))
    totals = (charts.days(list(by_day(daily, currency)), currency) for currency in currencies)
    return (
        _environment()
        .get_template("reconciliation.html")
        .render(
            report=report,
            run=report.run,
            provider=provider,
            period=period(report.run),
            classes=classes,
            at_stake=_at_stake(report),
            findings=report.findings[:_MOST_FINDINGS],
            summary=summary,
            daily=daily,
            trend=charts.trend(_like(report.run, past)),
            stakes=[chart for chart in stakes if chart],
            totals=[chart for chart in totals if chart],
            now=now,
            version=version("counterfoil"),
        )
    )


def period(run: Run) -> str:
    """What a run covers, in words."""
    if run.scope is Scope.CHANGES:
        return f"changes since {run.changed_since:%Y-%m-%d %H:%M} UTC" if run.changed_since else "changes"
    if run.start is None and run.end is None:
        return "all documents"
    return f"issued {run.start or 'ever'} to {run.end or 'now'}"


def _like(run: Run, past: Sequence[Run]) -> list[Run]:
    """Finished runs of the same scope, from the oldest: only those can be compared with each other."""
    alike = [each for each in past if each.finished_at and not each.error and each.scope is run.scope]
    return alike[:_MOST_RUNS][::-1]


def _at_stake(report: Report) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for _, _, money in report.money():
        for currency, amount in money.items():
            found[currency] = found.get(currency, Decimal(0)) + amount
    return {currency: amount for currency, amount in sorted(found.items()) if amount}


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["amount"] = lambda value: f"{value:,f}"
    made.filters["count"] = lambda value: f"{value:,}"
    made.filters["moment"] = lambda value: f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if value else ""
    made.filters["days"] = lambda value, now: f"{(now - value).days} d" if value else ""
    made.filters["rate"] = rate_name
    made.filters["class"] = charts.name_of
    return made
