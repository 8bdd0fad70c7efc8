"""Several invoices in one call: who got which answer, and what became of them when the answer was lost. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from providers.domain.documents import RemoteDocument
from providers.domain.errors import Refused
from providers.invoicing.acs import answers, values
from providers.invoicing.acs.answers import CurrencyOf
from providers.invoicing.acs.options import Options


class Became(StrEnum):
    """What became of one invoice of a bulk create."""

    MADE = "made"
    REFUSED = "refused"
    ABSENT = "absent"
    """A look-up proved that it was not made."""
    SEVERAL = "several"
    """A look-up found more than one: a person decides."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One invoice of a bulk create, by its reference."""

    reference: str
    became: Became
    documents: tuple[RemoteDocument, ...] = ()
    """One where it was made, those that were found where there are several, else none."""
    refused: Refused | None = None


def answered(
    references: Sequence[str], result: object, options: Options, currency_of: CurrencyOf
) -> tuple[Element, ...]:
    """What each element of the answer says of each invoice that was sent, in the order in which they were sent.

    Elements are matched by the reference where they show it, else by their place. What has no element, or one
    that cannot be read, is unknown, never refused.
    """
    told = result if isinstance(result, list) else []
    by_reference = {reference: each for each in told if (reference := _reference(each, options))}
    by_place = list(told) if len(told) == len(references) else [None] * len(references)
    elements = []
    for reference, here in zip(references, by_place, strict=True):
        named = by_reference.get(reference)
        element = named if named is not None else here if _reference(here, options) in {"", reference} else None
        elements.append(_element(reference, element, options, currency_of))
    return tuple(elements)


def refused(references: Sequence[str], why: Refused) -> tuple[Element, ...]:
    """All of them were refused with one answer."""
    return tuple(Element(reference=reference, became=Became.REFUSED, refused=why) for reference in references)


def resolved(
    references: Sequence[str], found: Iterable[RemoteDocument], *, proves_absence: bool
) -> tuple[Element, ...]:
    """What became of each invoice of a bulk create whose answer was lost, given every document that the provider
    lists. `proves_absence` is whether such a list shows whatever exists (`card.finding`), read after the call has
    settled; a list that lags must be read twice."""
    by_reference: dict[str, dict[str, RemoteDocument]] = {reference: {} for reference in references}
    for document in found:
        if document.reference in by_reference:
            by_reference[document.reference][document.remote_id] = document
    absent = Became.ABSENT if proves_absence else Became.UNKNOWN
    became = {0: absent, 1: Became.MADE}
    return tuple(
        Element(reference=reference, became=became.get(len(each), Became.SEVERAL), documents=tuple(each.values()))
        for reference, each in by_reference.items()
    )


def _element(reference: str, told: object, options: Options, currency_of: CurrencyOf) -> Element:
    if answers.is_envelope(told) and isinstance(told, Mapping):
        if answers.is_failure(told):
            why = answers.reasons(told[answers.RESULT], options.names.error)
            return Element(reference=reference, became=Became.REFUSED, refused=why)
        told = told[answers.RESULT]
    row = told if isinstance(told, Mapping) else {options.names.invoice.id: told}
    if not values.identity(row, options.names.invoice.id):
        return Element(reference=reference, became=Became.UNKNOWN)
    made = answers.document(row, options, currency_of)
    return Element(reference=reference, became=Became.MADE, documents=(made,))


def _reference(told: object, options: Options) -> str:
    """The reference that an element shows, in an envelope or without; empty where it shows none."""
    if answers.is_envelope(told) and isinstance(told, Mapping):
        told = told[answers.RESULT]
    name = options.names.invoice.reference
    return values.text(told.get(name)) if name and isinstance(told, Mapping) else ""
