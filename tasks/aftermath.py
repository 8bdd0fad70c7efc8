"""What the end of a call commands by itself, before any plan: wait and try again, or stop."""

from datetime import datetime, timedelta

from providers.domain.equality import contradiction
from providers.domain.reasons import Code, Reason
from providers.domain.results import Declined, Issued, Result, Unclear, Unsent, Verified
from providers.domain.steps import Stop, Wait
from tasks.backoff import Backoff
from tasks.ledger.turn import Turn

_SHORTEST_WAIT = timedelta(seconds=1)


def commanded(turn: Turn, result: Result, backoff: Backoff, *, now: datetime) -> Stop | Wait | None:
    """The step that the result itself commands; None when the plan goes on. `turn` is as it stands after it."""
    match result:
        case Unsent() if not result.at_once:
            return _again(turn, result, backoff, now)
        case Unclear():
            return Stop(reason=result.reason)
        case Declined() if not turn.renewed:
            return Stop(reason=result.reason)
        case Issued() | Verified():
            problem = contradiction(turn.known.at(result.document), result.remote)
            return Stop(reason=problem) if problem else None
        case _:
            return None


def _again(turn: Turn, result: Unsent, backoff: Backoff, now: datetime) -> Stop | Wait:
    if not result.counts:
        wait = backoff.wait(1) if result.retry_after is None else max(result.retry_after, _SHORTEST_WAIT)
        return Wait(until=now + wait, reason=Reason(code=Code.THROTTLED, text=f"To be repeated later: {result.text}"))
    if turn.first_tried_at and backoff.exhausted(turn.attempts, turn.first_tried_at, now):
        return Stop(
            reason=Reason(
                code=Code.EXHAUSTED,
                text=f"{turn.attempts} attempts since {turn.first_tried_at:%Y-%m-%d %H:%M %Z}, last: {result.text}",
                remedy="See whether the provider can be reached, then: counterfoil retry SHOP ORDER.",
            )
        )
    attempt = max(turn.attempts, 1)  # none, when news came in meanwhile and the budget is fresh
    return Wait(
        until=now + backoff.wait(attempt),
        reason=Reason(code=Code.RETRYING, text=f"Attempt {attempt} failed: {result.text}"),
    )
