"""One page of the provider's list, held against the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from providers.domain.card import Card, PaymentStyle
from providers.domain.documents import RemoteDocument, RemoteState
from providers.domain.facts import Facts, facts_of, learned
from tasks.ledger.codec import facts_text
from tasks.ledger.expected import Expected
from tasks.ledger.findings import Suspicion
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Run, Sighting
from tasks.ledger.totals import ALL_RATES, Side, Sum
from tasks.ports import ShopFronts
from tasks.reconcile.classes import FindingClass
from tasks.reconcile.compare import Difference, differences


@dataclass(slots=True)
class Compared:
    """What one page came to."""

    sightings: list[Sighting] = field(default_factory=list)
    suspicions: list[Suspicion] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Which documents of a book are ours: those whose references begin with the name of one of its shops."""

    prefixes: tuple[str, ...]
    unpaid_shops: frozenset[str] = frozenset()
    """Shops that record no payments: what is paid there is nobody's business here."""

    def holds(self, reference: str) -> bool:
        return reference.startswith(self.prefixes)


def ours_of(fronts: ShopFronts, book: str) -> Ours:
    """What is ours in the book."""
    shops = [front for front in fronts.values() if front.book == book]
    return Ours(
        prefixes=tuple(f"{front.name}/" for front in shops),
        unpaid_shops=frozenset(front.name for front in shops if not front.policy.record_payments),
    )


def compare_page(ledger: Ledger, run: Run, ours: Ours, card: Card, listed: tuple[RemoteDocument, ...]) -> Compared:
    """Hold each document of the page against the ledger. What the run saw before is not counted again, but it may
    have changed since.

    Three statements, however many documents. Raises `LedgerUnavailable`.
    """
    result = Compared()
    told = {each.remote_id: each for each in listed}
    known = ledger.sightings.known(run, told)
    references = [each.reference for each in told.values() if ours.holds(each.reference)]
    rows = ledger.matching.by_references(run.book, references, owed=card.payments is PaymentStyle.NOT_AVAILABLE)
    for remote in told.values():
        is_ours = ours.holds(remote.reference)
        row = rows.get(remote.reference) if is_ours else None
        if known.get(remote.remote_id) != (remote.reference if is_ours else ""):
            _count(result, remote, row, is_ours=is_ours)
        if is_ours:
            _take(result, remote, row, ours, card)
    return result


def _count(result: Compared, remote: RemoteDocument, row: Expected | None, *, is_ours: bool) -> None:
    if not is_ours:
        result.sightings.append(Sighting(remote_id=remote.remote_id))
        return
    pk = row.pk if row is not None and row.remote_id == remote.remote_id else None
    result.sightings.append(Sighting(remote_id=remote.remote_id, reference=remote.reference, document_pk=pk))
    result.sums.extend(provider_sums(remote))


def _take(result: Compared, remote: RemoteDocument, row: Expected | None, ours: Ours, card: Card) -> None:
    if row is None:
        if remote.state is not RemoteState.CANCELLED:
            result.suspicions.append(extra(remote))
        return
    if not row.issued:
        return  # one that is being made now
    if row.remote_id != remote.remote_id:
        if remote.state is not RemoteState.CANCELLED:
            result.suspicions.append(another(row, remote))
        return
    result.suspicions.extend(suspicions(row, remote, ours, card))
    result.facts |= news_of(row, remote)


def news_of(row: Expected, remote: RemoteDocument) -> dict[int, Facts]:
    """What the provider tells of the document that is not known yet, by its row; nothing where all of it is."""
    told = facts_of(remote)
    # Most documents tell what they told the last time, word for word: then nothing need be read.
    if facts_text(learned(None, told, recorded=row.recorded)) == row.kept:
        return {}
    return {} if learned(row.facts, told, recorded=row.recorded) == row.facts else {row.pk: told}


def suspicions(row: Expected, remote: RemoteDocument, ours: Ours, card: Card) -> Iterator[Suspicion]:
    """The differences between the two, as suspicions."""
    for each in differences(row, remote, card):
        if each.kind in _MONEY and row.shop in ours.unpaid_shops:
            continue
        yield suspicion(row, each, remote.remote_id)


_MONEY = frozenset(
    {
        FindingClass.PAID_THERE,
        FindingClass.UNPAID_THERE,
        FindingClass.PAYMENT_MISSING,
        FindingClass.PAYMENT_DOUBLE,
    }
)


def suspicion(row: Expected, difference: Difference, remote_id: str) -> Suspicion:
    return Suspicion(
        kind=difference.kind,
        reference=row.reference,
        remote_id=remote_id,
        expected=difference.expected,
        found=difference.found,
        money=difference.money,
        currency=row.currency,
        shop=row.shop,
        order_id=row.order_id,
        since=row.issued_at,
    )


def extra(remote: RemoteDocument) -> Suspicion:
    return Suspicion(
        kind=FindingClass.MISSING_IN_LEDGER,
        reference=remote.reference,
        remote_id=remote.remote_id,
        expected="nothing",
        found=f"document {remote.number or remote.remote_id} over {remote.gross} {remote.currency}",
        money=remote.gross or Decimal(0),
        currency=remote.currency,
        shop=remote.reference.partition("/")[0],
    )


def another(row: Expected, remote: RemoteDocument) -> Suspicion:
    """It carries the reference of one that we made; ours may stand there, too, or be gone."""
    ids = f"documents {row.remote_id} and {remote.remote_id}"
    money = row.gross if remote.gross is None else remote.gross
    twice = Difference(kind=FindingClass.DUPLICATE, expected="one document", found=ids, money=money)
    return suspicion(row, twice, remote.remote_id)


def provider_sums(remote: RemoteDocument) -> Iterator[Sum]:
    """What the document adds to the provider's side. Cancelled ones count for nothing."""
    if remote.issue_date is None or remote.gross is None or remote.state is RemoteState.CANCELLED:
        return
    net, tax = remote.net or Decimal(0), remote.tax or Decimal(0)
    yield _sum(remote, ALL_RATES, net, tax, remote.gross, documents=1)
    for each in remote.rates or ():
        yield _sum(remote, each.rate, each.net, each.tax, each.gross, documents=1)


def _sum(remote: RemoteDocument, rate: str, net: Decimal, tax: Decimal, gross: Decimal, *, documents: int) -> Sum:
    return Sum(
        side=Side.PROVIDER,
        day=remote.issue_date or date.min,
        rate=rate,
        currency=remote.currency,
        documents=documents,
        net=net,
        tax=tax,
        gross=gross,
    )
