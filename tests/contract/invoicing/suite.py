"""What every invoicing provider must do: the contract of `ports.InvoicingProvider`.

A provider's own file holds one fixture, `bench`, and an empty subclass of each class below. The suite asks the
provider's card what it can do; where it cannot, the case is that it says so. The bench runs the provider against its
sandbox in process; `tests/wire` runs the basic way over a socket. `python -m tests.contract` runs all of it and
prints a table of providers and cases.
"""

from tests.contract.invoicing.bench import Bench, Call, Special, Watch
from tests.contract.invoicing.bulk import BulkContract
from tests.contract.invoicing.creating import CreatingContract
from tests.contract.invoicing.drafts import NOON, TODAY, TOKEN, TOTAL, draft, line, money
from tests.contract.invoicing.ending import CancellingContract, EmailingContract
from tests.contract.invoicing.limits import LimitsContract
from tests.contract.invoicing.looking import FindingContract, ListingContract
from tests.contract.invoicing.losing import LosingContract
from tests.contract.invoicing.moods import SMALL_PAGES, Mood, Shut, ShutContract, each_of
from tests.contract.invoicing.paying import PayingContract
from tests.contract.invoicing.resolving import ResolvingContract

__all__ = [
    "NOON",
    "SMALL_PAGES",
    "TODAY",
    "TOKEN",
    "TOTAL",
    "Bench",
    "BulkContract",
    "Call",
    "CancellingContract",
    "CreatingContract",
    "EmailingContract",
    "FindingContract",
    "LimitsContract",
    "ListingContract",
    "LosingContract",
    "Mood",
    "PayingContract",
    "ResolvingContract",
    "Shut",
    "ShutContract",
    "Special",
    "Watch",
    "draft",
    "each_of",
    "line",
    "money",
]
