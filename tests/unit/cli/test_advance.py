"""What is told while a comparison is under way counts each document once, and names the whole where it is known."""

from datetime import timedelta

import pytest

from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Phase, Progress, Run, Scope, Sighting
from tests.builders import BOOK, NOON
from worker.cli.advance import Advance

LEASE = timedelta(minutes=3)


@pytest.fixture
def run(sqlite_ledger: Ledger) -> Run:
    begun = sqlite_ledger.runs.begin(BOOK, Scope.ALL, now=NOON, by="test")
    return sqlite_ledger.runs.claim(begun, owner="test", now=NOON, lease=LEASE)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def advance(sqlite_ledger: Ledger, told: list[str]) -> Advance:
    return Advance(sqlite_ledger.sightings, "Paper Books", told.append)


def step(ledger: Ledger, run: Run, advance: Advance, progress: Progress) -> None:
    advance(ledger.runs.advance(run, progress, now=NOON, lease=LEASE), progress)


def listed(*ids: str, total: int | None = None) -> Progress:
    seen = [Sighting(remote_id=each) for each in ids]
    return Progress(phase=Phase.LISTING, pages=1, sightings=seen, total=total)


def test_documents_are_counted_and_the_rest_is_not_guessed(
    sqlite_ledger: Ledger, run: Run, advance: Advance, told: list[str]
) -> None:
    step(sqlite_ledger, run, advance, listed("a", "b"))
    step(sqlite_ledger, run, advance, listed("c"))
    assert told == [
        "Paper Books, reading the list: 2 documents, 1 pages",
        "Paper Books, reading the list: 3 documents, 2 pages",
    ]


def test_a_total_that_the_provider_tells_is_named(
    sqlite_ledger: Ledger, run: Run, advance: Advance, told: list[str]
) -> None:
    step(sqlite_ledger, run, advance, listed("a", "b", total=5000))
    step(sqlite_ledger, run, advance, listed("c", total=2))
    assert told == [
        "Paper Books, reading the list: 2 of 5,000 documents, 1 pages",
        "Paper Books, reading the list: 3 of 3 documents, 2 pages",
    ]


def test_a_run_that_goes_on_counts_what_was_seen_before(
    sqlite_ledger: Ledger, run: Run, advance: Advance, told: list[str]
) -> None:
    sqlite_ledger.runs.advance(run, listed("a", "b"), now=NOON, lease=LEASE)
    step(sqlite_ledger, run, advance, listed("c"))
    again = Progress(phase=Phase.CONFIRMING, sightings=[Sighting(remote_id="c", reference="garden/1")])
    step(sqlite_ledger, run, advance, again)
    assert told == [
        "Paper Books, reading the list: 3 documents, 2 pages",
        "Paper Books, looking again at what differs: 3 documents, 2 pages",
    ]
