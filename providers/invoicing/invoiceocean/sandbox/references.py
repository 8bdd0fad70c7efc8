"""Whom and what a document means: clients, departments, products and receipts by id, by likeness, or new.

Documented for the French brand, and observed: an unknown buyer becomes a client, an unknown line a product, an unknown
seller a department. Documented: the data of an id override what was written out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.figures import id_in, is_yes, number_in, ruby
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.ports import JsonObject

if TYPE_CHECKING:
    from providers.invoicing.invoiceocean.sandbox.account import Account

_ADDRESS: Final = ("tax_no", "street", "post_code", "city", "country", "email")
_BUYER: Final = ("name", "first_name", "last_name", "phone", *_ADDRESS)
_LIKENESS: Final = ("buyer_name", "buyer_tax_no", "buyer_email", "buyer_first_name", "buyer_last_name")


@dataclass(slots=True)
class Cards:
    """Records that were made along the way, by what they are recognised by."""

    clients: dict[tuple[str, ...], int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)


def client_of(sent: Mapping[str, object], account: "Account") -> int:
    """The client's id: as given, recognised, or new. -1 asks for a new one."""
    given = sent.get("client_id")
    if (known := id_in(given)) > 0:
        return known
    key = tuple(str(sent.get(name) or "") for name in _LIKENESS)
    if key not in account.cards.clients or str(given) == "-1":
        told = {name: sent.get(f"buyer_{name}") for name in _BUYER}
        account.cards.clients[key] = _made("clients", {**told, "company": sent.get("buyer_company")}, account)
    return account.cards.clients[key]


def fill_buyer(invoice: Invoice, account: "Account") -> None:
    """A client that was given by its id overrides what the document says of the buyer, or is overridden by it."""
    record = account.shelves["clients"].records.get(id_in(invoice.sent.get("client_id")))
    if record is None:
        return
    if is_yes(invoice.sent.get("buyer_override")):
        changes = {name: value for name in _ADDRESS if (value := invoice.sent.get(f"buyer_{name}"))}
        account.shelves["clients"].change(record, changes, account.now())
    invoice.sent.update({f"buyer_{name}": record[name] for name in _BUYER if record.get(name)})
    invoice.sent["buyer_company"] = record.get("company", True)


def fill_seller(invoice: Invoice, account: "Account") -> None:
    """A department that was given overrides the seller's data; an unknown seller becomes a department."""
    seller = str(invoice.sent.get("seller_name") or "")
    if seller and not invoice.sent.get("department_id"):
        known = account.cards.departments
        if seller not in known:
            known[seller] = _made("departments", {"name": seller, "tax_no": invoice.sent.get("seller_tax_no")}, account)
        invoice.sent["department_id"] = known[seller]
    record = account.shelves["departments"].records.get(id_in(invoice.sent.get("department_id")))
    if record is not None:
        told = {f"seller_{name}": record[name] for name in ("name", *_ADDRESS) if record.get(name)}
        invoice.sent.update(told)


def product_of(sent: JsonObject, account: "Account") -> tuple[JsonObject, int | None]:
    """The line with what its product knows, and the product's id: as given, recognised, or new."""
    record = account.shelves["products"].records.get(id_in(sent.get("product_id")))
    if record is not None:
        quantity = number_in(sent.get("quantity", 1)) or Decimal(1)
        price = number_in(record["price_gross"]) or ZERO
        known = {"name": record["name"], "tax": record["tax"], "total_price_gross": ruby(price * quantity)}
        return {**known, **sent}, id_in(record["id"])
    name = str(sent.get("name") or "")
    if not account.switches.makes_products and name not in account.cards.products:
        return sent, None
    if name not in account.cards.products:
        priced = {"name": name, "tax": sent.get("tax"), "price_gross": sent.get("price_gross")}
        account.cards.products[name] = _made("products", priced, account)
    return sent, account.cards.products[name]


def forced_tax(invoice: Invoice) -> str:
    """Documented: with reverse charge each line is "oo" for buyers in Poland, and "np" for all others."""
    if not is_yes(invoice.sent.get("reverse_charge")):
        return ""
    return "oo" if invoice.sent.get("buyer_country") == "PL" else "np"


def link_receipt(invoice: Invoice, account: "Account") -> None:
    """An invoice that is made for a receipt, or linked with one, and the receipt name each other."""
    receipt = account.invoices.get(id_in(invoice.sent.get("from_invoice_id")))
    if receipt is None or receipt.kind != "receipt":
        return
    invoice.linked["receipt_for_invoice_id"] = receipt.id
    receipt.linked["invoice_for_receipt_id"] = invoice.id


def _made(plural: str, sent: JsonObject, account: "Account") -> int:
    return id_in(account.add(plural, {name: value for name, value in sent.items() if value is not None})["id"])
