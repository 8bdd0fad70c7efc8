"""Whether the credit notes of an order add up: what they come to here, and what they come to there.

Each credit note is compared by itself, as any other document. Where one of them differs, the sum of all of them tells
what that means for the order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from providers.domain.documents import DocumentKey, DocumentKind, DocumentState, RemoteDocument
from providers.ports import InvoicingProvider
from tasks.ledger.expected import UNDER_WAY, Expected
from tasks.ledger.findings import Suspicion
from tasks.ledger.ledger import Ledger
from tasks.reconcile.classes import FindingClass
from tasks.reconcile.reading import Find, alive_there, read_again

_NOTHING = Decimal(0)


def notes_of(note: DocumentKey) -> str:
    """What the references of all credit notes of its order begin with."""
    return replace(note, ordinal="").reference()


def unbalanced(
    ledger: Ledger, provider: InvoicingProvider, book: str, note: DocumentKey, *, find: Find, told: Iterable[str]
) -> Iterator[Suspicion]:
    """The finding that the credit notes of the order of `note` do not add up, if they do not.

    `told` are references that the provider showed. Nothing is said while one of them is being made, or where the
    provider tells no sums. Raises the provider's read errors, and `LedgerUnavailable`.
    """
    rows = ledger.matching.credit_notes(book, note.shop, note.order_id)
    if any(row.busy or row.state in UNDER_WAY for row in rows):
        return
    found = _found(provider, rows, find, told)
    sums = [each.gross for each in found if each.gross is not None]
    here = sum((row.gross for row in rows if row.state is DocumentState.ISSUED), _NOTHING)
    there = sum(sums, _NOTHING)
    if len(sums) < len(found) or here == there:
        return
    key = replace(note, kind=DocumentKind.INVOICE, ordinal="1")
    reference = key.reference(provider.card.reference_length)
    invoice = ledger.matching.by_references(book, [reference]).get(reference)
    told_in = [*(row.currency for row in rows), *(each.currency for each in found)]
    currency = next(filter(None, told_in), "")
    yield Suspicion(
        kind=FindingClass.CREDIT_NOTES,
        reference=reference,
        remote_id=invoice.remote_id if invoice is not None else "",
        expected=f"credit notes over {here} {currency}".rstrip(),
        found=f"credit notes over {there} {currency}".rstrip(),
        money=here - there,
        currency=currency,
        shop=note.shop,
        order_id=note.order_id,
        since=invoice.issued_at if invoice is not None else None,
    )


def _found(
    provider: InvoicingProvider, rows: Iterable[Expected], find: Find, told: Iterable[str]
) -> list[RemoteDocument]:
    """The credit notes of the order that count there, each once."""
    ours = {row.reference: row for row in rows}
    found: dict[str, RemoteDocument] = {}
    for reference in sorted({*ours, *told}):
        found |= {each.remote_id: each for each in find(reference, DocumentKind.CREDIT_NOTE)}
    for row in ours.values():
        if row.remote_id and row.remote_id not in found:
            hidden = read_again(provider, row.remote_id, row.reference)
            found |= {row.remote_id: hidden} if hidden is not None else {}
    return [each for each in found.values() if alive_there(each)]
