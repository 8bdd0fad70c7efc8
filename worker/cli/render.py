"""What commands write: JSON and tables on standard output, complaints on standard error.

A table is drawn for the terminal's width; anywhere else it is plain columns, one line a row, nothing cut off.
No secret and no control character goes out.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from worker.cli.errors import clean

if TYPE_CHECKING:
    from providers.domain.reasons import Reason

_NARROWEST = 24
"""Characters that a column which may wrap keeps, however narrow the terminal."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Only a column that `wraps` is ever broken into lines."""

    title: str
    wraps: bool = False
    right: bool = False


def jsonable(value: object) -> Any:
    """The value as JSON can say it: decimals are strings, times are UTC in ISO 8601."""
    if is_dataclass(value):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Mapping():
            return {str(key): jsonable(entry) for key, entry in value.items()}
        case list() | tuple() | set() | frozenset():
            return [jsonable(entry) for entry in value]
        case Enum():
            return jsonable(value.value)
        case None | bool() | int() | float():
            return value
    return clean(_text(value))


def _text(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
    return str(value)


def moment(value: datetime) -> str:
    """A time in UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_json(value: object) -> None:
    print(json.dumps(jsonable(value), ensure_ascii=False, indent=2))


def write_json_list(values: Iterable[object]) -> None:
    """A JSON array, written as it comes: a million entries need no memory."""
    separator = "["
    for value in values:
        text = json.dumps(jsonable(value), ensure_ascii=False, indent=2)
        print(f"{separator}\n{_indented(text)}", end="")
        separator = ","
    print("[]" if separator == "[" else "\n]")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def say(text: str = "", *, style: str = "") -> None:
    """One text on standard output; the style shows on a terminal only."""
    text = "\n".join(_printable(line) for line in clean(text).split("\n"))
    if style and sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        Console().print(Text(text, style=style), soft_wrap=True)
        return
    print(text)


def note(text: str) -> None:
    """One text on standard error: what is no result, but good to know."""
    print(clean(text), file=sys.stderr)


def complain(text: str) -> None:
    """What went wrong, on standard error."""
    print(clean(text), file=sys.stderr)


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard output."""
    cells = [[_printable(clean(_cell(value))) for value in row] for row in rows]
    if sys.stdout.isatty():
        _drawn(columns, cells)
    else:
        _plain(columns, cells)


def _drawn(columns: Sequence[Column], cells: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    needed = 0
    for index, column in enumerate(columns):
        longest = max((len(row[index]) for row in cells), default=0)
        longest = max(longest, len(column.title))
        needed += 3 + (min(longest, _NARROWEST) if column.wraps else longest)
        drawn.add_column(
            Text(column.title),
            no_wrap=not column.wraps,
            overflow="fold",
            min_width=min(longest, _NARROWEST) if column.wraps else longest,
            justify="right" if column.right else "left",
        )
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    console = Console()
    if console.width < needed:  # the terminal breaks the line, where we would have to cut ids off
        console = Console(width=needed)
    console.print(drawn)


def _plain(columns: Sequence[Column], cells: list[list[str]]) -> None:
    lines = [[column.title for column in columns], *cells]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        padded = (
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        )
        print("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        case Decimal():
            return f"{value:f}"
    return str(value)


def _printable(text: str) -> str:
    """The text without anything that a terminal would obey: names of buyers come from outside."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def when(value: datetime | None) -> str:
    """A time for people, to the second; a dash for none."""
    return _cell(value)


def reason_line(reason: "Reason | None") -> str:
    """A reason on one line: its text, field and value, and the remedy."""
    if reason is None:
        return ""
    where = f" ({reason.field}: {reason.value})" if reason.field and reason.value else ""
    return " ".join(f"{part.rstrip('.')}." for part in (f"{reason.text}{where}", reason.remedy) if part)


def reason_json(reason: "Reason | None") -> dict[str, str] | None:
    if reason is None:
        return None
    return {
        "code": reason.code.value,
        "text": reason.text,
        "field": reason.field,
        "value": reason.value,
        "remedy": reason.remedy,
    }


@contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """A spinner on standard error while the block runs, whose text the block may change; nothing where that is no
    terminal."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status(clean(text)) as status:
        yield lambda changed: status.update(clean(changed))
