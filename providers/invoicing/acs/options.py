"""What an owner can say about a book at ACS Invoicing, beyond address and token.

Much of the interface is shown to account holders only. What this client assumes about it is a setting here, so
that the truth can be put in without touching code.
"""

from typing import Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from providers.domain.card import Totals
from providers.domain.money import NotAnAmount, decimal_from
from providers.domain.orders import PaymentKind, TaxCategory
from providers.invoicing.acs.names import Names
from providers.options import Code, Country, LagSeconds, Language, Name, ProviderOptions, TimeZone

PAYMENT_METHODS: Final = {
    PaymentKind.TRANSFER: "Átutalás",
    PaymentKind.CARD: "Bankkártya",
    PaymentKind.CASH: "Készpénz",
    PaymentKind.CASH_ON_DELIVERY: "Utánvét",
    PaymentKind.PAYPAL: "PayPal",
    PaymentKind.OTHER: "Egyéb",
}
"""Assumed names. A method that the account does not have stops the order, and the account's own are told."""


class Options(ProviderOptions):
    """The provider's own part of a book's configuration."""

    token_param: str = Field(
        default="access_token",
        pattern=r"^[A-Za-z0-9._~\[\]-]+$",
        max_length=100,
        description="Name of the parameter in the address that carries the token. Assumed; other candidates are "
        "`token`, `auth_token` and `auth-token`.",
    )
    names: Names = Field(
        default=Names(),
        description="The provider's names of members and parameters, where they differ from the assumed ones.",
    )
    named_by: Literal["id", "code"] = Field(
        default="id",
        description="Whether currencies, languages, countries and VAT groups are named by their id or their code. "
        "Units and payment methods are always named by id. Assumed: id.",
    )
    amounts_as: Literal["text", "number"] = Field(
        default="text",
        description='Whether amounts and quantities are sent as "12.50" or as 12.50. Assumed: text.',
    )
    customers: Literal["by_id", "inline"] = Field(
        default="by_id",
        description="`by_id`: the buyer is looked for among the customers, made where there is none, and named by "
        "id. `inline`: the buyer stands in the invoice itself; nothing is looked for. Assumed: by_id.",
    )
    customer_changes: Literal["new_card", "edit"] = Field(
        default="new_card",
        description="What happens when a known customer (same tax number, or same e-mail and name) has another "
        "address: a new customer is made, or the known one is changed. Changing suits accounts where one order is "
        "worked on at a time.",
    )
    address_required: bool = Field(
        default=True,
        description="Whether an order without country, postal code, town or street stops before it is sent. Assumed.",
    )
    country: Country = Field(
        default="",
        description="ISO code of the country of buyers who gave none. Empty: such orders stop.",
    )
    language: Language = Field(
        default="hu",
        description="ISO code of the invoices' language where the account does not offer the buyer's own.",
    )
    unit: Name = Field(default="db", description="Name of the unit of every line, as the account's units have it.")
    payment_methods: dict[PaymentKind, Name] = Field(
        default_factory=dict,
        description="Names of the account's payment methods by our kind, such as `card = 'Credit card'`.",
    )
    vat_codes: dict[str, Code] = Field(
        default_factory=dict,
        description="Code or name of the account's VAT group by rate in percent, where several groups have that "
        "rate, and for untaxed lines by `exempt`, `reverse_charge` and `not_subject`. Untaxed lines whose group is "
        "not named here stop the order: which exemption holds is for the owner to say.",
    )
    electronic: bool = Field(default=False, description="Make electronic invoices.")
    tax_rounding: Literal["line", "vat_group"] = Field(
        default="line",
        description="Where the provider rounds VAT: for each line, or once for each VAT group. Assumed: line.",
    )
    amount_decimals: int = Field(default=2, ge=0, le=4, description="Decimals of the provider's amounts. Assumed.")
    price_decimals: int = Field(default=2, ge=0, le=8, description="Decimals of a net unit price. Assumed.")
    whole_currencies: frozenset[str] = Field(
        default=frozenset({"HUF"}),
        description="Currencies in which the provider rounds an invoice's total to whole units. Assumed.",
    )
    negative_lines: bool = Field(
        default=True, description="Whether the provider takes lines with a negative price, such as vouchers. Assumed."
    )
    rounding_vat_code: str = Field(
        default="",
        max_length=100,
        description="Code of an untaxed VAT group for the line over what rounding leaves, where the shop's policy "
        "`rounding_line` allows one. Empty: it is taxed as the biggest line is.",
    )
    text_length: int = Field(
        default=200, ge=20, le=10_000, description="Characters that names and comments may have. Assumed."
    )
    reference_length: int = Field(
        default=64, ge=32, le=255, description="Characters that the member for our reference keeps whole. Assumed."
    )
    list_proves_absence: bool = Field(
        default=False,
        description="Say true once you have seen that the list of invoices shows a fresh invoice with the member "
        "that holds our reference. Then a lost answer is resolved by reading the list, and an invoice that is not "
        "there is made anew. Until then a person decides.",
    )
    list_lag_seconds: LagSeconds = Field(
        default=60,
        description="How long a fresh invoice may be missing from the list. Absence counts only when it was seen "
        "twice, this far apart. Assumed.",
    )
    look_back_days: int | None = Field(
        default=None,
        ge=1,
        description="How many days of invoices are read to find one again. Without it all of them are, which is "
        "slow where there are tens of thousands.",
    )
    page_size: int = Field(default=100, ge=1, le=1000, description="Rows asked for per page. Fewer are accepted.")
    last_page_repeats: bool = Field(
        default=False,
        description="Whether a page behind the end is the last page again. Without it a repeated page is an error, "
        "since it looks just like a pager whose parameter has another name.",
    )
    totals: Totals = Field(
        default=Totals.IN_CREATE_ANSWER,
        description="Where the provider tells an invoice's total: when it is made, only when it is read, or never.",
    )
    pay: Literal["overwrites", "appends"] = Field(
        default="overwrites",
        description="Whether a second payment replaces the first, or is added to it. Assumed: it replaces it, so "
        "that the sum of both is sent.",
    )
    partial_payments: bool = Field(
        default=True,
        description="Whether a part of the total can be paid, and the answers tell how much is. Assumed.",
    )
    bulk: Literal["per_element", "all_or_nothing"] = Field(
        default="per_element",
        description="Whether a bulk create answers each invoice by itself, or takes all or none. Assumed.",
    )
    bulk_size: int = Field(default=20, ge=1, le=500, description="Invoices in one bulk create. Assumed.")
    refresh_minutes: int = Field(
        default=60,
        ge=1,
        le=1440,
        description="How long languages, countries, payment methods, currencies, units, VAT groups and customers "
        "are kept before they are read again. What is missed is looked for again at once.",
    )
    timezone: TimeZone = Field(default="Europe/Budapest", description="Time zone of the days of payments. Assumed.")

    @field_validator("vat_codes")
    @classmethod
    def _keys_are_rates_or_categories(cls, codes: dict[str, str]) -> dict[str, str]:
        categories = set(TaxCategory) - {TaxCategory.RATED}
        return {key if key in categories else _rate(key): code for key, code in codes.items()}

    @model_validator(mode="after")
    def _fits_the_names(self) -> Self:
        """What the settings rely on has a name."""
        invoice = self.names.invoice
        needed = {
            "customer_id": self.customers == "by_id" and not invoice.customer_id,
            "customer": self.customers == "inline" and not invoice.customer,
            "reference": self.list_proves_absence and not invoice.reference,
            "gross": self.totals is not Totals.NEVER and not invoice.gross,
        }
        missing = [name for name, is_missing in needed.items() if is_missing]
        if missing:
            raise ValueError(f"names.invoice.{missing[0]} is empty, but the settings need it")
        if self.named_by == "code" and not self.names.look_up.code:
            raise ValueError("names.look_up.code is empty, but named_by is code")
        if self.partial_payments and not self.names.pay.amount:
            raise ValueError("names.pay.amount is empty, but partial_payments is true")
        return self


def rate_text(rate: object) -> str:
    """A rate as the keys of `vat_codes` have it: 27, 5.5. Raises `NotAnAmount`."""
    number = decimal_from(rate)
    return f"{number.normalize():f}" if number else "0"


def _rate(key: str) -> str:
    try:
        return rate_text(key)
    except NotAnAmount:
        known = ", ".join(sorted(set(TaxCategory) - {TaxCategory.RATED}))
        raise ValueError(f"{key!r} is neither a rate in percent nor one of: {known}") from None
