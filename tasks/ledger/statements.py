"""Statements that are written once and compiled once: what an order costs is mostly how often SQL is put together.

A statement is written with SQLAlchemy as everywhere, at module level, with `bindparam` for what changes. Its text, the
types of its parameters and those of its columns are worked out when a dialect first sees it; after that, running it is
filling in values.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from functools import cached_property
from typing import Any, TypeAlias

from psycopg import RawCursor
from sqlalchemy import BindParameter, Connection, Dialect, Executable, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

Values: TypeAlias = Mapping[str, Any]
Found: TypeAlias = dict[str, Any]
_Processor: TypeAlias = Callable[[Any], Any] | None
_CURSOR = "counterfoil_cursor"
"""Where a connection keeps its cursor: to make one costs an eighth of running a statement."""
_PREPARED = 400
"""Statements that a connection to PostgreSQL keeps prepared: each of ours, for each number of rows."""


def upsert(model: type[SQLModel], dialect: Dialect) -> Any:
    """An INSERT with ON CONFLICT, which both databases spell alike but SQLAlchemy keeps per dialect."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


class Statement:
    """One statement; `write` builds it for a dialect.

    A parameter that the statement names, and that is not among the values of a run, is NULL. Lists that grow (`IN`)
    are not for here, as their text would change from run to run; `among` says them as one parameter.
    """

    def __init__(self, write: Callable[[Dialect], Any]) -> None:
        self._write = write
        self._forms: dict[str, Form] = {}

    def run(self, connection: Connection, values: Values) -> None:
        """Run it for its effect."""
        with self._form(connection).running(connection, values):
            pass

    def each(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run it for its effect with each of the rows, by one call of the driver. No rows: nothing is run."""
        wording = self._form(connection).plain
        given = [wording.given(row) for row in rows]
        if given:
            connection.exec_driver_sql(wording.text, given)

    def first(self, connection: Connection, values: Values) -> Found | None:
        """The first row, or None."""
        form = self._form(connection)
        with form.running(connection, values) as cursor:
            row = cursor.fetchone()
            return None if row is None else form.read(row)

    def all(self, connection: Connection, values: Values) -> list[Found]:
        form = self._form(connection)
        with form.running(connection, values) as cursor:
            return [form.read(row) for row in cursor.fetchall()]

    def scalar(self, connection: Connection, values: Values) -> Any:
        """The first column of the first row, or None."""
        found = self.first(connection, values)
        return None if found is None else next(iter(found.values()))

    def _form(self, connection: Connection) -> "Form":
        # Two threads that come first both compile; either form will do.
        name = connection.dialect.name
        form = self._forms.get(name)
        if form is None:
            form = self._forms[name] = Form(self._write(connection.dialect), connection.dialect)
        return form


class Form:
    """A statement in one dialect."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        self._statement, self._dialect = statement, dialect
        self._is_sqlite = dialect.name == "sqlite"
        # psycopg looks for its own placeholders in a text for as long as it takes to run it; there are none with $1.
        self._quick = self.plain if self._is_sqlite else Wording(statement, _numbered())
        self._readers = [
            (column.name, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for column in statement.exported_columns  # type: ignore[attr-defined]
        ]

    @cached_property
    def plain(self) -> "Wording":
        """As SQLAlchemy would run it."""
        return Wording(self._statement, self._dialect)

    def running(self, connection: Connection, *values: Values) -> AbstractContextManager[Any]:
        """A cursor with the statement run: the driver's own, unless somebody listens to SQLAlchemy's events.

        Transactions and errors are SQLAlchemy's either way.
        """
        if connection.dispatch.before_cursor_execute:
            return closing(connection.exec_driver_sql(self.plain.text, self.plain.given(*values)))
        text, given, info = self._quick.text, self._quick.given(*values), connection.info
        cursor = info.get(_CURSOR) or self._cursor(connection)
        try:
            cursor.execute(text, given)
        except Exception as error:
            info.pop(_CURSOR, None)
            cursor.close()
            # It tells lost connections from wrong statements, and lets go of the lost ones.
            connection._handle_dbapi_exception(error, text, given, cursor, None)  # noqa: SLF001
            raise
        if self._is_sqlite:
            # It is in the middle of its statement until it is closed; another one has everything already.
            return closing(cursor)
        info[_CURSOR] = cursor
        return nullcontext(cursor)

    def _cursor(self, connection: Connection) -> Any:
        if self._is_sqlite:
            return connection.connection.cursor()
        driver: Any = connection.connection.driver_connection
        driver.prepared_max = _PREPARED
        return RawCursor(driver)

    def read(self, row: Any) -> Found:
        return {
            name: value if reader is None else reader(value)
            for (name, reader), value in zip(self._readers, row, strict=True)
        }


class Wording:
    """The text of a statement, with its parameters in the order in which the driver wants them."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)  # noqa: S101  (for the type checker: DDL is not for here)
        assert compiled.positional  # noqa: S101  (likewise: the store asks for it)
        self.text = str(compiled)
        self._binds = [_bind(compiled, name, dialect) for name in compiled.positiontup or ()]

    def given(self, *values: Values) -> tuple[Any, ...]:
        """The values as the driver wants them. Of several, the last one is for all rows, and those before it are the
        rows, see `of_row`."""
        gets = [each.get for each in values]
        return tuple(
            [
                gets[row](name, constant) if processor is None else processor(gets[row](name, constant))
                for row, name, constant, processor in self._binds
            ]
        )


def _numbered() -> Dialect:
    found: Dialect = postgresql.psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    return found


def of_row(name: str, row: int, type_: TypeEngine[Any]) -> BindParameter[Any]:
    """The parameter of one row, counted from 0, of a statement for several."""
    return bindparam(f"{name}{_OF_ROW}{row}", type_=type_)


_OF_ROW = "__"
_Bind: TypeAlias = tuple[int, str, Any, _Processor]


def _bind(compiled: SQLCompiler, name: str, dialect: Dialect) -> _Bind:
    """A parameter: its row (-1: it is for all), its name, its value where the statement itself holds one, and how the
    driver wants it."""
    bind = compiled.binds[name]
    plain, mark, row = name.rpartition(_OF_ROW)
    processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return int(row) if mark else -1, plain if mark else name, bind.effective_value, processor
