"""Between our words and AcuInvoice's. Pure: no clock, no network.

Field names and their rules: www.acuinvoice.com/help, acuinvoice_api:invoices and acuinvoice_api:clients.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from providers.domain.documents import DocumentKind, Draft, DraftLine, shortened
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS, ZERO, is_whole, minor_unit
from providers.domain.orders import Buyer, LineKind, TaxCategory
from providers.domain.reasons import Code, Reason
from providers.invoicing.acuinvoice import envelope
from providers.invoicing.acuinvoice.arithmetic import CENT, computed
from providers.invoicing.acuinvoice.options import Options
from providers.ports import JsonObject, Prepared

UNTAXED_WORDS: Final = {
    TaxCategory.EXEMPT: "Exempt from tax",
    TaxCategory.REVERSE_CHARGE: "Reverse charge",
    TaxCategory.NOT_SUBJECT: "Not subject to tax",
}


def invoice(draft: Draft, reference: str, options: Options) -> Prepared:
    """What a create needs: the invoice's fields in the documented order and, unless one client is set for all, the
    client that must exist first; its id takes the place of the empty `client_id`. Raises `CannotExpress`."""
    _check(draft, options)
    rate = _rate(draft)
    fields: JsonObject = {
        **({"invoice_number": _number(reference, options)} if options.invoice_number == "reference" else {}),
        "invoice_date": draft.issue_date.isoformat(),
        "po_number": reference,
        "client_id": "" if options.client_id is None else str(options.client_id),
        "currency": draft.currency,
        **({"tax": f"{plain(rate)}%"} if rate else {}),
        "terms": (draft.issue_date + timedelta(days=draft.due_days)).isoformat(),
        "late_fee": options.late_fee,
        **({"tags": options.tags} if options.tags else {}),
        "lines": [_line(line, f"lines.{number}", options) for number, line in enumerate(draft.lines, start=1)],
        "notes": _notes(draft, options),
    }
    _add_rounding(draft, fields, options)
    payload: JsonObject = {"invoice": fields}
    if options.client_id is None:
        payload["client"] = client(draft.buyer)
    return Prepared(reference=reference, payload=payload)


def client(buyer: Buyer) -> JsonObject:
    """The buyer as a client. A contact has both names and an e-mail address, or is none."""
    contact = {
        "first_name": one_line(buyer.first_name),
        "last_name": one_line(buyer.last_name),
        "email": one_line(buyer.email),
    }
    phone = _filled({"phone": buyer.phone})
    fields = {"address1": buyer.street, "city": buyer.city, "zip": buyer.postcode, "country": buyer.country}
    return {
        "name": one_line(buyer.name),
        **_filled(fields),
        **phone,
        **({"contacts": [{**contact, **phone}]} if all(contact.values()) else {}),
    }


def plain(number: Decimal) -> str:
    """A decimal as text with a dot, without exponent and without trailing zeros."""
    return f"{number.normalize():f}" if number else "0"


def one_line(value: str) -> str:
    """The text on one line, without what XML cannot carry."""
    return " ".join(envelope.clean(value).split())


def _check(draft: Draft, options: Options) -> None:
    if draft.key.kind is not DocumentKind.INVOICE:
        raise _cannot("AcuInvoice has no such kind of document", "kind", draft.key.kind, "Make it by hand elsewhere.")
    if not draft.lines:
        raise _cannot("the document has no lines", "lines", "0", "Check the order.", code=Code.NO_LINES)
    if draft.currency not in EXPONENTS:
        remedy = "Check the shop's currency."
        raise _cannot("not a currency in use", "currency", draft.currency, remedy, code=Code.CURRENCY_UNKNOWN)
    if options.currencies and draft.currency not in options.currencies:
        remedy = "Invoice it by hand, or add the currency to the book's option `currencies`."
        raise _cannot("the account does not take this currency", "currency", draft.currency, remedy)
    if not one_line(draft.buyer.name):
        remedy = "Fill in a name or a company in the shop, then try again."
        raise _cannot("the buyer has no name", "buyer.name", "", remedy, code=Code.BUYER_NAME_MISSING)
    for number, line in enumerate(draft.lines, start=1):
        _check_line(line, f"lines.{number}", draft.currency, options)
    if draft.gross < 0:
        remedy = "Make a credit by hand in the book."
        raise _cannot("the total is negative", "gross", plain(draft.gross), remedy, code=Code.TOTAL_NEGATIVE)


def _check_line(line: DraftLine, where: str, currency: str, options: Options) -> None:
    if not one_line(line.name):
        raise _cannot("a line has no name", f"{where}.name", "", "Name the product in the shop, then try again.")
    if line.quantity <= 0:
        remedy = "Check the order's quantities."
        raise _cannot("a line's quantity is not positive", f"{where}.quantity", plain(line.quantity), remedy)
    for name, amount in (("net", line.net), ("gross", line.gross)):
        if amount != amount.quantize(CENT):
            remedy = f"AcuInvoice is known to keep two decimals only; invoice {currency} by hand."
            value = plain(amount)
            raise _cannot("an amount has more decimals", f"{where}.{name}", value, remedy, code=Code.AMOUNT_PRECISION)
    if line.net < 0 and not options.negative_prices:
        remedy = "Invoice it by hand, or spread the discount over the lines in the shop."
        raise _cannot("the account takes no negative prices", f"{where}.net", plain(line.net), remedy)
    if line.tax_category is TaxCategory.RATED and not 0 <= line.tax_rate <= 100:
        remedy = "Check the shop's taxes."
        value = plain(line.tax_rate)
        raise _cannot("not a tax rate", f"{where}.tax_rate", value, remedy, code=Code.TAX_RATE_UNKNOWN)


def _rate(draft: Draft) -> Decimal:
    """The one rate of the invoice: lines have it, or no tax at all."""
    rates = sorted({line.tax_rate for line in draft.lines if _is_taxed(line)})
    if len(rates) > 1:
        value = ", ".join(f"{plain(rate)} %" for rate in rates)
        remedy = "Make this invoice in the book by hand, as one for each rate or with the tax as lines."
        raise _cannot("AcuInvoice takes one tax rate for a whole invoice", "lines.tax_rate", value, remedy)
    return rates[0] if rates else ZERO


def _is_taxed(line: DraftLine) -> bool:
    return line.tax_category is TaxCategory.RATED and line.tax_rate > 0


def _number(reference: str, options: Options) -> str:
    """As unique as the reference: one that is too long ends in a digest of the whole."""
    return shortened(reference, options.number_length)


def _line(line: DraftLine, where: str, options: Options) -> JsonObject:
    """Quantity times price is the line's net amount to the cent, or the quantity goes into the text."""
    step = Decimal(1).scaleb(-options.decimals)
    price = (line.net / line.quantity).quantize(step)
    description, quantity = one_line(line.name), line.quantity
    if price * quantity != line.net or quantity != quantity.quantize(step):
        description, quantity, price = f"{plain(quantity)} x {description}", Decimal(1), line.net
    if price != price.quantize(step):
        remedy = "Raise the book's option `decimals` if the account keeps more, or invoice by hand."
        raise _cannot("a price has more decimals", f"{where}.net", plain(price), remedy, code=Code.AMOUNT_PRECISION)
    return {
        "quantity": plain(quantity),
        "kind": options.line_kinds.get(line.kind, "Product"),
        "description": description,
        "tax": "1" if _is_taxed(line) else "0",
        "price": f"{price.quantize(step):f}",
    }


