"""What an owner can say about a book on a Drupal site, beyond address and account."""

from typing import Literal

from pydantic import Field

from providers.domain.orders import TaxCategory
from providers.options import Currency, ProviderOptions, TimeZone


class Options(ProviderOptions):
    """The provider's own part of a book's configuration. The book's token is written "user:password"."""

    template: str = Field(
        default="default",
        min_length=1,
        pattern=r"\S",
        description="The template (the brand) that issues, as the site calls it. The account must be its API user, or "
        "the site's API root user.",
    )
    currency: Currency = Field(
        default="EUR",
        description="The currency that the template's locale prints. The module knows none, so that orders in any "
        "other currency are stopped.",
    )
    dialect: Literal["auto", "1.2", "1.3"] = Field(
        default="auto",
        description="The module's version. 1.3 asks for a session and a token with every write; `auto` finds that out "
        "with the first write.",
    )
    session: Literal["login", "own"] = Field(
        default="login",
        description="How the session that 1.3 asks for comes about: `login` through the site's login form, `own` by a "
        "random session of our own making, for sites whose login form has more than name and password.",
    )
    cookie_domain: str = Field(
        default="",
        description="The site's `$cookie_domain`, where its settings.php sets one. Counts with `session = 'own'` only.",
    )
    clean_urls: bool = Field(
        default=True,
        description="False for sites without clean URLs: calls go to `/?q=invoice/api/...` then.",
    )
    timezone: TimeZone = Field(
        default="UTC",
        description="IANA name of the time zone in which the site tells times: its own, or that of the account where "
        "users may choose theirs.",
    )
    leading_zeros: int | None = Field(
        default=None,
        ge=1,
        le=255,
        description="To how many digits the number of an invoice is filled up. Without it the site's default counts.",
    )
    prefix: str | None = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="What stands before the number of an invoice; `%Y`, `%m` and so on stand for parts of the date. "
        "Without it the site's default counts.",
    )
    description: str = Field(
        default="Order {order_number}",
        max_length=500,
        description="The text of an invoice, printed on it. Our reference follows in square brackets.",
    )
    credit_description: str = Field(
        default="Credit for the invoice of order {order_number} ({invoice_reference})",
        max_length=500,
        description="The same for a credit note.",
    )
    supply_description: str = Field(
        default="Date of supply {date}",
        max_length=500,
        description="Added to the text where the date of supply is not the date of issue. Empty leaves it out.",
    )
    untaxed_texts: dict[TaxCategory, str] = Field(
        default={
            TaxCategory.EXEMPT: "VAT exempt",
            TaxCategory.REVERSE_CHARGE: "VAT reverse charge",
            TaxCategory.NOT_SUBJECT: "not subject to VAT",
        },
        description="Why a line carries no VAT, added to its text: the module has no field for it.",
    )
    country_names: dict[str, str] = Field(
        default_factory=dict,
        description="Names that replace ISO codes of countries on the invoice, such as `NL = 'Nederland'`.",
    )
    four_byte_text: bool = Field(
        default=False,
        description="Whether the site's database keeps emoji and rare characters (utf8mb4). Without it they are left "
        "out of texts, and a name that has one is stopped: the site would fail. Not known, differs by site.",
    )
    item_length: int = Field(
        default=255,
        ge=20,
        le=10_000,
        description="The longest text of a line that the site keeps. Assumed; longer ones are cut.",
    )
    quantity_decimals: int = Field(
        default=1,
        ge=0,
        le=6,
        description="How many decimals of a quantity the site keeps. One was seen; quantities with more go into the "
        "text of their line.",
    )
    rate_decimals: int = Field(
        default=1,
        ge=0,
        le=4,
        description="How many decimals of a VAT rate the site keeps. Assumed; orders with finer rates are stopped.",
    )
