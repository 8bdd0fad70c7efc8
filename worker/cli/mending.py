"""`counterfoil reconcile --repair`: what will be done is listed first, a person says yes, then it is begun."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import typer

from providers.domain.errors import ProviderError
from tasks.ports import Book
from tasks.reconcile import Finding, FindingClass, Repair, Report
from tasks.reconcile.repairs import EVERY, Repaired, Repairer, wanted
from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.people import who
from worker.cli.render import Column

if TYPE_CHECKING:
    from worker.wiring import Wired


class Wish(Protocol):
    """How to repair, as it was typed."""

    @property
    def dry(self) -> bool: ...

    @property
    def yes(self) -> bool: ...

    @property
    def json(self) -> bool: ...


def policy_of(only: Sequence[str]) -> Mapping[FindingClass, Repair]:
    """What is repaired: whatever can be, or the classes named. Raises `Complaint` for others."""
    for name in only:
        if name not in set(EVERY):
            raise Complaint(
                f"--only {name}: there is no such class that can be repaired.",
                remedy=f"Classes: {', '.join(EVERY)}.",
            )
    return {kind: repair for kind, repair in EVERY.items() if not only or kind in only}


def repair(
    wired: "Wired", book: Book, report: Report, policy: Mapping[FindingClass, Repair], wish: Wish
) -> list[Repaired]:
    """Try the repairs out, and begin them when that is wanted. Gives what came, or would come, of each."""
    todo = list(wanted(report.findings, policy))
    if not todo:
        if not wish.json:
            render.say("Nothing of it can be repaired from here.")
        return []
    tried = list(_each(wired, book, todo, dry=True))
    if not wish.json:
        render.say()
        _table("would be done" if wish.dry else "will be done", tried)
    if wish.dry:
        return tried
    willing = [(each.finding, each.repair) for each in tried if each.done]
    if willing:
        _confirm(len(willing), wish)
    begun = {each.finding.pk: each for each in _each(wired, book, willing, dry=False)}
    told = [begun.get(each.finding.pk, each) for each in tried]
    if not wish.json:
        _closing(book, told)
    return told


def _each(wired: "Wired", book: Book, todo: Sequence[tuple[Finding, Repair]], *, dry: bool) -> Iterator[Repaired]:
    repairer = Repairer(wired.ledger, fronts=wired.fronts, bell=wired.bell, clock=wired.clock)
    with render.working("looking again at both sides …") as tell:
        for number, (finding, each) in enumerate(todo, 1):
            tell(f"looking again at both sides: {number:,} of {len(todo):,}")
            try:
                yield repairer.repair(book, finding, each, by=who(), dry=dry)
            except ProviderError as error:
                raise Complaint(
                    f"{book.card.title} could not be asked about {finding.reference}: {error}",
                    remedy=f"{number - 1} of {len(todo)} repairs were {'tried out' if dry else 'begun'}. "
                    "See what is in the way: counterfoil check",
                    exit_code=1,
                ) from None


def _confirm(count: int, wish: Wish) -> None:
    if wish.yes:
        return
    if wish.json or not sys.stdin.isatty():
        raise Complaint(
            "Nobody is there to be asked; nothing was repaired.",
            remedy="If you mean it, say so: --yes. To only see what would be done: --dry-run.",
        )
    if not typer.confirm(f"Begin {count} repair{'s' if count > 1 else ''}?", err=True):
        raise Complaint("Nothing was repaired.", exit_code=1)


def _table(title: str, told: Sequence[Repaired]) -> None:
    columns = [Column("finding"), Column("reference"), Column("repair"), Column(title, wraps=True)]
    render.table(
        columns,
        (
            (
                *(each.finding.kind.value, each.finding.reference, each.repair.value),
                each.text if each.done else f"nothing: {each.text}",
            )
            for each in told
        ),
    )


def _closing(book: Book, told: Sequence[Repaired]) -> None:
    begun = sum(each.done for each in told)
    render.say()
    render.say(f"{begun} of {len(told)} repairs are begun; the running worker makes them, each as an operation.")
    if begun:
        render.say(f"When it is done, prove it: counterfoil reconcile {book.name}")
    for each in told:
        if not each.done:
            render.say(f"left  {each.finding.kind}  {each.finding.reference}: {each.text}")
