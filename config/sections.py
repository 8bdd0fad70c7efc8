"""The tables of the configuration, one class each. The docstring under a member says what it means.

`docs/configuration.md` and `counterfoil.example.toml` tell the same to owners; a test fails when a member is
missing there, or when a default is told wrongly.
"""

from datetime import timedelta
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from config.problems import Wrong
from config.urls import ConnectionUrl
from config.values import BrokerUrl, Duration, LedgerUrl, Name, Percent, Size, Text, WebUrl, Whole

ShopKind: TypeAlias = Literal["woocommerce", "generic"]
IssueOn: TypeAlias = Literal["paid", "placed", "fulfilled"]
ZeroTotal: TypeAlias = Literal["nothing", "invoice"]
Refunds: TypeAlias = Literal["attention", "credit_note"]
CancelledAfterInvoice: TypeAlias = Literal["attention", "cancel"]
Untaxed: TypeAlias = Literal["stop", "zero_rate", "exempt", "reverse_charge", "not_subject"]
PaymentKind: TypeAlias = Literal["transfer", "card", "cash", "cash_on_delivery", "paypal", "other"]
LogFormat: TypeAlias = Literal["auto", "console", "json"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise Wrong("This is no time zone", 'Write an IANA name, such as "Europe/Warsaw" or "UTC".') from None
    return name


class Section(BaseModel):
    """A table: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class LedgerSettings(Section):
    url: LedgerUrl = ConnectionUrl("sqlite:///counterfoil.sqlite3")
    """SQLite file or PostgreSQL database; a relative file lies in the configuration's folder."""
    pool_size: Whole = Field(default=10, ge=1, le=1000)
    """Connections that one process keeps to PostgreSQL. SQLite needs none."""


class BrokerSettings(Section):
    url: BrokerUrl = ConnectionUrl("memory://")
    """Where Celery's messages go. `memory://` lives inside one process and is meant for `counterfoil up`."""
    visibility_timeout: Duration = timedelta(minutes=15)
    """After this long, Redis gives a message that nobody finished to another worker."""

    @property
    def in_process(self) -> bool:
        """True when no other process can reach it, so that web and worker must share one."""
        return self.url.scheme == "memory"


class WebSettings(Section):
    host: Text = "127.0.0.1"
    """Address to listen on; `0.0.0.0` for every network of the machine."""
    port: Whole = Field(default=8080, ge=0, le=65535)
    """Port to listen on; 0 takes any free one."""
    body_limit: Size = 2**20
    """Bytes. A larger delivery is answered 413 and not stored."""
    public_url: WebUrl | None = None
    """How the world outside reaches the web process; used for links and for the webhook addresses shown."""


class WorkerSettings(Section):
    threads: Whole = Field(default=16, ge=1, le=512)
    """Orders that one worker process works on at the same time."""
    sweep_every: Duration = timedelta(seconds=1)
    """How often to look for orders that are due or got stuck."""


class RetriesSettings(Section):
    max_attempts: Whole = Field(default=12, ge=1, le=1000)
    """Attempts at one step before a person is asked."""
    max_age: Duration = timedelta(hours=24)
    """Time since the first attempt at one step before a person is asked."""
    first_wait: Duration = timedelta(seconds=2)
    """Wait after the first failure; each further one doubles it, with jitter."""
    longest_wait: Duration = timedelta(minutes=30)
    """No wait is longer, except one that the provider asks for."""

    @model_validator(mode="after")
    def _waits_are_in_order(self) -> Self:
        if self.first_wait > self.longest_wait:
            raise Wrong("The first wait is longer than the longest wait", "Make longest_wait at least as long.")
        return self


class LogSettings(Section):
    format: LogFormat = "auto"
    """`auto` is console on a terminal and JSON lines everywhere else."""
    level: LogLevel = "info"
    """The least level that is written."""


class PolicySettings(Section):
    """How doubtful cases of one shop are decided."""

    zero_total: ZeroTotal = "nothing"
    """What an order that costs nothing gets."""
    untaxed: Untaxed = "stop"
    """What a line without tax means whose tax rate the shop does not tell."""
    rounding_line: bool = False
    """Whether a difference of at most one cent per line becomes a line of its own; else the order stops."""
    rounding_name: Text = "Rounding"
    """What that line is called on the invoice."""
    due_days: Whole = Field(default=7, ge=0, le=3650)
    """Days from issue to due date for orders that are not paid yet."""
    record_payments: bool = True
    """Whether payments are recorded at the provider."""
    cancelled_after_invoice: CancelledAfterInvoice = "attention"
    """What an order gets that is cancelled after its invoice was issued, before any money came in for it."""
    refunds: Refunds = "attention"
    """What is done about money that was given back after the invoice was issued."""
    spread_refunds: bool = False
    """Whether a part given back of an order with several tax rates is spread over its lines by their share."""
    email_invoice: bool = False
    """Whether the provider e-mails the invoice to the buyer, once what is paid of it is recorded."""
    issue_on_by_payment: dict[PaymentKind, IssueOn] = Field(default_factory=dict)
    """Exceptions from the shop's `issue_on`, by way of paying."""


class ShopSettings(Section):
    kind: ShopKind
    """The shop system."""
    secret: SecretStr
    """What the shop signs its webhooks with."""
    book: Name
    """The book that gets this shop's invoices. Several shops may share one."""
    issue_on: IssueOn = "paid"
    """The moment that makes an invoice due."""
    tax_number_fields: tuple[Text, ...] = ()
    """Order fields in which a buyer's tax number is looked for, first match wins; empty means the usual ones."""
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    """IANA name of the zone whose calendar day is the issue date."""
    policy: PolicySettings = PolicySettings()


class BookSettings(Section):
    provider: Text
    """The invoicing provider."""
    token: SecretStr
    """What we prove ourselves to the provider with."""
    base_url: WebUrl | None = None
    """The account's address, where the provider gives each account its own."""
    tax_rates: tuple[Percent, ...] = ()
    """Percentages that the book knows; an order with another one stops. Empty takes every rate."""
    timeout: Duration | None = None
    """How long one answer may take. None, here and below: what the provider's card says."""
    settle: Duration | None = None
    """After this long, a call whose answer was lost has happened or never will."""
    in_flight: Whole | None = Field(default=None, ge=1, le=1000)
    """Calls at the same time."""
    rate: Whole | None = Field(default=None, ge=1, le=1_000_000)
    """Calls per minute."""
    options: dict[str, object] = Field(default_factory=dict)
    """The provider's own settings, checked by the provider. References in here are resolved as well."""
