"""AcuInvoice's answers in our words. Nothing here raises over a member that is missing or odd."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from providers.domain.documents import DocumentKind, RemoteDocument, RemoteState
from providers.domain.errors import AccessDenied, FieldRefusal, ProviderError, Refused
from providers.invoicing.acuinvoice import envelope, values
from providers.invoicing.acuinvoice.arithmetic import computed
from providers.invoicing.acuinvoice.options import Options

STATES: Final = {
    "draft": RemoteState.OPEN,
    "open": RemoteState.OPEN,
    "pastdue": RemoteState.OPEN,
    "closed": RemoteState.PAID,
}
"""The provider's user help: a draft was not sent yet, and an invoice is closed by itself once it is paid in full."""

_MAPPED: Final = frozenset(
    {"invoice_id", "status", "invoice_number", "po_number", "currency", "invoice_date", "date_updated"}
)
_FAILURES: Final = frozenset({400, 409, 422})
"""Statuses with which a failure may come; the documentation names none, the service's ancestor used 200."""
_READABLE: Final = 200
_LONGEST: Final = 500


def document(answer: Mapping[str, object], options: Options) -> RemoteDocument:
    """An invoice as an answer or an entry of a list tells it.

    The provider tells no totals and no payments, so that `net`, `tax`, `gross`, `paid` and `payments` are None. What
    its lines come to is kept in `extra` as "computed_here", where the lines are told.
    """
    totals = computed(answer, options)
    extra = {name: value for name, value in answer.items() if name not in _MAPPED}
    if totals is not None:
        extra["computed_here"] = {"net": str(totals.net), "tax": str(totals.tax), "gross": str(totals.gross)}
    return RemoteDocument(
        remote_id=values.text(answer.get("invoice_id")),
        kind=DocumentKind.INVOICE,
        number=values.text(answer.get("invoice_number")),
        reference=values.text(answer.get("po_number")),
        currency=values.text(answer.get("currency")),
        state=STATES.get(values.text(answer.get("status"))),
        updated_at=values.moment(answer.get("date_updated"), ZoneInfo(options.time_zone)),
        issue_date=values.day(answer.get("invoice_date")),
        extra=extra,
    )


def made(invoice_id: str, sent: Mapping[str, object]) -> RemoteDocument:
    """A new invoice. The answer tells its id alone; the rest is what was sent and accepted."""
    return RemoteDocument(
        remote_id=invoice_id,
        kind=DocumentKind.INVOICE,
        number=values.text(sent.get("invoice_number")),
        reference=values.text(sent.get("po_number")),
        currency=values.text(sent.get("currency")),
        issue_date=values.day(sent.get("invoice_date")),
    )


def failure(answer: envelope.Node, options: Options, *, get: bool) -> ProviderError:
    """Why the service said no. `get` for a call that reads one record.

    What kind of failure it is, is told by its code alone, where there is one and the options know it; texts are
    for people. A failure to read one record counts as its absence unless the options say otherwise.
    """
    codes = answer.texts("code")
    meanings = {options.codes[code] for code in codes if code in options.codes}
    told = f" (code {', '.join(codes)[:100]})" if codes else ""
    texts = answer.texts("error") or ["refused without a reason"]
    refusals = [FieldRefusal("", f"{text[:_LONGEST]}{told}") for text in texts]
    refused = Refused(
        *refusals,
        duplicate="duplicate" in meanings,
        missing="missing" in meanings or (get and not meanings and options.failed_get_is_missing),
    )
    return AccessDenied(str(refused)) if "denied" in meanings else refused


def counts_as(status: int, body: bytes) -> int:
    """A failure that is told in an envelope is read there by the client, whatever status it comes with."""
    if status not in _FAILURES:
        return status
    try:
        return _READABLE if envelope.failed(envelope.response(body)) else status
    except envelope.Unreadable:
        return status


def explained(status: int, body: bytes) -> Refused:
    """The provider's words in an answer whose status is no success."""
    try:
        texts = envelope.parse(body).texts("error")
    except envelope.Unreadable:
        texts = []
    return Refused(*(FieldRefusal("", text[:_LONGEST]) for text in texts or [f"refused with status {status}"]))
