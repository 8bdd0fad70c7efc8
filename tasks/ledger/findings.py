"""What reconciliations found: suspected first, and kept once it was looked at again on both sides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, delete, select, update

from tasks.ledger.proof_tables import FindingRow
from tasks.ledger.store import Store

_FINDINGS = FindingRow.__table__  # type: ignore[attr-defined]

_PAGE = 500


class FindingState(StrEnum):
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A difference that one side showed. `money` is what is at stake, in `currency`; `since` how old it may be."""

    kind: str
    reference: str
    remote_id: str
    expected: str
    found: str
    money: Decimal
    currency: str
    shop: str = ""
    order_id: str = ""
    since: datetime | None = None
    certain: bool = False
    """Whether the ledger alone proves it, so that there is nothing to look at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A suspicion, or a finding, with its row. `repaired` is the repair that was begun, if any."""

    pk: int
    suspicion: Suspicion
    repaired: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a second look showed of a suspicion, to be put in its place; nothing: it was a false one."""

    pk: int
    verdict: Sequence[Suspicion]


class Findings:
    """Keeps findings. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def suspected(self, run_pk: int, *, after: int, limit: int) -> list[Kept]:
        """What is to be looked at again, from the row behind `after`."""
        return self._page(run_pk, FindingState.SUSPECTED, after, limit)

    def confirmed(self, run_pk: int) -> Iterator[Kept]:
        """The findings of a run, in the order in which they were found."""
        after = 0
        while page := self._page(run_pk, FindingState.CONFIRMED, after, _PAGE):
            yield from page
            after = page[-1].pk

    def _page(self, run_pk: int, state: FindingState, after: int, limit: int) -> list[Kept]:
        found = (
            select(_FINDINGS)
            .where(_FINDINGS.c.run_pk == run_pk, _FINDINGS.c.state == state, _FINDINGS.c.id > after)
            .order_by(_FINDINGS.c.id)
            .limit(limit)
        )
        with self._store.read() as connection:
            return [_kept(row) for row in connection.execute(found).mappings()]


def write_suspicions(store: Store, connection: Connection, run_pk: int, suspicions: Sequence[Suspicion]) -> None:
    if not suspicions:
        return
    states = {True: FindingState.CONFIRMED, False: FindingState.SUSPECTED}
    rows = [_row(run_pk, each, states[each.certain]) for each in suspicions]
    connection.execute(store.insert(FindingRow).on_conflict_do_nothing(), rows)


def write_judgement(store: Store, connection: Connection, run_pk: int, judgement: Judgement) -> None:
    connection.execute(delete(_FINDINGS).where(_FINDINGS.c.id == judgement.pk))
    rows = [_row(run_pk, each, FindingState.CONFIRMED) for each in judgement.verdict]
    if rows:
        connection.execute(store.insert(FindingRow).on_conflict_do_nothing(), rows)


def mark_repaired(connection: Connection, pk: int, repair: str) -> None:
    """Keep that a repair of the finding was begun."""
    connection.execute(update(_FINDINGS).where(_FINDINGS.c.id == pk).values(repaired=repair))


def _row(run_pk: int, suspicion: Suspicion, state: FindingState) -> dict[str, object]:
    return {
        "run_pk": run_pk,
        "kind": suspicion.kind,
        "state": state,
        "reference": suspicion.reference,
        "remote_id": suspicion.remote_id,
        "shop": suspicion.shop,
        "order_id": suspicion.order_id,
        "expected": suspicion.expected,
        "found": suspicion.found,
        "money": abs(suspicion.money),  # a credit note's amounts are negative, and at stake all the same
        "currency": suspicion.currency,
        "since": suspicion.since,
        "repaired": "",
    }


def _kept(row: RowMapping) -> Kept:
    return Kept(
        pk=row["id"],
        suspicion=Suspicion(
            kind=row["kind"],
            reference=row["reference"],
            remote_id=row["remote_id"],
            expected=row["expected"],
            found=row["found"],
            money=row["money"],
            currency=row["currency"],
            shop=row["shop"],
            order_id=row["order_id"],
            since=row["since"],
        ),
        repaired=row["repaired"],
    )
