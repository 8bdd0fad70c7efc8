"""Statements for several rows at once: what is written of many orders in one transaction costs few statements.

::

    WITH told AS (VALUES (row), (row), …) INSERT … SELECT … FROM told WHERE there
    WITH told AS (VALUES (row), (row), …) UPDATE … FROM told WHERE there

Each is written for 1, 4 and 16 rows, so that there are few texts to compile and to prepare; what there is no row for is
told as not `there`. A statement that is sent for a row of its own costs six times what a row costs among sixteen
(psycopg: 44 µs against 5).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    column,
    literal_column,
    values,
)
from sqlalchemy.sql.selectable import CTE
from sqlalchemy.types import TypeEngine

from tasks.ledger.statements import Form, Found, Values, of_row

_SIZES = (1, 4, 16)

Rows: TypeAlias = Sequence[Values]


_THERE = "there"


class Many:
    """One statement for several rows; `write` builds it for a dialect and a number of rows.

    What changes from row to row is in a table that is made by `told`; all other parameters have one value for all rows.
    """

    def __init__(self, write: Callable[[Dialect, int], Any]) -> None:
        self._write = write
        self._forms: dict[tuple[str, int], Form] = {}

    def run(self, connection: Connection, rows: Rows, shared: Values | None = None) -> None:
        """Run it for its effect. No rows: nothing is run."""
        for form, some in self._cut(connection, rows):
            with form.running(connection, *some, shared or {}):
                pass

    def all(self, connection: Connection, rows: Rows, shared: Values | None = None) -> list[Found]:
        """Everything that it returns, in no order that could be relied on."""
        found: list[Found] = []
        for form, some in self._cut(connection, rows):
            with form.running(connection, *some, shared or {}) as cursor:
                found += [form.read(row) for row in cursor.fetchall()]
        return found

    def _cut(self, connection: Connection, rows: Rows) -> Iterator[tuple[Form, Rows]]:
        """The rows in parts, each filled up to a number of rows for which there is a text."""
        for begin in range(0, len(rows), _SIZES[-1]):
            part = rows[begin : begin + _SIZES[-1]]
            size = next(size for size in _SIZES if size >= len(part))
            there = [{**row, _THERE: True} for row in part]
            # Like the last one: PostgreSQL prepares a text anew for other types of parameters, and NULL has none.
            none = {**part[-1], _THERE: False}
            yield self._form(connection.dialect, size), [*there, *[none] * (size - len(part))]

    def _form(self, dialect: Dialect, size: int) -> Form:
        form = self._forms.get((dialect.name, size))
        if form is None:
            form = self._forms[dialect.name, size] = Form(self._write(dialect, size), dialect)
        return form


Types: TypeAlias = Mapping[str, TypeEngine[Any]]
"""Name of a value of each row -> its type. Each parameter has one: where a statement has many rows, SQLAlchemy takes it
from the column for the first of them only."""


def types_of(table: Table, *names: str, **renamed: str) -> Types:
    """The types of these columns; `renamed` are names that stand for other ones."""
    return {name: table.c[column].type for name, column in {**renamed, **{name: name for name in names}}.items()}


def told(types: Types, rows: int) -> CTE:
    """So many rows as a table of its own, `told`; a row counts only where its `there` is true."""
    types = {_THERE: Boolean(), **types}
    columns = (column(name, type_) for name, type_ in types.items())
    data = [tuple([of_row(name, row, type_) for name, type_ in types.items()]) for row in range(rows)]
    return values(*columns, name="told").data(data).cte("told")


def constant(column: Column[Any], value: object, dialect: Dialect) -> ColumnElement[Any]:
    """A value of ours that never changes, as part of the text: a parameter would be brought over with each row."""
    process = column.type.dialect_impl(dialect).literal_processor(dialect)
    if process is None:
        raise TypeError(f"{column} cannot be told in a statement's text")
    return literal_column(process(value), column.type)
