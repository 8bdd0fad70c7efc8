"""The demo's settings: one for each provider, such as the provider takes them."""

from pathlib import Path

import pytest

from config.settings import load
from providers.domain.reasons import Code
from providers.invoicing.webparking.sandbox import GARDEN_ITEMS
from providers.registry import PROVIDERS
from worker.demo import toml
from worker.demo.books import SETTINGS, Setting
from worker.demo.story import FEWEST, tell
from worker.demo.terms import terms
from worker.wiring import NoBell, Wired, wire


@pytest.fixture(params=sorted(SETTINGS))
def setting(request: pytest.FixtureRequest) -> Setting:
    return SETTINGS[request.param]


def test_there_is_a_demo_of_every_provider() -> None:
    assert SETTINGS.keys() == PROVIDERS.keys()


def wired_for(setting: Setting, folder: Path) -> Wired:
    file = folder / "counterfoil.toml"
    addresses = {book.name: f"https://{book.name}.example" for book in setting.books}
    file.write_text(
        toml.configuration(
            setting,
            ledger_url="sqlite:///ledger.sqlite3",
            broker_url="memory://",
            addresses=addresses,
            more="timeout = 2\n",
        )
    )
    secrets = {f"DEMO_{shop.name.upper()}_SECRET": "a-secret-of-the-shop" for shop in setting.shops}
    return wire(load(file, {"DEMO_TOKEN": "shop_api:a-token", **secrets}), bell=lambda _: NoBell())


def test_the_configuration_is_one_that_counterfoil_takes(setting: Setting, tmp_path: Path) -> None:
    wired = wired_for(setting, tmp_path)
    wired.close()
    assert wired.books.keys() == {book.name for book in setting.books}
    assert wired.fronts.keys() == {shop.name for shop in setting.shops}


def test_no_order_of_the_demo_stops_for_a_cent_that_the_provider_cannot_reach(setting: Setting, tmp_path: Path) -> None:
    wired, story = wired_for(setting, tmp_path), tell(60, shops=setting.shops)
    told = terms(wired, story, {"documents": [], "requests": {}})
    wired.close()
    assert Code.TOTAL_MISMATCH not in told.cannot_express.values()


def test_every_shop_sells_enough_for_a_story(setting: Setting) -> None:
    for size in (FEWEST, 60):
        assert len(tell(size, shops=setting.shops).orders) == size


def test_currencies_of_the_shops_are_those_that_their_book_takes(setting: Setting) -> None:
    kind = PROVIDERS[setting.provider]
    for book in setting.books:
        provider = kind.build(
            base_url="http://a.example", token="shop_api:t", options=kind.options.model_validate(dict(book.options))
        )
        taken = provider.card.currencies
        assert taken is None or {shop.currency for shop in book.shops} <= taken


def test_the_bridge_sells_what_the_shop_does_at_the_same_prices() -> None:
    (book,) = SETTINGS["webparking"].books
    (shop,) = book.shops
    sold = {product.sku: product.price for product in shop.products}
    sold |= {book.options["shipping_code"]: shop.shipping.price, book.options["fee_code"]: shop.fee.price}
    assert sold == {item.code: item.price for item in GARDEN_ITEMS}
    assert {code: str(price) for code, price in sold.items()} == book.options["prices"]
