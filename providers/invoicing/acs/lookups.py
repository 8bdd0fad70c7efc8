"""The account's languages, countries, payment methods, currencies, units and VAT groups, kept for a while.

Ids are never written down anywhere: they differ from account to account, and between test and live.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias

from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import EXPONENTS
from providers.invoicing.acs import values
from providers.invoicing.acs.mapping import LOOK_UP
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.pages import Row

KINDS: Final = ("languages", "countries", "payment_methods", "currencies", "units", "vat")
Fetch: TypeAlias = Callable[[str], list[Row]]
"""One of the kinds -> its entries."""

_SOONEST: Final = 30.0
"""Seconds that entries are trusted at least: a name that is not among them is not asked for again and again."""


@dataclass(slots=True)
class _Kept:
    rows: list[Row]
    read_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class LookUps:
    """Safe to be shared by threads; one of them reads while the others wait."""

    def __init__(self, fetch: Fetch, options: Options, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._options = options
        self._clock = clock
        self._longest = options.refresh_minutes * 60.0
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def entries(self, kind: str) -> list[Row]:
        """The entries, read again where they are older than the book's `refresh_minutes`. Raises what reading
        raises."""
        return self._read(kind, self._longest)

    def resolved(self, value: object, member: str = "") -> object:
        """The value with every `{"look_up": ...}` in it replaced by what the provider names the entry by.

        Raises `Refused` for an entry that the account does not have, and what reading raises. Nothing of an
        invoice has been sent by then.
        """
        if isinstance(value, list):
            return [self.resolved(each, member) for each in value]
        if not isinstance(value, Mapping):
            return value
        if LOOK_UP in value:
            return self._named(value, member)
        return {name: self.resolved(each, str(name)) for name, each in value.items()}

    def forget(self) -> None:
        """Read every list anew before the next look. What is there stays for telling currencies."""
        with self._lock:
            for kept in self._kept.values():
                kept.read_at = float("-inf")

    def currency_code(self, told: object) -> str:
        """The ISO code of a currency as an invoice names it: by id, by code, or by an object. Asks nobody: empty
        where the currencies have not been read."""
        names = self._options.names.look_up
        if isinstance(told, Mapping):
            told = told.get(names.code) or told.get(names.id)
        wanted = values.text(told)
        if wanted in EXPONENTS:
            return wanted
        kept = self._kept.get("currencies")
        for row in kept.rows if kept and wanted else []:
            if values.identity(row, names.id) == wanted:
                return values.text(row.get(names.code)) or values.text(row.get(names.name))
        return ""

    def _named(self, wanted: Mapping[str, object], member: str) -> object:
        kind = str(wanted[LOOK_UP])
        found = self._matching(self.entries(kind), wanted) or self._matching(self._read(kind, _SOONEST), wanted)
        if not found:
            raise Refused(FieldRefusal(member, f"{self._missing(kind, wanted)} {self._known(kind)}"))
        if len(found) > 1 and "rate" in wanted:
            raise Refused(
                FieldRefusal(
                    member,
                    f"The account has several VAT groups of {wanted['rate']} %: name one in the book's options, "
                    f"vat_codes.{wanted['rate']}. {self._known(kind)}",
                )
            )
        return self._name_of(kind, found[0])

    def _name_of(self, kind: str, row: Row) -> object:
        names = self._options.names.look_up
        coded = self._options.named_by == "code" and kind not in {"units", "payment_methods"}
        return (row.get(names.code) if coded else None) or row[names.id]

    def _matching(self, rows: list[Row], wanted: Mapping[str, object]) -> list[Row]:
        """By rate: every entry of that rate. By code or name: the entries of the first one that there is."""
        names = self._options.names.look_up
        if "rate" in wanted:
            rate = Decimal(str(wanted["rate"]))
            return [row for row in rows if names.rate and values.amount(row.get(names.rate)) == rate]
        any_of = wanted.get("any_of")
        for each in any_of if isinstance(any_of, list) else []:
            known = str(each).casefold()
            found = [row for row in rows if known in self._called(row)]
            if found:
                return found
        return []

    def _called(self, row: Row) -> set[str]:
        names = self._options.names.look_up
        return {values.text(row.get(name)).casefold() for name in (names.code, names.name) if name} - {""}

    def _missing(self, kind: str, wanted: Mapping[str, object]) -> str:
        told = wanted.get("any_of") or f"{wanted.get('rate')} %"
        named = ", ".join(map(str, told)) if isinstance(told, list) else told
        return f"The account's {kind.replace('_', ' ')} lack {named}."

    def _known(self, kind: str) -> str:
        names = self._options.names.look_up
        kept = self._kept[kind].rows
        told = [values.text(row.get(names.code) or row.get(names.name)) for row in kept]
        return f"It has: {', '.join(filter(None, told[:30])) or 'none'}."

    def _read(self, kind: str, longest: float) -> list[Row]:
        with self._lock:
            kept = self._kept.setdefault(kind, _Kept([], float("-inf")))
        with kept.lock:
            if self._clock() - kept.read_at > longest:
                kept.rows, kept.read_at = self._fetch(kind), self._clock()
            return kept.rows
