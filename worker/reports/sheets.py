"""Sheets: comma-separated files as a spreadsheet opens them, one table a file, amounts as plain decimals."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tasks.ledger.expected import Expected
from tasks.reconcile import Report
from tasks.reconcile.ties import Tie, ties
from worker.reports.entries import amounts

_OF_A_FINDING = (
    *("class", "reference", "shop", "order", "remote_id", "expected", "found"),
    *("money", "currency", "since", "age_days", "repairs", "repaired"),
)
_OF_A_TIE = (
    *("day", "rate", "currency"),
    *(f"{side}_{what}" for side in ("shop", "ledger", "provider") for what in ("documents", "net", "tax", "gross")),
    "difference",
)
_OF_A_DOCUMENT = (
    *("reference", "shop", "order", "kind", "state", "number", "remote_id", "issue_date", "issued_at"),
    *("currency", "net", "tax", "gross", "paid", "buyer", "tax_number"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written."""

    files: tuple[Path, ...]

    def __str__(self) -> str:
        return " and ".join(map(str, self.files))


def write_report(report: Report, file: Path, *, now: datetime) -> Written:
    """The findings into `file`, and the tie-out into the one beside it whose name ends in -totals. Raises `OSError`."""
    beside = file.with_name(f"{file.stem}-totals{file.suffix}")
    _write(file, _OF_A_FINDING, _findings(report, now))
    _write(beside, _OF_A_TIE, map(_tie, ties(report.totals)))
    return Written((file, beside))


def write_documents(documents: Iterable[Expected], file: Path) -> int:
    """What stands in the ledger, a document a line, for checking by hand. Returns how many. Raises `OSError`."""
    return _write(file, _OF_A_DOCUMENT, map(_document, documents))


def _findings(report: Report, now: datetime) -> Iterator[Sequence[object]]:
    for told in report.findings:
        age = "" if told.since is None else (now - told.since).days
        repairs = " ".join(told.repairs)
        yield (
            *(told.kind.value, told.reference, told.shop, told.order, told.remote_id, told.expected, told.found),
            *(told.money, told.currency, told.since, age, repairs, told.repaired),
        )


def _tie(told: Tie) -> Sequence[object]:
    sides = (cell for side in (told.shop, told.ledger, told.provider) for cell in amounts(side))
    return (told.day, told.rate, told.currency, *sides, told.difference)


def _document(told: Expected) -> Sequence[object]:
    return (
        *(told.reference, told.shop, told.order_id, told.kind, told.state.value, told.number, told.remote_id),
        *(told.issue_date, told.issued_at, told.currency, told.net, told.tax, told.gross, told.paid),
        *(told.buyer_name, told.buyer_tax_no),
    )


def _write(file: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    count = 0
    with _opened(file) as sheet:
        sheet.writerow(titles)
        for count, row in enumerate(rows, 1):  # noqa: B007 - counted as they go by
            sheet.writerow([_cell(value) for value in row])
    return count


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    # With the mark at its beginning, spreadsheets read names in every script right.
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        yield csv.writer(handle)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case str():
            return _harmless(value)
    return str(value)


def _harmless(text: str) -> str:
    """Text that a spreadsheet would take for a formula is marked as text: names of buyers come from outside."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
