"""From our words to ACS Invoicing's. Pure: no clock, no network.

Currencies, countries, VAT groups and the like are entries of the account. They are named here by what is known
of them, as `{"look_up": "currencies", "any_of": ["EUR"]}`, and replaced by the entry's id just before the body
is sent (`lookups.py`). So is the buyer, by a customer's id (`customers.py`). All member names come from the
table of names.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from providers.domain.documents import DocumentKind, Draft, DraftLine, Payment
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS
from providers.domain.orders import Buyer, LineKind, PaymentKind, TaxCategory
from providers.domain.reasons import Code, Reason
from providers.invoicing.acs.arithmetic import ONE, Priced, priced
from providers.invoicing.acs.options import PAYMENT_METHODS, Options, rate_text
from providers.invoicing.acs.values import plain, sendable
from providers.ports import JsonObject, Prepared

LOOK_UP: Final = "look_up"
_ANY_NAME: Final = "Rounding"
_EU_TAX_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z]+")


def invoice(draft: Draft, reference: str, options: Options) -> Prepared:
    """What a create needs: the invoice, and the customer where it is named by id. Raises `CannotExpress`."""
    _check(draft, options)
    lines = priced(draft, options)
    if isinstance(lines, Decimal):
        raise _missed(draft, lines, options)
    names = options.names.invoice
    fields: JsonObject = {
        names.payment_method: _payment_method(draft.payment_kind, draft.payment_title, options),
        names.currency: _entry("currencies", draft.currency),
        names.language: _entry("languages", re.split("[-_]", draft.language.lower())[0], options.language),
        names.issue_date: draft.issue_date.isoformat(),
        names.fulfillment_date: draft.sale_date.isoformat(),
        names.due_date: (draft.issue_date + timedelta(days=draft.due_days)).isoformat(),
        names.electronic: options.electronic,
        names.comment: _shortened(f"Order {draft.order_number}", options.text_length) if draft.order_number else "",
        names.reference: reference,
        names.items: [_item(line, options) for line in lines],
    }
    buyer = customer(draft.buyer, options)
    if options.customers == "inline":
        return Prepared(reference, {"invoice": _named({**fields, names.customer: buyer})})
    return Prepared(reference, {"invoice": _named(fields), "customer": buyer})


def customer(buyer: Buyer, options: Options) -> JsonObject:
    """The body of a customer, without its empty members."""
    names = options.names.customer
    abroad = buyer.country != "HU" and _EU_TAX_NUMBER.fullmatch(buyer.tax_no)
    country = buyer.country or options.country
    return _named(
        {
            names.name: _one_line(buyer.name),
            names.email: buyer.email,
            names.phone: buyer.phone,
            names.tax_number: "" if abroad else buyer.tax_no,
            names.eu_tax_number: buyer.tax_no if abroad else "",
            names.country: _entry("countries", country) if country else "",
            names.postcode: buyer.postcode,
            names.city: _one_line(buyer.city),
            names.street: _one_line(buyer.street),
            names.is_company: bool(buyer.company),
        }
    )


def payment(told: Payment, amount: Decimal, options: Options) -> JsonObject:
    """The body of `/pay`. `amount` is the payment's own, or the sum so far where the provider overwrites it."""
    names = options.names.pay
    return _named(
        {
            names.payment_method: _payment_method(told.kind, "", options),
            names.date: told.paid_at.astimezone(ZoneInfo(options.timezone)).date().isoformat(),
            names.amount: plain(amount),
        }
    )


def with_numbers(body: JsonObject, options: Options) -> JsonObject:
    """The body with its amounts as the book sends them. They are kept as text until the last moment."""
    if options.amounts_as == "text":
        return body
    names = options.names
    changed = dict(body)
    if isinstance(items := changed.get(names.invoice.items), list):
        changed[names.invoice.items] = [_numbered(item, names.item.quantity, names.item.price) for item in items]
    return changed


def payment_with_numbers(body: JsonObject, options: Options) -> JsonObject:
    return body if options.amounts_as == "text" else _numbered(body, options.names.pay.amount)


def _numbered(body: Mapping[str, object], *members: str) -> JsonObject:
    told = {member: body[member] for member in members if isinstance(body.get(member), str)}
    return {**body, **{member: sendable(Decimal(str(amount))) for member, amount in told.items()}}


def _item(priced_line: Priced, options: Options) -> JsonObject:
    """A line. The quantity is told where its unit price comes out at the line's net amount, else in the name."""
    names, line, net = options.names.item, priced_line.line, priced_line.net
    quantity, name = line.quantity, line.name
    price = (net / quantity).quantize(ONE.scaleb(-options.price_decimals))
    if quantity * price != net:
        quantity, price = ONE, net
        name = name if line.quantity == 1 else f"{plain(line.quantity)} x {line.name}"
    return _named(
        {
            names.name: _shortened(name, options.text_length),
            names.quantity: plain(quantity),
            names.unit: _entry("units", options.unit),
            names.price: plain(price),
            names.vat: _vat(line, options),
        }
    )


def _vat(line: DraftLine, options: Options) -> JsonObject:
    untaxed = line.tax_category is not TaxCategory.RATED
    if line.kind is LineKind.ROUNDING and untaxed and options.rounding_vat_code:
        return _entry("vat", options.rounding_vat_code)
    key = line.tax_category if untaxed else rate_text(line.tax_rate)
    if code := options.vat_codes.get(key, ""):
        return _entry("vat", code)
    return {LOOK_UP: "vat", "rate": key}


