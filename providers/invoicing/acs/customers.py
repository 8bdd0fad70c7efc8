"""Finding or making the customer that an invoice names. No filter of the list of customers is documented, so that
it is read through once and kept for a while.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from providers.domain.errors import NotSent, OutcomeUnknown, ProviderError
from providers.invoicing.acs import values
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.pages import Row
from providers.ports import JsonObject

Known: TypeAlias = dict[str, list[Row]]
"""Customers by name, with what is compared of them."""


class Allowance:
    """The time that look-ups before a write may take: the write itself must fit into the time of one call."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock() + seconds

    def check(self, what: str) -> None:
        """Raises `NotSent` when the time is over."""
        if self._clock() > self._until:
            raise NotSent(f"{what} took too long; nothing was sent, and it goes on with the next try")


class CustomerCalls(Protocol):
    """The calls that are needed here."""

    def all_customers(self) -> Iterator[Row]: ...
    def customer(self, customer_id: str) -> Row: ...
    def create_customer(self, body: JsonObject) -> Row: ...
    def edit_customer(self, customer_id: str, body: JsonObject) -> Row: ...


class Customers:
    """The account's customers. One thread at a time looks and makes, so that this process makes none twice."""

    def __init__(self, calls: CustomerCalls, options: Options, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._names = options.names.customer
        look_up = options.names.look_up
        self._entry_name = look_up.code if options.named_by == "code" else look_up.id
        self._edits = options.customer_changes == "edit"
        self._longest = options.refresh_minutes * 60.0
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Known | None = None
        """None: to be read."""
        self._read_at = 0.0
        self._reading: Iterator[Row] | None = None
        self._half_read: Known = {}

    def id_of(self, wanted: JsonObject, allowance: Allowance) -> object:
        """The id of the customer with this body, which is made, or changed, where the account has none.

        Raises `NotSent` when the list is too long for the allowance: it is read on from there next time. Raises
        `OutcomeUnknown` for a customer that may have been made; it is found when the list is read anew.
        """
        with self._lock:
            known = self._read(allowance)
            found = self._same(known, wanted)
            if found is not None and all(self._text(found, name) == self._text(wanted, name) for name in self._shown):
                return found[self._names.id]
            allowance.check("looking for the customer")
            try:
                made = self._written(known, wanted, found)
            except OutcomeUnknown:
                self._known = None
                raise
            self._keep(known, {**dict.fromkeys(self._shown), **wanted, self._names.id: made[self._names.id]})
            return made[self._names.id]

    def forget(self) -> None:
        """Read the list anew before the next look."""
        with self._lock:
            self._known = None

    @property
    def _shown(self) -> list[str]:
        """What stands on an invoice: a customer that differs in any of it is not the one."""
        names = self._names
        told = (names.name, names.tax_number, names.eu_tax_number, names.country, names.postcode, names.city)
        return [name for name in (*told, names.street) if name]

    def _written(self, known: Known, wanted: JsonObject, found: Row | None) -> Row:
        if found is None or not self._edits:
            return self._calls.create_customer(wanted)
        # Whether a change may name only some members is not documented: the whole customer is sent.
        known_id = values.identity(found, self._names.id)
        whole = {**self._calls.customer(known_id), **wanted}
        whole.pop(self._names.id, None)
        changed = {**self._calls.edit_customer(known_id, whole), self._names.id: found[self._names.id]}
        known[self._key(found)].remove(found)
        return changed

    def _same(self, known: Known, wanted: Mapping[str, object]) -> Row | None:
        """The customer that is this one in all that an invoice shows; else the one with the same tax number, or
        the same e-mail and name."""
        named = [self._whole(row) for row in known.get(self._key(wanted), [])]
        for row in named:
            if all(self._text(row, name) == self._text(wanted, name) for name in self._shown):
                return row
        names = self._names
        for name in (names.tax_number, names.eu_tax_number, names.email):
            for row in named if name else []:
                if self._text(wanted, name) and self._text(row, name) == self._text(wanted, name):
                    return row
        return None

    def _whole(self, row: Row) -> Row:
        """The row with all that is compared. Where the list leaves something out, the customer is read by itself."""
        if all(name in row for name in self._shown):
            return row
        row.update(self._compared(self._calls.customer(values.identity(row, self._names.id))))
        for name in self._shown:
            row.setdefault(name, None)
        return row

    def _read(self, allowance: Allowance) -> Known:
        if self._known is not None and self._clock() - self._read_at <= self._longest:
            return self._known
        if self._reading is None:
            self._reading, self._half_read = self._calls.all_customers(), {}
        while True:
            allowance.check("reading the customers")
            try:
                row = next(self._reading, None)
            except ProviderError:
                self._reading = None
                raise
            if row is None:
                break
            self._keep(self._half_read, row)
        self._known, self._reading, self._read_at = self._half_read, None, self._clock()
        return self._known

    def _keep(self, known: Known, row: Mapping[str, object]) -> None:
        known.setdefault(self._key(row), []).append(self._compared(row))

    def _compared(self, row: Mapping[str, object]) -> Row:
        names = {self._names.id, self._names.email, *self._shown}
        return {name: value for name, value in row.items() if name in names}

    def _key(self, row: Mapping[str, object]) -> str:
        return self._text(row, self._names.name)

    def _text(self, row: Mapping[str, object], name: str) -> str:
        """The member for comparing: an entry by what it is named by, texts without regard to case and blanks."""
        told = row.get(name)
        if isinstance(told, Mapping):
            told = told.get(self._entry_name)
        return " ".join(values.text(told).split()).casefold()
