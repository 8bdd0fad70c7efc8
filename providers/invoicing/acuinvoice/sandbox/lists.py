"""The sandbox's lists: filters, order and pages."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from providers.invoicing.acuinvoice.sandbox.account import Account, Record
from providers.invoicing.acuinvoice.sandbox.replies import Failure
from providers.ports import JsonObject

_ORDERS: Final[dict[str, Callable[[Record], object]]] = {
    "id": lambda record: record.id,
    "invoice_number": lambda record: str(record.fields.get("invoice_number")),
    "invoice_date": lambda record: str(record.fields.get("invoice_date")),
}
_DATES: Final[dict[str, Callable[[Record], date]]] = {
    "date": lambda record: date.fromisoformat(str(record.fields["invoice_date"])),
    "date_created": lambda record: record.created.date(),
    "date_updated": lambda record: record.updated.date(),
}
_STATUSES: Final = frozenset({"draft", "open", "closed", "pastdue"})


def invoices(asked: JsonObject, account: Account) -> list[Record]:
    """One page of invoices."""
    found: Iterable[Record] = account.listed("invoice")
    if client_id := asked.get("client_id"):
        found = [record for record in found if record.fields.get("client_id") == client_id]
    if status := asked.get("status"):
        if status not in _STATUSES:
            raise Failure("There is no such status.")
        found = [record for record in found if account.status(record) == status]
    for name, read in _DATES.items():
        found = _between(found, asked, name, read, inclusive=account.switches.date_bounds_inclusive)
    order = _ORDERS.get(str(asked.get("orderby") or "id"))
    if order is None:
        raise Failure("There is no such order.")
    descending = asked.get("sort", "DESC") != "ASC"
    return page(sorted(found, key=order, reverse=descending), asked, account)  # type: ignore[arg-type]


def contacts(asked: JsonObject, account: Account) -> list[Record]:
    """Contacts by client, by e-mail address, or all. They have no pages."""
    wanted = {name: told for name in ("client_id", "email") if (told := asked.get(name))}
    found = account.listed("contact")
    return [record for record in found if all(record.fields.get(name) == told for name, told in wanted.items())]


def page(found: list[Record], asked: JsonObject, account: Account) -> list[Record]:
    """The entries that `page` and `per_page` mean; beyond the end there are none, unless the lists have traps."""
    size = min(_whole(asked.get("per_page"), 25), account.switches.max_per_page)
    return account.traps.page(found, _whole(asked.get("page"), 1), size)


def _whole(told: object, default: int) -> int:
    return int(str(told)) if str(told).isdecimal() and int(str(told)) else default


def _between(
    found: Iterable[Record], asked: JsonObject, name: str, read: Callable[[Record], date], *, inclusive: bool
) -> list[Record]:
    start, end = _day(asked.get(f"{name}_from")), _day(asked.get(f"{name}_to"))
    kept = []
    for record in found:
        day = read(record)
        late = start is None or day > start or (inclusive and day == start)
        early = end is None or day < end or (inclusive and day == end)
        if late and early:
            kept.append(record)
    return kept


def _day(told: object) -> date | None:
    if not told:
        return None
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        raise Failure("A date of the list is no date.") from None
