"""Statements for several rows at once: what came together costs one round trip, not one for each.

The text of such a statement grows with its rows. It is compiled for a few numbers of rows only, and more rows than that
are run in parts, so that there are few texts to compile and to prepare.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Dialect, bindparam, literal_column
from sqlalchemy.types import TypeEngine

from tasks.ledger.statements import Found, Statement, Values

Row: TypeAlias = Mapping[str, ColumnElement[Any]]
"""Name of a value -> the parameter that is it."""

_COUNTS = (4, 2, 1)
"""Rows of a statement. psycopg keeps no text of more than 50 parameters: it would read a longer one anew each time."""


class Many:
    """A statement that is told some values of each of several rows; `write` builds it for a dialect and parameters.

    `told` names the values with their types. Whatever else a row needs, `write` adds: SQLAlchemy fills what a statement
    does not name with defaults of its own.
    """

    def __init__(self, told: Mapping[str, TypeEngine[Any]], write: Callable[[Dialect, Sequence[Row]], Any]) -> None:
        self._told = told
        self._names = [[(name, f"{name}_of_{place}") for name in told] for place in range(max(_COUNTS))]
        self._write = write
        self._statements = {count: Statement(partial(self._written, count)) for count in _COUNTS}

    def all(self, connection: Connection, rows: Sequence[Values]) -> list[Found]:
        """Run it for the rows, one after the other as they stand; what it returns of any of them. No rows: not run."""
        found: list[Found] = []
        for part in _parts(rows):
            values = {here: row[name] for names, row in zip(self._names, part, strict=False) for name, here in names}
            found += self._statements[len(part)].all(connection, values)
        return found

    def _written(self, count: int, dialect: Dialect) -> Any:
        # Each parameter has its type: in a statement of many rows SQLAlchemy takes it from the column for the first of
        # them only.
        rows = [
            {name: bindparam(here, type_=self._told[name]) for name, here in names} for names in self._names[:count]
        ]
        return self._write(dialect, rows)


def _parts(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    begin = 0
    for count in _COUNTS:
        while len(rows) - begin >= count:
            yield rows[begin : begin + count]
            begin += count


def constant(column: Column[Any], value: object, dialect: Dialect) -> ColumnElement[Any]:
    """A value of ours that never changes, as part of the text: a parameter would be brought over with each row."""
    process = column.type.dialect_impl(dialect).literal_processor(dialect)
    if process is None:
        raise TypeError(f"{column} cannot be told in a statement's text")
    return literal_column(process(value), column.type)
