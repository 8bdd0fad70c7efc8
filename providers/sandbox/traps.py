"""Lists that behave badly in ways that providers are known for, whatever the provider.

A service with lists keeps its `Traps` and cuts every page by them. How a page is asked for, from which number pages are
counted and what an answer looks like is its own affair.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Protocol, TypeVar, runtime_checkable

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traps:
    """What is wrong with the lists."""

    last_page_repeats: bool = False
    """A page beyond the end is the last page again, not an empty one."""
    pages_shift: bool = False
    """Every page but the first begins one row early, as when a row was put in front between two requests."""
    list_lag: timedelta = timedelta(0)
    """Lists do not show what was made or changed this recently; the service itself sees to it."""

    def page(self, rows: Iterable[Row], number: int, size: int) -> list[Row]:
        """The rows of one page; pages are counted from 1."""
        if self.last_page_repeats:
            rows = list(rows)
            number = min(number, self.pages(len(rows), size))
        first = (number - 1) * size - (self.pages_shift and number > 1)
        return list(islice(rows, first, first + size))

    def pages(self, count: int, size: int) -> int:
        """How many pages so many rows have, at least one."""
        return max(-(-(count + self.pages_shift) // size), 1)


NO_TRAPS = Traps()


@runtime_checkable
class HasLists(Protocol):
    """A service whose lists can be given traps."""

    def trap(self, traps: Traps) -> None:
        """From now on this is wrong with the lists; what exists stays."""
        ...
