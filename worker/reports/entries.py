"""A report as plain members, as scripts and sheets get it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tasks.ledger.run import Run
from tasks.reconcile import Finding, Report
from tasks.reconcile.repairs import Repaired
from tasks.reconcile.report import proof_line
from tasks.reconcile.ties import Amounts, Tie, ties


def whole(report: Report, *, now: datetime) -> dict[str, object]:
    """The report as one object."""
    run = report.run
    return {
        "book": run.book,
        "from": run.start,
        "to": run.end,
        "compared": run.compared,
        "equal": run.equal,
        "open": run.open,
        "foreign": run.foreign,
        "proof": report.proof,
        "classes": {kind.value: {"count": count, "money": money} for kind, count, money in report.money()},
        "findings": [finding(each, now=now) for each in report.findings],
        "totals": [tie(each) for each in ties(report.totals)],
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def finding(told: Finding, *, now: datetime) -> dict[str, object]:
    return {
        "class": told.kind,
        "reference": told.reference,
        "remote_id": told.remote_id,
        "shop": told.shop,
        "order": told.order,
        "expected": told.expected,
        "found": told.found,
        "money": told.money,
        "currency": told.currency,
        "repairs": told.repairs,
        "since": told.since,
        "age_seconds": None if told.since is None else round((now - told.since).total_seconds()),
        "repaired": told.repaired or None,
    }


def tie(told: Tie) -> dict[str, object]:
    return {
        "day": told.day,
        "rate": told.rate,
        "currency": told.currency,
        "shop": told.shop,
        "ledger": told.ledger,
        "provider": told.provider,
        "difference": told.difference,
    }


def repair(told: Repaired) -> dict[str, object]:
    return {
        "class": told.finding.kind,
        "reference": told.finding.reference,
        "repair": told.repair,
        "done": told.done,
        "text": told.text,
    }


def runs(past: Iterable[Run]) -> Iterator[dict[str, object]]:
    """Past runs, each as one object."""
    for run in past:
        yield {
            "run": run.pk,
            "book": run.book,
            "scope": run.scope,
            "from": run.start,
            "to": run.end,
            "changed_since": run.changed_since,
            "by": run.by,
            "state": run.state,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "compared": run.compared,
            "equal": run.equal,
            "findings": sum(run.counts.values()),
            "classes": run.counts,
            "open": run.open,
            "foreign": run.foreign,
            "pages": run.pages,
            "proof": proof_line(run) if run.finished_at and not run.error else None,
            "error": run.error or None,
        }


def amounts(told: Amounts | None) -> tuple[object, ...]:
    """A side as cells: documents, net, tax, gross; empty where it does not tell."""
    return ("", "", "", "") if told is None else (told.documents or "", told.net, told.tax, told.gross)
