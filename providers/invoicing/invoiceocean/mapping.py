"""Between our words and InvoiceOcean's. Pure: no clock, no network.

Field names, kinds and limits: github.com/invoiceocean/API and github.com/fakturownia/API (README, KSeF).
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from providers.domain.documents import DocumentKind, Draft, DraftLine, Payment
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS, ZERO
from providers.domain.orders import Buyer, PaymentKind, TaxCategory
from providers.domain.reasons import Code, Reason
from providers.invoicing.invoiceocean import corrections, values
from providers.invoicing.invoiceocean.options import Options
from providers.invoicing.invoiceocean.values import plain
from providers.ports import JsonObject, Prepared

CENT: Final = Decimal("0.01")
NAME_LENGTH: Final = 256
PHONE_LENGTH: Final = 16
EMAIL_LENGTH: Final = 255

LANGUAGES: Final = {code: code for code in ("pl", "en", "de", "fr", "cz", "ru", "es", "it", "nl", "hr")} | {"cs": "cz"}
"""ISO 639-1 -> the provider's code. Czech goes by the country's code there."""

TAXES: Final = {TaxCategory.EXEMPT: "zw", TaxCategory.NOT_SUBJECT: "np", TaxCategory.REVERSE_CHARGE: "oo"}
CATEGORIES: Final = {theirs: ours.value for ours, theirs in TAXES.items()}

PAYMENT_TYPES: Final = {
    PaymentKind.TRANSFER: "transfer",
    PaymentKind.CARD: "card",
    PaymentKind.CASH: "cash",
    PaymentKind.CASH_ON_DELIVERY: "cash_on_delivery",
    PaymentKind.PAYPAL: "paypal",
}

_BEYOND_TEXT = re.compile(
    "[\U0001f000-\U0001faff\U00002600-\U000027bf\U00002b00-\U00002bff\U0000fe00-\U0000fe0f\U000e0000-\U000e007f\u200d\u20e3]"
)
"""Emoji and what joins them; the service refuses them in notes."""


def kinds(options: Options) -> dict[DocumentKind, str]:
    """Our kinds and the provider's names for them in this book."""
    return {
        DocumentKind.INVOICE: options.invoice_kind,
        DocumentKind.RECEIPT: "receipt",
        DocumentKind.PRO_FORMA: "proforma",
    }


def invoice(draft: Draft, reference: str, options: Options) -> Prepared:
    """The body of a create. Raises `CannotExpress`."""
    kind = kinds(options).get(draft.key.kind)
    if kind is None:
        raise cannot("this kind of document is not made at InvoiceOcean yet", "kind", draft.key.kind, "Make it there.")
    _check(draft)
    if draft.gross < ZERO:
        remedy = "Make a correction there by hand."
        raise cannot("the total is negative", "gross", plain(draft.gross), remedy, code=Code.TOTAL_NEGATIVE)
    fields = {
        "kind": kind,
        **header(draft, reference, options),
        "positions": [_position(line, options) for line in draft.lines],
    }
    prepared = Prepared(reference=reference, payload={"invoice": fields, **_flags(options)})
    _check_total(draft, prepared.payload)
    return prepared


def credit_note(draft: Draft, reference: str, options: Options) -> Prepared:
    """The body of a correction, the service's credit note. Raises `CannotExpress`."""
    _check(draft)
    told = draft.corrects
    if told is None or not told.remote_id:
        raise cannot("it does not tell which invoice it corrects", "corrects", "", "Make a correction there by hand.")
    lines = [
        {"before": _position(was, options), "after": _position(is_, options)}
        for was, is_ in zip(told.before, told.after, strict=True)
        if was.gross != is_.gross
    ]
    fields = {
        **header(draft, reference, options),
        **corrections.correction(
            values.number(told.remote_id), lines, reason=shortened(told.why, corrections.REASON_LENGTH)
        ),
    }
    return Prepared(reference=reference, payload={"invoice": fields, **_flags(options)})


