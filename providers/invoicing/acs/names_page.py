"""The page docs/acs-names.md: `python -m providers.invoicing.acs.names_page` writes it."""

import sys
from collections.abc import Iterator

from pydantic import BaseModel

from providers.invoicing.acs.names import Names

_HEAD = """\
# What ACS Invoicing calls its members

The provider shows its field lists to account holders only, so that every name below is an assumption. Whoever has an
account compares them with the provider's own documentation before the first invoice, and writes the true ones into
the book's options; nothing else needs to change. Only `status` and `result`, which every answer holds, are documented.

```toml
[books.main.options.names.invoice]
reference = "external_id"   # where our reference goes
comment = ""                # there is no such member: it is neither sent nor looked for
```
"""
_COLUMNS = ("| key | assumed name | may be empty | meaning |", "|---|---|---|---|")


def page() -> str:
    return _HEAD + "\n".join(_sections(Names())) + "\n"


def _sections(names: Names) -> Iterator[str]:
    for name, field in Names.model_fields.items():
        table = getattr(names, name)
        if isinstance(table, BaseModel):
            yield from ("", f"## `names.{name}`", "", str(field.description), "", *_COLUMNS, *_rows(table))
    yield from ("", "## `names`", "", *_COLUMNS, *_rows(names))


def _rows(table: BaseModel) -> Iterator[str]:
    for key, field in type(table).model_fields.items():
        assumed = getattr(table, key)
        if isinstance(assumed, str):
            needed = any(getattr(rule, "min_length", 0) for rule in field.metadata)
            yield f"| `{key}` | `{assumed}` | {'no' if needed else 'yes'} | {field.description} |"


if __name__ == "__main__":
    sys.stdout.write(page())
