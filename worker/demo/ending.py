"""What the demo tells when it is done: a table, the counts, and the line that matters."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console

from providers.domain.card import Card, PaymentStyle
from worker.demo.books import Setting
from worker.demo.proof import Proof
from worker.demo.screen import table
from worker.demo.story import Story
from worker.demo.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Everything that the end of the demo tells."""

    setting: Setting
    card: Card
    story: Story
    verdict: Verdict
    proof: Proof
    faults: Mapping[str, int]
    seconds: float

    @property
    def good(self) -> bool:
        """Whether everything came out as the story expects and the provider's card allows."""
        return self.verdict.good and self.proof.good


def write(out: Console, told: Ending, *, as_json: bool) -> None:
    """Write the ending on `out`."""
    if as_json:
        out.print(json.dumps(_summary(told)), markup=False, soft_wrap=True, highlight=False)
        return
    verdict = told.verdict
    out.print(table(verdict))
    out.print()
    out.print(
        f"{told.card.title}: {len(told.story.deliveries)} webhooks, {len(told.story.orders)} orders, "
        f"{verdict.invoices} invoices, {verdict.payments} payments, {verdict.attention} in need of a person, "
        f"{told.seconds:.1f} s",
        soft_wrap=True,
    )
    if told.faults:
        each = ", ".join(f"{name} {count}" for name, count in sorted(told.faults.items()))
        out.print(f"faults injected at the provider: {sum(told.faults.values())} ({each})", highlight=False)
    for remark in _remarks(told):
        out.print(remark, highlight=False, soft_wrap=True)
    out.print(f"proof: {told.proof.line}", style="bold green" if told.good else "bold red", soft_wrap=True)
    if not verdict.good:
        out.print("Something came out otherwise than the story expects; see the lines marked WRONG.", style="red")
    if not told.proof.good:
        book = told.setting.books[0].name
        how = f"To see where, run it again with --keep, then: counterfoil reconcile {book}"
        out.print(f"Ledger and provider differ, or something is still open. {how}", style="red", soft_wrap=True)


def _summary(told: Ending) -> dict[str, object]:
    verdict = told.verdict
    return {
        "provider": told.card.name,
        "orders": len(told.story.orders),
        "invoices": verdict.invoices,
        "payments": verdict.payments,
        "attention": verdict.attention,
        "cannot_express": verdict.cannot_express,
        "unresolved": verdict.unresolved,
        "duplicates": verdict.duplicates,
        "missing": verdict.missing,
        "faults": sum(told.faults.values()),
        "proof": told.proof.line,
        "seconds": round(told.seconds, 1),
    }


def _remarks(told: Ending) -> Iterator[str]:
    """What is seen at this provider and not at every other, in words for whoever sees it for the first time."""
    verdict, title = told.verdict, told.card.title
    if told.setting.notice:
        yield told.setting.notice
    if verdict.cannot_express:
        yield f"{_orders(verdict.cannot_express)} stopped before anything was sent: {title} has no way to say them."
    if told.card.payments is PaymentStyle.NOT_AVAILABLE:
        yield f"{title} takes no payments through its interface: none is recorded, and none is missing."
    if verdict.unresolved:
        yield (
            f"{_orders(verdict.unresolved)} wait for a person: an answer was lost, {title} cannot be asked what became "
            "of the call, and nothing is ever sent twice on a guess."
        )
    if not told.proof.provable and verdict.good:
        yield (
            f"{title} lists nothing, so the demo looked into the sandbox behind it: {verdict.invoices} invoices, "
            "none twice, each with the right total."
        )


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"
