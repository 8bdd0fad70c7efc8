"""How far a comparison has come, for somebody who waits for it."""

from collections.abc import Callable

from tasks.ledger.run import Phase, Progress, Run
from tasks.ledger.sightings import Sightings

_DOING = {Phase.LISTING: "reading the list", Phase.CONFIRMING: "looking again at what differs"}


class Advance:
    """Hears of each step of a run, and tells where it stands. `title` is the provider's name for people.

    A list may tell a document on several pages; each is counted once, also by a run that goes on where another left
    off. Raises `LedgerUnavailable`.
    """

    def __init__(self, sightings: Sightings, title: str, tell: Callable[[str], object]) -> None:
        self._sightings = sightings
        self._title = title
        self._tell = tell
        self._seen: dict[int, int] = {}

    def __call__(self, run: Run, progress: Progress) -> None:
        # The step is written, so that the ledger counts what it saw.
        seen = self._sightings.count(run) if run.pk not in self._seen else self._seen[run.pk] + _new(progress)
        self._seen[run.pk] = seen
        doing = _DOING.get(run.phase, "comparing")
        of = "" if progress.total is None else f" of {max(progress.total, seen):,}"
        self._tell(f"{self._title}, {doing}: {seen:,}{of} documents, {run.pages:,} pages")


def _new(progress: Progress) -> int:
    """Documents that the step saw first. What is looked at again was seen before."""
    return len(progress.sightings) if progress.phase is Phase.LISTING else 0
