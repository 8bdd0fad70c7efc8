"""Cards in words, for people who choose a provider: what each can do, its limits, how a lost answer is resolved.

`counterfoil providers` and docs/providers.md tell the same.
"""

from collections.abc import Iterable
from datetime import timedelta

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals

_FOUND = {
    Finding.BY_FILTER: "looked up by its reference; proved either way",
    Finding.BY_LISTING: "looked up by reading the list; proved either way",
    Finding.NOT_AT_ALL: "cannot be looked up: a person decides",
}
_PAID = {
    PaymentStyle.APPENDED: "each payment is a record of its own",
    PaymentStyle.OVERWRITTEN: "the sum paid so far is set",
    PaymentStyle.FLAG: "only paid in full can be said",
    PaymentStyle.NOT_AVAILABLE: "no payments through its interface",
}
_TOTALS = {
    Totals.IN_CREATE_ANSWER: "told in the answer to the creation",
    Totals.ON_READ: "told when the document is read back",
    Totals.NEVER: "never told: ours cannot be compared",
}
_CREDIT = {
    CreditStyle.CORRECTION: "correction",
    CreditStyle.NEGATIVE_INVOICE: "invoice with negative lines",
    CreditStyle.NOT_AVAILABLE: "not available",
}


def facts(card: Card) -> dict[str, str]:
    """What a card says, by topic, in the order in which people ask."""
    return {
        "kinds": ", ".join(sorted(kind.value.replace("_", " ") for kind in card.kinds)),
        "lost answer": _FOUND[card.finding],
        "settle time": _span(card.settle),
        "repeated reference": "refused" if card.refuses_repeated_reference else "taken",
        "payments": _PAID[card.payments] + (", also in part" if card.partial_payments else ""),
        "total": _TOTALS[card.totals],
        "credit note": _CREDIT[card.credit],
        "list": f"{card.page_size} a page" if card.lists else "none",
        "created by one call": "1" if card.bulk == 1 else f"up to {card.bulk}, where the shop's policy says bulk",
        "at the same time": "no limit known" if card.in_flight is None else str(card.in_flight),
        "a minute": "no limit known" if card.rate is None else str(card.rate),
        "one answer takes at most": _span(card.call_timeout),
        "reference": f"{card.reference_field}, {card.reference_length} characters",
        "currencies": "all" if card.currencies is None else ", ".join(sorted(card.currencies)),
        "arithmetic": card.rounding or "not told",
    }


def page(cards: Iterable[Card]) -> str:
    """The page docs/providers.md."""
    lines = [
        "# Invoicing providers",
        "",
        "What each provider's card says; `counterfoil providers` tells the same. Times and limits that the owner of an",
        "account knows better are set per book: `timeout`, `settle`, `in_flight`, `rate`.",
        "",
    ]
    for card in cards:
        lines += [f"## {card.title} (`{card.name}`)", "", "| topic | what holds |", "|---|---|"]
        lines += [f"| {topic} | {told} |" for topic, told in facts(card).items()]
        lines += ["", *(f"- {note}" for note in card.notes), ""]
    return "\n".join(lines).rstrip() + "\n"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds / 60:g} min" if seconds >= 60 and not seconds % 30 else f"{seconds:g} s"
