"""How a document stands with the Polish national system."""

from datetime import datetime
from typing import Final

from providers.invoicing.invoiceocean.sandbox.figures import stamp
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.invoicing.invoiceocean.sandbox.switches import Switches
from providers.ports import JsonObject

KINDS: Final = frozenset({"vat", "correction", "vat_mp", "vat_margin", "wdt", "export_products", "advance", "final"})
LOCKED: Final = "Nie można edytować dokumentu, ponieważ został przesłany do KSeF."
NO_NUMBER: Final = "Faktura nie może zostać wysłana - brak numeru KSeF"


def status(invoice: Invoice, switches: Switches, now: datetime) -> str | None:
    """Without the `demo_` of a demonstration; None for a document that was never sent there."""
    if not switches.ksef:
        return None
    if invoice.kind not in KINDS:
        return "not_applicable"
    if invoice.gov_sent is None:
        return None
    return "processing" if now < invoice.gov_sent + switches.ksef_delay else switches.ksef_status


def has_number(invoice: Invoice, switches: Switches, now: datetime) -> bool:
    return status(invoice, switches, now) == "ok"


def waits_for_number(invoice: Invoice, switches: Switches, now: datetime) -> bool:
    """Whether an e-mail has to wait: a company's invoice without its number."""
    concerned = switches.ksef and invoice.kind in KINDS and invoice.for_company
    return concerned and not has_number(invoice, switches, now)


def goes_by_itself(invoice: Invoice, switches: Switches, *, asked: bool) -> bool:
    """Whether a new document is sent there: asked for, or because it is a company's."""
    wanted = asked or (switches.ksef_sends_companies and invoice.for_company)
    return switches.ksef and wanted and invoice.kind in KINDS


def shown(invoice: Invoice, switches: Switches, now: datetime, *, host: str) -> JsonObject:
    """The `gov_` members of an answer."""
    found = status(invoice, switches, now)
    if found is None:
        return {"gov_status": None, "gov_id": None}
    members: JsonObject = {"gov_status": f"demo_{found}" if switches.ksef_demo else found, "gov_id": None}
    if invoice.gov_sent is not None:
        members["gov_send_date"] = stamp(invoice.gov_sent)
    if found == "ok":
        number = gov_id(invoice)
        members |= {"gov_id": number, "gov_verification_link": f"https://{host}/ksef/verify/{number}"}
    if found in {"send_error", "server_error"}:
        members["gov_error_messages"] = ["Nabywca - dane zostały odrzucone"]
    return members


def gov_id(invoice: Invoice) -> str:
    """The number: the seller's tax number, the day, and what tells documents apart."""
    day = (invoice.gov_sent or invoice.created).strftime("%Y%m%d")
    return f"{invoice.sent.get('seller_tax_no') or '1111111111'}-{day}-{invoice.id:012X}"
