"""Finding documents by reference where the provider would read its whole list for each: the run has just seen it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from providers.domain.card import Finding
from providers.domain.documents import DocumentKind, RemoteDocument
from providers.ports import Window
from tasks.ledger.ledger import Ledger
from tasks.ledger.run import Run, Scope
from tasks.ports import Book, Clock
from tasks.reconcile.reading import Find, read_again


def find_in_run(ledger: Ledger, book: Book, run: Run, *, clock: Clock, lease: timedelta) -> Find | None:
    """How the run finds documents by their reference; None: as the provider does.

    A run that saw all of the list asks for those documents alone that it saw with the reference. One that saw a part
    of it, and none there, reads the list to its end, and keeps itself in hand meanwhile.
    """
    if book.card.finding is Finding.BY_FILTER:
        return None

    def find(reference: str, _kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        found = _seen(ledger, book, run, reference)
        if not found and run.scope is not Scope.ALL:
            found = list(_listed(book, reference, lambda: ledger.runs.renew(run, now=clock(), lease=lease)))
        return tuple(found)

    return find


def _seen(ledger: Ledger, book: Book, run: Run, reference: str) -> list[RemoteDocument]:
    there = (read_again(book.provider, each, reference) for each in ledger.sightings.carriers(run, reference))
    return [each for each in there if each is not None]


def _listed(book: Book, reference: str, keep: Callable[[], object]) -> Iterator[RemoteDocument]:
    told: set[str] = set()
    for page in book.provider.listing(Window()):
        keep()
        for each in page.documents:
            if each.reference == reference and each.remote_id not in told:
                told.add(each.remote_id)
                yield each
