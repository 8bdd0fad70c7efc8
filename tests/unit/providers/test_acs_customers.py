"""Customers: found by all that an invoice shows of them, or made once."""

from collections.abc import Callable, Iterator

import pytest

from providers.domain.errors import NotSent, Unavailable
from providers.invoicing.acs import Options
from providers.invoicing.acs.customers import Allowance, Customers
from providers.invoicing.acs.pages import Row


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
