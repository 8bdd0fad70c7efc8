"""Between our words and the module's. Pure: no clock, no network.

Field names and lengths: the module's API.txt and its tables (drupal.org/project/invoice).
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Final

from providers.domain.documents import DocumentKey, DocumentKind, Draft, DraftLine, Payment, RemoteDocument
from providers.domain.equality import check_paid_for
from providers.domain.errors import CannotExpress, FieldRefusal, Refused
from providers.domain.money import EXPONENTS, minor_unit
from providers.domain.orders import Buyer, TaxCategory
from providers.domain.reasons import Code, Reason
from providers.invoicing.drupal_invoice import sums, values
from providers.invoicing.drupal_invoice.options import Options
from providers.ports import JsonObject, Prepared

KINDS: Final = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE})
LONGEST_PAY_LIMIT: Final = 65_535
CUSTOMER_LENGTHS: Final = {
    "company_name": 100,
    "firstname": 50,
    "lastname": 50,
    "street": 100,
    "zipcode": 25,
    "city": 50,
    "country": 50,
    "vat_number": 25,
}
"""The members of a customer that we fill, and their characters. A longer one makes the site fail with 500."""

_OURS: Final = {
    "company_name": "buyer.company",
    "firstname": "buyer.first_name",
    "lastname": "buyer.last_name",
    "street": "buyer.street",
    "zipcode": "buyer.postcode",
    "city": "buyer.city",
    "country": "buyer.country",
    "vat_number": "buyer.tax_no",
}
_NAMES: Final = frozenset({"company_name", "firstname", "lastname"})
_REFERENCE = re.compile(r"\[([^\[\]\s]+)\]\s*\Z")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]+[\u200d\ufe0f]*")
"""Emoji and rare characters, with what joins emoji."""


def invoice(draft: Draft, reference: str, options: Options) -> Prepared:
    """The body of a create. Raises `CannotExpress`."""
    _check(draft, options)
    payload: JsonObject = {
        "template": options.template,
        **({} if options.leading_zeros is None else {"leading_zeros": str(options.leading_zeros)}),
        **({} if options.prefix is None else {"prefix": options.prefix}),
        "description": described(draft, reference, options),
        "pay_limit": draft.due_days,
        "pay_status": "unpaid",
        "customer": _customer(draft.buyer, options),
        "items": list(_items(draft, options)),
    }
    return Prepared(reference=reference, payload=payload)


def described(draft: Draft, reference: str, options: Options) -> str:
    """The text of an invoice. It ends in our reference, in brackets: references hold none themselves."""
    credit = draft.key.kind is DocumentKind.CREDIT_NOTE
    text = options.credit_description if credit else options.description
    invoice_key = DocumentKey(draft.key.shop, draft.key.order_id, DocumentKind.INVOICE)
    parts = [
        text.replace("{order_number}", draft.order_number).replace("{invoice_reference}", invoice_key.reference()),
        options.supply_description.replace("{date}", draft.sale_date.isoformat())
        if draft.sale_date != draft.issue_date
        else "",
    ]
    told = ", ".join(filter(None, (_kept(part, options) for part in parts)))
    return f"{told} [{reference}]".strip()


def reference(description: str) -> str:
    """Our reference in the text of an invoice, or empty."""
    found = _REFERENCE.search(description)
    return found[1] if found else ""


def sent_sums(payload: Mapping[str, object]) -> sums.Sums:
    """Net, VAT and gross as the module computes them from the body of a create."""
    told = payload["items"]
    assert isinstance(told, list)  # noqa: S101 - made by `invoice` above
    return sums.sums(
        sums.Item(quantity=Decimal(each["quantity"]), unitcost=Decimal(each["unitcost"]), vat=Decimal(each["vat"]))
        for each in told
    )


def check_payment(payment: Payment, document: RemoteDocument, options: Options) -> None:
    """Only that all of an invoice is paid can be told. Raises `Refused`."""
    check_paid_for(payment, document)
    if payment.currency != options.currency:
        raise Refused(FieldRefusal("currency", f"the invoices of this book are in {options.currency}"))
    if payment.amount != document.gross:
        told = "nothing" if document.gross is None else values.plain(document.gross)
        text = f"only the whole total of {told} can be marked as paid; {values.plain(payment.amount)} cannot be told"
        raise Refused(FieldRefusal("pay_status", text))


def _check(draft: Draft, options: Options) -> None:
    kind = draft.key.kind
    if kind not in KINDS:
        raise _cannot("the module makes invoices and credit invoices only", "kind", kind, "Make it elsewhere.")
    if not draft.lines:
        raise _cannot("the document has no lines", "lines", "0", "Check the order.", code=Code.NO_LINES)
    if draft.currency not in EXPONENTS:
        remedy = "Check the shop's currency."
        raise _cannot("not a currency in use", "currency", draft.currency, remedy, code=Code.CURRENCY_UNKNOWN)
    for number, line in enumerate(draft.lines, start=1):
        _check_line(line, f"lines.{number}", draft.currency, options)
    if draft.currency != options.currency:
        remedy = "Send orders in this currency to a book whose template prints it."
        raise _cannot(f"this book prints {options.currency}", "currency", draft.currency, remedy)
    if not draft.buyer.name.strip():
        remedy = "Fill in a name or a company in the shop, then try again."
        raise _cannot("the buyer has no name", "buyer.name", "", remedy, code=Code.BUYER_NAME_MISSING)
    if not 0 <= draft.due_days <= LONGEST_PAY_LIMIT:
        remedy = "Correct `due_days` in the shop's policy."
        raise _cannot("the term of payment is out of range", "due_days", str(draft.due_days), remedy)
    _check_sign(draft)


def _check_sign(draft: Draft) -> None:
    told = values.plain(draft.gross)
    if kind_by_sign(draft.gross) is draft.key.kind or not draft.gross:
        return
    if draft.key.kind is DocumentKind.INVOICE:
        remedy = "Make a credit note of it."
        raise _cannot("the total is negative", "gross", told, remedy, code=Code.TOTAL_NEGATIVE)
    raise _cannot("a credit note is an invoice over less than nothing", "gross", told, "Draft its amounts as negative.")


def kind_by_sign(gross: Decimal) -> DocumentKind:
    """What an invoice is by its total."""
    return DocumentKind.CREDIT_NOTE if gross < 0 else DocumentKind.INVOICE


def _check_line(line: DraftLine, where: str, currency: str, options: Options) -> None:
    if not _kept(line.name, options):
        raise _cannot("a line has no name", f"{where}.name", "", "Name the product in the shop, then try again.")
    if line.quantity <= 0:
        remedy = "Check the order's quantities."
        raise _cannot("a line's quantity is not positive", f"{where}.quantity", values.plain(line.quantity), remedy)
    for field, amount in (("gross", line.gross), ("net", line.net), ("tax", line.tax)):
        if amount != amount.quantize(sums.CENT):
            remedy = f"The module keeps two decimals; invoice {currency} by hand."
            value = values.plain(amount)
            raise _cannot("an amount has more decimals", f"{where}.{field}", value, remedy, code=Code.AMOUNT_PRECISION)
    if line.net + line.tax != line.gross:
        remedy = "Correct the line in the shop."
        value = values.plain(line.gross)
        raise _cannot("net and tax do not add up", f"{where}.gross", value, remedy, code=Code.LINE_MISMATCH)
    _check_rate(line, where, options)


def _check_rate(line: DraftLine, where: str, options: Options) -> None:
    rate = line.tax_rate
    told = values.plain(rate)
    if not 0 <= rate < 100 or (line.tax_category is not TaxCategory.RATED and (rate or line.tax)):
        remedy = "Check the shop's taxes."
        raise _cannot("not a tax rate", f"{where}.tax_rate", told, remedy, code=Code.TAX_RATE_UNKNOWN)
    if rate != rate.quantize(Decimal(1).scaleb(-options.rate_decimals)):
        remedy = "Try it on the site by hand; where it keeps such a rate, raise the book's option `rate_decimals`."
        text = f"a rate has more than {options.rate_decimals} decimals"
        raise _cannot(text, f"{where}.tax_rate", told, remedy, code=Code.TAX_RATE_UNKNOWN)
    if sums.strays(line):
        text = f"the module computes VAT itself, and {told} % of this line is not {values.plain(line.tax)}"
        raise _cannot(text, f"{where}.tax", values.plain(line.tax), "Check the shop's taxes.", code=Code.TAX_MISMATCH)


def _items(draft: Draft, options: Options) -> Iterator[JsonObject]:
    rounding = _shortened(_kept(draft.rounding_name, options), options.item_length)
    found = _found(draft, options, own_line=bool(rounding))
    if found is None:
        text = "the module's own rounding of net, VAT and gross cannot be made to come out at the order's total"
        helps = not rounding and _found(draft, options, own_line=True) is not None
        remedy = "Allow a line over one cent in the shop's policy: `rounding_line`."
        remedy = remedy if helps else "Compare the taxes of the order's lines with their rates."
        raise _cannot(text, "gross", values.plain(draft.gross), remedy, code=Code.TOTAL_MISMATCH)
    for line, item in zip_longest(draft.lines, found):
        text = rounding if line is None else _line_text(line, options, folded=item.folded)
        yield {
            "description": text,
            "quantity": values.plain(item.quantity),
            "unitcost": values.plain(item.unitcost),
            "vat": values.plain(item.vat),
        }


def _found(draft: Draft, options: Options, *, own_line: bool) -> list[sums.Item] | None:
    return sums.items(
        draft.lines,
        quantity_decimals=options.quantity_decimals,
        unit=max(minor_unit(draft.currency), sums.CENT),
        own_line=own_line,
    )


def _line_text(line: DraftLine, options: Options, *, folded: bool) -> str:
    """The line's name, with the quantity that is not told otherwise and the reason for no VAT."""
    before = f"{values.plain(line.quantity)} x " if folded else ""
    why = options.untaxed_texts.get(line.tax_category, "") if line.tax_category is not TaxCategory.RATED else ""
    after = f" ({why})" if why else ""
    room = max(options.item_length - len(before) - len(after), 1)
    return f"{before}{_shortened(_kept(line.name, options), room)}{after}"[: options.item_length]