def _add_rounding(draft: Draft, fields: JsonObject, options: Options) -> None:
    """Where the account's tax differs from the shop's by cents, the total is put right by a line that can be seen, if
    the shop's policy has a name for it."""
    lines = fields["lines"]
    totals = computed(fields, options)
    assert totals is not None  # noqa: S101 - every part of it was written above
    assert isinstance(lines, list)  # noqa: S101
    difference = draft.gross - totals.gross
    if not difference:
        return
    slack = minor_unit(draft.currency) * sum(_is_taxed(line) for line in draft.lines)
    small = abs(difference) <= slack and is_whole(difference, draft.currency)
    helps = small and (difference > 0 or options.negative_prices)
    name = one_line(draft.rounding_name)
    if not (helps and name):
        text = f"AcuInvoice would compute {plain(totals.gross)} in place of {plain(draft.gross)}"
        remedy = "Invoice it by hand"
        remedy += ", or allow a line over the difference in the shop's policy: `rounding_line`." if helps else "."
        raise _cannot(text, "gross", plain(draft.gross), remedy, code=Code.TOTAL_MISMATCH)
    rounding = DraftLine(name=name, net=difference, tax=ZERO, gross=difference, kind=LineKind.ROUNDING)
    lines.append(_line(rounding, "gross", options))


def _notes(draft: Draft, options: Options) -> str:
    """What no field holds: the order's number, the buyer's tax number, why lines have no tax, and who buys where
    the client is one for all."""
    buyer = draft.buyer
    told = [f"Order {draft.order_number}" if draft.order_number else ""]
    if options.client_id is not None:
        address = (buyer.name, buyer.street, f"{buyer.postcode} {buyer.city}", buyer.country)
        told.append(f"Buyer: {', '.join(filter(None, map(one_line, address)))}")
    if buyer.tax_no:
        told.append(f"Tax number: {buyer.tax_no}")
    for category, words in (UNTAXED_WORDS | options.untaxed_words).items():
        numbers = [str(number) for number, line in enumerate(draft.lines, start=1) if line.tax_category is category]
        if numbers and category is not TaxCategory.RATED:
            told.append(f"{words}: line {', '.join(numbers)}")
    return "\n".join(filter(None, map(one_line, told)))


def _cannot(text: str, field: str, value: str, remedy: str, *, code: Code = Code.CANNOT_EXPRESS) -> CannotExpress:
    return CannotExpress(
        Reason(code=code, text=f"{text[0].upper()}{text[1:]}.", field=field, value=value, remedy=remedy)
    )


def _filled(fields: Mapping[str, str]) -> JsonObject:
    """Without the empty ones: an empty text would overwrite what the provider knows."""
    lines = {name: one_line(value) for name, value in fields.items()}
    return {name: value for name, value in lines.items() if value}
