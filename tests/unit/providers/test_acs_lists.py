"""Pages whose parameters nobody public knows, entries kept for a while, customers found or made."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from providers.domain.errors import NotSent, Refused, Unavailable
from providers.invoicing.acs import Options
from providers.invoicing.acs.customers import Allowance, Customers
from providers.invoicing.acs.lookups import LookUps
from providers.invoicing.acs.pages import Page, Row, batches, rows


def page(*ids: int, **facts: int) -> Page:
    return Page(rows=[{"id": each} for each in ids], **facts)


def read(*told: Page, last_page_repeats: bool = False) -> list[object]:
    """What is read from these pages; beyond the last one, that one comes again."""

    def fetch(number: int) -> Page:
        return told[min(number, len(told)) - 1]

    found = rows(fetch, identity=lambda row: str(row["id"]), last_page_repeats=last_page_repeats)
    return [row["id"] for row in found]


def test_a_page_count_ends_a_list() -> None:
    assert read(page(1, 2, pages=2, total=3), page(3, pages=2, total=3)) == [1, 2, 3]
    assert read(page(pages=0, total=0)) == []
    assert read(page(1, pages=1)) == [1]


def test_without_a_count_only_an_empty_page_ends_a_list_a_short_one_does_not() -> None:
    assert read(page(1, 2, 3), page(4), page(5, 6), page()) == [1, 2, 3, 4, 5, 6]
    assert read(page()) == []


def test_a_repeated_page_is_an_error_unless_the_owner_says_that_the_last_one_repeats() -> None:
    with pytest.raises(Unavailable, match="same rows"):
        read(page(1, 2), page(3))
    assert read(page(1, 2), page(3), last_page_repeats=True) == [1, 2, 3]


def test_a_row_that_is_pushed_to_the_next_page_is_told_once() -> None:
    assert read(page(1, 2), page(2, 3), page()) == [1, 2, 3]


def test_a_list_that_gives_fewer_rows_than_it_tells_of_is_not_believed() -> None:
    with pytest.raises(Unavailable, match="tells of 4 rows, but gave 3"):
        read(page(1, 2, pages=2, total=4), page(3, pages=2, total=4))
    with pytest.raises(Unavailable, match="tells of 4 rows"):
        read(page(1, 2, total=4), page(total=4))


def test_a_list_that_goes_round_in_circles_is_given_up() -> None:
    with pytest.raises(Unavailable, match="does not end"):
        read(page(1, 2), page(2, 3), page(1), page(2), page(3), page(1))


@pytest.mark.parametrize(
    "told",
    [
        [page(1, 2, pages=3, total=5), page(3, 4, pages=3, total=5), page(5, pages=3, total=5)],
        [page(1, 2), page(3, 4), page(5), page()],
        [page(1, 2), page(2, 3), page(4, 5), page()],
    ],
    ids=["counted", "uncounted", "pushed"],
)
def test_a_reading_goes_on_behind_every_cursor(told: list[Page]) -> None:
    def fetch(number: int) -> Page:
        return told[min(number, len(told)) - 1]

    def identity(row: Mapping[str, object]) -> str:
        return str(row["id"])

    seen: list[object] = []
    for batch in batches(fetch, identity=identity):
        seen += [row["id"] for row in batch.rows]
        rest = [row["id"] for later in batches(fetch, identity=identity, after=batch.cursor) for row in later.rows]
        assert seen + rest == [1, 2, 3, 4, 5]


def test_a_list_that_shrank_while_nobody_read_it_is_not_believed() -> None:
    first = next(batches(lambda _: page(1, 2, pages=3, total=5), identity=lambda row: str(row["id"])))
    with pytest.raises(Unavailable, match="tells of 4 rows"):
        list(batches(lambda _: page(pages=2, total=4), identity=lambda row: str(row["id"]), after=first.cursor))


def test_pages_are_fetched_as_they_are_needed() -> None:
    asked: list[int] = []

    def fetch(number: int) -> Page:
        asked.append(number)
        return page(number, pages=9)

    reading = rows(fetch, identity=lambda row: str(row["id"]))
    next(reading)
    next(reading)
    assert asked == [1, 2]


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


class Cards:
    """Customers as the provider has them, as `CustomerCalls`."""

    def __init__(self, *customers: Row) -> None:
        self.customers = {int(str(each["id"])): each for each in customers}
        self.calls: list[str] = []
        self.on_row: Callable[[], object] = lambda: None
        self.error: Exception | None = None

    def all_customers(self) -> Iterator[Row]:
        self.calls.append("list")
        for customer in list(self.customers.values()):
            self.on_row()
            if self.error:
                raise self.error
            yield customer

    def customer(self, customer_id: str) -> Row:
        self.calls.append(f"read {customer_id}")
        return self.customers[int(customer_id)]

    def create_customer(self, body: Row) -> Row:
        made = {**body, "id": max(self.customers, default=0) + 1}
        self.calls.append(f"create {made['id']}")
        self.customers[int(str(made["id"]))] = made
        return made

    def edit_customer(self, customer_id: str, body: Row) -> Row:
        self.calls.append(f"edit {customer_id}")
        self.customers[int(customer_id)] = {**body, "id": int(customer_id)}
        return {}


def ada(**changes: object) -> Row:
    nobody = {"tax_number": None, "eu_tax_number": None}
    facts = {"name": "Ada Example", "email": "ada@example.com", "country_id": 101, "zip": "1011", "city": "Buda"}
    return {**nobody, **facts, "address": "Fő utca 1", **changes}


PLENTY = Allowance(1e9)


def test_a_customer_is_used_whom_all_that_an_invoice_shows_describes() -> None:
    cards = Cards(ada(id=1, city="Pest"), ada(id=2, address=" FŐ  utca 1", phone="1"), ada(id=3))
    customers = Customers(cards, Options())
    assert customers.id_of(ada(), PLENTY) == 2
    assert customers.id_of(ada(), PLENTY) == 2
    assert cards.calls == ["list"]


def test_a_customer_is_made_once_after_a_search() -> None:
    cards = Cards(ada(id=1, name="Eve"))
    customers = Customers(cards, Options())
    assert [customers.id_of(ada(), PLENTY) for _ in range(3)] == [2, 2, 2]
    assert cards.calls == ["list", "create 2"]


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({"tax_number": "1-1", "city": "Pest", "email": "x@y.example"}, {"tax_number": "1-1", "email": ""}),
        ({"eu_tax_number": "DE1", "zip": "1"}, {"eu_tax_number": "DE1"}),
        ({"city": "Pest"}, {}),
    ],
)
def test_one_who_moved_is_changed_where_the_owner_says_so(known: Row, wanted: Row) -> None:
    cards = Cards(ada(id=1, note="keeps", **known))
    customers = Customers(cards, Options(customer_changes="edit"))
    assert [customers.id_of(ada(**wanted), PLENTY) for _ in range(2)] == [1, 1]
    assert cards.calls == ["list", "read 1", "edit 1"]
    assert cards.customers[1]["city"] == "Buda"
    assert cards.customers[1]["note"] == "keeps"


def test_who_shares_only_the_name_is_somebody_else() -> None:
    cards = Cards(ada(id=1, email="other@example.com", city="Pest"))
    assert Customers(cards, Options(customer_changes="edit")).id_of(ada(), PLENTY) == 2


def test_what_the_list_leaves_out_is_read_by_itself() -> None:
    cards = Cards(ada(id=1))
    brief = Cards({"id": 1, "name": "Ada Example"}, {"id": 2, "name": "Eve"})
    brief.customer = cards.customer  # type: ignore[method-assign]
    customers = Customers(brief, Options())
    assert [customers.id_of(ada(), PLENTY) for _ in range(2)] == [1, 1]
    assert (brief.calls, cards.calls) == (["list"], ["read 1"])


def test_a_long_list_is_read_on_where_the_time_ended() -> None:
    now = [0.0]
    cards = Cards(*(ada(id=number, name=f"N{number}") for number in range(1, 11)))

    def tick() -> None:
        now[0] += 1.0

    cards.on_row = tick
    customers = Customers(cards, Options(), clock=lambda: now[0])
    for _ in range(2):
        with pytest.raises(NotSent):
            customers.id_of(ada(), Allowance(3.5, lambda: now[0]))
    assert customers.id_of(ada(name="N10"), Allowance(3.5, lambda: now[0])) == 10
    assert cards.calls == ["list"]


def test_a_list_that_broke_is_read_from_the_start() -> None:
    cards = Cards(ada(id=1), ada(id=2, name="Eve"))
    cards.error = Unavailable("gone")
    customers = Customers(cards, Options())
    with pytest.raises(Unavailable):
        customers.id_of(ada(), PLENTY)
    cards.error = None
    assert customers.id_of(ada(), PLENTY) == 1
    assert cards.calls == ["list", "list"]


def test_customers_are_read_again_when_they_are_old() -> None:
    now = [0.0]
    cards = Cards(ada(id=1))
    customers = Customers(cards, Options(refresh_minutes=1), clock=lambda: now[0])
    for now[0] in (0.0, 59.0, 61.0):
        customers.id_of(ada(), PLENTY)
    assert cards.calls == ["list", "list"]
