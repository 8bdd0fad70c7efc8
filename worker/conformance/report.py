"""One line of the report: what was tried, what the card expects, what was observed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from providers.domain.card import Card, Finding
from providers.domain.errors import CannotExpress, ProviderError
from providers.ports import InvoicingProvider


class Verdict(StrEnum):
    """DIFFERS counts: the card, or the account's options, say something else than the provider does."""

    OK = "ok"
    DIFFERS = "differs"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was tried, and what came of it. `seconds` is how long it took; None where nothing was asked."""

    what: str
    expected: str
    observed: str
    verdict: Verdict
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look saw, and whether it is what the card says."""

    observed: str
    as_told: bool = True


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The provider on the bench. `elapsed` counts seconds, `sleep` passes them."""

    provider: InvoicingProvider
    now: Callable[[], datetime] = field(default=_now)
    elapsed: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)

    @property
    def card(self) -> Card:
        return self.provider.card

    @property
    def can_look(self) -> bool:
        """Whether documents can be looked at, once they are made."""
        return self.card.lists or self.card.finding is not Finding.NOT_AT_ALL

    def line(self, what: str, expected: str, look: Callable[[], Seen]) -> Line:
        """Try it. An error that the look itself does not expect differs from the card."""
        began = self.elapsed()
        try:
            seen = look()
        except (ProviderError, CannotExpress) as error:
            seen = Seen(told(error), as_told=False)
        verdict = Verdict.OK if seen.as_told else Verdict.DIFFERS
        seconds = round(self.elapsed() - began, 3)
        return Line(what=what, expected=expected, observed=seen.observed, verdict=verdict, seconds=seconds)


def not_tried(what: str, why: str) -> Line:
    """A line that only says why there is nothing to say."""
    return Line(what=what, expected="-", observed=why, verdict=Verdict.NOT_TRIED)


def told(error: Exception) -> str:
    """An error on one line, with its kind: that is what the engine goes by."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
