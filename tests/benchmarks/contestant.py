"""What every contestant is to the harness."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A book: where its provider is, which shops sell into it, and what it is told of the provider's limits."""

    url: str
    shops: tuple[str, ...] = ("garden", "books")
    in_flight: int = 64
    """Enough to be no limit."""
    rate: int | None = None
    name: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a contestant is set up for one measurement."""

    accounts: tuple[Account, ...]
    threads: int = 0
    """Orders at the same time in one worker process; 0: the contestant's own number."""
    environ: dict[str, str] = field(default_factory=dict)


class Contestant(Protocol):
    """A stack of processes that takes webhooks and makes invoices."""

    @property
    def name(self) -> str: ...

    def open(self, setup: Setup) -> None:
        """Start everything; returns when webhooks are taken."""
        ...

    @property
    def port(self) -> int:
        """Where webhooks go."""
        ...

    @property
    def pids(self) -> list[int]:
        """Its own processes, without servers."""
        ...

    def is_at_rest(self, orders: int) -> bool:
        """Whether so many orders came in and nothing is left to do for any of them. Raises when a process died."""
        ...

    def kill_workers(self) -> None:
        """kill -9 of all processes that do the work."""
        ...

    def start_workers(self) -> None:
        """Start them again."""
        ...

    def close(self) -> None: ...
