"""From a draft to what the account takes: the lines with their amounts, which are summed and not computed. Pure."""

from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS
from providers.domain.reasons import Code, Reason
from providers.ports import JsonObject, Prepared


def document(draft: Draft, card: Card) -> Prepared:
    """Raises `CannotExpress` for a kind or a currency that the card does not have, and for totals below zero that
    are no credit note's."""
    kind = draft.key.kind
    if kind not in card.kinds:
        raise cannot(f"The account makes no {kind}.", "kind", kind, "Make it by hand.")
    if draft.currency not in (card.currencies or EXPONENTS):
        text, remedy = "The account does not know the currency.", "Check the shop's currency."
        raise cannot(text, "currency", draft.currency, remedy, code=Code.CURRENCY_UNKNOWN)
    if not draft.lines:
        raise cannot("The document has no lines.", "lines", "0", "Check the order.", code=Code.NO_LINES)
    if draft.gross < 0 and kind is not DocumentKind.CREDIT_NOTE:
        text, remedy = "The total is negative.", "Make a credit note."
        raise cannot(text, "gross", str(draft.gross), remedy, code=Code.TOTAL_NEGATIVE)
    reference = draft.key.reference(card.reference_length)
    payload: JsonObject = {
        "reference": reference,
        "kind": kind.value,
        "currency": draft.currency,
        "issue_date": draft.issue_date.isoformat(),
        "buyer": draft.buyer.name,
        "lines": [_line(each) for each in draft.lines],
    }
    return Prepared(reference, payload)


def cannot(text: str, field: str, value: str, remedy: str, *, code: Code = Code.CANNOT_EXPRESS) -> CannotExpress:
    return CannotExpress(Reason(code=code, text=text, field=field, value=value, remedy=remedy))


def _line(line: DraftLine) -> JsonObject:
    return {
        "name": line.name,
        "quantity": str(line.quantity),
        "net": str(line.net),
        "gross": str(line.gross),
        "tax_rate": str(line.tax_rate),
        "tax_category": line.tax_category.value,
    }
