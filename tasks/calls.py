"""One call to a provider: how its answer, or the lack of one, becomes a result. Nothing here is repeated."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from providers.domain.documents import DocumentKind, RemoteDocument
from providers.domain.equality import is_another
from providers.domain.errors import (
    AccessDenied,
    CannotExpress,
    NotSent,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
)
from providers.domain.known import Action
from providers.domain.reasons import Code, Reason
from providers.domain.resolving import resolve_cancel, resolve_create, resolve_email, resolve_payment
from providers.domain.results import (
    Cancelled,
    Declined,
    Emailed,
    Issued,
    Lost,
    Paid,
    Result,
    Unclear,
    Unsent,
    Verified,
)
from providers.domain.steps import Call, Cancel, Create, Email, LookUp, Pay, Verify, Write
from providers.ports import BulkWriter, Prepared
from tasks.looking_first import already_made
from tasks.ports import Book, Clock
from tasks.reasons import given_away, internal, refusal, vanished

log = structlog.get_logger()


class BookDenied(Exception):
    """The provider does not let the book's account in; the call had no effect."""

    def __init__(self, text: str, result: Result) -> None:
        super().__init__(text)
        self.result = result


def perform(book: Book, step: Call, clock: Clock) -> Result:
    """Make the one call that the step names. Raises `BookDenied`, nothing else."""
    if isinstance(step, Verify | LookUp):
        return _read(book, step, clock)
    return _write(book, step, clock)


def _write(book: Book, step: Write, clock: Clock) -> Result:
    try:
        return _effect(book, step, clock)
    except CannotExpress as error:
        return Declined(operation_key=step.operation_key, reason=error.reason)
    except Refused as error:
        if error.duplicate and isinstance(step, Create):
            return _adopt(book, step, error, clock())
        return Declined(operation_key=step.operation_key, reason=refusal(book, error))
    except AccessDenied as error:
        raise BookDenied(str(error), _without_answer(step.operation_key, error, clock)) from error
    except Exception as error:  # noqa: BLE001  (each kind is told apart there)
        return _without_answer(step.operation_key, error, clock)


def _without_answer(key: str, error: Exception, clock: Clock) -> Unsent | Lost:
    """What a write came to that brought no answer about its effect."""
    match error:
        case NotSent():
            return Unsent(operation_key=key, text=str(error))
        case Throttled():
            return Unsent(operation_key=key, text=str(error), counts=False, retry_after=error.retry_after)
        case AccessDenied():
            return Unsent(operation_key=key, text=str(error), counts=False)
        case OutcomeUnknown() | Unavailable():
            return Lost(operation_key=key, at=clock(), text=str(error))
        case _:  # our own fault, perhaps after the request left: unknown, and never repeated blindly
            log.error("provider.fault", operation=key, exc_info=error)
            return Lost(operation_key=key, at=clock(), text=f"internal fault: {type(error).__name__}: {error}")


def perform_together(bulk: BulkWriter, steps: Sequence[Create], clock: Clock) -> tuple[list[Result], str]:
    """Make all of these with one call. The result of each, in their order, and what was said where the account is not
    let in. Raises nothing.

    What was refused is not declined yet: where a provider takes all or none, another one may be to blame. It is made
    alone next.
    """
    try:
        outcomes: Sequence[RemoteDocument | Exception] = bulk.create_many(
            [Prepared(step.reference, dict(step.payload)) for step in steps],
            idempotency_keys=[step.operation_key for step in steps],
        )
    except Exception as error:  # noqa: BLE001  (told apart for each)
        outcomes = [error] * len(steps)
    denied = next((str(outcome) for outcome in outcomes if isinstance(outcome, AccessDenied)), "")
    return [_one_of_several(step, outcome, clock) for step, outcome in zip(steps, outcomes, strict=True)], denied


def _one_of_several(step: Create, outcome: RemoteDocument | Exception, clock: Clock) -> Result:
    key = step.operation_key
    if isinstance(outcome, RemoteDocument):
        return Issued(operation_key=key, document=step.draft.key, remote=outcome)
    if isinstance(outcome, Refused | CannotExpress):
        text = f"refused in a group, and made alone next: {outcome}"
        return Unsent(operation_key=key, text=text, counts=False, at_once=True)
    return _without_answer(key, outcome, clock)


