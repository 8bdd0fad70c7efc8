"""Lists of any length as one parameter: the text of a statement stays the same, and is compiled once (`statements`)."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Dialect, String, any_, bindparam, func, select


def among(column: ColumnElement[Any], name: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether the column is one of those in the parameter `name`, which is made by `listed`."""
    if dialect.name == "sqlite":
        each = func.json_each(bindparam(name, type_=String())).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def listed(connection: Connection, values: Collection[str] | Collection[int]) -> object:
    """The values as such a parameter."""
    return json.dumps(list(values)) if connection.dialect.name == "sqlite" else list(values)
