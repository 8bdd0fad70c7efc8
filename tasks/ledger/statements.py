"""Statements that are written once and compiled once: what an order costs is mostly how often SQL is put together.

A statement is written with SQLAlchemy as everywhere, at module level, with `bindparam` for what changes. Its text, the
types of its parameters and those of its columns are worked out when a dialect first sees it; after that, running it is
filling in values.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel

Values: TypeAlias = Mapping[str, Any]
Found: TypeAlias = dict[str, Any]
_Processor: TypeAlias = Callable[[Any], Any] | None
_CURSOR = "counterfoil_cursor"
"""Where a connection keeps its cursor: to make one costs an eighth of running a statement."""


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
        form = self._form(connection)
        with form.running(connection, form.given(values)):
            pass

    def each(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run it for its effect with each of the rows, by one call of the driver. No rows: nothing is run."""
        form = self._form(connection)
        given = [form.given(row) for row in rows]
        if given:
            connection.exec_driver_sql(form.text, given)

    def first(self, connection: Connection, values: Values) -> Found | None:
        """The first row, or None."""
        form = self._form(connection)
        with form.running(connection, form.given(values)) as cursor:
            row = cursor.fetchone()
            return None if row is None else form.read(row)

    def all(self, connection: Connection, values: Values) -> list[Found]:
        form = self._form(connection)
        with form.running(connection, form.given(values)) as cursor:
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
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)  # noqa: S101  (for the type checker: DDL is not for here)
        self.text = str(compiled)
        self._positional = compiled.positional
        # SQLite's cursor is in the middle of its statement until it is closed; another one has everything already.
        self._steps = dialect.name == "sqlite"
        names = compiled.positiontup if compiled.positional else list(compiled.bind_names.values())
        self.binds = [_bind(compiled, name, dialect) for name in names or ()]
        self._readers = [
            (column.name, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for column in statement.exported_columns  # type: ignore[attr-defined]
        ]

    def running(self, connection: Connection, given: Any) -> AbstractContextManager[Any]:
        """A cursor with the statement run: the driver's own, unless somebody listens to SQLAlchemy's events.

        `given` are values as `given` makes them. Transactions and errors are SQLAlchemy's either way.
        """
        if connection.dispatch.before_cursor_execute:
            return closing(connection.exec_driver_sql(self.text, given))
        info = connection.info
        cursor = info.get(_CURSOR) or connection.connection.cursor()
        try:
            cursor.execute(self.text, given)
        except Exception as error:
            info.pop(_CURSOR, None)
            cursor.close()
            # It tells lost connections from wrong statements, and lets go of the lost ones.
            connection._handle_dbapi_exception(error, self.text, given, cursor, None)  # noqa: SLF001
            raise
        if self._steps:
            return closing(cursor)
        info[_CURSOR] = cursor
        return nullcontext(cursor)

    def given(self, values: Values) -> Any:
        """The values as the driver wants them."""
        get = values.get
        listed = [
            get(name, constant) if processor is None else processor(get(name, constant))
            for name, constant, processor in self.binds
        ]
        return (
            tuple(listed)
            if self._positional
            else {bind[0]: value for bind, value in zip(self.binds, listed, strict=True)}
        )

    def read(self, row: Any) -> Found:
        return {
            name: value if reader is None else reader(value)
            for (name, reader), value in zip(self._readers, row, strict=True)
        }


_Bind: TypeAlias = tuple[str, Any, _Processor]


def _bind(compiled: SQLCompiler, name: str, dialect: Dialect) -> _Bind:
    """A parameter: its name, its value where the statement itself holds one, and how the driver wants it."""
    bind = compiled.binds[name]
    return name, bind.effective_value, bind.type.dialect_impl(dialect).bind_processor(dialect)
