"""Records that are kept for the account, all alike: clients, products, departments and so on.

Observed or documented where they differ: what each needs, what each answers beyond what was sent, what it is found by.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.figures import CENT, is_yes, number_in, ruby, stamp
from providers.ports import JsonObject

Dress: TypeAlias = Callable[[JsonObject, "Shelf"], JsonObject]
"""What was sent, or is changed, and the shelf that it goes to -> the members that follow from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record: `/{plural}.json`."""

    plural: str
    wrapper: str
    needs: tuple[str, ...] = ("name",)
    one_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Member -> the values that are taken."""
    filters: tuple[str, ...] = ()
    dress: Dress = lambda _sent, _shelf: {}
    dresses_once: bool = False
    """Whether what follows from a record is settled when it is made."""
    follows: tuple[str, ...] = ()
    """Members that a change cannot set, since they follow from others."""
    can_be_read: bool = True
    can_be_deleted: bool = True


@dataclass(slots=True)
class Shelf:
    """The records of one kind, by id, oldest first."""

    kind: Kind
    records: dict[int, JsonObject] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    """Short name -> how often it was wished for."""

    def __len__(self) -> int:
        return len(self.records)

    def add(self, record_id: int, sent: Mapping[str, object], now: datetime) -> JsonObject:
        dressed = {**sent, **self.kind.dress(dict(sent), self)}
        record = {"id": record_id, **dressed, "created_at": stamp(now), "updated_at": stamp(now), "deleted": False}
        if self.kind.plural == "bank_accounts":
            record["bank_account_id"] = record_id
        self.records[record_id] = record
        return record

    def change(self, record: JsonObject, sent: Mapping[str, object], now: datetime) -> None:
        for name in self.kind.follows:
            record.pop(name, None)
        changed = {**record, **{name: value for name, value in sent.items() if name not in self.kind.follows}}
        dressed = {} if self.kind.dresses_once else self.kind.dress(changed, self)
        record.update({**changed, **dressed, "updated_at": stamp(now)})

    def find(self, query: Mapping[str, str]) -> list[JsonObject]:
        """Newest first, by the filters that the kind knows."""
        wanted = {name: query[name] for name in self.kind.filters if query.get(name)}
        since = query.get("date_from", "") if self.kind.plural == "products" else ""
        return [
            record
            for record in reversed(self.records.values())
            if all(str(record.get(name) or "") == value for name, value in wanted.items())
            and str(record["updated_at"]) >= since
        ]


def _client(sent: JsonObject, shelf: Shelf) -> JsonObject:
    """A short name that is taken gets a suffix; tax numbers are joined with the country (both observed)."""
    name = str(sent.get("name") or f"{sent.get('first_name') or ''} {sent.get('last_name') or ''}".strip())
    short = str(sent.get("shortcut") or name)
    shelf.told[short] = shelf.told.get(short, 0) + 1
    suffix = f" ({shelf.told[short]})" if shelf.told[short] > 1 else ""
    return {
        "name": name,
        "shortcut": f"{short}{suffix}",
        "company": is_yes(sent.get("company"), default=True),
        "kind": sent.get("kind") or "buyer",
        "tax_no_check": f"{sent.get('country') or ''}{sent.get('tax_no') or ''}",
    }


def _product(sent: JsonObject, _shelf: Shelf) -> JsonObject:
    """The gross price drives where there is one."""
    tax = str(sent.get("tax") or "23")
    factor = 1 + (number_in(tax) or ZERO) / 100
    gross, net = number_in(sent.get("price_gross")), number_in(sent.get("price_net"))
    if net is None:
        net = _cents((gross or ZERO) / factor)
    if gross is None:
        gross = _cents(net * factor)
    prices = {"price_net": ruby(net), "price_gross": ruby(gross), "price_tax": ruby(gross - net)}
    stock = ruby(number_in(sent.get("stock_level")) or ZERO)
    return {**prices, "tax": tax, "stock_level": stock, "warehouse_quantity": stock, "quantity": "1.0"}


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _recurring(sent: JsonObject, _shelf: Shelf) -> JsonObject:
    return {
        "next_invoice_date": sent.get("next_invoice_date") or sent.get("start_date"),
        "last_invoice_date": sent.get("last_invoice_date"),
        "counter": 0,
        "state": "active",
    }


def _bank_account(sent: JsonObject, _shelf: Shelf) -> JsonObject:
    links = sent.get("bank_account_version_departments")
    named = [each for each in links if isinstance(each, dict)] if isinstance(links, list) else []
    kept = [each for each in named if not is_yes(each.get("remove"))]
    flags = {name: is_yes(sent.get(name)) for name in ("own_bank_account", "factor_bank_account")}
    texts = {name: sent.get(name) for name in ("name", "bank_swift", "account_description", "own_bank_account_type")}
    bank = {"bank_name": sent.get("bank_name"), "bank_currency": sent.get("bank_currency") or "PLN"}
    return {**texts, **bank, **flags, "bank_account_version_departments": kept}


_HOOKS: Final = frozenset(
    f"{of}:{what}" for of in ("client", "invoice", "product") for what in ("create", "update", "destroy")
)
_MOVES: Final = frozenset({"pz", "wz", "mm"})

KINDS: Final = (
    Kind(
        plural="clients",
        wrapper="client",
        filters=("name", "email", "shortcut", "tax_no", "external_id"),
        dress=_client,
        dresses_once=True,
    ),
    Kind(plural="products", wrapper="product", dress=_product, follows=("price_net",)),
    Kind(plural="departments", wrapper="department"),
    Kind(plural="price_lists", wrapper="price_list", can_be_read=False),
    Kind(plural="recurrings", wrapper="recurring", needs=("invoice_id",), dress=_recurring, can_be_deleted=False),
    Kind(plural="categories", wrapper="category"),
    Kind(plural="warehouses", wrapper="warehouse"),
    Kind(plural="warehouse_documents", wrapper="warehouse_document", needs=("kind",), one_of={"kind": _MOVES}),
    Kind(plural="bank_accounts", wrapper="bank_account", needs=("bank_account_number",), dress=_bank_account),
    Kind(plural="issuers", wrapper="issuer"),
    Kind(plural="webhooks", wrapper="webhook", needs=("kind", "url"), one_of={"kind": _HOOKS}),
)
