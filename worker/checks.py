"""Whether everything that the configuration names is there and lets us in. Nothing has an effect anywhere."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kombu.connection import Connection

from config.redaction import SECRETS, redact_url
from providers.domain.card import Finding
from providers.domain.errors import AccessDenied, ProviderError
from tasks.ledger.store import LedgerUnavailable
from tasks.ports import Book
from tasks.probing import probe
from worker.listeners import targets
from worker.readiness import UPGRADE, NotReady, exists, require_ledger
from worker.wiring import Wired

_SKEW = timedelta(seconds=30)
_BROKER_SECONDS = 3


class Result(StrEnum):
    """WARN goes on working; FAIL does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `remedy` is empty where all is well."""

    check: str
    result: Result
    text: str
    remedy: str = ""


def checks(wired: Wired) -> Iterator[tuple[str, Callable[[], list[Check]]]]:
    """Every check, named, to be called one after the other: some of them ask other machines."""
    yield "configuration", lambda: [_configuration(wired)]
    yield "ledger", lambda: _ledger(wired)
    yield "broker", lambda: [_broker(wired)]
    for book in wired.books.values():
        yield f"book {book.name}", lambda book=book: _book(wired, book)  # type: ignore[misc]  # bound here and now
    yield "shops", lambda: list(_shops(wired))
    yield "notices", lambda: list(_listeners(wired))


def _configuration(wired: Wired) -> Check:
    shops, books = len(wired.settings.shops), len(wired.settings.books)
    text = f"{shops} {'shop' if shops == 1 else 'shops'}, {books} {'book' if books == 1 else 'books'}"
    if not shops:
        return Check(
            check="configuration", result=Result.WARN, text=f"{text}: nothing will come in", remedy="Add [shops.NAME]."
        )
    return Check(check="configuration", result=Result.OK, text=text)


def _ledger(wired: Wired) -> list[Check]:
    address = wired.ledger.address
    if not exists(wired.store):
        return [_ledger_to_be(wired)]
    try:
        wired.ledger.ping()
        require_ledger(wired.store)
        told = wired.ledger.clock()
    except NotReady as error:
        return [Check(check="ledger", result=Result.FAIL, text=error.text, remedy=error.remedy)]
    except LedgerUnavailable as error:
        text = f"{address} cannot be used: {' '.join(str(error).split())}"
        remedy = "See that the database runs, and that url in [ledger] is right."
        return [Check(check="ledger", result=Result.FAIL, text=text, remedy=remedy)]
    reached = Check(check="ledger", result=Result.OK, text=f"{address}, migrated")
    return [reached] if told is None else [reached, _clock("ledger's clock", told, wired.clock())]


def _ledger_to_be(wired: Wired) -> Check:
    """A SQLite file that is not there yet: as it must be before the first start."""
    file = wired.sqlite_file
    if file is not None and not os.access(file.parent, os.W_OK):
        return Check(
            check="ledger",
            result=Result.FAIL,
            text=f"{file} does not exist, and nothing can be written into its folder",
            remedy="Make the folder, let this user write into it, or set url in [ledger].",
        )
    return Check(
        check="ledger",
        result=Result.WARN if wired.settings.broker.in_process else Result.FAIL,
        text=f"{wired.ledger.address} does not exist yet",
        remedy=f"Make it: {UPGRADE}. `counterfoil up` does so by itself.",
    )


def _broker(wired: Wired) -> Check:
    broker = wired.settings.broker
    if broker.in_process:
        return Check(check="broker", result=Result.OK, text="memory://, inside the one process of counterfoil up")
    address = broker.url.redacted()
    seconds = {"socket_connect_timeout": _BROKER_SECONDS, "socket_timeout": _BROKER_SECONDS}
    redis = broker.url.scheme.startswith("redis")
    connection = Connection(
        broker.url.get_secret_value(),
        connect_timeout=_BROKER_SECONDS,
        transport_options=seconds if redis else {},
    )
    try:
        connection.ensure_connection(
            max_retries=1, interval_start=0, timeout=_BROKER_SECONDS, reraise_as_library_errors=False
        )
    except Exception as error:  # noqa: BLE001 - every transport has errors of its own
        return Check(
            check="broker",
            result=Result.FAIL,
            text=f"{address} cannot be reached: {redact_url(SECRETS.redact(str(error)))}",
            remedy="See that it runs, and that url in [broker] is right.",
        )
    finally:
        connection.release()
    return Check(check="broker", result=Result.OK, text=address)


def _book(wired: Wired, book: Book) -> list[Check]:
    name = f"book {book.name}"
    found, error = probe(book)
    if error is not None or found is None:
        return [_unreachable(name, book, error)]
    account = f", account {found.account}" if found.account else ""
    checked = [Check(check=name, result=Result.OK, text=f"{book.card.title} accepts the token{account}")]
    if found.server_time is not None:
        checked.append(_clock(f"{name}'s clock", found.server_time, wired.clock()))
    paused = next((paused for paused in _paused(wired) if paused[0] == book.name), None)
    if paused is not None:
        checked.append(
            Check(
                check=name,
                result=Result.WARN,
                text=f"paused by {paused[1]}: {paused[2]}",
                remedy=f"Open it: counterfoil book resume {book.name}.",
            )
        )
    return checked


def _paused(wired: Wired) -> list[tuple[str, str, str]]:
    """Paused books as name, by whom, and why; none where the ledger cannot tell, which is told elsewhere."""
    try:
        require_ledger(wired.store)
        return [(book.name, book.by, book.reason.text) for book in wired.ledger.books.paused()]
    except (NotReady, LedgerUnavailable):
        return []


def _unreachable(name: str, book: Book, error: ProviderError | None) -> Check:
    setting = f"[books.{book.name}]"
    remedy = (
        f"Put the token of {setting} right; see that the account's plan and its allowed addresses include this use."
        if isinstance(error, AccessDenied)
        else f"See that base_url in {setting} is right and that this machine reaches it."
    )
    return Check(check=name, result=Result.FAIL, text=f"{book.card.title}: {error}", remedy=remedy)


def _clock(name: str, theirs: datetime, ours: datetime) -> Check:
    skew = ours - theirs
    text = f"{abs(skew).total_seconds():.0f} s {'ahead of' if skew > timedelta(0) else 'behind'} it"
    if abs(skew) <= _SKEW:
        return Check(check=name, result=Result.OK, text="this machine's clock agrees with it")
    return Check(
        check=name,
        result=Result.WARN,
        text=f"this machine's clock is {text}",
        remedy="Let a time service set the clock (chrony, systemd-timesyncd): due times and issue dates depend on it.",
    )


def _shops(wired: Wired) -> Iterator[Check]:
    web = wired.settings.web
    port = web.port or "PORT"  # 0 is any free one, which the log of the web process tells
    for name in wired.settings.shops:
        if web.public_url:
            yield Check(check=f"shop {name}", result=Result.OK, text=f"webhooks to {web.public_url}/webhooks/{name}")
        else:
            yield Check(
                check=f"shop {name}",
                result=Result.WARN,
                text=f"webhooks to http://{web.host}:{port}/webhooks/{name}, as this machine sees it",
                remedy="Set public_url in [web], to be told the address to put into the shop.",
            )
        yield from _groups(wired, name)


def _groups(wired: Wired, name: str) -> Iterator[Check]:
    """Whether a shop whose orders may be made together has a book where they are."""
    front = wired.fronts[name]
    book = wired.books[front.book]
    if not front.policy.bulk or book.bulk is not None:
        return
    if book.look_first:
        why = "look_first is set, and each order is looked for by itself"
    elif book.card.finding is Finding.NOT_AT_ALL:
        why = f"{book.card.title} cannot be asked what a lost call made, and a person would have to say it of all"
    else:
        why = f"{book.card.title} takes documents one by one"
    yield Check(
        check=f"shop {name}",
        result=Result.WARN,
        text=f"bulk = true has no effect in book {book.name}: {why}",
        remedy=f"Take bulk out of [shops.{name}.policy], or see what the provider can do: counterfoil providers.",
    )


def _listeners(wired: Wired) -> Iterator[Check]:
    """Whoever hears notices. Nothing is sent there; the secrets were read when everything was wired."""
    for target in targets(wired.settings):
        shops = ", ".join(sorted(target.shops))
        text = f"notices of {shops} to {target.listener.url}, signed"
        yield Check(check=target.name, result=Result.OK, text=text)