def header(draft: Draft, reference: str, options: Options) -> JsonObject:
    """What a document says besides its kind and its lines."""
    due = draft.issue_date + timedelta(days=draft.due_days)
    fields: JsonObject = {
        "oid": reference,
        **({"oid_unique": "yes"} if options.oid_unique else {}),
        "currency": draft.currency,
        "issue_date": draft.issue_date.isoformat(),
        "sell_date": draft.sale_date.isoformat(),
        "payment_to_kind": "other_date",
        "payment_to": due.isoformat(),
        **_filled({"payment_type": _payment_type(draft, options), "lang": _language(draft.language, options)}),
        **_buyer(draft.buyer),
        **_filled({"description": _description(draft)}),
    }
    if options.department_id is not None:
        fields["department_id"] = options.department_id
    categories = {line.tax_category for line in draft.lines}
    if TaxCategory.EXEMPT in categories and options.exempt_tax_kind:
        fields["exempt_tax_kind"] = options.exempt_tax_kind
    if TaxCategory.NOT_SUBJECT in categories and options.np_tax_kind:
        fields["np_tax_kind"] = options.np_tax_kind
    if options.identify_oss:
        fields["use_oss"] = True
    return fields


def payment(remote_id: str, told: Payment, options: Options) -> JsonObject:
    """The fields of a payment. Our reference goes into `oid`, which answers show again, and into the text."""
    reference = told.reference or told.key
    return {
        "name": f"{options.payment_name} {reference}",
        "price": plain(told.amount),
        "invoice_id": values.number(remote_id),
        "paid": True,
        "paid_date": told.paid_at.isoformat(timespec="seconds"),
        "kind": "api",
        "currency": told.currency,
        "oid": reference,
        **_filled({"provider": PAYMENT_TYPES.get(told.kind, ""), "provider_title": told.transaction_id}),
        "description": reference,
    }


def totals(payload: Mapping[str, object]) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and gross as the provider computes them from a create's body.

    Each line's gross drives: net = gross / (1 + rate) half up to 2 decimals, tax = gross - net; the document
    is the sum of its lines. So the service answered in every example that is public.
    """
    net = gross = ZERO
    for line_gross, tax in _told(payload):
        net += line_net(line_gross, tax)
        gross += line_gross
    return net, gross - net, gross


def _told(payload: Mapping[str, object]) -> list[tuple[Decimal, str]]:
    """Gross and tax of each line of a create's body, as the provider reads them."""
    fields = payload["invoice"]
    assert isinstance(fields, dict)  # noqa: S101 - made by `invoice` above
    return [
        (Decimal(position["total_price_gross"]).quantize(CENT, ROUND_HALF_UP), position["tax"])
        for position in fields["positions"]
    ]


def line_net(gross: Decimal, tax: str) -> Decimal:
    """The net amount of a line. `tax` is a percentage as text, or a word for untaxed."""
    rate = Decimal(tax) if tax[:1].isdigit() else ZERO
    return (gross / (1 + rate / 100)).quantize(CENT, ROUND_HALF_UP)


def _check(draft: Draft) -> None:
    if not draft.lines:
        raise cannot("the document has no lines", "lines", "0", "Check the order.", code=Code.NO_LINES)
    if draft.currency not in EXPONENTS:
        remedy = "Check the shop's currency."
        raise cannot("not a currency in use", "currency", draft.currency, remedy, code=Code.CURRENCY_UNKNOWN)
    if not draft.buyer.name.strip():
        remedy = "Fill in a name or a company in the shop, then try again."
        raise cannot("the buyer has no name", "buyer.name", "", remedy, code=Code.BUYER_NAME_MISSING)
    if len(draft.buyer.name) > NAME_LENGTH:
        remedy = "Shorten it in the shop, then try again."
        raise cannot(f"the buyer's name is longer than {NAME_LENGTH} characters", "buyer.name", "", remedy)
    for number, line in enumerate(draft.lines, start=1):
        _check_line(line, f"lines.{number}", draft.currency)


