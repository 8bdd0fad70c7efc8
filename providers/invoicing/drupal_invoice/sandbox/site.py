"""What exists on the sandbox's site: invoices in the order of their making, and how they are stored."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from providers.domain.money import ZERO
from providers.invoicing.drupal_invoice.sandbox.records import CUSTOMER, Invoice, Item, number_in
from providers.invoicing.drupal_invoice.sandbox.switches import Database, Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock
from providers.sandbox.traps import NO_TRAPS

LENGTHS: Final = {
    "company_name": 100,
    "firstname": 50,
    "lastname": 50,
    "street": 100,
    "building_number": 15,
    "zipcode": 25,
    "city": 50,
    "state": 50,
    "country": 50,
    "coc_number": 25,
    "vat_number": 25,
}
_TEXT_BYTES = 65_535


class DatabaseFailure(Exception):
    """The database refused; everything is rolled back. Answered 500 with an empty body."""


class Died(Exception):
    """PHP 8 ended in the middle: what was stored stays. Answered 500 with an HTML page."""


class Site:
    """One site's data. Not safe for threads by itself."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self.switches = switches
        self.traps = NO_TRAPS
        self._clock = clock
        self._nodes = 0
        self._rows = 0
        self._made_at: datetime | None = None
        self.invoices: dict[int, Invoice] = {}

    def now(self) -> datetime:
        return self._clock()

    def create(self, sent: JsonObject, uid: int) -> Invoice:
        """A new invoice. Raises `DatabaseFailure` with nothing stored, `Died` with the invoice but no items."""
        now, switches = self.now(), self.switches
        self._nodes += 1  # the content node is made first, and stays where two creates collide
        if self._made_at is not None and timedelta(0) <= now - self._made_at < switches.race_window:
            raise DatabaseFailure("duplicate entry for the invoice's id")
        self._check(sent, required=("pay_limit",))
        invoice = Invoice(
            id=max(self.invoices, default=0) + 1,
            nid=self._nodes,
            uid=uid,
            template=str(sent["template"]),
            leading_zeros=_whole(sent.get("leading_zeros")) or switches.default_leading_zeros,
            prefix=str(sent.get("prefix") or "") or switches.default_prefix,
            description=sent.get("description"),
            pay_limit=_whole(sent["pay_limit"]),
            pay_status=_pay_status(sent),
            customer=self._customer(sent.get("customer")),
            created=now,
            changed=now,
        )
        self.invoices[invoice.id] = invoice
        self._made_at = now
        if switches.half_stored:
            raise Died
        invoice.items = self._items(sent.get("items"))
        return invoice

    def replace(self, invoice: Invoice, sent: JsonObject) -> None:
        """Write all of it; what is not sent is wiped, but for the items. Raises as `create`."""
        self._check(sent, required=("pay_limit", "leading_zeros"))
        prefix = sent.get("prefix")
        invoice.template = str(sent["template"])
        invoice.leading_zeros = _whole(sent["leading_zeros"])
        invoice.prefix = None if prefix is None else str(prefix)
        invoice.description = sent.get("description")
        invoice.pay_limit = _whole(sent["pay_limit"])
        invoice.pay_status = _pay_status(sent)
        invoice.customer = self._customer(sent.get("customer"), row=invoice.customer["id"])
        invoice.changed = self.now()
        if sent.get("items"):
            invoice.items = self._items(sent["items"])

    def _check(self, sent: JsonObject, *, required: tuple[str, ...]) -> None:
        """What the database itself refuses. SQLite knows no lengths and no types."""
        if any(sent.get(name) is None for name in required):
            raise DatabaseFailure("a column cannot be null")
        if self.switches.database is Database.SQLITE:
            return
        customer = sent.get("customer")
        customer = customer if isinstance(customer, Mapping) else {}
        items = sent.get("items")
        items = [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
        long = [len(str(customer.get(name) or "")) > limit for name, limit in LENGTHS.items()]
        long.append(len(str(sent.get("prefix") or "")) > 50)
        long.append(len(str(sent.get("description") or "").encode()) > _TEXT_BYTES)
        if self.switches.item_length is not None:
            long += [len(str(each.get("description") or "")) > self.switches.item_length for each in items]
        if any(long):
            raise DatabaseFailure("data too long for a column")
        for value, most in ((sent.get("pay_limit"), 65_535), (sent.get("leading_zeros"), 255)):
            if not 0 <= (number_in(value) or ZERO) <= most:
                raise DatabaseFailure("out of range for a column")
        if number_in(customer.get("customer_number")) is None:
            raise DatabaseFailure("not a number")
        texts = [sent.get("description"), *customer.values(), *(each.get("description") for each in items)]
        if not self.switches.utf8mb4 and any(character > "\uffff" for text in texts for character in str(text)):
            raise DatabaseFailure("incorrect string value")

    def _items(self, sent: object) -> list[Item]:
        return [self._item(each) for each in sent if isinstance(each, Mapping)] if isinstance(sent, list) else []

    def _item(self, sent: Mapping[str, object]) -> Item:
        unitcost = self._computable(sent.get("unitcost"))
        return Item(
            id=self._next_row(),
            weight=_whole(sent.get("weight")),
            description=sent.get("description"),
            quantity=_kept(self._computable(sent.get("quantity")), self.switches.quantity_decimals),
            unitcost=_kept(unitcost, 3),
            vat=_kept(self._computable(sent.get("vat")), self.switches.rate_decimals),
        )

    def _computable(self, value: object) -> Decimal:
        """A number; for anything else PHP 8 dies, and PHP 7 takes 0."""
        number = number_in(value)
        if number is None and self.switches.php8:
            raise Died
        return ZERO if number is None else number

    def _customer(self, sent: object, row: object = None) -> JsonObject:
        """A customer belongs to one invoice; only the number is shared with earlier ones."""
        given = sent if isinstance(sent, Mapping) else {}
        customer: JsonObject = {"id": self._next_row() if row is None else row}
        customer |= {name: None if given.get(name) is None else str(given[name]) for name in CUSTOMER}
        number = number_in(given.get("customer_number"))
        if number is not None:
            customer["customer_number"] = int(number) if number >= 1 else self._customer_number(customer)
        return customer  # a number that is none was let through by SQLite, and stands there as it was sent

    def _customer_number(self, customer: JsonObject) -> object:
        """That of an earlier invoice to the same customer, else one more than the highest; both are sought among
        the invoices of the site's default template."""
        earlier = [each.customer for each in self.invoices.values() if each.template == self.switches.template]
        by_company = ("company_name", "country") if customer["company_name"] else ()
        by_person = ("lastname", "zipcode", "building_number") if customer["lastname"] else ()
        same = by_company or by_person
        for other in earlier:
            # As in SQL, nothing equals null.
            if same and all(customer[name] is not None and customer[name] == other[name] for name in same):
                return other["customer_number"]
        known = [str(other["customer_number"]) for other in earlier]
        if not all(each.isdecimal() for each in known):
            raise Died  # PHP 8 does not count on from a text
        return max(map(int, known), default=0) + 1

    def _next_row(self) -> int:
        self._rows += 1
        return self._rows


def _pay_status(sent: JsonObject) -> str:
    return "paid" if sent.get("pay_status") == "paid" else "unpaid"


def _whole(value: object) -> int:
    return int(number_in(value) or ZERO)


def _kept(number: Decimal, decimals: int | None) -> Decimal:
    return number if decimals is None else number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
