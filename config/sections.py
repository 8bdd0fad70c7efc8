"""The tables of the configuration, one class each. The docstring under a member says what it means.

`docs/configuration.md` and `counterfoil.example.toml` tell the same to owners; a test fails when a member is
missing there, or when a default is told wrongly.
"""

from datetime import time, timedelta
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from config.problems import Wrong
from config.urls import ConnectionUrl
from config.values import (
    BrokerUrl,
    Duration,
    LedgerUrl,
    ListenerUrl,
    Name,
    Percent,
    Size,
    Text,
    TimeOfDay,
    WebUrl,
    Whole,
)

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
    """Calls that one worker process makes at the same time, of each book."""
    sweep_every: Duration = timedelta(seconds=1)
    """How often to look for orders that are due or got stuck."""
    one_core: bool = True
    """Whether a process that drives orders keeps to one core at a time, the one that has least to do."""
    nice: Whole = Field(default=5, ge=0, le=19)
    """By how much a worker process stands back where others want the processor too; the web process answers first."""


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


class NotifySettings(Section):
    """Who hears what a provider knows first of the documents."""

    url: ListenerUrl | None = None
    """Where notices are posted. Not set: nobody is told."""
    secret: SecretStr | None = None
    """What they are signed with: whsec_ and the base64 of 24 to 64 random bytes."""

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if self.url is not None and self.secret is None:
            raise Wrong("There is an address, but no secret to sign with", 'Add secret = "env:NAME".')
        if self.url is None and self.secret is not None:
            raise Wrong("There is a secret, but no address", "Add url, or take the secret away.")
        return self


class RepairSettings(Section):
    """What scheduled reconciliations do about each class of findings that admits a repair; `report` only tells."""

    missing_at_provider: Literal["report", "plan_again"] = "report"
    """It was issued, and is not there any more."""
    missing_in_ledger: Literal["report", "adopt"] = "report"
    """It carries a reference of ours, and the ledger never made it."""
    replaced_at_provider: Literal["report", "adopt"] = "report"
    """Ours is gone, and another document carries its reference."""
    currency_different: Literal["report", "reread"] = "report"
    """The currency differs."""
    amount_different: Literal["report", "reread"] = "report"
    """The gross amount differs."""
    tax_different: Literal["report", "reread"] = "report"
    """The tax differs."""
    unpaid_there: Literal["report", "record_payment"] = "report"
    """Less is paid there than was recorded from here."""
    payment_missing: Literal["report", "record_payment"] = "report"
    """A payment that was recorded from here is not among those there."""
    cancelled_there: Literal["report", "adopt"] = "report"
    """It was cancelled there, and not from here."""
    not_cancelled_there: Literal["report", "plan_again"] = "report"
    """It was cancelled from here, and is alive there."""
    stuck_operation: Literal["report", "reread"] = "report"
    """A call was sent long ago, and nobody took care of it since."""
    unknown_overdue: Literal["report", "reread"] = "report"
    """The outcome of a call is unknown, long after it could have been looked up."""
    order_without_document: Literal["report", "plan_again"] = "report"
    """An order has been due for long, and has no document."""


class ReconcileSettings(Section):
    enabled: bool = True
    """Whether books are compared by themselves."""
    changes_every: Duration = timedelta(minutes=15)
    """How often what changed at the provider is compared."""
    changes_days: Whole = Field(default=2, ge=1, le=60)
    """Days back that are compared instead, where a provider does not tell what changed; the first time, everywhere."""
    nightly_at: TimeOfDay = time(2, 30)
    """When the whole current month is compared, every day; each book within the hour that follows."""
    month_day: Whole = Field(default=2, ge=1, le=28)
    """The day on which the whole last month is compared, at the same time."""
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    """IANA name of the zone of these times and months."""
    keep_runs: Whole = Field(default=400, ge=10, le=100_000)
    """Comparisons that are kept of each book: so many of changes, and so many others."""
    repair_at_most: Whole = Field(default=20, ge=1, le=10_000)
    """When one comparison finds more than so many to repair, it repairs none: a person looks first."""
    repair: RepairSettings = RepairSettings()


class BookRepairSettings(Section):
    """As `RepairSettings`, for one book. None: what `[reconcile.repair]` says."""

    missing_at_provider: Literal["report", "plan_again"] | None = None
    missing_in_ledger: Literal["report", "adopt"] | None = None
    replaced_at_provider: Literal["report", "adopt"] | None = None
    currency_different: Literal["report", "reread"] | None = None
    amount_different: Literal["report", "reread"] | None = None
    tax_different: Literal["report", "reread"] | None = None
    unpaid_there: Literal["report", "record_payment"] | None = None
    payment_missing: Literal["report", "record_payment"] | None = None
    cancelled_there: Literal["report", "adopt"] | None = None
    not_cancelled_there: Literal["report", "plan_again"] | None = None
    stuck_operation: Literal["report", "reread"] | None = None
    unknown_overdue: Literal["report", "reread"] | None = None
    order_without_document: Literal["report", "plan_again"] | None = None


class BookReconcileSettings(Section):
    enabled: bool | None = None
    """Whether the book is compared by itself. None, here and below: what `[reconcile]` says."""
    changes_every: Duration | None = None
    """How often what changed there is compared."""
    nightly_at: TimeOfDay | None = None
    """When its whole current month is compared."""
    month_day: Whole | None = Field(default=None, ge=1, le=28)
    """The day on which its whole last month is compared."""
    repair: BookRepairSettings = BookRepairSettings()


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
    bulk: bool = False
    """Whether orders that wait together are made by one call, where the provider takes several."""
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
    notify: NotifySettings = NotifySettings()
    """Who hears of this shop's documents; not set: who hears of all shops'."""


class BookSettings(Section):
    provider: Text
    """The invoicing provider."""
    token: SecretStr
    """What we prove ourselves to the provider with."""
    hint_token: SecretStr | None = None
    """The last part of the address to which the provider's own webhooks may be sent. None: there is no such address."""
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
    look_first: bool = False
    """Whether every document and payment is looked for at the provider before it is made: for a ledger that may have
    forgotten some, after the restore of a backup. Costs one more call for each."""
    options: dict[str, object] = Field(default_factory=dict)
    """The provider's own settings, checked by the provider. References in here are resolved as well."""
    reconcile: BookReconcileSettings = BookReconcileSettings()
