"""Entries of the account: found by what is known of them, and kept for a while."""

from typing import Any

import pytest

from providers.domain.errors import Refused
from providers.invoicing.acs import Options
from providers.invoicing.acs.lookups import LookUps
from providers.invoicing.acs.pages import Row

ENTRIES: dict[str, list[Row]] = {
    "currencies": [{"id": 31, "name": "Forint", "code": "HUF"}, {"id": 32, "name": "Euro", "code": "EUR"}],
    "units": [{"id": 51, "name": "db"}],
    "vat": [
        {"id": 901, "name": "27%", "code": "27", "rate": 27},
        {"id": 902, "name": "5%", "code": "5", "rate": "5.0 %"},
        {"id": 903, "name": "Free of tax", "code": "TAM", "rate": None},
        {"id": 904, "name": "Zero", "code": "NULL", "rate": 0},
        {"id": 905, "name": "Export", "code": "EUK", "rate": 0},
    ],
}


class Shelf:
    """Look-ups over `ENTRIES`, with a clock that stands still unless moved."""

    def __init__(self, **options: Any) -> None:
        self.now = 0.0
        self.read: list[str] = []
        self.entries = {kind: list(rows) for kind, rows in ENTRIES.items()}
        self.look_ups = LookUps(self._fetch, Options.model_validate(options), clock=lambda: self.now)

    def _fetch(self, kind: str) -> list[Row]:
        self.read.append(kind)
        return list(self.entries[kind])

    def find(self, kind: str, **wanted: object) -> object:
        return self.look_ups.resolved({"member": {"look_up": kind, **wanted}})["member"]  # type: ignore[index]


def test_entries_are_found_by_code_or_name_whatever_the_case() -> None:
    shelf = Shelf()
    assert shelf.find("currencies", any_of=["eur"]) == 32
    assert shelf.find("currencies", any_of=["Gulden", "forint", "EUR"]) == 31
    assert shelf.find("units", any_of=["DB"]) == 51
    assert shelf.find("vat", any_of=["free of tax"]) == 903


def test_vat_groups_are_found_by_their_rate() -> None:
    assert Shelf().find("vat", rate="27") == 901
    assert Shelf().find("vat", rate="5") == 902


def test_several_vat_groups_of_one_rate_are_for_the_owner_to_tell_apart() -> None:
    with pytest.raises(Refused, match=r"several VAT groups of 0 %: name one in the book's options, vat_codes\.0"):
        Shelf().find("vat", rate="0")
    assert Shelf().find("vat", any_of=["EUK"]) == 905


def test_an_entry_that_is_not_there_is_refused_by_the_name_of_its_member() -> None:
    with pytest.raises(Refused) as raised:
        Shelf().find("currencies", any_of=["USD"])
    (reason,) = raised.value.refusals
    assert (reason.field, reason.text) == ("member", "The account's currencies lack USD. It has: HUF, EUR.")


def test_entries_are_named_by_code_where_they_have_one() -> None:
    shelf = Shelf(named_by="code")
    assert shelf.find("currencies", any_of=["EUR"]) == "EUR"
    assert shelf.find("vat", rate="27") == "27"
    assert shelf.find("units", any_of=["db"]) == 51


def test_entries_are_kept_and_read_again_when_they_are_old() -> None:
    shelf = Shelf(refresh_minutes=10)
    for moment in (0.0, 599.0):
        shelf.now = moment
        shelf.find("currencies", any_of=["EUR"])
    assert shelf.read == ["currencies"]
    shelf.now = 601.0
    shelf.find("currencies", any_of=["EUR"])
    assert shelf.read == ["currencies", "currencies"]


def test_a_new_entry_is_found_at_once_but_a_wrong_one_is_not_asked_for_again_and_again() -> None:
    shelf = Shelf()
    shelf.find("currencies", any_of=["EUR"])
    shelf.entries["currencies"].append({"id": 33, "name": "Dollar", "code": "USD"})
    shelf.now = 31.0
    assert shelf.find("currencies", any_of=["USD"]) == 33
    for _ in range(5):
        with pytest.raises(Refused):
            shelf.find("currencies", any_of=["GBP"])
    assert len(shelf.read) == 2


def test_a_currency_is_told_by_id_code_or_object_without_asking() -> None:
    shelf = Shelf()
    assert shelf.look_ups.currency_code(32) == ""
    assert shelf.look_ups.currency_code("EUR") == "EUR"
    shelf.look_ups.entries("currencies")
    for told in (32, "32", {"id": 32}, {"code": "EUR"}):
        assert shelf.look_ups.currency_code(told) == "EUR"
    for odd in (99, None, "", [], {}, True):
        assert shelf.look_ups.currency_code(odd) == ""
    assert shelf.read == ["currencies"]
