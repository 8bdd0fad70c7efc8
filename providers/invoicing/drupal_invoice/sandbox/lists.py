"""The list of invoices: filters, order, and a last page that is given again for every page beyond it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from providers.invoicing.drupal_invoice.sandbox.records import Invoice
from providers.invoicing.drupal_invoice.sandbox.site import Site

DEFAULT_SIZE: Final = 15
COLUMNS: Final[Mapping[str, Callable[[Invoice], object]]] = {
    "n.nid": lambda invoice: invoice.nid,
    "n.created": lambda invoice: invoice.created,
    "n.changed": lambda invoice: invoice.changed,
    "ii.iid": lambda invoice: invoice.id,
    "ii.nid": lambda invoice: invoice.nid,
    "ii.pay_limit": lambda invoice: invoice.pay_limit,
    "ii.pay_status": lambda invoice: invoice.pay_status,
}
_COLUMN = re.compile(r"[A-Za-z0-9.]+", re.ASCII)


class UnknownColumn(Exception):
    """The database does not know the column to sort by; its words stand in the answer."""


def page(query: Mapping[str, str], site: Site) -> list[Invoice]:
    """One page. Raises `UnknownColumn`."""
    column = query.get("sort", "")
    column = column if _COLUMN.fullmatch(column) else "n.nid"
    if column not in COLUMNS:
        raise UnknownColumn(
            f"SQLSTATE[42S22]: Column not found: 1054 Unknown column '{column}' in 'ORDER BY'"  # as MariaDB says it
        )
    newest = site.now() - site.switches.list_lag
    found = [invoice for invoice in site.invoices.values() if _matches(invoice, query, site)]
    if site.switches.list_lag:
        found = [invoice for invoice in found if invoice.changed <= newest]
    found.sort(key=COLUMNS[column], reverse=query.get("order") != "asc")  # type: ignore[arg-type]
    size = _number(query.get("max_results")) or DEFAULT_SIZE
    traps = replace(site.traps, last_page_repeats=True)
    return traps.page(found, 1 + (_number(query.get("page")) or 0), size)


def _matches(invoice: Invoice, query: Mapping[str, str], site: Site) -> bool:
    zone = ZoneInfo(site.switches.timezone)
    created, today = invoice.created.astimezone(zone), site.now().astimezone(zone)
    year, month, day = (_number(query.get(name)) for name in ("year", "month", "day"))
    if any((year, month, day)) and created.year != (year or today.year):
        return False
    if (month or day) and created.month != (month or today.month):
        return False
    if day and created.day != day:
        return False
    customer = query.get("customer_number")
    if customer and customer != str(invoice.customer["customer_number"]):
        return False
    return query.get("template", "") in {"", invoice.template}


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None
