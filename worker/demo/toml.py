"""The demo's configuration file."""

import json
from collections.abc import Mapping

from worker.demo.books import DemoBook, Setting


def configuration(
    setting: Setting,
    *,
    ledger_url: str,
    broker_url: str,
    addresses: Mapping[str, str],
    more: str,
    tables: str = "",
) -> str:
    """The file as text. `addresses` are those of the books; `more` are lines for the table of each book, `tables` are
    further tables."""
    return "\n".join(
        (
            _table("ledger", url=ledger_url),
            _table("broker", url=broker_url),
            _table("web", port=0),
            _table("log", format="json"),
            *(_book(book, setting, addresses[book.name], more) for book in setting.books),
            tables,
        )
    )


def _book(book: DemoBook, setting: Setting, address: str, more: str) -> str:
    """The book's tables, and those of its shops."""
    rates = sorted({product.rate for shop in book.shops for product in (*shop.products, shop.shipping, shop.fee)})
    account = _table(
        f"books.{book.name}",
        provider=setting.provider,
        base_url=address,
        token="env:DEMO_TOKEN",  # noqa: S106  (a reference)
        tax_rates=[str(rate) for rate in rates],
    )
    shops = (
        _table(
            f"shops.{shop.name}",
            kind="woocommerce",
            secret=f"env:DEMO_{shop.name.upper()}_SECRET",
            book=book.name,
            tax_number_fields=[shop.tax_no_key],
        )
        + (_table(f"shops.{shop.name}.policy", **setting.policy) if setting.policy else "")
        for shop in book.shops
    )
    options = _table(f"books.{book.name}.options", **book.options) if book.options else ""
    return "\n".join((*shops, account + more, options))


def _table(name: str, **values: object) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: object) -> str:
    """A value as TOML writes it; but for tables, that is as JSON does."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)
