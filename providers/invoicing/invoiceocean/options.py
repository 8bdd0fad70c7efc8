"""What an owner can say about a book at InvoiceOcean, beyond address and token."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from providers.domain.orders import PaymentKind


class Options(BaseModel):
    """The provider's own part of a book's configuration. Names of values are the provider's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    department_id: int | None = Field(
        default=None,
        gt=0,
        description="The issuing company, as its number stands in the address of Settings, Company/department. "
        "Without it the account's default issues.",
    )
    invoice_kind: Literal["vat", "bill", "invoice_other", "vat_margin", "vat_mp"] = Field(
        default="vat",
        description="The provider's kind of document for an invoice: `vat` for a VAT invoice, `bill` for sellers "
        "without VAT, and so on.",
    )
    oid_unique: bool = Field(
        default=True,
        description="Ask the provider to refuse a second document with the same order number. It is the last guard "
        "behind our own; leave it on unless the account refuses documents for it wrongly.",
    )
    language: Literal["", "pl", "en", "de", "fr", "cz", "ru", "es", "it", "nl", "hr"] = Field(
        default="",
        description="Language of documents for buyers whose own language is unknown or not offered. Empty leaves it "
        "to the department.",
    )
    payment_types: dict[PaymentKind, str] = Field(
        default_factory=dict,
        description="Names of ways of paying that replace ours on the document, such as `card = 'payu'`.",
    )
    exempt_tax_kind: str = Field(
        default="",
        max_length=256,
        description="Legal ground of the exemption, printed where a line is exempt from tax. The Polish national "
        "system requires it.",
    )
    np_tax_kind: Literal["", "export_service", "export_service_eu", "not_specified"] = Field(
        default="",
        description="Why lines are not subject to tax, where there are such lines. The Polish national system "
        "requires it.",
    )
    zero_rate: Literal["0", "disabled"] = Field(
        default="0",
        description="How a line taxed at 0 % is told: as `0`, or as `disabled`, which shows no VAT at all, for sellers "
        "without it.",
    )
    identify_oss: bool = Field(
        default=False,
        description="Offer every document for the one stop shop (OSS) of the EU: the service checks seller, buyer and "
        "lines, and marks it only where that is right. The account must have OSS switched on.",
    )
    gov_save_and_send: bool = Field(
        default=False,
        description="Have documents sent to the Polish national system (KSeF) as soon as they are made. Leave it off "
        "where the account sends them by itself.",
    )
    email_pdf: bool = Field(
        default=False,
        description="Attach the PDF file to e-mails that the service sends; without it they hold a link.",
    )
    follow_files: bool = Field(
        default=True,
        description="Fetch a PDF that the service keeps on another host, over https and without the token. Off, such a "
        "file cannot be read.",
    )
    payment_name: str = Field(
        default="Payment",
        min_length=1,
        max_length=100,
        description="What a recorded payment is called at the provider; our reference follows it.",
    )
