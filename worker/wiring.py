"""The wiring: the one place that reads settings and builds real things out of them."""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from celery import Celery
from fastapi import FastAPI
from sqlalchemy.engine import make_url

from config.sections import BookSettings, RetriesSettings, ShopSettings
from config.settings import Settings
from providers import registry
from providers.domain.orders import PaymentKind
from providers.domain.policy import Cancelled, IssueOn, Policy, Refunds, Retries, Untaxed, ZeroTotal
from tasks.backoff import Backoff
from tasks.breaker import Breaker
from tasks.callers import CallerThreads
from tasks.drains import Drains
from tasks.hinting import Hints, Rereader
from tasks.intake import Intake
from tasks.jobs import Work, register, rereading
from tasks.ledger.ledger import Ledger
from tasks.ledger.slots import PostgresSlots
from tasks.ledger.store import Store
from tasks.notifying import Notifier
from tasks.paused import PausedBooks
from tasks.ports import Bell, Book, Clock, ShopFront, Slots
from tasks.probing import Prober
from tasks.reconcile.rounds import Rounds
from tasks.ringing import AfterAMoment, RungTogether
from tasks.schedule import schedule
from tasks.slots import LocalSlots
from tasks.sweep import Sweeper
from tasks.sync import Sync
from tasks.watch import Watch
from tasks.world import World
from worker.celery_app import CeleryBell, make_app
from worker.doors import doors
from worker.limits import answers_of, calls_of, gate_of, slots_of
from worker.listeners import notified, targets
from worker.rounds import habits, timetables
from worker.web.app import create_app
from worker.web.health import Health
from worker.web.metrics import Metrics

_LINGERS = 0.5
_LOOKS = 0.02
"""Seconds. What a look costs is nothing beside a message, and it is as quick."""


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """Everything one process may need, built once."""

    settings: Settings
    store: Store
    ledger: Ledger
    books: dict[str, Book]
    fronts: dict[str, ShopFront]
    paused: PausedBooks
    app: Celery
    bell: Bell
    work: Work
    hints: Hints
    callers: CallerThreads
    stopping: threading.Event
    """Set once the process is to end: nothing more is claimed."""
    answers: int
    """How many messages its worker answers at the same time."""
    clock: Clock

    @property
    def sqlite_file(self) -> Path | None:
        """The ledger's file; None when it is a server."""
        url = make_url(self.settings.ledger.url.get_secret_value())
        return Path(url.database) if self.store.is_sqlite and url.database else None

    def web(self) -> FastAPI:
        """The ASGI app."""
        return create_app(
            intake=self.work.intake,
            health=Health(self.ledger, self.store),
            metrics=Metrics(self.ledger, self.clock, timetables(self.settings)),
            body_limit=self.settings.web.body_limit,
            hints=self.hints,
        )

    def close(self) -> None:
        self.callers.close()
        self.app.close()
        self.ledger.close()


class NoBell:
    """For commands that only put orders into the ledger: the sweeper of the running worker rings them."""

    def ring(self, shop: str, order_id: str) -> None:
        """Nothing is rung."""


