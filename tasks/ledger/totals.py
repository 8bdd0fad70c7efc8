"""What the sides of a reconciliation come to, by day, tax rate and currency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam, select

from tasks.ledger.among import among, listed
from tasks.ledger.columns import ROW_ID
from tasks.ledger.proof_tables import TotalRow
from tasks.ledger.statements import Found, Statement, upsert
from tasks.ledger.store import Store

_TOTALS = TotalRow.__table__  # type: ignore[attr-defined]

ALL_RATES = "all"
"""The rate of a sum over every rate; the only one of a side that tells none."""


class Side(StrEnum):
    SHOP = "shop"
    LEDGER = "ledger"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What one side comes to for one day, rate and currency. Amounts are decimals in the currency."""

    side: Side
    day: date
    rate: str
    currency: str
    documents: int
    net: Decimal
    tax: Decimal
    gross: Decimal


def added(sums: Iterable[Sum]) -> list[Sum]:
    """Sums of the same place as one."""
    found: dict[tuple[Side, date, str, str], list[Any]] = {}
    for each in sums:
        place = _place(each)
        total = found.get(place)
        if total is None:
            found[place] = [each.documents, each.net, each.tax, each.gross]
            continue
        total[0] += each.documents
        total[1] += each.net
        total[2] += each.tax
        total[3] += each.gross
    return [_sum(*place, *total) for place, total in found.items()]


class Totals:
    """Reads sums. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, run_pk: int) -> list[Sum]:
        """The sums of a run, by day, currency, rate and side."""
        with self._store.read() as connection:
            found = [_read(row) for row in _OF_RUN.all(connection, {"run_pk": run_pk})]
        return sorted(found, key=lambda each: (each.day, each.currency, each.rate, each.side))


def write_sums(connection: Connection, run_pk: int, sums: Sequence[Sum]) -> None:
    """Add the sums to those that the run has. Amounts are text in the tables: they are added here."""
    if not sums:
        return
    days = {each.day.isoformat() for each in sums}
    before = _OF_DAYS.all(connection, {"run_pk": run_pk, "days": listed(connection, days)})
    places = {_place(each) for each in sums}
    touched = [each for each in map(_read, before) if _place(each) in places]
    _WRITE.each(connection, (_row(run_pk, each) for each in added((*touched, *sums))))


def _place(each: Sum) -> tuple[Side, date, str, str]:
    return each.side, each.day, each.rate, each.currency


def _write(dialect: Dialect) -> Any:
    insert = upsert(TotalRow, dialect)
    changed = {name: insert.excluded[name] for name in ("documents", "net", "tax", "gross")}
    return insert.on_conflict_do_update(index_elements=["run_pk", "side", "day", "rate", "currency"], set_=changed)


_RUN = _TOTALS.c.run_pk == bindparam("run_pk", type_=ROW_ID)
_OF_RUN = Statement(lambda _dialect: select(_TOTALS).where(_RUN))
_OF_DAYS = Statement(lambda dialect: select(_TOTALS).where(_RUN, among(_TOTALS.c.day, "days", dialect)))
_WRITE = Statement(_write)


def _read(row: Found) -> Sum:
    place = Side(row["side"]), date.fromisoformat(row["day"]), row["rate"], row["currency"]
    return _sum(*place, row["documents"], row["net"], row["tax"], row["gross"])


def _sum(
    side: Side, day: date, rate: str, currency: str, documents: int, net: Decimal, tax: Decimal, gross: Decimal
) -> Sum:
    return Sum(side=side, day=day, rate=rate, currency=currency, documents=documents, net=net, tax=tax, gross=gross)


def _row(run_pk: int, each: Sum) -> dict[str, object]:
    return {
        "run_pk": run_pk,
        "side": each.side,
        "day": each.day.isoformat(),
        "rate": each.rate,
        "currency": each.currency,
        "documents": each.documents,
        "net": each.net,
        "tax": each.tax,
        "gross": each.gross,
    }
