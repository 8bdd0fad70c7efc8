"""What `invoice.list` can be asked for."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilters:
    """Every member is optional. Whether a bound itself belongs to the list is not documented: ask one day wider.

    `date_*` is the invoice date, `date_created_*` and `date_updated_*` are the account's own.
    """

    client_id: str = ""
    date_from: date | None = None
    date_to: date | None = None
    date_updated_from: date | None = None
    date_updated_to: date | None = None
    date_created_from: date | None = None
    date_created_to: date | None = None
    status: Literal["", "draft", "open", "closed", "pastdue"] = ""
    orderby: Literal["", "id", "invoice_number", "invoice_date"] = ""
    """Empty means the documented default, `id`."""
    sort: Literal["", "ASC", "DESC"] = ""
    """Empty means the documented default, `DESC`."""

    def told(self) -> dict[str, object]:
        """What is set, by the provider's names and in the documented order."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items() if value}