def _check_line(line: DraftLine, where: str, currency: str) -> None:
    if not line.name.strip():
        raise cannot("a line has no name", f"{where}.name", "", "Name the product in the shop, then try again.")
    if line.quantity <= 0:
        remedy = "Check the order's quantities."
        raise cannot("a line's quantity is not positive", f"{where}.quantity", plain(line.quantity), remedy)
    if line.gross != line.gross.quantize(CENT):
        remedy = f"InvoiceOcean keeps two decimals; invoice {currency} by hand."
        value = plain(line.gross)
        raise cannot("an amount has more decimals", f"{where}.gross", value, remedy, code=Code.AMOUNT_PRECISION)
    if line.tax_category is TaxCategory.RATED and not 0 <= line.tax_rate < 100:
        remedy = "Check the shop's taxes."
        value = plain(line.tax_rate)
        raise cannot("not a tax rate", f"{where}.tax_rate", value, remedy, code=Code.TAX_RATE_UNKNOWN)


def _check_total(draft: Draft, payload: JsonObject) -> None:
    gross = sum([line_gross for line_gross, _ in _told(payload)], ZERO)
    if gross != draft.gross:
        text = f"InvoiceOcean would compute {plain(gross)} in place of {plain(draft.gross)}"
        remedy = "Compare the order's lines with its total."
        raise cannot(text, "gross", plain(draft.gross), remedy, code=Code.TOTAL_MISMATCH)


def cannot(text: str, field: str, value: str, remedy: str, *, code: Code = Code.CANNOT_EXPRESS) -> CannotExpress:
    return CannotExpress(
        Reason(code=code, text=f"{text[0].upper()}{text[1:]}.", field=field, value=value, remedy=remedy)
    )


def _flags(options: Options) -> JsonObject:
    """What stands beside the document; both are sent only where they are wanted."""
    oss: JsonObject = {"identify_oss": "1"} if options.identify_oss else {}
    return oss | ({"gov_save_and_send": True} if options.gov_save_and_send else {})


def _position(line: DraftLine, options: Options) -> JsonObject:
    rate = plain(line.tax_rate) if line.tax_rate else options.zero_rate
    return {
        "name": shortened(line.name, NAME_LENGTH),
        "quantity": plain(line.quantity),
        "tax": TAXES.get(line.tax_category) or rate,
        "total_price_gross": plain(line.gross),
    }


def _buyer(buyer: Buyer) -> JsonObject:
    """A person has first and last name; the name is required for both."""
    person = {} if buyer.company else {"buyer_first_name": buyer.first_name, "buyer_last_name": buyer.last_name}
    return {
        "buyer_company": "1" if buyer.company else "0",
        "buyer_name": _one_line(buyer.name),
        **_filled(
            {
                **person,
                "buyer_tax_no": buyer.tax_no,
                "buyer_street": _one_line(buyer.street),
                "buyer_post_code": buyer.postcode,
                "buyer_city": _one_line(buyer.city),
                "buyer_country": buyer.country,
                "buyer_email": buyer.email if len(buyer.email) <= EMAIL_LENGTH else "",
                "buyer_phone": _phone(buyer.phone),
            }
        ),
    }


def _phone(phone: str) -> str:
    """At most 16 characters: blanks and dashes go first; a number that is still longer is left out, since a
    part of it is a wrong one."""
    if len(phone) > PHONE_LENGTH:
        phone = re.sub(r"[^\d+]", "", phone)
    return phone if len(phone) <= PHONE_LENGTH else ""


def _payment_type(draft: Draft, options: Options) -> str:
    chosen = options.payment_types.get(draft.payment_kind) or PAYMENT_TYPES.get(draft.payment_kind)
    return chosen or shortened(draft.payment_title, NAME_LENGTH)


def _language(language: str, options: Options) -> str:
    """Only what the provider lists: "de-AT" is "de" there. Anything else is left to the options."""
    return LANGUAGES.get(re.split("[-_]", language.lower())[0], options.language) if language else options.language


def _description(draft: Draft) -> str:
    return _one_line(_BEYOND_TEXT.sub("", f"Order {draft.order_number}")) if draft.order_number else ""


def shortened(name: str, length: int) -> str:
    """The text on one line, cut with an ellipsis where it is too long."""
    name = _one_line(name)
    return name if len(name) <= length else f"{name[: length - 1].rstrip()}…"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _filled(fields: Mapping[str, str]) -> JsonObject:
    """Without the empty ones: an empty text would overwrite what the provider knows."""
    return {name: value for name, value in fields.items() if value}
