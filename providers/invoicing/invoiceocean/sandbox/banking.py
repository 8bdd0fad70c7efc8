"""Which bank accounts a document shows. Documented."""

from typing import TYPE_CHECKING, Final

from providers.invoicing.invoiceocean.sandbox.figures import id_in, is_yes
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.ports import JsonObject

if TYPE_CHECKING:
    from providers.invoicing.invoiceocean.sandbox.account import Account

_HIDDEN: Final = frozenset(
    {"bank_account_id", "bank_account_version_departments", "created_at", "updated_at", "deleted"}
)


def chosen(invoice: Invoice, account: "Account") -> list[JsonObject]:
    """Those that were sent, or else those of the department that are to be shown."""
    sent = invoice.sent.get("bank_accounts")
    if isinstance(sent, list) and sent:
        return [_shown(_known(each, account)) for each in sent if isinstance(each, dict)]
    department = id_in(invoice.sent.get("department_id"))
    found = account.shelves["bank_accounts"].records.values()
    return [_shown(each) for each in found if _belongs(each, department)]


def _known(sent: JsonObject, account: "Account") -> JsonObject:
    """The account with this number, whatever else was sent of it; a new one where there is none."""
    number = _plain(sent.get("bank_account_number"))
    for record in account.shelves["bank_accounts"].records.values():
        if _plain(record.get("bank_account_number")) == number:
            return record
    return account.add("bank_accounts", {"bank_name": "Rachunek bankowy", **sent})


def _plain(number: object) -> str:
    """Without blanks, dashes and the country in front."""
    text = "".join(character for character in str(number or "") if character.isalnum())
    return text[2:] if text[:2].isalpha() else text


def _belongs(record: JsonObject, department: int) -> bool:
    links = record.get("bank_account_version_departments")
    return isinstance(links, list) and any(
        id_in(link.get("department_id")) == department and is_yes(link.get("show_on_invoice")) for link in links
    )


def _shown(record: JsonObject) -> JsonObject:
    return {name: value for name, value in record.items() if name not in _HIDDEN}
