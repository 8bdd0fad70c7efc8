"""The second look at what a page made suspicious.

The list may be older than the ledger, the ledger may have moved on while the list was read, and a list of moving
rows may have hidden one. So each suspicion is looked at again on both sides, by itself, before it counts: then a
difference is one, and nothing else is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeAlias

from providers.domain.card import PaymentStyle
from providers.domain.documents import DocumentKind, DocumentState, RemoteDocument, RemoteState, key_of
from providers.domain.equality import is_another
from providers.domain.facts import Facts
from providers.ports import InvoicingProvider
from tasks.ledger.expected import Expected
from tasks.ledger.findings import Suspicion
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Sighting
from tasks.reconcile.classes import FindingClass
from tasks.reconcile.compare import Difference
from tasks.reconcile.crediting import notes_of, unbalanced
from tasks.reconcile.listing import Ours, news_of, suspicion, suspicions
from tasks.reconcile.reading import Find, alive_there, read, read_again

Carried: TypeAlias = Callable[[str], Sequence[str]]
"""The references that a list told and that begin so."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a second look showed. No verdict: both sides agree, or work is under way that will show in the next run.
    `seen` is a document that the list had hidden, `facts` what it told by its row that the ledger did not know."""

    verdict: tuple[Suspicion, ...] = ()
    seen: Sighting | None = None
    facts: Mapping[int, Facts] = field(default_factory=dict)


def second_look(
    ledger: Ledger,
    provider: InvoicingProvider,
    book: str,
    ours: Ours,
    suspected: Suspicion,
    *,
    find: Find | None = None,
    carried: Carried = lambda _prefix: (),
) -> Look:
    """What is true of the suspicion now. Raises the provider's read errors, and `LedgerUnavailable`.

    `find` takes the place of the provider's own, for one that would have to read its whole list for it.
    """
    find = cache(find or provider.find)  # one look asks once, for a whole list may have to be read
    look = _look(ledger, provider, book, ours, suspected, find)
    key = key_of(suspected.reference)
    if not look.verdict or key is None or key.kind is not DocumentKind.CREDIT_NOTE:
        return look
    told = (suspected.reference, *carried(notes_of(key)))
    return replace(look, verdict=(*look.verdict, *unbalanced(ledger, provider, book, key, find=find, told=told)))


def _look(ledger: Ledger, provider: InvoicingProvider, book: str, ours: Ours, suspected: Suspicion, find: Find) -> Look:
    owed = provider.card.payments is PaymentStyle.NOT_AVAILABLE
    row = ledger.matching.by_references(book, [suspected.reference], owed=owed).get(suspected.reference)
    kind = FindingClass(suspected.kind)
    if kind is FindingClass.DUPLICATE:
        return Look(tuple(_several(provider, find, row, suspected)))
    if kind is FindingClass.MISSING_IN_LEDGER:
        there = read_again(provider, suspected.remote_id, suspected.reference)
        gone = there is None or there.state is RemoteState.CANCELLED
        return Look() if row is not None or gone else Look((suspected,))
    if row is None or row.busy or not row.issued:
        return Look()
    there = read(provider, row.remote_id)
    if there is None or is_another(there, row.reference):
        return Look(tuple(_gone(find, row, there)))
    # One look settles every class: each of them is suspected by itself, and asks for its own.
    verdict = tuple(each for each in suspicions(row, there, ours, provider.card) if _belongs(each, suspected))
    seen = Sighting(remote_id=row.remote_id, reference=row.reference, document_pk=row.pk)
    return Look(verdict, seen, news_of(row, there))


def _belongs(found: Suspicion, suspected: Suspicion) -> bool:
    """Whether the second look shows what the first one did, or what the first one could not see. What a list tells
    as a sum, a document tells as single payments."""
    hidden = suspected.kind == FindingClass.MISSING_AT_PROVIDER
    return hidden or found.kind == suspected.kind or {found.kind, suspected.kind} <= _PAID


_PAID: frozenset[str] = frozenset(
    {
        FindingClass.PAID_THERE,
        FindingClass.UNPAID_THERE,
        FindingClass.PAYMENT_MISSING,
        FindingClass.PAYMENT_DOUBLE,
    }
)


def _gone(find: Find, row: Expected, other: RemoteDocument | None) -> Iterator[Suspicion]:
    """The document that we made is not there: is another one in its place? `other` has been given its id."""
    others = [each for each in find(row.reference, DocumentKind(row.kind)) if alive_there(each)]
    if others:
        yield _replaced(row, others[0])
        return
    missing = Difference(
        kind=FindingClass.MISSING_AT_PROVIDER,
        expected=f"document {row.number or row.remote_id} over {row.gross} {row.currency}",
        found=f"document {other.number or other.remote_id} of {other.reference}" if other is not None else "nothing",
        money=row.gross,
    )
    yield suspicion(row, missing, row.remote_id)


def _replaced(row: Expected, other: RemoteDocument) -> Suspicion:
    found = f"id {other.remote_id}"
    replaced = Difference(kind=FindingClass.REPLACED, expected=f"id {row.remote_id}", found=found, money=row.gross)
    return suspicion(row, replaced, other.remote_id)


def _several(
    provider: InvoicingProvider, find: Find, row: Expected | None, suspected: Suspicion
) -> Iterator[Suspicion]:
    """Those besides the one that we made, or besides the first where we made none."""
    alive = [each for each in find(suspected.reference, _kind(row, suspected.reference)) if alive_there(each)]
    if row is None or not row.issued:
        first, others = alive[:1], alive[1:]
    else:
        first = [each for each in alive if each.remote_id == row.remote_id]
        others = [each for each in alive if each.remote_id != row.remote_id]
        own = None if first or not others else read_again(provider, row.remote_id, row.reference)
        if others and not first and own is None:
            yield _replaced(row, others[0])
            first, others = others[:1], others[1:]
        elif own is not None:
            counts = alive_there(own) or row.state is DocumentState.CANCELLED
            first = [own] if counts else others[:1]
            others = [each for each in others if each not in first]
    for each in others:
        yield Suspicion(
            kind=FindingClass.DUPLICATE,
            reference=suspected.reference,
            remote_id=each.remote_id,
            expected="one document",
            found=f"documents {first[0].remote_id} and {each.remote_id}",
            money=each.gross or suspected.money,
            currency=each.currency or suspected.currency,
            shop=suspected.shop,
            order_id=row.order_id if row is not None else "",
            since=row.issued_at if row is not None else None,
        )


def _kind(row: Expected | None, reference: str) -> DocumentKind:
    if row is not None:
        return DocumentKind(row.kind)
    key = key_of(reference)
    return key.kind if key is not None else DocumentKind.INVOICE
