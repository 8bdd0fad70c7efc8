"""The pager of a provider whose parameters nobody public knows: no end of a list is believed without a reason.

A list that ends too early would prove that an invoice is absent, and a second one would be made. So:

============================================  ==========================================================
a page is shorter than asked for              the server may give fewer rows than asked for: the next is read
the answer tells how many pages there are     the last of them is the end
an empty page                                 the end
the same rows as on the page before           an error, since a pager with another name looks just like it;
                                              the end, where the owner says that the last page repeats
the first page again, much later              an error: the pager goes round in circles
fewer rows in all than the answer tells       an error: a row moved between two requests
the reader dies                               every batch carries a cursor: the reading goes on behind it
============================================  ==========================================================
"""

import json
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, TypeAlias

from providers.domain.errors import Unavailable

Row: TypeAlias = dict[str, object]
Fetch: TypeAlias = Callable[[int], "Page"]
"""A page's number from 1 -> that page."""
Identity: TypeAlias = Callable[[Mapping[str, object]], str]

_REMEMBERED: Final = 8
"""Pages whose rows are recognised when others push them down."""

STALE: Final = 3
"""Pages in a row without a new row after which the list is given up as one that goes round in circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, and how many pages and rows there are where the answer tells."""

    rows: list[Row]
    pages: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one page that were not told before. `cursor` is where to go on behind them."""

    rows: list[Row]
    cursor: str
    total: int | None = None
    """How many rows the whole list has, where the answer tells."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reading stands: all that it must know to go on after its process died."""

    page: int = 0
    """The last page that was read."""
    count: int = 0
    """How many rows were told."""
    before: list[str] = field(default_factory=list)
    """Who stands on the last page."""
    first: list[str] = field(default_factory=list)
    """Who stood on the first one."""

    def text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def rows(fetch: Fetch, *, identity: Identity, last_page_repeats: bool = False) -> Iterator[Row]:
    """Every row of a list, each once. Raises as `batches`."""
    for batch in batches(fetch, identity=identity, last_page_repeats=last_page_repeats):
        yield from batch.rows


def batches(fetch: Fetch, *, identity: Identity, last_page_repeats: bool = False, after: str = "") -> Iterator[Batch]:
    """Every row of a list, page by page. `after` is the cursor of the last batch that was taken care of; empty begins
    at the front.

    Raises what `fetch` raises, and `Unavailable` when the pages make no sense as one list.
    """
    place = _Place(**json.loads(after)) if after else _Place()
    told: deque[Collection[str]] = deque([place.before], maxlen=_REMEMBERED)
    stale = 0
    while True:
        number = place.page + 1
        page = fetch(number)
        ids = [identity(row) for row in page.rows]
        ended = not ids or (page.pages is not None and number >= page.pages)
        repeated = bool(ids) and ids == place.before
        if repeated and not (last_page_repeats or (page.pages is not None and number > page.pages)):
            raise Unavailable(
                f"the list gives the same rows for the pages {place.page} and {number}: compare the names of its "
                "parameters with the provider's documentation, or set last_page_repeats"
            )
        if ids and number > _REMEMBERED and set(ids) <= set(place.first):
            raise Unavailable(f"the list goes round in circles: page {number} is the first one again")
        listed = dict(zip(ids, page.rows, strict=True))
        new = {each: row for each, row in listed.items() if not any(each in before for before in told)}
        told.append(frozenset(ids))
        stale = 0 if new else stale + 1
        place = _Place(number, place.count + len(new), ids, place.first or ids)
        if new:
            yield Batch(list(new.values()), place.text(), page.total)
        if ended or repeated:
            break
        if stale >= STALE:
            raise Unavailable(f"the list gave no new row for {STALE} pages and does not end")
    if page.total is not None and place.count < page.total:
        raise Unavailable(f"the list tells of {page.total} rows, but gave {place.count}: rows moved while it was read")
