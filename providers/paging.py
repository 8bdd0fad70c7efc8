"""Pages as generators: the caller writes `for batch in batches(...)`, or `for row in rows(...)`.

Lists are read by page number while others write to them. What can go wrong, and what is done about it:

=====================================  =====================================================================
a row is added, or moves to the front  rows are pushed down and seen again: told again, or once by `rows`
a row is deleted                       rows move up, past the edge of the next page: each request begins at
                                       or before the last row of the one before it, and where its first
                                       row is unknown, the reading goes back until it is known again
rows tie in the order                  their order may differ from request to request: a request begins before
                                       the first of the rows that tie with the last one, as long as that leaves
                                       room for others; many more than a page holds are read in their order
a row not read yet moves to the front  the front is read again, until nothing newer than at the last look can
(order: newest change first)           hide there
the server ignores the page number     the same rows come again and again: `Unavailable`, never a short list;
                                       a provider known to repeat its last page ends there instead
the reader dies                        every batch carries a cursor: the reading goes on behind it
=====================================  =====================================================================

`batches` keeps the identities of a few pages, whatever the length of the list and however much of it changes.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Generic, TypeAlias, TypeVar

from providers.domain.errors import Unavailable

Row = TypeVar("Row")
Fetch: TypeAlias = Callable[[int, int], Sequence[Row]]
"""(page from 1, rows per page) -> the rows of that page."""

ROUNDS: Final = 8
"""How often the front is read again before a list is given up as one that does not stand still."""

REMEMBERED: Final = 8
"""Pages whose rows are recognised when a list moved up."""

MOST_TIES: Final = 1000
"""Rows that changed in the very moment of the front's newest change, and are told apart. More of them, such as those
of one great import, are read once like all others."""

_PATIENCE: Final = 100
"""Requests beyond four for each half page, before a list is given up as one that gives other rows for each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Generic[Row]):
    """How one list is read.

    `page_size` is the most that the provider gives; requests may ask for less, so that they overlap. `changed`
    tells when a row last changed, for a list that is ordered by it, newest first; without it the order is taken
    as one in which rows do not move. `rows_vanish` is False where no row is ever deleted: then nothing overlaps.
    `last_page_repeats` is for providers that answer a page beyond the end with the last one.
    """

    fetch: Fetch[Row]
    page_size: int
    identity: Callable[[Row], str]
    changed: Callable[[Row], datetime | None] | None = None
    rows_vanish: bool = True
    last_page_repeats: bool = False


@dataclass(frozen=True, slots=True)
class Batch(Generic[Row]):
    """The rows of one request, some of them told before. `cursor` is where to go on behind them."""

    rows: Sequence[Row]
    cursor: str


def rows(way: Way[Row], *, since: datetime | None = None) -> Iterator[Row]:
    """Every row of a list, each once; memory holds the identities that were told. Raises as `batches`."""
    told: set[str] = set()
    for batch in batches(way, since=since):
        for row in batch.rows:
            identity = way.identity(row)
            if identity not in told:
                told.add(identity)
                yield row


def batches(way: Way[Row], *, after: str = "", since: datetime | None = None) -> Iterator[Batch[Row]]:
    """Every row of a list, some of them several times.

    `after` is the cursor of the last batch that was taken care of; empty begins at the front. With `since`, a list
    that is ordered by changes is read down to the rows that changed before it.

    Raises what `fetch` raises, and `Unavailable` when the pages make no sense as one list.
    """
    reading = _Reading(way, _Place.parse(after) if after else _Place(), since)
    for _ in range(ROUNDS):
        for found in reading.run():
            yield Batch(found, reading.place.text())
        if reading.is_complete():
            return
        reading.begin_again()
    raise Unavailable(f"the list changed faster than it could be read, {ROUNDS} times in a row")


@dataclass(slots=True)
class _Place:
    """Where a reading stands: all that it must know to go on after its process died."""

    round: int = 0
    position: int = 0
    """Rows before this offset have been read in this round, as the list stood then."""
    requests: int = 0
    """Of this round."""
    ended: bool = False
    """Whether this round is over."""
    before: list[str] = field(default_factory=list)
    """The rows of the last request."""
    edge: str = ""
    """ISO 8601: when the last of them changed. What was not read yet changed no later: behind a row that changed later,
    and was read, there is no gap. Empty where too many tie for that."""
    learned: int = 0
    """Requests of this round that told something new."""
    rejected: int = -1
    """How many they were when the reading last went back."""
    mark: str = ""
    """ISO 8601: this round may end at rows that changed earlier."""
    head: list[str] = field(default_factory=list)
    """The first row of the newest look at the front: who it is and when it changed."""
    last_head: list[str] = field(default_factory=list)
    ties: list[str] = field(default_factory=list)
    """Who has been told that changed in the same moment as the head."""
    news: bool = False
    """Whether this round found somebody who changed in that moment and was not told before."""

    @classmethod
    def parse(cls, cursor: str) -> "_Place":
        return cls(**json.loads(cursor))

    def text(self) -> str:
        return json.dumps({each.name: getattr(self, each.name) for each in fields(self)}, separators=(",", ":"))


