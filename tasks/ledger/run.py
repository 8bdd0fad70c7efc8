"""A reconciliation as a value: what it covers, where it stands, what one step of it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from providers.domain.facts import Facts
from tasks.ledger.findings import Judgement, Suspicion
from tasks.ledger.totals import Sum


class Scope(StrEnum):
    """What a run covers."""

    ALL = "all"
    PERIOD = "period"
    """Documents issued from one day to another."""
    CHANGES = "changes"
    """What changed at the provider since a moment: quick, and no proof that nothing is missing."""


class Phase(StrEnum):
    """Where a run stands. Each phase is resumed at its cursor.

    ::

        LISTING ──> UNSEEN ──> DOUBLES ──> LEDGER ──> CONFIRMING ──> TOTALS ──> OVER
    """

    LISTING = "listing"
    UNSEEN = "unseen"
    DOUBLES = "doubles"
    LEDGER = "ledger"
    CONFIRMING = "confirming"
    TOTALS = "totals"
    OVER = "over"


class RunState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One reconciliation. `counts` is class -> findings, once it is finished."""

    pk: int
    book: str
    scope: Scope
    start: date | None
    end: date | None
    changed_since: datetime | None
    by: str
    state: RunState
    phase: Phase
    cursor: str
    pages: int
    compared: int
    equal: int
    foreign: int
    open: int
    counts: Mapping[str, int]
    error: str
    fence: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def days(self) -> tuple[str, str] | None:
        """The first and the last issue date, ISO 8601; None for all of them."""
        if self.start is None and self.end is None:
            return None
        return (self.start or date(1, 1, 1)).isoformat(), (self.end or date(9999, 12, 31)).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A document that the provider listed; `document_pk` is ours, if it is."""

    remote_id: str
    reference: str = ""
    document_pk: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What one step of a run found, and where it stands after it: one transaction."""

    phase: Phase
    cursor: str = ""
    pages: int = 0
    sightings: Sequence[Sighting] = ()
    suspicions: Sequence[Suspicion] = ()
    judgement: Judgement | None = None
    sums: Sequence[Sum] = ()
    facts: Mapping[int, Facts] = field(default_factory=dict)
    """Document -> what the provider told of it."""
    total: int | None = None
    """How many documents the provider's list has, where it tells. For people; it is not kept."""


class RunLost(Exception):
    """The run belongs to another worker by now, or is over; nothing was written."""


class RunUnderWay(Exception):
    """The book is being reconciled at this moment, by another worker."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"book {run.book} is being reconciled since {run.started_at:%Y-%m-%d %H:%M:%S} UTC")
        self.run = run
