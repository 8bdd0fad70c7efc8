"""The shops of a book take turns."""

from collections.abc import Sequence

from providers.domain.policy import Policy
from tasks.ports import ShopFront
from tasks.shops import Shops
from tests.unit.tasks.engine import StubShop


def shops_of(book: str, names: Sequence[str]) -> Shops:
    return Shops({name: ShopFront(name=name, shop=StubShop(), book=book, policy=Policy()) for name in names})


def test_another_one_is_first_each_time() -> None:
    shops = shops_of("main", "abc")
    assert [shops.of("main") for _ in range(4)] == [tuple(each) for each in ("abc", "bca", "cab", "abc")]


def test_a_shop_alone_is_always_first_and_a_book_may_have_none() -> None:
    shops = shops_of("main", "a")
    assert [shops.of("main"), shops.of("main"), shops.of("other")] == [("a",), ("a",), ()]


def test_of_very_many_each_is_named_in_its_turn() -> None:
    names = [str(number) for number in range(100)]
    shops = shops_of("main", names)
    assert {name for _ in names for name in shops.of("main")[:1]} == set(names)
