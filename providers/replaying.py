"""Deliveries as they really arrive: twice, late, in the wrong order, damaged, or not at all.

Each shop's own replayer signs as that shop does; what happens on the way is the same for all and stands
here, for the demo and for tests. Everything is repeatable: chance comes from the `Random` that is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class SignedDelivery:
    """One HTTP request of a shop: headers as it writes them, and the raw body."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def received(self) -> dict[str, str]:
        """The headers as a `Shop` gets them: names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}


def repeated(deliveries: Sequence[Sent], *, share: float, rng: Random, reach: int = 8) -> list[Sent]:
    """Send a share of the deliveries a second time, up to `reach` places later."""
    chosen = set(rng.sample(range(len(deliveries)), round(len(deliveries) * share)))
    places = [(float(place), delivery) for place, delivery in enumerate(deliveries)]
    places += [(place + rng.uniform(0.1, reach), deliveries[place]) for place in sorted(chosen)]
    return [delivery for _, delivery in sorted(places, key=lambda entry: entry[0])]


def reordered(deliveries: Sequence[Sent], *, reach: int, rng: Random) -> list[Sent]:
    """Let every delivery be overtaken by those up to `reach` places behind it."""
    places = [(place + rng.uniform(0, reach), delivery) for place, delivery in enumerate(deliveries)]
    return [delivery for _, delivery in sorted(places, key=lambda entry: entry[0])]


def dropped(deliveries: Sequence[Sent], *, share: float, rng: Random) -> list[Sent]:
    """Lose a share of the deliveries."""
    lost = set(rng.sample(range(len(deliveries)), round(len(deliveries) * share)))
    return [delivery for place, delivery in enumerate(deliveries) if place not in lost]


def corrupted(delivery: SignedDelivery, *, at: int = 0) -> SignedDelivery:
    """Flip one bit of the body's byte at `at`; the signature stays as it was. An empty body gains a byte."""
    if not delivery.body:
        return replace(delivery, body=b"\x00")
    place = at % len(delivery.body)
    damaged = bytes([delivery.body[place] ^ 1])
    return replace(delivery, body=delivery.body[:place] + damaged + delivery.body[place + 1 :])
