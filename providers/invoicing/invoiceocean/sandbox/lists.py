"""The list of invoices: filters, periods, order and pages."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TypeVar

from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.invoicing.invoiceocean.sandbox.replies import several
from providers.sandbox.messages import Request

Row = TypeVar("Row")

_ORDERS: dict[str, Callable[[Invoice], object]] = {
    "number": lambda invoice: invoice.number,
    "updated_at": lambda invoice: invoice.updated,
    "price_net": lambda invoice: invoice.net,
    "price_gross": lambda invoice: invoice.gross,
    "issue_date": lambda invoice: invoice.issue_date,
    "buyer_name": lambda invoice: str(invoice.sent.get("buyer_name")),
    "oid": lambda invoice: invoice.oid,
}


def page_of(rows: Iterable[Row], query: Mapping[str, str], account: Account) -> list[Row]:
    """The rows that `page` and `per_page` mean; odd values mean the defaults."""
    switches = account.switches
    wanted = query.get("per_page", "")
    size = int(wanted) if wanted.isdigit() and int(wanted) else switches.default_per_page
    size = min(size, switches.max_per_page)
    page = query.get("page", "")
    return account.traps.page(rows, max(int(page), 1) if page.isdigit() else 1, size)


def invoices(request: Request, account: Account, *, salt: int) -> list[Invoice]:
    """One page. `salt` differs from request to request, for orders that are not stable."""
    query = request.query
    chosen = _chosen(_candidates(query, account, salt), query, several(request, "kinds[]"))
    return page_of(_matching(query, account, chosen), query, account)


def _candidates(query: Mapping[str, str], account: Account, salt: int) -> Iterable[Invoice]:
    chosen: Iterable[Invoice]
    if "oid" in query:
        chosen = sorted(account.with_oid(query["oid"]), key=lambda invoice: invoice.updated, reverse=True)
    else:
        chosen = reversed(account.invoices.values())
    name, _, direction = query.get("order", "updated_at.desc").partition(".")
    if account.switches.unstable_ties:
        chosen = sorted(chosen, key=lambda invoice: hash((invoice.id, salt)))
        return sorted(chosen, key=lambda invoice: invoice.updated.replace(microsecond=0), reverse=True)
    if account.switches.list_lag:
        shown = account.now() - account.switches.list_lag
        seen = [(moment, invoice) for invoice in chosen if (moment := invoice.as_of(shown))]
        chosen = [invoice for _, invoice in sorted(seen, key=lambda pair: pair[0], reverse=True)]
    if (name, direction) == ("updated_at", "desc") or name not in _ORDERS:
        return chosen
    return sorted(chosen, key=_ORDERS[name], reverse=direction == "desc")  # type: ignore[arg-type]


_SENT = ("department_id", "from_invoice_id", "invoice_id")


def _chosen(candidates: Iterable[Invoice], query: Mapping[str, str], kinds: list[str]) -> Iterator[Invoice]:
    """By what documents are, not by when they were made."""
    wanted = {query["kind"]} if query.get("kind") else set(kinds)
    ids = set(query.get("invoice_ids", "").split(",")) - {""}
    links = {name: query[name] for name in _SENT if query.get(name)}
    income, text = query.get("income") != "no", query.get("query", "").lower()
    for invoice in candidates:
        if invoice.income is not income or (ids and str(invoice.id) not in ids):
            continue
        if wanted and ("canceled" if invoice.cancelled else invoice.kind) not in wanted:
            continue
        if any(str(invoice.sent.get(name)) != value for name, value in links.items()):
            continue
        if text and text not in f"{invoice.number} {invoice.oid} {invoice.sent.get('buyer_name')}".lower():
            continue
        yield invoice


def _matching(query: Mapping[str, str], account: Account, candidates: Iterable[Invoice]) -> Iterator[Invoice]:
    start, end = _period(query, account.today())
    status, number, client = query.get("status"), query.get("number"), query.get("client_id")
    for invoice in candidates:
        moment = _search_date(invoice, query.get("search_date_type", "issue_date"))
        if (start or end) and (moment is None or not (start or date.min) <= moment <= (end or date.max)):
            continue
        if (status and status != invoice.status) or (number and number != invoice.number):
            continue
        if client and client != str(invoice.client_id):
            continue
        yield invoice


def _search_date(invoice: Invoice, kind: str) -> date | None:
    if kind == "paid_date":
        return invoice.paid_date
    if kind == "transaction_date":
        return date.fromisoformat(str(invoice.sent.get("sell_date") or invoice.issue_date)[:10])
    return invoice.issue_date


def _period(query: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    """First and last day; None leaves a side open. The dates count only with period=more."""
    month = today.replace(day=1)
    match query.get("period", "last_12_months"):
        case "all":
            return None, None
        case "more":
            return _day(query.get("date_from")), _day(query.get("date_to"))
        case "this_month":
            return month, None
        case "last_month":
            last = month - timedelta(days=1)
            return last.replace(day=1), last
        case "last_30_days":
            return today - timedelta(days=30), None
        case "this_year":
            return today.replace(month=1, day=1), None
        case "last_year":
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
        case _:
            return today - timedelta(days=365), None


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None