def _payment_method(kind: PaymentKind, title: str, options: Options) -> JsonObject:
    """The owner's name of it; else the account's method that is called as the shop calls it; else the usual name."""
    chosen = options.payment_methods.get(kind, "")
    return _entry("payment_methods", *([chosen] if chosen else [title, PAYMENT_METHODS[kind]]))


def _entry(kind: str, *any_of: str) -> JsonObject:
    """The account's first entry whose code or name is one of these."""
    return {LOOK_UP: kind, "any_of": [each for each in any_of if each]}


def _check(draft: Draft, options: Options) -> None:
    if draft.key.kind is not DocumentKind.INVOICE:
        remedy = "Make it there by hand."
        raise _cannot("ACS Invoicing makes only invoices through its interface", "kind", draft.key.kind, remedy)
    if not draft.lines:
        raise _cannot("the document has no lines", "lines", "0", "Check the order.", code=Code.NO_LINES)
    if draft.currency not in EXPONENTS:
        remedy = "Check the shop's currency."
        raise _cannot("not a currency in use", "currency", draft.currency, remedy, code=Code.CURRENCY_UNKNOWN)
    _check_buyer(draft.buyer, options)
    for number, line in enumerate(draft.lines, start=1):
        _check_line(line, f"lines.{number}", draft.currency, options)
    if draft.gross < 0:
        remedy = "Make a correction there by hand."
        raise _cannot("the total is negative", "gross", plain(draft.gross), remedy, code=Code.TOTAL_NEGATIVE)
    if draft.currency in options.whole_currencies and draft.gross != draft.gross.to_integral_value():
        remedy = f"Set the shop to whole amounts in {draft.currency}."
        value = plain(draft.gross)
        raise _cannot("the total would be rounded", "gross", value, remedy, code=Code.AMOUNT_PRECISION)


def _check_buyer(buyer: Buyer, options: Options) -> None:
    if not buyer.name.strip():
        remedy = "Fill in a name or a company in the shop, then try again."
        raise _cannot("the buyer has no name", "buyer.name", "", remedy, code=Code.BUYER_NAME_MISSING)
    if len(buyer.name) > options.text_length:
        remedy = "Shorten it in the shop, then try again."
        raise _cannot(f"the buyer's name is longer than {options.text_length} characters", "buyer.name", "", remedy)
    if not options.address_required:
        return
    if not (buyer.country or options.country):
        remedy = "Fill it in in the shop, or name a country for such orders in the book's options."
        raise _cannot("the buyer has no country", "buyer.country", "", remedy, code=Code.COUNTRY_UNKNOWN)
    for field, value in (("postcode", buyer.postcode), ("city", buyer.city), ("street", buyer.street)):
        if not value.strip():
            remedy = "Fill it in in the shop, or set address_required to false if the account takes such buyers."
            raise _cannot("the buyer's address is not complete", f"buyer.{field}", "", remedy)


def _check_line(line: DraftLine, where: str, currency: str, options: Options) -> None:
    if not line.name.strip():
        raise _cannot("a line has no name", f"{where}.name", "", "Name the product in the shop, then try again.")
    if line.quantity <= 0:
        remedy = "Check the order's quantities."
        raise _cannot("a line's quantity is not positive", f"{where}.quantity", plain(line.quantity), remedy)
    if line.gross != line.gross.quantize(ONE.scaleb(-options.amount_decimals)):
        remedy = f"ACS Invoicing keeps {options.amount_decimals} decimals; invoice {currency} by hand."
        value = plain(line.gross)
        raise _cannot("an amount has more decimals", f"{where}.gross", value, remedy, code=Code.AMOUNT_PRECISION)
    if line.gross < 0 and not options.negative_lines:
        remedy = "Spread the discount over the lines in the shop, or invoice the order by hand."
        raise _cannot("the account takes no line with a negative amount", f"{where}.gross", plain(line.gross), remedy)
    if line.tax_category is TaxCategory.RATED:
        if not 0 <= line.tax_rate < 100:
            value = plain(line.tax_rate)
            remedy = "Check the shop's taxes."
            raise _cannot("not a tax rate", f"{where}.tax_rate", value, remedy, code=Code.TAX_RATE_UNKNOWN)
    elif line.tax_category not in options.vat_codes:
        remedy = f"Name the account's VAT group for it in the book's options: vat_codes.{line.tax_category}."
        raise _cannot("no VAT group is named for untaxed lines", f"{where}.tax_category", line.tax_category, remedy)


def _missed(draft: Draft, total: Decimal, options: Options) -> CannotExpress:
    text = f"ACS Invoicing would compute {plain(total)} in place of {plain(draft.gross)}"
    helps = not isinstance(priced(replace(draft, rounding_name=_ANY_NAME), options), Decimal)
    remedy = "Allow a line over the difference in the shop's policy: `rounding_line`."
    remedy = remedy if helps else "Compare the order's lines with its total."
    return _cannot(text, "gross", plain(draft.gross), remedy, code=Code.TOTAL_MISMATCH)


def _cannot(text: str, field: str, value: str, remedy: str, *, code: Code = Code.CANNOT_EXPRESS) -> CannotExpress:
    return CannotExpress(
        Reason(code=code, text=f"{text[0].upper()}{text[1:]}.", field=field, value=value, remedy=remedy)
    )


def _shortened(text: str, length: int) -> str:
    """The text on one line, cut with an ellipsis where it is too long."""
    text = _one_line(text)
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _named(fields: Mapping[str, object]) -> JsonObject:
    """Without what has no name in this book, and without empty texts."""
    return {name: value for name, value in fields.items() if name and value != ""}
