"""`counterfoil providers`: what each invoicing provider can do."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from worker.cli import render
from worker.cli.options import Json
from worker.cli.render import Column

if TYPE_CHECKING:
    from providers.domain.card import Card


def providers(json: Json = False) -> int:
    """Tell what each invoicing provider can do, its limits, and how a lost answer is resolved there.

    To choose one, and to know what to expect of it. Needs no configuration.

    Example:

        counterfoil providers
    """
    from providers.cards import facts
    from providers.registry import CARDS

    cards = [CARDS[name] for name in sorted(CARDS)]
    if json:
        render.write_json_list(_json(card) for card in cards)
        return 0
    for card in cards:
        render.say(f"{card.title} ({card.name})", style="bold")
        render.table([Column("topic"), Column("what holds", wraps=True)], facts(card).items())
        for note in card.notes:
            render.say(f"- {note}")
        render.say()
    return 0


def _json(card: "Card") -> dict[str, object]:
    told = asdict(card)
    spans = {name: value.total_seconds() for name, value in told.items() if isinstance(value, timedelta)}
    currencies = None if card.currencies is None else sorted(card.currencies)
    return {**told, **spans, "kinds": sorted(card.kinds), "currencies": currencies}
