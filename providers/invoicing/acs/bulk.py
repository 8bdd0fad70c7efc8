"""Several invoices in one call: which of them got which answer. Pure."""

from collections.abc import Mapping, Sequence

from providers.domain.errors import OutcomeUnknown
from providers.invoicing.acs import answers, values
from providers.invoicing.acs.answers import CurrencyOf
from providers.invoicing.acs.options import Options
from providers.ports import Outcome


def answered(
    references: Sequence[str], result: object, options: Options, currency_of: CurrencyOf
) -> tuple[Outcome, ...]:
    """What the answer says of each invoice that was sent, in the order in which they were sent.

    Elements are matched by the reference where they show it, else by their place. What has no element, or one
    that cannot be read, is unknown, never refused.
    """
    told = result if isinstance(result, list) else []
    by_reference = {reference: each for each in told if (reference := _reference(each, options))}
    by_place = list(told) if len(told) == len(references) else [None] * len(references)
    outcomes = []
    for reference, here in zip(references, by_place, strict=True):
        named = by_reference.get(reference)
        element = named if named is not None else here if _reference(here, options) in {"", reference} else None
        outcomes.append(_outcome(reference, element, options, currency_of))
    return tuple(outcomes)


def _outcome(reference: str, told: object, options: Options, currency_of: CurrencyOf) -> Outcome:
    if answers.is_envelope(told) and isinstance(told, Mapping):
        if answers.is_failure(told):
            return answers.reasons(told[answers.RESULT], options.names.error)
        told = told[answers.RESULT]
    row = told if isinstance(told, Mapping) else {options.names.invoice.id: told}
    if not values.identity(row, options.names.invoice.id):
        return OutcomeUnknown(f"the answer to several invoices does not tell what became of {reference}")
    return answers.document(row, options, currency_of)


def _reference(told: object, options: Options) -> str:
    """The reference that an element shows, in an envelope or without; empty where it shows none."""
    if answers.is_envelope(told) and isinstance(told, Mapping):
        told = told[answers.RESULT]
    name = options.names.invoice.reference
    return values.text(told.get(name)) if name and isinstance(told, Mapping) else ""
