"""A list that changes while it is read, as tests of paging need it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from providers import paging

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass
class Row:
    id: int
    changed: datetime


@dataclass
class Table:
    """A list that a provider keeps, newest change first; `between` runs before every request but the first."""

    rows: list[Row]
    now: datetime = NOON + timedelta(days=1)
    between: Callable[["Table", int], None] | None = None
    requests: list[tuple[int, int]] = field(default_factory=list)
    shuffle_ties: random.Random | None = None

    @classmethod
    def of(cls, count: int, **more: object) -> "Table":
        return cls([Row(n, NOON + timedelta(seconds=n)) for n in range(1, count + 1)], **more)  # type: ignore[arg-type]

    def fetch(self, page: int, size: int) -> Sequence[Row]:
        if self.requests and self.between:
            self.between(self, len(self.requests))
        self.requests.append((page, size))
        rows = list(self.rows)
        if self.shuffle_ties:
            self.shuffle_ties.shuffle(rows)
        rows.sort(key=lambda row: row.changed, reverse=True)
        return [Row(row.id, row.changed) for row in rows[(page - 1) * size : page * size]]

    def touch(self, *ids: int) -> None:
        for row in self.rows:
            if row.id in ids:
                self.now += timedelta(seconds=1)
                row.changed = self.now

    def delete(self, *ids: int) -> None:
        self.rows = [row for row in self.rows if row.id not in ids]

    def add(self, new: int) -> None:
        self.now += timedelta(seconds=1)
        self.rows.append(Row(new, self.now))


@dataclass
class Life:
    """A list that lives on: so many things happen to it before any request, and while nobody reads."""

    dice: random.Random
    busy: float
    touches: bool = True
    ends_after: int = 60
    made: int = 5000

    def goes_on(self, table: Table, _request: int = 0) -> None:
        if len(table.requests) > self.ends_after or not table.rows or self.dice.random() > self.busy:
            return
        for _ in range(self.dice.randint(1, 4)):
            victim = self.dice.choice(table.rows).id if table.rows else 0
            match self.dice.choice(("delete", "add", *["touch"] * self.touches)):
                case "delete":
                    table.delete(victim)
                case "touch":
                    table.touch(victim)
                case "add":
                    self.made += 1
                    table.add(self.made)


def way_of(table: Table, size: int, *, moving: bool = True, **more: object) -> paging.Way[Row]:
    changed = (lambda row: row.changed) if moving else None
    return paging.Way(fetch=table.fetch, page_size=size, identity=lambda row: str(row.id), changed=changed, **more)  # type: ignore[arg-type]


def read(table: Table, size: int, *, moving: bool = True, **more: object) -> list[int]:
    return [row.id for row in paging.rows(way_of(table, size, moving=moving, **more))]
