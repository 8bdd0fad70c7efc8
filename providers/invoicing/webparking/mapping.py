"""From a draft to the bridge's words. Pure: no clock, no network.

The bridge is told item codes, whole quantities and texts; prices, VAT, currency and dates are its own. So a draft is
sent only where its amounts are what the bridge must come to, and what it has no field for stops the order here,
or is named in the options as something that may go unsaid. What the bridge's item list has to say is asked when
the invoice is about to be sent: `items`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from providers.domain.documents import DocumentKind, Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS, ZERO, is_whole, minor_unit, quantize
from providers.domain.orders import Buyer, LineKind, TaxCategory
from providers.domain.reasons import Code, Reason
from providers.invoicing.webparking.items import line_amount
from providers.invoicing.webparking.options import ItemPrices, Options, Unsaid
from providers.ports import JsonObject, Prepared

BRIDGE: Final = "WebParking"
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the bridge charges for one line, in the meaning of its prices, and at which rate of VAT."""

    amount: Decimal
    rate: Decimal


def invoice(draft: Draft, reference: str, options: Options) -> Prepared:
    """The request, and beside it the amounts that it must come to. Raises `CannotExpress`."""
    _check_document(draft, options)
    _check_unsaid(draft, options)
    codes = [_code(line, f"lines.{number}", options) for number, line in enumerate(draft.lines, start=1)]
    for number, (line, code) in enumerate(zip(draft.lines, codes, strict=True), start=1):
        _check_line(line, code, f"lines.{number}", draft.currency, options)
    _check_total(draft, options)
    fields: JsonObject = {
        "dry_run": "false" if options.environment == "live" else "true",
        **_account(draft.buyer, options),
        "invoice_reference": reference,
        "lines": [_line(line, code, options) for line, code in zip(draft.lines, codes, strict=True)],
    }
    expected: JsonObject = {
        "currency": draft.currency,
        "gross": plain(draft.gross),
        "prices": options.item_prices.value,
        "amounts": [plain(amount_of(line, options)) for line in draft.lines],
    }
    return Prepared(reference=reference, payload={"invoice": fields, "expected": expected})


def request(prepared: Prepared) -> JsonObject:
    """The fields of a prepared invoice as they are sent."""
    fields = prepared.payload["invoice"]
    assert isinstance(fields, dict)  # noqa: S101 - made by `invoice` above
    return fields


def lines(prepared: Prepared) -> list[JsonObject]:
    """The lines of a prepared invoice as they are sent."""
    found = request(prepared)["lines"]
    assert isinstance(found, list)  # noqa: S101
    return found


def amounts(prepared: Prepared) -> list[Decimal | None]:
    """What each line must come to by the bridge's prices; None where they are not compared."""
    expected = prepared.payload["expected"]
    assert isinstance(expected, dict)  # noqa: S101
    if expected["prices"] == ItemPrices.UNCHECKED:
        return [None for _ in expected["amounts"]]
    return [Decimal(amount) for amount in expected["amounts"]]


def currency(prepared: Prepared) -> str:
    expected = prepared.payload["expected"]
    assert isinstance(expected, dict)  # noqa: S101
    return str(expected["currency"])


def gross(charges: Iterable[Charge], options: Options, currency: str) -> Decimal:
    """What the bridge's invoice comes to, by the arithmetic that the options say it has."""
    charges = tuple(charges)
    added = sum((charge.amount for charge in charges), ZERO)
    if options.item_prices is ItemPrices.GROSS:
        return added
    if options.vat_rounding == "line":
        return added + sum((quantize(each.amount * each.rate / 100, currency) for each in charges), ZERO)
    by_rate: dict[Decimal, Decimal] = {}
    for charge in charges:
        by_rate[charge.rate] = by_rate.get(charge.rate, ZERO) + charge.amount
    return added + sum((quantize(net * rate / 100, currency) for rate, net in by_rate.items()), ZERO)


def amount_of(line: DraftLine, options: Options) -> Decimal:
    """The line's amount in the meaning of the bridge's prices."""
    return line.net if options.item_prices is ItemPrices.NET else line.gross


def plain(number: Decimal) -> str:
    """A decimal as text with a dot, without exponent and without trailing zeros."""
    return f"{number.normalize():f}" if number else "0"


