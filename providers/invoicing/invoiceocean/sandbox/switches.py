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


class Files(StrEnum):
    """How a PDF comes. Redirects and pages were seen; where redirects lead to is not known."""

    DIRECT = "direct"
    REDIRECTED = "redirected"
    ELSEWHERE = "elsewhere"
    """By a redirect to another host, which takes no token."""
    PAGE = "page"
    """A page of the application in its place."""


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
    """Lists do not show what was made this recently, and show what was changed since at its old place."""
    unstable_ties: bool = False
    """Rows that changed in the same second come in another order with every request."""

    connected_payments: ConnectedPayments = ConnectedPayments.WHOLE
    payment_deletion_reopens: bool = True
    """Whether deleting a payment takes it off the invoice again. Not known."""
    overpayment_counts: bool = True
    """Whether the invoice's `paid` may exceed its total. Not known."""
    newest_can_be_cancelled: bool = False
    """Reported: the service does not cancel the newest document of a series. The body of its refusal is not known."""
    cancelled_again: bool = True
    """Whether cancelling a cancelled document is a success. Not known."""
    status_goes_back: bool = True
    """Whether a paid document may be set to another status, which takes the money off it. Not known."""

    email_guard: timedelta = timedelta(days=3)
    """A document is not sent again within this time, unless forced."""
    email_refusal: str = "The document was sent within the last 3 days"
    """The text of that refusal. Not known."""
    files: Files = Files.DIRECT
    file_host: str = "https://files.example"
    """Where redirects to elsewhere lead."""

    recurrings: bool = True
    """Whether the plan has recurring invoices; without them the service shows a page of the application."""
    makes_products: bool = True
    """Whether a line with an unknown name becomes a product: a setting of the account."""
    linked_accounts: tuple[str, ...] = ()
    """Prefixes of accounts that are linked with this one, an accountant's."""

    ksef: bool = False
    """Whether the account is connected to the Polish national system."""
    ksef_sends_companies: bool = True
    """Whether invoices of companies go there by themselves: a setting of the account."""
    ksef_delay: timedelta = timedelta(seconds=30)
    """How long the number takes: from seconds to hours."""
    ksef_status: str = "ok"
    """What becomes of what was sent: ok, send_error, server_error."""
    ksef_demo: bool = False
    ksef_number_lets_cancel: bool = False
    """Whether a document with a number can be cancelled. Not known; it can be neither changed nor deleted."""

    strict_buyers: bool = False
    """Accounts that check for the Polish national system: a company needs a tax number, a person both names."""

    polish: bool = False
    """Language of the texts: the account's, whatever the caller accepts."""
    message_is_text: bool = False
    """422 with one text in place of an object by field, as older paths answer."""
    soft_refusal: bool = False
    """Refusals of a create, a payment or a cancellation come with status 200, as some calls are known to answer."""
    denied: str = ""
    """A 403 with this text for every call: no right to the account, or a plan without API."""
    login_page: bool = False
    """An HTML login page with status 200 for every call, as seen for features outside the plan."""
    unauthorized_quotes_token: bool = False
    """A 401 quotes the address with the token in it, even where the token came in the header."""
