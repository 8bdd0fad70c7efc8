"""Pages as generators: the caller writes `for row in rows(...)`.

Lists are read by page number while others write to them. What can go wrong, and what is done about it:

=====================================  =====================================================================
a row is added, or moves to the front  rows are pushed down and seen again: told once, by identity
a row is deleted                       rows move up, past the edge of the next page: each request begins at
                                       or before the last row of the one before it, and where its first
                                       row is unknown, the reading goes back until it is known again
rows tie in the order                  their order may differ from request to request: a request begins at the
                                       first of the rows that tie with the last one
a row not read yet moves to the front  the front is read again, until nothing newer than at the last look can
(order: newest change first)           hide there
the server ignores the page number     the same rows come again and again: `Unavailable`, never a short list;
                                       a provider known to repeat its last page ends there instead
=====================================  =====================================================================

Memory holds the identities that were told, never the rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeAlias, TypeVar

from providers.domain.errors import Unavailable

Row = TypeVar("Row")
Fetch: TypeAlias = Callable[[int, int], Sequence[Row]]
"""(page from 1, rows per page) -> the rows of that page."""

ROUNDS: Final = 8
"""How often the front is read again before a list is given up as one that does not stand still."""


def rows(
    fetch: Fetch[Row],
    *,
    page_size: int,
    identity: Callable[[Row], object],
    changed: Callable[[Row], datetime | None] | None = None,
    last_page_repeats: bool = False,
) -> Iterator[Row]:
    """Every row of a list, each once.

    `page_size` is the most that the provider gives; requests may ask for less, so that they overlap.
    `changed` tells when a row last changed, for a list that is ordered by it, newest first; without it the
    order is taken as one in which rows do not move. `last_page_repeats` is for providers that answer a page
    beyond the end with the last one.

    Raises what `fetch` raises, and `Unavailable` when the pages make no sense as one list.
    """
    reading = _Reading(fetch, page_size, identity, changed, last_page_repeats)
    mark: datetime | None = None
    for _ in range(ROUNDS):
        told, requests, head = len(reading.told), reading.requests, reading.head
        yield from reading.run(older_than=mark)
        # One answer is a moment's picture: nothing can have moved past it. So is a front that looks as before.
        quiet = len(reading.told) == told and reading.head == head
        if changed is None or reading.requests - requests == 1 or quiet or reading.head is None:
            return
        mark = reading.head[1]
    raise Unavailable(f"the list changed faster than it could be read, {ROUNDS} times in a row")


@dataclass(slots=True)
class _Reading(Generic[Row]):
    fetch: Fetch[Row]
    page_size: int
    identity: Callable[[Row], object]
    changed: Callable[[Row], datetime | None] | None
    last_page_repeats: bool
    told: set[object] = field(default_factory=set)
    requests: int = 0
    head: tuple[object, datetime | None] | None = None
    """The first row of the newest look at the front: who it is and when it changed."""

    def run(self, *, older_than: datetime | None) -> Iterator[Row]:
        """From the front to the end, or to the first row that changed before `older_than`."""
        position = 0  # rows before this offset have been read, as the list stood then
        known: set[object] = set()  # what this run has read without a gap
        before: list[object] = []
        repeats = rejected = -1
        first = True
        while True:
            page, size = window(position, self.page_size)
            start = (page - 1) * size
            found = self._fetch(page, size)
            ids = [self.identity(row) for row in found]
            if first:
                self.head = (ids[0], self._changed(found[0])) if ids else None
                first = False
            repeats = repeats + 1 if start and ids and ids == before[: len(ids)] else 0
            before = ids
            if repeats and self.last_page_repeats:
                return
            if repeats > 1:
                raise Unavailable("the list gives the same rows for every page")
            if start and (not ids or ids[0] not in known):
                # Rows before this window are gone, so that some that were behind its edge stand before it now;
                # or there was no size with which it could overlap. Going back tells which.
                again = rejected == len(known)
                if not ids and again:
                    return
                if not (start >= position and again):
                    rejected = len(known)
                    position = max(start - size // 2, 0)
                    continue
            known.update(ids)
            yield from self._new(found, ids)
            if len(found) < size or self._reached(found, older_than):
                return
            position = self._edge(found, start)

    def _fetch(self, page: int, size: int) -> Sequence[Row]:
        self.requests += 1
        return self.fetch(page, size)

    def _new(self, found: Sequence[Row], ids: list[object]) -> Iterator[Row]:
        for row, identity in zip(found, ids, strict=True):
            if identity not in self.told:
                self.told.add(identity)
                yield row

    def _changed(self, row: Row) -> datetime | None:
        return None if self.changed is None else self.changed(row)

    def _reached(self, found: Sequence[Row], older_than: datetime | None) -> bool:
        last = self._changed(found[-1])
        return older_than is not None and last is not None and last < older_than

    def _edge(self, found: Sequence[Row], start: int) -> int:
        """Where to go on: behind the last row, or behind the first of those that tie with it, as long as
        the next request still reaches further than this one did."""
        end = start + len(found)
        last = self._changed(found[-1])
        if last is None:
            return end
        ties = 1
        while ties < len(found) and self._changed(found[-1 - ties]) == last:
            ties += 1
        edge = end - ties + 1
        page, length = window(edge, self.page_size)
        return edge if page * length > end else end


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
