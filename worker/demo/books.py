"""How the demo sets up its books at each provider: their settings, and which shops sell into them. Data only.

A provider of which something is not known for sure has options that say so; a sandbox is known to the last detail,
so that they can be set here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from worker.demo.catalogue import BOOKS, GARDEN, SHOPS, DemoShop

MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBook:
    """One account of its own, with a sandbox of its own. `options` are those of the book in the configuration."""

    name: str = MAIN
    shops: tuple[DemoShop, ...] = SHOPS
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The demo at one provider. `user` stands before the token where the provider wants a user and a password;
    `notice` tells a newcomer what will be seen here and nowhere else. `policy` is that of every shop in the
    configuration."""

    provider: str
    books: tuple[DemoBook, ...] = (DemoBook(),)
    user: str = ""
    policy: Mapping[str, object] = field(default_factory=dict)
    notice: str = ""

    @property
    def shops(self) -> tuple[DemoShop, ...]:
        """The shops of all books."""
        return tuple(shop for book in self.books for shop in book.shops)


def selling(shop: DemoShop, *skus: str) -> DemoShop:
    """The shop with these products only."""
    return replace(shop, products=tuple(product for product in shop.products if product.sku in skus))


_BY_THE_PIECE = selling(GARDEN, "CAN-9", "LABEL", "CRESS", "HERBS", "SPADE")
_MOSTLY_ONE_RATE = (
    selling(GARDEN, "CAN-9", "LABEL", "HERBS", "HOSE", "FLEECE", "SPADE"),
    selling(BOOKS, "LAMP", "MARK"),
)

_CENTS_ARE_LINES: Mapping[str, object] = {"rounding_line": True}
"""For providers whose arithmetic does not reach every total: without it such orders would stop."""

_SETTINGS = (
    Setting(provider="invoiceocean"),
    Setting(
        provider="acs",
        books=(DemoBook(options={"list_proves_absence": True, "list_lag_seconds": 0}),),
        policy=_CENTS_ARE_LINES,
    ),
    Setting(
        provider="acuinvoice",
        books=(DemoBook(shops=_MOSTLY_ONE_RATE, options={"list_lag_seconds": 0}),),
        policy=_CENTS_ARE_LINES,
        notice="An invoice has one tax rate there: an order with several stops, and says so.",
    ),
    Setting(
        provider="drupal_invoice",
        books=(
            DemoBook(name="eur", shops=(GARDEN,), options={"currency": "EUR"}),
            DemoBook(name="pln", shops=(BOOKS,), options={"currency": "PLN"}),
        ),
        user="shop_api",
        policy=_CENTS_ARE_LINES,
        notice="A site knows one currency: there is a book, and a site, for each.",
    ),
    Setting(
        provider="webparking",
        books=(
            DemoBook(
                shops=(_BY_THE_PIECE,),
                options={
                    "shipping_code": "PARCEL",
                    "fee_code": "WRAP",
                    "countries": ["DE"],
                    "leave_out": ["email", "contact", "tax_no", "due_date", "sale_date"],
                    "prices": {
                        **{product.sku: str(product.price) for product in _BY_THE_PIECE.products},
                        "PARCEL": str(GARDEN.shipping.price),
                        "WRAP": str(GARDEN.fee.price),
                    },
                },
            ),
        ),
        notice="Prices are the bridge's own there: an order with a discount stops, and says so.",
    ),
)

SETTINGS: Mapping[str, Setting] = {setting.provider: setting for setting in _SETTINGS}
"""Provider name -> the demo there."""
