"""How the sandbox decides what nobody public knows about the service, and which of its moods it shows."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class OidScope(StrEnum):
    """Among which documents an order number must be unique. Not documented."""

    ACCOUNT = "account"
    KIND = "kind"


class Profile(StrEnum):
    """What the answer to a create holds; it has changed over the years."""

    Y2018 = "2018"
    """Without positions, with `view_url`."""
    Y2026 = "2026"
    """With positions, bank accounts, `view_url` and `payment_url`."""


class ConnectedPayments(StrEnum):
    """What `additional_fields[invoice]=connected_payments` shows. Not documented."""

    WHOLE = "whole"
    BRIEF = "brief"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every default is what is documented or seen; where neither exists, what most clients expect."""

    profile: Profile = Profile.Y2026

    oid_unique: bool = True
    """Whether `oid_unique` is honoured at all."""
    oid_refusal: str = "has already been taken"
    """The text of the refusal. Not known."""
    oid_scope: OidScope = OidScope.KIND
    oid_counts_cancelled: bool = True
    """Whether a cancelled document still holds its order number."""
    oid_filter_exact: bool = True
    """Whether the list's `oid=` compares exactly, or finds every number that contains the text."""

    default_per_page: int = 25
    max_per_page: int = 100
    """More is cut to this, silently."""
    list_lag: timedelta = timedelta(0)
    """Lists do not show what was made or changed this recently."""
    unstable_ties: bool = False
    """Rows that changed in the same second come in another order with every request."""

    connected_payments: ConnectedPayments = ConnectedPayments.WHOLE
    payment_deletion_reopens: bool = True
    """Whether deleting a payment takes it off the invoice again. Not known."""
    overpayment_counts: bool = True
    """Whether the invoice's `paid` may exceed its total. Not known."""
    newest_can_be_cancelled: bool = True
    """The service does not cancel the newest document of a series; the body of its refusal is not known."""

    strict_buyers: bool = False
    """Accounts that check for the Polish national system: a company needs a tax number, a person both names."""

    polish: bool = False
    """Language of the texts: the account's, whatever the caller accepts."""
    message_is_text: bool = False
    """422 with one text in place of an object by field, as older paths answer."""
    soft_refusal: bool = False
    """Refusals of a create come with status 200, as some calls are known to answer."""
    denied: str = ""
    """A 403 with this text for every call: no right to the account, or a plan without API."""
    login_page: bool = False
    """An HTML login page with status 200 for every call, as seen for features outside the plan."""
    unauthorized_quotes_token: bool = False
    """A 401 quotes the address with the token in it, even where the token came in the header."""