def wire(settings: Settings, *, clock: Clock = utc_now, bell: Callable[[Celery], Bell] = CeleryBell) -> Wired:
    """Build everything that the settings name; nothing is connected to before it is used.

    Raises `registry.Misconfigured` where a provider or a kind of shop does not take its settings.
    """
    store = Store(settings.ledger.url.get_secret_value(), pool_size=settings.ledger.pool_size)
    ledger = Ledger(store, notified=notified(settings))
    watch = Watch(clock, time.monotonic)
    books = {name: _book(name, book, settings) for name, book in settings.books.items()}
    fronts = {name: _front(name, shop, settings.books[shop.book]) for name, shop in settings.shops.items()}
    app = make_app(settings.broker, schedule(sweep_seconds=settings.worker.sweep_every.total_seconds()))
    rings = Drains(
        bell(app),
        fronts=fronts,
        here=settings.broker.in_process,
    )
    # Where others answer, nobody here knows what is on its way.
    together = rings if settings.broker.in_process else RungTogether(rings, fronts=fronts, later=AfterAMoment())
    paused = PausedBooks(ledger.books, clock)
    limits = {name: slots_of(book.card) for name, book in books.items()}
    slots: Slots = LocalSlots(limits) if store.is_sqlite else PostgresSlots(store, limits)
    callers = CallerThreads(
        calls_of({name: book.card for name, book in books.items()}, threads=settings.worker.threads)
    )
    stopping, comparisons = threading.Event(), max(settings.worker.threads // 4, 1)
    world = World(
        ledger=ledger,
        books=books,
        fronts=fronts,
        slots=slots,
        bell=rings,
        drains=rings,
        paused=paused,
        breaker=Breaker(),
        backoff=Backoff(retries=_retries(settings.retries)),
        clock=watch,
        calm=watch.calm,
        callers=callers,
        stopping=stopping.is_set,
        lingers=_LINGERS,
        looks=inf if settings.broker.in_process else _LOOKS,
        owner=f"{socket.gethostname()}:{os.getpid()}"[:100],
    )
    work = Work(
        intake=Intake(ledger, fronts=fronts, bell=together, clock=clock),
        sync=Sync(world),
        sweeper=Sweeper(ledger, books=books, paused=paused, bell=rings, clock=clock),
        prober=Prober(ledger, books=books, paused=paused, clock=clock),
        notifier=Notifier(ledger, targets=targets(settings), clock=clock),
        rereader=Rereader(ledger, books=books, paused=paused, slots=slots, clock=clock),
        rounds=Rounds(world, habits=habits(settings, books), at_once=comparisons),
    )
    register(app, work)
    return Wired(
        settings=settings,
        store=store,
        ledger=ledger,
        books=books,
        fronts=fronts,
        paused=paused,
        app=app,
        bell=rings,
        work=work,
        callers=callers,
        stopping=stopping,
        answers=answers_of(len(books), comparisons=comparisons),
        hints=Hints(doors(settings), follow=rereading(app), steady=time.monotonic),
        clock=clock,
    )


def _book(name: str, settings: BookSettings, whole: Settings) -> Book:
    card = registry.card(settings.provider, book=name).with_overrides(
        timeout=settings.timeout,
        settle=settings.settle,
        in_flight=settings.in_flight,
        rate=settings.rate,
    )
    provider = registry.build_provider(
        settings.provider,
        book=name,
        base_url=settings.base_url or "",
        token=settings.token.get_secret_value(),
        options=settings.options,
        connections=whole.worker.threads,
        gate=gate_of(name, card.rate, whole.broker),
        card=card,
    )
    return Book(name=name, provider=provider, look_first=settings.look_first)


def _front(name: str, settings: ShopSettings, book: BookSettings) -> ShopFront:
    shop = registry.build_shop(
        settings.kind,
        name=name,
        secret=settings.secret.get_secret_value(),
        tax_number_fields=settings.tax_number_fields,
    )
    return ShopFront(name=name, shop=shop, book=settings.book, policy=_policy(settings, book))


def _policy(shop: ShopSettings, book: BookSettings) -> Policy:
    told = shop.policy
    return Policy(
        issue_on=IssueOn(shop.issue_on),
        issue_on_by_payment={PaymentKind(kind): IssueOn(moment) for kind, moment in told.issue_on_by_payment.items()},
        zero_total=ZeroTotal(told.zero_total),
        untaxed=Untaxed(told.untaxed),
        rounding_line=told.rounding_line,
        rounding_name=told.rounding_name,
        tax_rates=book.tax_rates,
        due_days=told.due_days,
        record_payments=told.record_payments,
        cancelled_after_invoice=Cancelled(told.cancelled_after_invoice),
        refunds=Refunds(told.refunds),
        spread_refunds=told.spread_refunds,
        email_invoice=told.email_invoice,
        bulk=told.bulk,
        timezone=shop.timezone,
    )


def _retries(settings: RetriesSettings) -> Retries:
    return Retries(
        max_attempts=settings.max_attempts,
        max_age=settings.max_age,
        first_wait=settings.first_wait,
        longest_wait=settings.longest_wait,
    )