def _customer(buyer: Buyer, options: Options) -> JsonObject:
    """The customer, without a number: the site knows its own or counts on."""
    told = {
        "company_name": buyer.company,
        "firstname": buyer.first_name,
        "lastname": buyer.last_name,
        "street": buyer.street,
        "zipcode": buyer.postcode,
        "city": buyer.city,
        "country": options.country_names.get(buyer.country, buyer.country),
        "vat_number": buyer.tax_no,
    }
    filled: JsonObject = {}
    for name, value in told.items():
        text = _one_line(value) if name in _NAMES else _kept(value, options)
        if not options.four_byte_text and _FOUR_BYTES.search(text):
            remedy = "Correct it in the shop, or set `four_byte_text` where the site's database keeps such characters."
            raise _cannot("a name has a character that the site cannot store", _OURS[name], "", remedy)
        if len(text) > CUSTOMER_LENGTHS[name]:
            said = f"it is longer than the {CUSTOMER_LENGTHS[name]} characters that the site keeps"
            raise _cannot(said, _OURS[name], "", "Shorten it in the shop, then try again.")
        if text:
            filled[name] = text
    return filled


def _cannot(text: str, field: str, value: str, remedy: str, *, code: Code = Code.CANNOT_EXPRESS) -> CannotExpress:
    return CannotExpress(
        Reason(code=code, text=f"{text[0].upper()}{text[1:]}.", field=field, value=value, remedy=remedy)
    )


def _kept(text: str, options: Options) -> str:
    """The text on one line, without what the site's database cannot hold."""
    return _one_line(text if options.four_byte_text else _FOUR_BYTES.sub("", text))


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