class _Reading(Generic[Row]):
    def __init__(self, way: Way[Row], place: _Place, since: datetime | None) -> None:
        self._way = way
        self._since = since
        self.place = place
        self._known: deque[frozenset[str]] = deque([frozenset(place.before)], maxlen=REMEMBERED)

    def run(self) -> Iterator[Sequence[Row]]:
        """From where the round stands to the end, or to the first row that changed before the mark."""
        place, way = self.place, self._way
        repeats = asked = furthest = back = 0
        while not place.ended:
            page, size = self._window()
            start = (page - 1) * size
            found = way.fetch(page, size)
            ids = [way.identity(row) for row in found]
            first = place.requests == 0
            place.requests += 1
            asked, furthest = asked + 1, max(furthest, start)
            if asked > 4 * (furthest * 2 // way.page_size + 1) + _PATIENCE:
                raise Unavailable("the list gives other rows for every request")
            if first:
                self._look(ids, found)
            repeats = repeats + 1 if start and ids and ids == place.before[: len(ids)] else 0
            if repeats and way.last_page_repeats:
                return
            if repeats > 1:
                raise Unavailable("the list gives the same rows for every page")
            place.before = ids
            if start and way.rows_vanish and not self._joins(ids, found):
                # Rows before this window are gone, so that some that were behind its edge stand before it now;
                # or there was no size with which it could overlap. Going back, and forth again, tells which.
                if start < place.position or back or place.rejected != place.learned:
                    place.rejected = place.learned
                    back = back * 2 or max(size // 2, 1)
                    place.position = max(start - back, 0)
                    continue
                if not ids:
                    return
            back = 0
            place.learned += any(not self._is_known(identity) for identity in ids)
            self._known.append(frozenset(ids))
            place.ended = len(found) < size or self._reached(found)
            self._step(found, start)
            self._note(found, ids)
            yield found

    def is_complete(self) -> bool:
        """Whether nothing can have been missed: one answer is a moment's picture, nothing can have moved past it;
        and a front that looks as it did before hides nobody."""
        place = self.place
        if self._way.changed is None or place.requests == 1 or not place.head or not place.head[1]:
            return True
        return place.round > 0 and place.head == place.last_head and not place.news

    def begin_again(self) -> None:
        """Another round: the front, down to what changed before the last look at it."""
        old = self.place
        self.place = _Place(round=old.round + 1, mark=old.head[1], last_head=old.head, ties=old.ties)
        self._known = deque(maxlen=REMEMBERED)

    def _window(self) -> tuple[int, int]:
        position, largest = self.place.position, self._way.page_size
        if self._way.rows_vanish or self._way.changed is not None:
            return window(position, largest)
        return position // largest + 1, largest

    def _joins(self, ids: Sequence[str], found: Sequence[Row]) -> bool:
        """Whether there is no gap between the rows of this request and those that were read."""
        if not ids or not self._is_known(ids[0]):
            return False
        edge, changed = _moment(self.place.edge), self._changed(found[0])
        return edge is None or changed is None or changed > edge

    def _is_known(self, identity: str) -> bool:
        return any(identity in page for page in self._known)

    def _look(self, ids: list[str], found: Sequence[Row]) -> None:
        place = self.place
        if ids:
            changed = self._changed(found[0])
            place.head = [ids[0], changed.isoformat() if changed else ""]
        if place.head[1:] != place.last_head[1:]:
            place.ties = []

    def _note(self, found: Sequence[Row], ids: list[str]) -> None:
        """Remember who changed in the same moment as the head. Whoever changed later is a new head at the next look."""
        place = self.place
        moment = _moment(place.head[1]) if place.head else None
        if moment is None:
            return
        for row, identity in zip(found, ids, strict=True):
            changed = self._changed(row)
            if changed is None or changed < moment:
                return
            if changed == moment and len(place.ties) < MOST_TIES and identity not in place.ties:
                place.ties.append(identity)
                place.news = True

    def _changed(self, row: Row) -> datetime | None:
        return None if self._way.changed is None else self._way.changed(row)

    def _reached(self, found: Sequence[Row]) -> bool:
        last = self._changed(found[-1]) if found else None
        if last is None:
            return False
        marks = [mark for mark in (self._since, _moment(self.place.mark)) if mark is not None]
        return bool(marks) and last < max(marks)

    def _step(self, found: Sequence[Row], start: int) -> None:
        """Go on behind the last row, or before the first of those that tie with it, as long as the next request still
        reaches further than this one did."""
        place, end = self.place, start + len(found)
        place.position, place.edge = end, ""
        last = self._changed(found[-1]) if found else None
        if last is None:
            return
        ties = 1
        while ties < len(found) and self._changed(found[-1 - ties]) == last:
            ties += 1
        for position, edge in ((end - ties, last.isoformat()), (end - ties + 1, "")):
            page, length = window(position, self._way.page_size)
            if 0 < position > start and page * length > end:
                place.position, place.edge = position, edge
                return


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def window(position: int, largest: int) -> tuple[int, int]:
    """The page, and the rows per page, that reach furthest from the row before `position`, that row included.

    Pages of one fixed size never overlap. Pages of different sizes do: with at most 100 rows, page 2 of 99
    begins at row 99, the last one of page 1 of 100. Where no size overlaps, the page behind `position` is
    given. That happens where `position` is a multiple of all sizes between half of the largest and the
    largest: never in practice for 20 and more, first at 840 for 8, often for less. There a deletion between
    two requests can hide a row.
    """
    if position == 0:
        return 1, largest
    overlap = position - 1
    size = max(range(largest // 2 + 1, largest + 1), key=lambda size: (size - overlap % size, size))
    page = overlap // size + 1
    if page * size > position:
        return page, size
    # Every size ends exactly at the position: go on behind it, with a size that divides it.
    return position // size + 1, size
