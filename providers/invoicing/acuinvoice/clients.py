"""The buyer at the service: a client, looked for first, since nothing there keeps two apart, and its contact."""

from collections.abc import Iterable, Mapping

from providers import paging
from providers.invoicing.acuinvoice import values
from providers.invoicing.acuinvoice.client import AcuInvoiceClient, Row
from providers.invoicing.acuinvoice.options import Options

_SAME = ("name", "address1", "city", "zip", "country")
"""What an invoice shows of its client. A buyer who moved gets a new one: the old one stays on older invoices."""


def client_for(wanted: Mapping[str, object], calls: AcuInvoiceClient, options: Options, *, page_size: int) -> str:
    """The id of the client with this name, address and e-mail; made where there is none.

    Raises what the calls raise.
    """
    found = _found(wanted, calls, options, page_size)
    return found or calls.create_client(dict(wanted))


def contact_of(invoice: Mapping[str, object], address: str, calls: AcuInvoiceClient) -> str:
    """The id of the contact of the invoice's client that has this e-mail address; empty where there is none.

    The list is asked by client alone: whether it tells capital letters from small ones is not documented. Raises
    what the calls raise.
    """
    client_id = values.text(invoice.get("client_id"))
    if not values.is_id(client_id):
        return ""
    rows = [row for row in calls.contacts(client_id=client_id) if _text(row.get("email")) == _text(address)]
    ours = [values.text(row["contact_id"]) for row in rows if row.get("client_id", client_id) == client_id]
    return min(ours, key=int, default="")


def _found(wanted: Mapping[str, object], calls: AcuInvoiceClient, options: Options, page_size: int) -> str:
    if options.client_lookup == "none":
        return ""
    email = _email(wanted)
    if options.client_lookup == "email" and email:
        contacts = [row for row in calls.contacts(email=email) if _text(row.get("email")) == _text(email)]
        owners = {values.text(row.get("client_id")) for row in contacts}
        if all(map(values.is_id, owners)):
            return _first(wanted, (calls.client(each) for each in sorted(owners, key=int)))
    way = paging.Way(fetch=calls.clients, page_size=page_size, identity=lambda row: values.text(row["client_id"]))
    return _first(wanted, paging.rows(way))


def _first(wanted: Mapping[str, object], candidates: Iterable[Row]) -> str:
    return next((values.text(row["client_id"]) for row in candidates if _is_same(wanted, row)), "")


def _is_same(wanted: Mapping[str, object], row: Mapping[str, object]) -> bool:
    if any(_text(wanted.get(name)) != _text(row.get(name)) for name in _SAME):
        return False
    theirs = row.get("contacts")
    # A list may be of summaries: no contacts told is not the same as none there.
    if not isinstance(theirs, list) or not theirs:
        return True
    return _text(_email(wanted)) in {_text(each.get("email")) for each in theirs}


def _email(client: Mapping[str, object]) -> str:
    """The address of its first contact, as it was written; empty when there is none."""
    contacts = client.get("contacts")
    first = contacts[0] if isinstance(contacts, list) and contacts else {}
    return values.text(first.get("email")) if isinstance(first, Mapping) else ""


def _text(value: object) -> str:
    return " ".join(values.text(value).split()).casefold()
