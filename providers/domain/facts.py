"""What a provider knows first of a document: what changes there without us."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from providers.domain.documents import RemoteDocument, RemoteState
from providers.domain.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The newest word of the provider on one document. None, or empty text: it does not tell."""

    state: RemoteState | None = None
    paid: Decimal | None = None
    recorded: Decimal = ZERO
    """What was recorded from here, or was on its way, when it told: `paid` may be older than later payments of ours."""
    overdue: bool | None = None
    emailed_at: datetime | None = None
    viewed_at: datetime | None = None
    tax_office: str = ""
    tax_office_id: str = ""
    url: str = ""

    def paid_there(self, gross: Decimal) -> Decimal | None:
        """What it tells as paid on a document over `gross`, with as many decimals; None: it does not tell."""
        paid = max(self.paid or ZERO, gross) if self.state is RemoteState.PAID else self.paid
        if paid is None:
            return None
        exact = paid.quantize(gross)
        return exact if exact == paid else paid

    def paid_by_others(self, gross: Decimal) -> Decimal:
        """What is paid there and did not come from here, such as a bank transfer that was booked there."""
        return max((self.paid_there(gross) or ZERO) - self.recorded, ZERO)


def facts_of(remote: RemoteDocument) -> Facts:
    return Facts(
        state=remote.state,
        paid=remote.paid,
        overdue=remote.overdue,
        emailed_at=remote.emailed_at,
        viewed_at=remote.viewed_at,
        tax_office=remote.tax_office,
        tax_office_id=remote.tax_office_id,
        url=remote.url,
    )


def merged(before: Facts | None, told: Facts) -> Facts:
    """The newest facts. What this answer does not tell, such as a list that leaves out e-mails, stays as it was."""
    if before is None:
        return told
    return replace(
        before,
        state=told.state or before.state,
        paid=before.paid if told.paid is None else told.paid,
        overdue=before.overdue if told.overdue is None else told.overdue,
        emailed_at=told.emailed_at or before.emailed_at,
        viewed_at=told.viewed_at or before.viewed_at,
        tax_office=told.tax_office or before.tax_office,
        tax_office_id=told.tax_office_id or before.tax_office_id,
        url=told.url or before.url,
    )


def learned(before: Facts | None, told: Facts, *, recorded: Decimal) -> Facts:
    """As `merged`; what is paid there is told against `recorded`, which is so much as of now."""
    now = merged(before, told)
    if (told.paid is None and told.state is None) or now.recorded == recorded:
        return now
    return replace(now, recorded=recorded)


def news(before: Facts | None, now: Facts) -> tuple[str, ...]:
    """What a shop would want to hear of the change: the names of our notices."""
    old = before or Facts()
    told = {
        "invoice.paid": now.state is RemoteState.PAID and old.state is not RemoteState.PAID,
        "invoice.partly_paid": now.state is RemoteState.PARTIAL and (old.state, old.paid) != (now.state, now.paid),
        "invoice.cancelled": now.state is RemoteState.CANCELLED and old.state is not RemoteState.CANCELLED,
        "invoice.overdue": bool(now.overdue) and not old.overdue,
        "invoice.emailed": now.emailed_at is not None and now.emailed_at != old.emailed_at,
        "invoice.viewed": now.viewed_at is not None and old.viewed_at is None,
        "invoice.tax_office": (now.tax_office, now.tax_office_id) != (old.tax_office, old.tax_office_id)
        and bool(now.tax_office or now.tax_office_id),
    }
    return tuple(name for name, is_new in told.items() if is_new)
