"""What an owner can say about a book at AcuInvoice, beyond address and API key.

The service's public pages are of 2008 and leave much open. What they leave open is a setting here; its default is
what is inferred from their examples or, where there are none, what the service's ancestor did.
"""

from typing import Literal

from pydantic import Field

from providers.domain.orders import LineKind, TaxCategory
from providers.options import Currency, LagSeconds, ProviderOptions, TimeZone

Meaning = Literal["duplicate", "missing", "denied"]
ProviderLineKind = Literal["Hours", "Days", "Product", "Expense"]


class Options(ProviderOptions):
    """The provider's own part of a book's configuration. The token is the API key alone, which the service takes
    as the user of HTTP Basic. Names of values are the provider's."""

    endpoint: str = Field(
        default="/api/xml-in",
        pattern=r"^/[A-Za-z0-9/._-]*$",
        description="Path of the interface under the account's address, as the provider's example prints it.",
    )
    client_id: int | None = Field(
        default=None,
        gt=0,
        description="The one client that every invoice goes to, such as a card named `Web shop`; the buyer is then "
        "told in the notes. Without it every buyer has a client of their own, which is looked for and else made.",
    )
    client_lookup: Literal["email", "name", "none"] = Field(
        default="email",
        description="How a buyer's client is looked for. `email`: by the contact with the buyer's e-mail address, "
        "and by name where there is no such address or the contact does not tell its client. `name`: through the "
        "list of clients, a call that is assumed to exist. `none`: not at all; every invoice makes a client.",
    )
    invoice_number: Literal["reference", "assigned"] = Field(
        default="reference",
        description="`reference`: the invoice's number is our reference. `assigned`: the account counts on by itself.",
    )
    number_length: int = Field(
        default=50,
        ge=18,
        le=255,
        description="The longest invoice number that the account keeps whole (assumed: no limit is published).",
    )
    reference_length: int = Field(
        default=50,
        ge=18,
        le=255,
        description="The longest PO number that the account keeps whole (assumed: no limit is published).",
    )
    codes: dict[str, Meaning] = Field(
        default_factory=dict,
        description="What the `<code>` of a failure means, for accounts whose failures carry one. None is published.",
    )
    failed_get_is_missing: bool = Field(
        default=True,
        description="Take a failure to read one record as `there is no such record` (assumed: failures have no kind).",
    )
    late_fee: str = Field(
        default="0.00",
        pattern=r"^(1%|1\.5%|2%|\d{1,9}(\.\d{1,2})?)$",
        description="What the account adds by itself to an invoice that is past due: `1%`, `1.5%`, `2%` or an amount. "
        "The provider demands one; that it takes none as `0.00` is assumed.",
    )
    line_kinds: dict[LineKind, ProviderLineKind] = Field(
        default_factory=dict,
        description="The provider's kind for our kinds of lines, such as `shipping = 'Expense'`. Else `Product`.",
    )
    tags: str = Field(default="", max_length=200, description="Tags of every invoice, separated by blanks.")
    currencies: frozenset[Currency] = Field(
        default=frozenset(),
        description="The currencies that the account takes; empty means any. The provider publishes no list.",
    )
    negative_prices: bool = Field(
        default=True,
        description="Whether a line may have a negative price (assumed: `must be numeric`). If not, orders with "
        "discount lines stop.",
    )
    decimals: int = Field(
        default=2,
        ge=0,
        le=6,
        description="Decimals that quantities and prices keep (assumed from the examples). A line that needs more "
        "has the quantity 1, and its quantity in the description.",
    )
    tax_on: Literal["sum", "line"] = Field(
        default="sum",
        description="Whether the account computes the tax of the sum of the taxed lines, or of each line (assumed).",
    )
    tax_rounding: Literal["half_up", "half_even"] = Field(
        default="half_up", description="How the account rounds the tax to two decimals (assumed)."
    )
    freight_is_taxed: bool = Field(
        default=False,
        description="Whether the account taxes freight (assumed not). Used for totals of invoices made by others: we "
        "put shipping into lines.",
    )
    untaxed_words: dict[TaxCategory, str] = Field(
        default_factory=dict,
        description="What the notes say of lines without tax, such as `reverse_charge = 'Reverse charge, Art. 196'`.",
    )
    per_page: int = Field(
        default=25,
        ge=8,
        le=1000,
        description="Entries asked for at once. More than the account gives would look like the list's end: raise it "
        "only after trying it.",
    )
    search_days: int | None = Field(
        default=None,
        ge=7,
        description="How many days back invoices were made that a look-up reads. Without it, it reads all of them. An "
        "invoice made earlier is not found then.",
    )
    list_lag_seconds: LagSeconds = Field(
        default=60,
        description="How long a new invoice may be missing from the list (assumed: nothing is said of it). A look-up "
        "that finds nothing is made a second time after it, before the invoice counts as never made.",
    )
    time_zone: TimeZone = Field(default="UTC", description="IANA name of the zone of the account's times (assumed).")