def _check_document(draft: Draft, options: Options) -> None:
    if draft.key.kind is not DocumentKind.INVOICE:
        raise _cannot(f"{BRIDGE} makes invoices only", "kind", draft.key.kind, "Make it in Exact Online by hand.")
    if not draft.lines:
        raise _cannot("the document has no lines", "lines", "0", "Check the order.", code=Code.NO_LINES)
    if draft.currency not in EXPONENTS:
        remedy = "Check the shop's currency."
        raise _cannot("not a currency in use", "currency", draft.currency, remedy, code=Code.CURRENCY_UNKNOWN)
    if minor_unit(draft.currency) != _CENT:
        text = f"{BRIDGE} does not say how it rounds a currency without cents, and tells no total"
        raise _cannot(text, "currency", draft.currency, "Make the invoice in Exact Online by hand.")
    if draft.currency != options.currency:
        text = f"{BRIDGE} cannot be told a currency and invoices in {options.currency}"
        remedy = "Make the invoice in Exact Online by hand, or in a book of this currency."
        raise _cannot(text, "currency", draft.currency, remedy)
    if draft.gross < 0:
        remedy = "Make a credit note in Exact Online by hand."
        raise _cannot("the total is negative", "gross", plain(draft.gross), remedy, code=Code.TOTAL_NEGATIVE)


def _check_unsaid(draft: Draft, options: Options) -> None:
    """What the order holds and the bridge has no field for."""
    buyer = draft.buyer
    if buyer.country not in options.countries:
        text = f"{BRIDGE} cannot be told the buyer's country"
        remedy = "Make the invoice in Exact Online by hand, or name the country in the book's `countries`."
        raise _cannot(text, "buyer.country", buyer.country or "empty", remedy)
    person = f"{buyer.first_name} {buyer.last_name}".strip()
    held = {
        Unsaid.EMAIL: ("buyer.email", buyer.email),
        Unsaid.CONTACT: ("buyer.last_name", person if buyer.company else ""),
        Unsaid.TAX_NO: ("buyer.tax_no", buyer.tax_no),
        Unsaid.DUE_DATE: ("due_days", str(draft.due_days) if draft.due_days else ""),
        Unsaid.SALE_DATE: ("sale_date", draft.sale_date.isoformat() if draft.sale_date != draft.issue_date else ""),
    }
    for part, (field, value) in held.items():
        if value and part not in options.leave_out:
            text = f"{BRIDGE} has no field for it"
            remedy = f"Make the invoice in Exact Online by hand, or add {part.value!r} to the book's `leave_out`."
            raise _cannot(text, field, value, remedy)


def _code(line: DraftLine, where: str, options: Options) -> str:
    """The item that the line is sold as."""
    if line.kind is LineKind.ROUNDING:
        remedy = "Set the shop to round so that its lines add up to its totals."
        raise _cannot(f"{BRIDGE} has no line for rounding", f"{where}.gross", plain(line.gross), remedy)
    by_kind = {LineKind.SHIPPING: options.shipping_code, LineKind.FEE: options.fee_code}
    found = options.codes.get(line.sku or line.name) or by_kind.get(line.kind, "")
    if found or (line.sku and options.sku_is_code):
        return found or line.sku
    if line.kind in by_kind:
        remedy = f"Name an item in the book's `{line.kind.value}_code`, or the line in its `codes`."
        raise _cannot(f"{line.kind.value} needs an item code", f"{where}.name", line.name, remedy)
    if line.sku:
        remedy = "Add the SKU with its item code to the book's `codes`."
        raise _cannot("the SKU has no item code", f"{where}.sku", line.sku, remedy)
    remedy = "Give the product a SKU in the shop, or name the line with its item code in the book's `codes`."
    raise _cannot("a line without a SKU needs an item code", f"{where}.name", line.name, remedy)


