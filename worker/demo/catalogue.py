"""What the demo's two shops sell, and to whom. All of it is invented; the domains are reserved for examples."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """`price` is for one unit, as the shop shows it: net or gross; `rate` is the tax rate in percent."""

    sku: str
    name: str
    price: Decimal
    rate: Decimal
    fractional: bool = False
    """Sold by the metre, so that 2.5 of it is a quantity."""


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str
    street: str
    postcode: str
    city: str
    company: str = ""
    tax_no: str = ""


@dataclass(frozen=True, slots=True)
class DemoShop:
    """`source` is the shop's home page, `tax_no_key` where its plug-in keeps the buyer's tax number."""

    name: str
    source: str
    currency: str
    country: str
    prices_include_tax: bool
    first_order_id: int
    tax_no_key: str
    products: tuple[Product, ...]
    shipping: Product
    fee: Product
    gateways: tuple[tuple[str, str], ...]
    """Gateways that pay at once, as id and title."""
    people: tuple[Person, ...]
    companies: tuple[Person, ...]


def _product(sku: str, name: str, price: str, rate: str, *, fractional: bool = False) -> Product:
    return Product(sku, name, Decimal(price), Decimal(rate), fractional)


GARDEN = DemoShop(
    name="garden",
    source="https://garden.example/",
    currency="EUR",
    country="DE",
    prices_include_tax=False,
    first_order_id=1001,
    tax_no_key="_billing_vat_number",
    products=(
        _product("CAN-9", "Watering can, 9 l", "41.59", "19"),
        # Taxes of half a cent: 19 % of 0.50 is 0.095, 7 % of 0.50 is 0.035.
        _product("LABEL", "Wooden plant label", "0.50", "19"),
        _product("CRESS", "Cress &amp; rocket seeds", "0.50", "7"),
        _product("HERBS", "Herb pots &ndash; set of three", "11.17", "7"),
        _product("HOSE", "Garden hose, by the metre", "3.33", "19", fractional=True),
        _product("FLEECE", "Frost fleece, by the metre", "1.85", "19", fractional=True),
        _product("SPADE", "Spade, ash handle", "64.00", "19"),
    ),
    shipping=_product("", "Parcel", "4.96", "19"),
    fee=_product("", "Gift wrapping", "2.50", "19"),
    gateways=(("stripe", "Credit card"), ("ppcp-gateway", "PayPal")),
    people=(
        Person("Ada", "Example", "ada@example.com", "Musterweg 1", "10001", "Musterstadt"),
        Person("Ben", "Sample", "ben@example.org", "Probeallee 22", "20002", "Probehausen"),
        Person("Chloë", "Beispiel", "chloe@example.net", "Am Muster 3", "30003", "Beispielsberg"),
    ),
    companies=(
        Person(
            "Dora",
            "Muster",
            "buero@musterhof.test",
            "Hofgasse 4",
            "40004",
            "Musterdorf",
            "Musterhof GmbH",
            "DE999999999",
        ),
        Person("Emil", "Probe", "info@beet.test", "Ring 5", "50005", "Probeheim", "Beet & Beispiel KG", "DE888888888"),
    ),
)

BOOKS = DemoShop(
    name="books",
    source="https://books.example/",
    currency="PLN",
    country="PL",
    prices_include_tax=True,
    first_order_id=5001,
    tax_no_key="_billing_nip",
    products=(
        _product("NOVEL", "Powieść przykładowa", "39.90", "5"),
        _product("ATLAS", "Atlas of places that are not", "119.00", "5"),
        _product("WEEKLY", "Weekly puzzle magazine", "7.99", "8"),
        _product("LAMP", "Reading lamp", "89.99", "23"),
        _product("MARK", "Bookmark, leather", "12.35", "23"),
        _product("STAMP", "Charity stamp (zero rate)", "10.00", "0"),
    ),
    shipping=_product("", "Kurier", "14.99", "23"),
    fee=_product("", "Gift box", "9.99", "23"),
    gateways=(("przelewy24", "Przelewy24"), ("stripe", "Karta")),
    people=(
        Person("Fela", "Przykład", "fela@example.com", "ul. Wzorcowa 6", "00-006", "Przykładowo"),
        Person("Gaweł", "Wzorowy", "gawel@example.org", "ul. Próbna 7/8", "00-007", "Wzorów"),
        Person("Hania", "Testowa", "hania@example.net", "al. Pokazowa 9", "00-009", "Testowice"),
    ),
    companies=(
        Person(
            "Iga",
            "Próbna",
            "biuro@przyklad.test",
            "ul. Wzorcowa 10",
            "00-010",
            "Wzorów",
            "Przykład sp. z o.o.",
            "1234563218",
        ),
    ),
)

SHOPS = (GARDEN, BOOKS)
