"""Invoices of the sandbox's site, and how answers show them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from providers.domain.money import ZERO
from providers.invoicing.drupal_invoice.sandbox.switches import Switches
from providers.ports import JsonObject

CUSTOMER: Final = (
    *("customer_number", "company_name", "firstname", "lastname", "street", "building_number", "zipcode", "city"),
    *("state", "country", "coc_number", "vat_number", "description"),
)
_LISTED: Final = ("company_name", "firstname", "lastname")
_LETTER = re.compile(r"%(\w)")
_STRFTIME: Final = {"Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S"}
_DIGITS = re.compile(r"\d+", re.ASCII)


def php_round(number: Decimal, places: int = 2) -> Decimal:
    """The module's own rounding: first to one place more, then half away from zero."""
    finer = number.quantize(Decimal(1).scaleb(-places - 1), ROUND_HALF_UP)
    return finer.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def php_number(number: Decimal) -> int | float:
    """A number as PHP writes it into JSON: whole ones without a point."""
    return int(number) if number == number.to_integral_value() else float(number)


def number_in(value: object) -> Decimal | None:
    """A number as requests may give it, plain or as text; None for what PHP cannot compute with."""
    if value is None or value is False:
        return ZERO
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


@dataclass(slots=True)
class Item:
    """One line; `unitcost` is without VAT."""

    id: int
    weight: int
    description: object
    quantity: Decimal
    unitcost: Decimal
    vat: Decimal

    @property
    def net(self) -> Decimal:
        return self.quantity * self.unitcost

    @property
    def tax(self) -> Decimal:
        return self.net * self.vat / 100

    def shown(self, sign: str) -> JsonObject:
        gross_each = self.unitcost * (1 + self.vat / 100)
        return {
            "id": self.id,
            "weight": self.weight,
            "description": self.description,
            "quantity": php_number(self.quantity),
            "unitcost": php_number(self.unitcost),
            "vat": php_number(self.vat),
            "formatted_exunitcost": money(self.unitcost, sign, places=3),
            "formatted_incunitcost": money(php_round(gross_each), sign),
            "formatted_extotal": money(php_round(self.net), sign),
            "formatted_inctotal": money(php_round(self.net + self.tax), sign),
        }


def money(amount: Decimal, sign: str, *, places: int = 2) -> str:
    """As the locale writes it: "-$1,000.50"; a third decimal only where there is one."""
    if amount == amount.quantize(Decimal("0.01")):
        places = 2
    return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,.{places}f}"


@dataclass(slots=True)
class Invoice:
    id: int
    nid: int
    uid: int
    template: str
    leading_zeros: int
    prefix: str | None
    description: object
    pay_limit: int
    pay_status: str
    customer: JsonObject
    created: datetime
    changed: datetime
    items: list[Item] = field(default_factory=list)

    @property
    def net(self) -> Decimal:
        return sum((php_round(item.net) for item in self.items), ZERO)

    @property
    def tax(self) -> Decimal:
        return php_round(sum((item.tax for item in self.items), ZERO))

    @property
    def gross(self) -> Decimal:
        return php_round(sum((item.net + item.tax for item in self.items), ZERO))

    def number(self, zone: ZoneInfo) -> str:
        created = self.created.astimezone(zone)
        prefix = _LETTER.sub(lambda match: created.strftime(_STRFTIME.get(match[1], match[1])), self.prefix or "")
        return f"{prefix}{self.id:0{self.leading_zeros}d}"

    def row(self, switches: Switches) -> JsonObject:
        """As the list shows it; the customer's number is text there."""
        zone = ZoneInfo(switches.timezone)
        return {
            "id": self.id,
            "number": self.number(zone),
            "leading_zeros": self.leading_zeros,
            "prefix": self.prefix,
            "template": self.template if _is_known(self.template, switches) else None,
            "description": self.description,
            **self._totals(switches.money_sign, ("extotal", "inctotal", "vattotal")),
            "pay_status": self.pay_status,
            "pay_limit": self.pay_limit,
            "uid": self.uid,
            "created": _stamp(self.created, zone),
            "changed": _stamp(self.changed, zone),
            "customer": {
                "customer_number": str(self.customer["customer_number"]),
                **{name: self.customer[name] for name in _LISTED},
            },
        }

    def shown(self, switches: Switches) -> JsonObject:
        """As a GET of it shows it; the formatted number is formatted a second time, as an integer."""
        zone, sign = ZoneInfo(switches.timezone), switches.money_sign
        again = _DIGITS.match(self.number(zone))
        return {
            "id": self.id,
            "nid": self.nid,
            "leading_zeros": self.leading_zeros,
            "prefix": self.prefix,
            "description": self.description,
            "template": self.template,
            "pay_limit": self.pay_limit,
            "pay_status": self.pay_status,
            "customer": {**self.customer, "customer_number": self.customer["customer_number"]},
            "items": [item.shown(sign) for item in sorted(self.items, key=lambda item: (item.weight, item.id))],
            "number": str(int(again[0])) if again else "0",
            "vat_totals": self._vat_totals(sign),
            **self._totals(sign, ("vattotal", "extotal", "inctotal")),
            "formatted_created": self.created.astimezone(zone).strftime("%m/%d/%Y"),
            "created": _stamp(self.created, zone),
            "changed": _stamp(self.changed, zone),
        }

    def _totals(self, sign: str, names: tuple[str, ...]) -> JsonObject:
        totals = {"extotal": self.net, "inctotal": self.gross, "vattotal": self.tax}
        shown: JsonObject = {name: php_number(totals[name]) for name in names}
        return {**shown, **{f"formatted_{name}": money(totals[name], sign) for name in names}}

    def _vat_totals(self, sign: str) -> list[JsonObject]:
        by_rate: dict[Decimal, Decimal] = {}
        for item in self.items:
            by_rate[item.vat] = by_rate.get(item.vat, ZERO) + item.tax
        return [
            {
                "vat": php_number(rate),
                "vattotal": php_number(php_round(tax)),
                "formatted_vattotal": money(php_round(tax), sign),
            }
            for rate, tax in by_rate.items()
        ]


def _stamp(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _is_known(template: str, switches: Switches) -> bool:
    return template in {switches.template, switches.other_template}
