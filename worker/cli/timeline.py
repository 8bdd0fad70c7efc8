"""One order's story, written for people: where it stands, its documents, what happened, what happens next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING

from config.redaction import HIDDEN, is_secret_name
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from worker.cli import render

if TYPE_CHECKING:
    from tasks.ledger.books import PausedBook
    from tasks.ledger.document_lines import DocumentLine
    from tasks.ledger.moments import Moment
    from tasks.ledger.views import OrderLine, Story

_SUMMARY = 300
"""Characters of a request or an answer that are shown; JSON has all of it."""


_OPEN_QUESTIONS = frozenset({Code.UNRESOLVED, Code.DUPLICATE_AT_PROVIDER, Code.PROVIDER_PAID_DIFFERS})


@dataclass(frozen=True, slots=True)
class Following:
    """What happens next by itself, and what a person may do: commands to type, each with what it does."""

    text: str
    actions: tuple[tuple[str, str], ...] = ()


def following(line: "OrderLine", paused: "Sequence[PausedBook]", *, now: datetime) -> Following:
    """What happens next with the order."""
    if line.event is not None:
        return Following(
            "Nothing, until the shop sends the order in a form that can be read.",
            ((f"counterfoil event {line.event}", "see what the shop sent"),),
        )
    again = f"counterfoil retry {quote(line.shop)} {quote(line.order)}"
    match line.state:
        case OrderState.DUE:
            return _due(line, paused, again, now)
        case OrderState.WAITING:
            return Following("Nothing, until the shop says more about the order.")
        case OrderState.ATTENTION:
            return Following(
                "Nothing by itself: a person decides. A newer version of the order from the shop counts as an answer.",
                (*_words(line), (again, "plan it again, once the cause is removed")),
            )
        case _:
            return Following("Nothing: it is finished. A newer version of the order from the shop is looked at.")


def _words(line: "OrderLine") -> tuple[tuple[str, str], ...]:
    """What a person may say of a call whose outcome nobody else can tell."""
    if line.reason is None or line.reason.code not in _OPEN_QUESTIONS:
        return ()
    command = f"counterfoil resolve {quote(line.shop)} {quote(line.order)}"
    return (
        (command, "see what is open, and what the provider shows"),
        (f"{command} --use ID", "this document counts"),
        (f"{command} --not-created", "there is none: make it anew"),
    )


def _due(line: "OrderLine", paused: "Sequence[PausedBook]", again: str, now: datetime) -> Following:
    for book in paused:
        if book.name == line.book:
            paused_by = f"paused by {book.by} since {render.when(book.since)}"
            return Following(
                f"It waits for book {book.name}, {paused_by}: {book.reason.text}",
                ((f"counterfoil book resume {book.name}", "open the book again"),),
            )
    if line.due_at is None or line.due_at <= now:
        return Following("It is due now: the running worker takes it up.")
    seconds = round((line.due_at - now).total_seconds())
    return Following(f"It is due at {render.when(line.due_at)}, in {seconds} s.", ((again, "do not wait"),))


def following_json(following: Following) -> dict[str, object]:
    actions = [{"command": command, "effect": effect} for command, effect in following.actions]
    return {"text": following.text, "actions": actions}


def write(story: "Story", following: Following) -> None:
    """Write the story on standard output."""
    line = story.order
    name = line.order if line.number in {"", line.order} else f"{line.order} (number {line.number})"
    total = "" if line.total is None else f", {line.total:f} {line.currency}"
    render.say(f"{line.shop} {name}: {line.state}{total}", style="bold")
    if line.reason is not None:
        for text in _reason(line):
            render.say(f"  {text}")
    if line.documents:
        render.say()
        render.say("Documents", style="bold")
        for document in line.documents:
            number = document.number or document.remote_id or "no number yet"
            equal = ", read back and equal" if document.verified else ""
            render.say(
                f"  {document.kind} {document.reference}: {document.state}, {number}, "
                f"{document.gross:f} {document.currency}, paid {document.paid:f}{equal}"
            )
            if told := _facts(document):
                render.say(f"    the provider says: {told}")
    render.say()
    render.say("What happened", style="bold")
    for moment in story.moments:
        render.say(f"  {render.when(moment.at)}  {moment.what:<10}  {moment.text}")
        for text in _evidence(moment):
            render.say(f"{' ' * 36}{text}")
    render.say()
    render.say("What happens next", style="bold")
    render.say(f"  {following.text}")
    for command, effect in following.actions:
        render.say(f"  {command}   {effect}")


def _facts(document: "DocumentLine") -> str:
    """What the provider told last of the document, on one line; empty where it told nothing."""
    facts = document.facts
    if facts is None:
        return ""
    paid = facts.paid_there(document.gross)
    office = " ".join(filter(None, (facts.tax_office, facts.tax_office_id)))
    told = (
        facts.state.value if facts.state else "",
        f"paid there: {paid:f}" if paid is not None else "",
        "overdue" if facts.overdue else "",
        f"e-mailed {render.when(facts.emailed_at)}" if facts.emailed_at else "",
        f"viewed {render.when(facts.viewed_at)}" if facts.viewed_at else "",
        f"tax office: {office}" if office else "",
        facts.url,
    )
    return ", ".join(filter(None, told))


def _reason(line: "OrderLine") -> Iterator[str]:
    reason = line.reason
    if reason is None:
        return
    yield f"{reason.code.value}: {reason.text}"
    if reason.field:
        yield f"field: {reason.field}" + (f", value: {reason.value}" if reason.value else "")
    if reason.remedy and reason.code is not Code.IGNORED:
        yield f"remedy: {reason.remedy}"


def _evidence(moment: "Moment") -> Iterator[str]:
    for name in ("request", "answer"):
        value = moment.data.get(name)
        if isinstance(value, Mapping):
            yield summary(value)


def summary(payload: Mapping[str, object]) -> str:
    """A payload on one line: `oid=garden/1042, positions=3 entries`; what is named like a secret is hidden."""
    members = list(payload.values())
    if len(members) == 1 and isinstance(members[0], Mapping):  # a wrapper tells nothing
        payload = members[0]
    text = ", ".join(f"{name}={value}" for name, value in _members(payload, ""))
    return text if len(text) <= _SUMMARY else f"{text[:_SUMMARY]}…"


def _members(payload: Mapping[str, object], inside: str) -> Iterator[tuple[str, str]]:
    for name, value in payload.items():
        if is_secret_name(name):
            yield f"{inside}{name}", HIDDEN
        elif isinstance(value, Mapping):
            yield from _members(value, f"{inside}{name}.")
        elif isinstance(value, list | tuple):
            yield f"{inside}{name}", f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
        elif value not in {None, ""}:
            yield f"{inside}{name}", str(value)