def _check_line(line: DraftLine, code: str, where: str, currency: str, options: Options) -> None:
    if not line.name.strip():
        raise _cannot("a line has no name", f"{where}.name", "", "Name the product in the shop, then try again.")
    if line.quantity <= 0 or line.quantity != line.quantity.to_integral_value():
        text = f"{BRIDGE} takes whole quantities from 1"
        remedy = "Sell the product in whole units, or make the invoice in Exact Online by hand."
        raise _cannot(text, f"{where}.quantity", plain(line.quantity), remedy)
    if line.gross < 0 or line.net < 0:
        text = f"{BRIDGE} prices by item and cannot be told a discount"
        remedy = "Make the invoice in Exact Online by hand."
        raise _cannot(text, f"{where}.gross", plain(line.gross), remedy)
    if not (is_whole(line.net, currency) and is_whole(line.gross, currency)):
        remedy = "Set the shop to round amounts to the currency's decimals."
        value = plain(line.gross)
        raise _cannot("an amount has more decimals", f"{where}.gross", value, remedy, code=Code.AMOUNT_PRECISION)
    _check_vat(line, code, where, options)
    price = options.prices.get(code)
    if price is None or options.item_prices is ItemPrices.UNCHECKED:
        return
    theirs, ours = line_amount(price, line.quantity, currency), amount_of(line, options)
    if theirs != ours:
        text = f"{BRIDGE} cannot be told a price: {plain(line.quantity)} x {code} is {plain(theirs)} there"
        remedy = "Correct the price in the shop or the book's `prices`, or make the invoice in Exact Online by hand."
        raise _cannot(text, f"{where}.{options.item_prices.value}", plain(ours), remedy)


def _check_vat(line: DraftLine, code: str, where: str, options: Options) -> None:
    if line.tax_category is not TaxCategory.RATED:
        text = f"{BRIDGE} cannot be told why a line is not taxed"
        remedy = "Make the invoice in Exact Online by hand."
        raise _cannot(text, f"{where}.tax_category", line.tax_category.value, remedy)
    if not 0 <= line.tax_rate <= 100:
        value, remedy = plain(line.tax_rate), "Check the shop's taxes."
        raise _cannot("not a tax rate", f"{where}.tax_rate", value, remedy, code=Code.TAX_RATE_UNKNOWN)
    theirs = options.vat_rates.get(code)
    if theirs is not None and theirs != line.tax_rate:
        text = f"{BRIDGE} cannot be told a tax rate: {code} has {plain(theirs)} % there"
        remedy = "Correct the rate in the shop or the book's `vat_rates`, or make the invoice in Exact Online by hand."
        raise _cannot(text, f"{where}.tax_rate", plain(line.tax_rate), remedy)


def _check_total(draft: Draft, options: Options) -> None:
    """The bridge's arithmetic over the order's amounts, which the prices must turn out to be, gives its total."""
    if options.item_prices is ItemPrices.UNCHECKED:
        return
    charges = [Charge(amount=amount_of(line, options), rate=line.tax_rate) for line in draft.lines]
    theirs = gross(charges, options, draft.currency)
    if theirs != draft.gross:
        text = f"{BRIDGE} would come to {plain(theirs)} in place of {plain(draft.gross)}"
        remedy = "See how the shop rounds taxes, and the book's `item_prices` and `vat_rounding`."
        raise _cannot(text, "gross", plain(draft.gross), remedy, code=Code.TOTAL_MISMATCH)


def _account(buyer: Buyer, options: Options) -> JsonObject:
    """The organisation or person that is invoiced. Empty optional fields are left out."""
    name = _one_line(buyer.name)
    if not name:
        remedy = "Fill in a name or a company in the shop, then try again."
        raise _cannot("the buyer has no name", "buyer.name", "empty", remedy, code=Code.BUYER_NAME_MISSING)
    phone = _one_line(buyer.phone)
    return {
        "account_name": name,
        "account_address": _place(buyer.street, "street", options),
        "account_postal_code": _place(buyer.postcode, "postcode", options),
        "account_city": _place(buyer.city, "city", options),
        **({"account_phone": phone} if phone else {}),
    }


def _place(value: str, field: str, options: Options) -> str:
    told = _one_line(value) or options.missing
    if not told:
        remedy = "Fill it in in the shop, or say in the book's `missing` what is written in its place."
        raise _cannot(f"{BRIDGE} requires the buyer's {field}", f"buyer.{field}", "empty", remedy)
    return told


def _line(line: DraftLine, code: str, options: Options) -> Mapping[str, object]:
    return {
        "code": code,
        "quantity": int(line.quantity),
        "description": _shortened(line.name, options.description_length),
    }


def _shortened(name: str, length: int) -> str:
    name = _one_line(name)
    return name if len(name) <= length else f"{name[: length - 1].rstrip()}…"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _cannot(text: str, field: str, value: str, remedy: str, *, code: Code = Code.CANNOT_EXPRESS) -> CannotExpress:
    return CannotExpress(
        Reason(code=code, text=f"{text[0].upper()}{text[1:]}.", field=field, value=value, remedy=remedy)
    )
