"""The pager of a provider whose parameters nobody public knows: no end of a list is believed without a reason.

A list that ends too early would prove that an invoice is absent, and a second one would be made. So:

============================================  ==========================================================
a page is shorter than asked for              the server may give fewer rows than asked for: the next is read
the answer tells how many pages there are     the last of them is the end
an empty page                                 the end
the same rows as on the page before           an error, since a pager with another name looks just like it;
                                              the end, where the owner says that the last page repeats
fewer rows in all than the answer tells       an error: a row moved between two requests
============================================  ==========================================================
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from providers.domain.errors import Unavailable

Row: TypeAlias = dict[str, object]
STALE: Final = 3
"""Pages in a row without a new row after which the list is given up as one that goes round in circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, and how many pages and rows there are where the answer tells."""

    rows: list[Row]
    pages: int | None = None
    total: int | None = None


def rows(
    fetch: Callable[[int], Page], *, identity: Callable[[Mapping[str, object]], str], last_page_repeats: bool = False
) -> Iterator[Row]:
    """Every row of a list, each once. `fetch` takes the page's number from 1.

    Raises what `fetch` raises, and `Unavailable` when the pages make no sense as one list.
    """
    told: set[str] = set()
    before: list[str] = []
    number, stale = 1, 0
    while True:
        page = fetch(number)
        ids = [identity(row) for row in page.rows]
        repeated = bool(ids) and ids == before
        if repeated and not last_page_repeats:
            raise Unavailable(
                f"the list gives the same rows for the pages {number - 1} and {number}: compare the names of its "
                "parameters with the provider's documentation, or set last_page_repeats"
            )
        if not repeated:
            known = len(told)
            for row, each in zip(page.rows, ids, strict=True):
                if each not in told:
                    told.add(each)
                    yield row
            stale = 0 if len(told) > known else stale + 1
        if not ids or repeated or (page.pages is not None and number >= page.pages):
            break
        if stale >= STALE:
            raise Unavailable(f"the list gave no new row for {STALE} pages and does not end")
        before, number = ids, number + 1
    if page.total is not None and len(told) < page.total:
        raise Unavailable(f"the list tells of {page.total} rows, but gave {len(told)}: rows moved while it was read")
