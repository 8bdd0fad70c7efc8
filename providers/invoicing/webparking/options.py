"""What an owner can say about a book at WebParking's bridge, beyond address and token."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from providers.options import Code, Country, Currency, NotNegative, ProviderOptions


class ItemPrices(StrEnum):
    """What the price of an item is, and so what the amounts of an order are held against."""

    NET = "net"
    GROSS = "gross"
    UNCHECKED = "unchecked"


class Unsaid(StrEnum):
    """Parts of an order for which the bridge has no field."""

    EMAIL = "email"
    CONTACT = "contact"
    """The person at a company."""
    TAX_NO = "tax_no"
    DUE_DATE = "due_date"
    SALE_DATE = "sale_date"


class Options(ProviderOptions):
    """The provider's own part of a book's configuration."""

    environment: Literal["live", "dry_run"] = Field(
        default="live",
        description="`live` makes invoices. `dry_run` asks the bridge to check each of them and to make none: an order "
        "then stops with what the bridge said, and counts as not invoiced.",
    )
    dry_run_first: bool = Field(
        default=False,
        description="Let the bridge check each invoice in a dry run before it is asked to make it: twice the calls, "
        "and fewer errors at Exact Online behind it.",
    )
    codes: dict[str, Code] = Field(
        default_factory=dict,
        description="Item code at the bridge by the shop's SKU, or by the line's name where a line has no SKU.",
    )
    sku_is_code: bool = Field(
        default=True,
        description="Take a SKU that `codes` does not name for the item code itself.",
    )
    shipping_code: str = Field(
        default="",
        max_length=255,
        description="Item code of shipping that `codes` does not name. Without it, orders with paid shipping stop.",
    )
    fee_code: str = Field(
        default="",
        max_length=255,
        description="Item code of fees that `codes` does not name. Without it, orders with fees stop.",
    )
    item_prices: ItemPrices = Field(
        default=ItemPrices.NET,
        description="What an item's price is, which the bridge does not say: `net` is without VAT, `gross` is with it. "
        "Each line is held against price x quantity before anything is sent. `unchecked` compares nothing: then the "
        "shop's prices must be Exact Online's, or wrong invoices are made.",
    )
    prices: dict[str, NotNegative] = Field(
        default_factory=dict,
        description="Prices by item code, for those that shall be compared at preview already. All others are compared "
        "with the bridge's item list when the invoice is about to be sent.",
    )
    vat_rates: dict[str, NotNegative] = Field(
        default_factory=dict,
        description="VAT in percent by item code, as Exact Online has it. An order whose rate differs stops. Of an "
        "item that is not named here, the shop's rate is taken for right.",
    )
    vat_rounding: Literal["line", "rate"] = Field(
        default="line",
        description="Whether Exact Online rounds VAT for each line or once for each rate. An order whose total does "
        "not come out that way stops.",
    )
    currency: Currency = Field(
        default="EUR",
        description="The currency that the bridge invoices in, which it does not say. Orders in others stop, and so do "
        "those in a currency that has no cents: how it would round them is not known.",
    )
    countries: frozenset[Country] = Field(
        default=frozenset({"NL"}),
        description="Buyers' countries (ISO 3166-1) whose orders are sent although the bridge cannot be told the "
        "country; those of others stop. An empty text stands for orders that name none.",
    )
    leave_out: frozenset[Unsaid] = Field(
        default=frozenset({Unsaid.EMAIL, Unsaid.CONTACT, Unsaid.DUE_DATE, Unsaid.SALE_DATE}),
        description="What an order may hold and the bridge is not told, having no field for it. Of `email`, `contact` "
        "(the person at a company), `tax_no`, `due_date` and `sale_date`, an order with one that is not named stops.",
    )
    missing: str = Field(
        default="",
        max_length=50,
        description="What is written where street, postcode or city is required and the order has none, such as `-`. "
        "Without it such orders stop.",
    )
    reference_length: int = Field(
        default=30,
        ge=20,
        le=255,
        description="The longest reference that is kept whole. No limit is published; a longer one ends in a digest.",
    )
    refuses_repeated_reference: bool = Field(
        default=False,
        description="Whether the bridge refuses a reference that it had before. Nothing is published; set it only "
        "where it was seen, for then a refused reference counts as one that is taken.",
    )
    description_length: int = Field(
        default=100,
        ge=10,
        le=1000,
        description="The longest text of a line; a longer one is cut with an ellipsis. No limit is published.",
    )
    body: Literal["json", "form"] = Field(
        default="json",
        description="How requests are written. The bridge does not say; `form` is there should it not take JSON.",
    )
    item_list_minutes: int = Field(
        default=15,
        ge=0,
        le=24 * 60,
        description="How long a fetched item list is good for. It is fetched anew at once when it lacks an item or a "
        "price differs; 0 fetches it for every invoice.",
    )
