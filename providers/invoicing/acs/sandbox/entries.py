"""Reference data of the sandbox's account. Ids begin at odd places, so that nothing can guess them."""

from collections.abc import Iterable, Mapping
from typing import Final

from providers.invoicing.acs.sandbox.switches import Switches
from providers.ports import JsonObject

_LANGUAGES: Final = "hu en de fr hr it ro sk pl cs"
_COUNTRIES: Final = (
    "HU AT BE BG HR CY CZ DK EE FI FR DE GR IE IT LV LT LU MT NL PL PT RO SK SI ES SE GB CH NO US CA AU RS UA"
)
_METHODS: Final = ("Átutalás", "Készpénz", "Bankkártya", "Utánvét", "PayPal", "Egyéb")
_OWN_METHODS: Final = ("Ajándékutalvány",)
_UNITS: Final = ("db", "óra", "kg", "m")


class Entries:
    """Every list of reference data, by kind and then by id."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self.names = switches.names.look_up
        rates = [(f"{rate}%", rate, rate) for rate in switches.rates]
        letters = [(letters, letters, None) for letters in switches.letters]
        self.lists: Mapping[str, list[JsonObject]] = {
            "languages": self._coded(_LANGUAGES.split(), 11),
            "countries": self._coded(_COUNTRIES.split(), 101),
            "currencies": self._coded(switches.currencies, 31),
            "units": [{self.names.id: 51 + n, self.names.name: name} for n, name in enumerate(_UNITS)],
            "payment_methods": [
                {self.names.id: 71 + n, self.names.name: name, "custom": name in _OWN_METHODS}
                for n, name in enumerate((*_METHODS, *_OWN_METHODS))
            ],
            "vat": [
                self._entry({self.names.name: name, self.names.code: code, self.names.rate: rate}, 901 + 2 * n)
                for n, (name, code, rate) in enumerate([*rates, *letters])
            ],
        }

    def find(self, kind: str, told: object) -> JsonObject | None:
        """The entry that a request names, by id or by code as switched."""
        coded = self._switches.named_by_code and kind not in {"units", "payment_methods"}
        member = self.names.code if coded else self.names.id
        wanted = str(told) if isinstance(told, str | int) else ""
        return next((row for row in self.lists[kind] if str(row.get(member)) == wanted), None)

    def shown(self, kind: str, told: object) -> object:
        """How an answer names what a request named so."""
        return self.find(kind, told) if self._switches.nested_entries else told

    def _coded(self, codes: Iterable[str], first: int) -> list[JsonObject]:
        return [
            self._entry({self.names.name: f"Name of {code}", self.names.code: code}, first + n)
            for n, code in enumerate(codes)
        ]

    def _entry(self, members: Mapping[str, object], number: int) -> JsonObject:
        return {self.names.id: number, **{name: value for name, value in members.items() if name}}
