"""The page about providers is what the cards say."""

from pathlib import Path

import pytest

from providers.cards import facts, page
from providers.registry import CARDS

PAGE = Path(__file__).parents[3] / "docs" / "providers.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(CARDS[name] for name in sorted(CARDS)), (
        "write it anew: python -m providers.registry > docs/providers.md"
    )


@pytest.mark.parametrize("name", sorted(CARDS))
def test_every_topic_of_a_card_says_something(name: str) -> None:
    assert all(facts(CARDS[name]).values())
    assert CARDS[name].name == name
