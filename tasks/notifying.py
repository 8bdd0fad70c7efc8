"""Notices go out: signed, in their turn, again and again until they are taken or three days have passed.

A notice is claimed before it is sent and marked after it was taken. A crash in between sends it once more, under the
same id, by which the other end tells repeats from news.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

import structlog

from providers.domain.errors import NotSent, ProviderError, Throttled
from providers.domain.policy import Retries
from providers.notifying import LONGEST_CALL, ListenerGone
from tasks.backoff import Backoff
from tasks.ledger.ledger import Ledger
from tasks.ledger.notices import Notice
from tasks.ports import Clock

log = structlog.get_logger()

_LEASE = LONGEST_CALL * 3
PATIENCE = Retries(
    max_attempts=100, max_age=timedelta(days=3), first_wait=timedelta(seconds=10), longest_wait=timedelta(hours=3)
)
_FAILURES_IN_A_ROW = 3
_REST = timedelta(minutes=1)
_LONGEST_REST = timedelta(hours=1)
_ROUND_SECONDS = 10.0
_AT_ONCE = 4
"""Targets that one process delivers to at the same time; each takes a thread of the worker."""


class Hears(Protocol):
    """The part of `providers.notifying.Listener` that is needed here."""

    @property
    def url(self) -> str: ...

    def tell(self, key: str, body: str, *, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address, and the shops whose notices go there."""

    name: str
    listener: Hears
    shops: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Turns:
    """Who delivers where at this moment, in this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: set[str] = field(default_factory=set)

    @contextmanager
    def take(self, target: str) -> Iterator[bool]:
        with self.lock:
            taken = target not in self.busy and len(self.busy) < _AT_ONCE
            if taken:
                self.busy.add(target)
        try:
            yield taken
        finally:
            if taken:
                with self.lock:
                    self.busy.discard(target)


class Notifier:
    """Delivers notices. Safe to run anywhere, any number of times."""

    def __init__(
        self, ledger: Ledger, *, targets: Collection[Target], clock: Clock, backoff: Backoff | None = None
    ) -> None:
        self._ledger = ledger
        self._targets = {target.name: target for target in targets}
        self._clock = clock
        self._backoff = backoff or Backoff(retries=PATIENCE)
        self._turns = _Turns()

    def waiting(self) -> list[str]:
        """The targets that have notices due, the one that has waited longest first. Raises `LedgerUnavailable`."""
        if not self._targets:
            return []
        by_shop = {shop: target.name for target in self._targets.values() for shop in target.shops}
        due = self._ledger.notices.due(now=self._clock())
        return list(dict.fromkeys(by_shop[shop] for shop in due if shop in by_shop))

    def deliver(self, name: str) -> int:
        """Deliver what is due at a target, for a short while. Returns how many were taken.

        A target that does not answer is left alone for a while, and so is one that fails several times in a row; no
        other one waits for it. Raises `LedgerUnavailable`.
        """
        target = self._targets.get(name)
        if target is None:
            return 0
        with self._turns.take(name) as taken:
            return self._round(target) if taken else 0

    def _round(self, target: Target) -> int:
        until, delivered, failures = monotonic() + _ROUND_SECONDS, 0, 0
        while failures < _FAILURES_IN_A_ROW and monotonic() < until:
            now = self._clock()
            notice = self._ledger.notices.claim(target.shops, now=now, until=now + _LEASE)
            if notice is None:
                return delivered
            error = self._send(target, notice)
            failures = 0 if error is None else failures + 1
            delivered += error is None
            tired = failures == _FAILURES_IN_A_ROW or monotonic() >= until
            if error is not None and (tired or isinstance(error, NotSent | Throttled | ListenerGone)):
                self._rest(target, error)
                return delivered
        return delivered

    def _send(self, target: Target, notice: Notice) -> Exception | None:
        """Why it was not taken; None: it was."""
        try:
            target.listener.tell(notice.key, notice.body, at=self._clock())
        except ListenerGone as error:
            self._give_up(target, notice, error)
            return error
        except ProviderError as error:
            return self._later(target, notice, error)
        except Exception as error:  # our own fault: it must not be tried without end either
            log.exception("notice.fault", shop=notice.shop, order=notice.order, kind=notice.kind)
            return self._later(target, notice, error)
        self._ledger.notices.delivered(notice, now=self._clock())
        log.info("notice.delivered", shop=notice.shop, order=notice.order, kind=notice.kind, attempts=notice.attempts)
        return None

    def _later(self, target: Target, notice: Notice, error: Exception) -> Exception:
        now = self._clock()
        if self._backoff.exhausted(notice.attempts, notice.created_at, now):
            self._give_up(target, notice, error)
            return error
        due_at = now + self._backoff.wait(notice.attempts)
        self._ledger.notices.later(notice, due_at=due_at, error=str(error) or type(error).__name__)
        log.info("notice.waits", shop=notice.shop, order=notice.order, kind=notice.kind, until=due_at.isoformat())
        return error

    def _give_up(self, target: Target, notice: Notice, error: Exception) -> None:
        self._ledger.notices.given_up(notice, error=str(error))
        log.warning(
            "notice.given_up",
            shop=notice.shop,
            order=notice.order,
            kind=notice.kind,
            target=target.name,
            attempts=notice.attempts,
            error=str(error),
        )

    def _rest(self, target: Target, error: Exception) -> None:
        named = error.retry_after if isinstance(error, Throttled) else None
        rest = min(max(named or _REST, _REST), _LONGEST_REST)
        self._ledger.notices.rest(target.shops, until=self._clock() + rest)
        log.warning("notify.rests", target=target.name, seconds=rest.total_seconds(), error=str(error))
