"""What ACS Invoicing calls its members: the one table of names.

The provider shows its field lists to account holders only. Every default below is an assumption, after what
comparable Hungarian services call the same things; whoever has an account puts the true names into the book's
options, and nothing else needs to change. An empty name says that there is no such member: it is then neither
sent nor looked for. Only `status` and `result`, the two members of every answer, are documented.
"""

from collections import Counter
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

Needed: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
MayBeEmpty: TypeAlias = Annotated[str, Field(max_length=100)]


class Table(BaseModel):
    """Names of the members of one object. Two members cannot have one name."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        counts = Counter(name for name in self.model_dump().values() if isinstance(name, str) and name)
        repeated = [name for name, count in counts.items() if count > 1]
        if repeated:
            raise ValueError(f"two members have one name: {', '.join(repeated)}")
        return self


class LookUpNames(Table):
    """Members of languages, countries, payment methods, currencies, units and VAT groups."""

    id: Needed = "id"
    """What documents name the entry by."""
    name: Needed = "name"
    """What people call it."""
    code: MayBeEmpty = "code"
    """ISO code of a language, a country or a currency; the code of a VAT group."""
    rate: MayBeEmpty = "rate"
    """Percentage of a VAT group; null for groups that are known by letters."""


class CustomerNames(Table):
    """Members of a customer."""

    id: Needed = "id"
    """Given by the provider."""
    name: Needed = "name"
    """Of the person or the company."""
    email: MayBeEmpty = "email"
    """Where the provider would write to."""
    phone: MayBeEmpty = "phone"
    """As the buyer gave it."""
    tax_number: MayBeEmpty = "tax_number"
    """Hungarian tax number, and any that names no country."""
    eu_tax_number: MayBeEmpty = "eu_tax_number"
    """Tax number that begins with its country, such as DE999999999."""
    country: MayBeEmpty = "country_id"
    """An entry of the countries."""
    postcode: MayBeEmpty = "zip"
    """Postal code."""
    city: MayBeEmpty = "city"
    """Town."""
    street: MayBeEmpty = "address"
    """Street and number on one line."""
    is_company: MayBeEmpty = "is_company"
    """True or false."""


class InvoiceNames(Table):
    """Members of an invoice, as sent and as answered."""

    id: Needed = "id"
    """Given by the provider."""
    number: MayBeEmpty = "invoice_number"
    """Given by the provider, without gaps."""
    customer_id: MayBeEmpty = "customer_id"
    """A customer that exists."""
    customer: MayBeEmpty = "customer"
    """The buyer as an object in place of `customer_id`."""
    payment_method: MayBeEmpty = "payment_method_id"
    """An entry of the payment methods."""
    currency: Needed = "currency_id"
    """An entry of the currencies."""
    language: MayBeEmpty = "language_id"
    """An entry of the languages."""
    issue_date: MayBeEmpty = "issue_date"
    """YYYY-MM-DD; today where it is missing."""
    fulfillment_date: MayBeEmpty = "fulfillment_date"
    """YYYY-MM-DD; the day that counts for VAT."""
    due_date: MayBeEmpty = "due_date"
    """YYYY-MM-DD."""
    electronic: MayBeEmpty = "electronic"
    """True for an electronic invoice."""
    comment: MayBeEmpty = "comment"
    """Printed on the invoice."""
    reference: MayBeEmpty = "order_number"
    """Where our reference stands. Empty: nothing can be found again."""
    items: Needed = "items"
    """The lines."""
    net: MayBeEmpty = "net_total"
    """Answer: total without VAT."""
    tax: MayBeEmpty = "vat_total"
    """Answer: VAT in all."""
    gross: MayBeEmpty = "gross_total"
    """Answer: total with VAT."""
    paid: MayBeEmpty = "paid"
    """Answer: the amount paid so far, or true and false."""
    paid_date: MayBeEmpty = "paid_date"
    """Answer: when it was paid in full; null before."""
    created_at: MayBeEmpty = "created_at"
    """Answer: when it was made."""


class ItemNames(Table):
    """Members of a line."""

    name: Needed = "name"
    """What was sold."""
    quantity: Needed = "quantity"
    """Decimal."""
    unit: MayBeEmpty = "unit_id"
    """An entry of the units."""
    price: Needed = "net_unit_price"
    """Net price of one unit, in the invoice's currency."""
    vat: Needed = "vat_id"
    """An entry of the VAT groups."""


class PayNames(Table):
    """Members of the body of `/pay`."""

    payment_method: MayBeEmpty = "payment_method_id"
    """An entry of the payment methods."""
    date: MayBeEmpty = "date"
    """YYYY-MM-DD."""
    amount: MayBeEmpty = "amount"
    """In the invoice's currency. Empty: only the whole can be paid."""


class ListNames(Table):
    """Parameters of the lists of invoices and customers, and members of their answers."""

    page: Needed = "page"
    """Parameter: page from 1."""
    per_page: MayBeEmpty = "per_page"
    """Parameter: rows per page."""
    date_from: MayBeEmpty = "date_from"
    """Parameter: first issue date. Empty: the whole list is read and filtered here."""
    date_to: MayBeEmpty = "date_to"
    """Parameter: last issue date."""
    sort: MayBeEmpty = "sort"
    """Parameter: the member to sort by; ours is the id."""
    order: MayBeEmpty = "order"
    """Parameter: the direction."""
    items: Needed = "items"
    """Answer: the rows, where the answer is no bare list."""
    pages: MayBeEmpty = "pages"
    """Answer: how many pages there are."""
    total: MayBeEmpty = "total"
    """Answer: how many rows there are."""


class ErrorNames(Table):
    """Members of `result` where it tells of an error as an object or a list of objects."""

    code: MayBeEmpty = "code"
    """A number that means what the HTTP status of the same value means."""
    field: MayBeEmpty = "field"
    """The member that was wrong."""
    text: MayBeEmpty = "message"
    """What is wrong with it."""


class Names(BaseModel):
    """All names. In a configuration file: `[books.NAME.options.names.invoice]` and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    look_up: LookUpNames = LookUpNames()
    """Members of reference data."""
    customer: CustomerNames = CustomerNames()
    """Members of a customer."""
    invoice: InvoiceNames = InvoiceNames()
    """Members of an invoice."""
    item: ItemNames = ItemNames()
    """Members of a line."""
    pay: PayNames = PayNames()
    """Members of a payment."""
    list: ListNames = ListNames()
    """Parameters and members of lists."""
    error: ErrorNames = ErrorNames()
    """Members of an error."""
    bulk: Needed = "invoices"
    """The member that holds the invoices of a bulk create."""
    ascending: Needed = "asc"
    """The value of the list's direction that puts the oldest first."""
