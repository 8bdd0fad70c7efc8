"""What the sides of a reconciliation come to, by day, tax rate and currency."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection, select, tuple_

from tasks.ledger.proof_tables import TotalRow
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

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.side, self.day.isoformat(), self.rate, self.currency

    def plus(self, other: "Sum") -> "Sum":
        """Both together; they are of one place."""
        return replace(
            self,
            documents=self.documents + other.documents,
            net=self.net + other.net,
            tax=self.tax + other.tax,
            gross=self.gross + other.gross,
        )


def added(sums: Iterable[Sum]) -> list[Sum]:
    """Sums of the same place as one."""
    found: dict[tuple[str, str, str, str], Sum] = {}
    for each in sums:
        found[each.place] = found[each.place].plus(each) if each.place in found else each
    return list(found.values())


class Totals:
    """Reads sums. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, run_pk: int) -> list[Sum]:
        """The sums of a run, by day, currency, rate and side."""
        with self._store.read() as connection:
            found = list(_sums(connection, run_pk, None))
        return sorted(found, key=lambda each: (each.day, each.currency, each.rate, each.side))


def write_sums(store: Store, connection: Connection, run_pk: int, sums: Sequence[Sum]) -> None:
    """Add the sums to those that the run has. Amounts are text in the tables: they are added here."""
    if not sums:
        return
    fresh = added(sums)
    before = {each.place: each for each in _sums(connection, run_pk, [each.place for each in fresh])}
    rows = [_row(run_pk, each.plus(before[each.place]) if each.place in before else each) for each in fresh]
    insert = store.insert(TotalRow)
    changed = {name: insert.excluded[name] for name in ("documents", "net", "tax", "gross")}
    keys = ["run_pk", "side", "day", "rate", "currency"]
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def _sums(connection: Connection, run_pk: int, places: Sequence[tuple[str, str, str, str]] | None) -> Iterator[Sum]:
    found = select(_TOTALS).where(_TOTALS.c.run_pk == run_pk)
    if places is not None:
        columns = tuple_(_TOTALS.c.side, _TOTALS.c.day, _TOTALS.c.rate, _TOTALS.c.currency)
        found = found.where(columns.in_(places))
    for row in connection.execute(found).mappings():
        yield Sum(
            side=Side(row["side"]),
            day=date.fromisoformat(row["day"]),
            rate=row["rate"],
            currency=row["currency"],
            documents=row["documents"],
            net=row["net"],
            tax=row["tax"],
            gross=row["gross"],
        )


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