def _effect(book: Book, step: Write, clock: Clock) -> Result:
    if book.look_first:
        made = already_made(book, step, clock())
        if made is not None:
            return made
    match step:
        case Create():
            return _create(book, step)
        case Pay():
            return _pay(book, step)
        case Cancel():
            book.provider.cancel(step.document.remote_id, reason=step.why, idempotency_key=step.operation_key)
            return Cancelled(operation_key=step.operation_key, document=step.document.key)
        case Email():
            book.provider.email(step.document.remote_id, to=step.to, idempotency_key=step.operation_key)
            return Emailed(operation_key=step.operation_key, document=step.document.key)


def _create(book: Book, step: Create) -> Result:
    prepared = Prepared(step.reference, dict(step.payload))
    remote = book.provider.create(prepared, idempotency_key=step.operation_key)
    return Issued(operation_key=step.operation_key, document=step.draft.key, remote=remote)


def _pay(book: Book, step: Pay) -> Result:
    recorded = book.provider.pay(step.document.remote_id, step.payment, idempotency_key=step.operation_key)
    return Paid(
        operation_key=step.operation_key,
        document=step.document.key,
        payment_key=step.payment.key,
        remote_id=recorded.remote_id,
    )


def _adopt(book: Book, step: Create, refused: Refused, now: datetime) -> Result:
    """The provider has a document with our reference already: an earlier create that we thought lost, or not ours."""
    try:
        found = book.provider.find(step.reference, step.draft.key.kind)
    except (NotSent, Throttled, Unavailable, Refused, AccessDenied) as error:
        return Lost(operation_key=step.operation_key, at=now, text=f"reference taken, look-up failed: {error}")
    except Exception as error:  # our own fault: the look-up is made again later
        log.exception("provider.fault", operation=step.operation_key)
        return Lost(operation_key=step.operation_key, at=now, text=f"internal fault: {type(error).__name__}: {error}")
    if len(found) == 1:
        return Issued(operation_key=step.operation_key, document=step.draft.key, remote=found[0], adopted=True)
    if found:
        return Lost(operation_key=step.operation_key, at=now, text="several documents carry the reference")
    return Declined(operation_key=step.operation_key, reason=refusal(book, refused))


def _read(book: Book, step: Verify | LookUp, clock: Clock) -> Result:
    try:
        return _verify(book, step) if isinstance(step, Verify) else _look_up(book, step, clock)
    except (NotSent, Unavailable) as error:
        return Unsent(operation_key="", text=str(error))
    except Throttled as error:
        return Unsent(operation_key="", text=str(error), counts=False, retry_after=error.retry_after)
    except Refused as error:
        return Unclear(reason=vanished(book, step, error) if error.missing else refusal(book, error))
    except AccessDenied as error:
        raise BookDenied(str(error), Unsent(operation_key="", text=str(error), counts=False)) from error
    except Exception as error:  # our own fault while reading: stop, a person and a developer look
        log.exception("provider.fault")
        return Unclear(reason=internal(error))


def _verify(book: Book, step: Verify) -> Result:
    remote = book.provider.read(step.document.remote_id)
    if remote.gross is None:
        return Unclear(
            reason=Reason(
                code=Code.PROVIDER_TOTAL_DIFFERS,
                text=f"{book.card.title} does not tell the total of {remote.number or remote.remote_id}",
                field="gross",
                value="missing",
                remedy="Compare the document in the book with the order by hand.",
            )
        )
    return Verified(document=step.document.key, remote=remote)


def _look_up(book: Book, step: LookUp, clock: Clock) -> Result:
    operation = step.operation
    if operation.action is Action.CREATE:
        found = book.provider.find(step.document.reference, DocumentKind(operation.document.kind))
        return resolve_create(operation, found, book.card, now=clock())
    remote = book.provider.read(step.document.remote_id)
    if is_another(remote, step.document.reference):
        raise given_away(remote)
    match operation.action:
        case Action.PAY:
            return resolve_payment(operation, step.document, remote, book.card, now=clock())
        case Action.CANCEL:
            return resolve_cancel(operation, remote, book.card, now=clock())
        case Action.EMAIL:
            return resolve_email(operation, remote)
