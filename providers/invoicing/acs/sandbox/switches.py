"""How the sandbox decides what nobody public knows about the service."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from providers.domain.card import Totals
from providers.invoicing.acs.names import Names


class ErrorResult(StrEnum):
    """What `result` is in an error. Not documented."""

    TEXT = "text"
    OBJECT = "object"
    LIST = "list"


class ReferenceShown(StrEnum):
    """Which answers show the order number that was sent. Not documented."""

    EVERYWHERE = "everywhere"
    ON_READ = "on_read"
    NOWHERE = "nowhere"


_RATES = "0 4 5 5.5 6 7 7.7 8 8.1 9 10 12 13 14 16 17 18 19 20 21 22 23 24 25 25.5 27"
_LETTERS = "AAM TAM EU EUK FAD K.AFA MAA F.AFA"
_CURRENCIES = "HUF EUR USD GBP CHF PLN CZK RON SEK DKK NOK JPY KWD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every default is an assumption after comparable services, as those of the options are."""

    names: Names = field(default_factory=Names)
    """The service's names of members and parameters."""
    token_param: str = "access_token"  # noqa: S105 - a name
    """The parameter that carries the token."""
    success_word: str = "success"
    """`status` of a success."""
    named_by_code: bool = False
    """Currencies, languages, countries and VAT groups are named by code; otherwise by id."""
    nested_entries: bool = False
    """Answers show a currency and the like as an object with id, name and code."""

    errors_as_http_200: bool = False
    """Errors come with status 200; otherwise with 400, 401, 403 and 404."""
    error_result: ErrorResult = ErrorResult.OBJECT
    error_numbers: bool = True
    """An error that is an object carries a number like an HTTP status."""
    denied: bool = False
    """No live subscription: 403 for every call."""

    bare_lists: bool = False
    """Lists of invoices and customers are arrays, without page counts."""
    default_per_page: int = 25
    max_per_page: int = 100
    """More is cut to this, silently."""
    last_page_repeats: bool = False
    """A page behind the end is the last page again."""
    date_filter: bool = True
    """The list of invoices heeds its dates."""
    list_lag: timedelta = timedelta(0)
    """The list of invoices does not show what was made this recently."""
    brief_customers: bool = False
    """The list of customers shows only id and name."""

    inline_customers: bool = True
    """An invoice may hold its customer in place of an id."""
    strict_companies: bool = False
    """A company needs a tax number."""

    amounts_in: Literal["any", "text", "number"] = "any"
    """In which form amounts are taken."""
    amounts_out: Literal["text", "number"] = "number"
    """In which form amounts are told."""
    amount_decimals: int = 2
    price_decimals: int = 2
    """A unit price with more is refused."""
    tax_by_group: bool = False
    """VAT is rounded once for each VAT group of an invoice; otherwise for each line."""
    whole_currencies: frozenset[str] = frozenset({"HUF"})
    """Currencies in which an invoice's total is rounded to whole units."""
    negative_lines: bool = True
    totals: Totals = Totals.IN_CREATE_ANSWER
    """Where totals are told."""
    answers_id_only: bool = False
    """The answer to a create is the new id and nothing else."""

    reference_shown: ReferenceShown = ReferenceShown.EVERYWHERE
    reference_length: int = 64
    """A longer order number is refused."""
    bulk_all_or_nothing: bool = False
    """A bulk create makes all or none; otherwise each element is answered by itself."""
    bulk_fails_in_part: bool = False
    """A bulk create of which some are refused says "error" as a whole, over the answers of each."""
    pay_appends: bool = False
    """A second payment is added to the first; otherwise it replaces it."""
    paid_as_flag: bool = False
    """Answers tell only whether an invoice is paid, and only the whole can be paid."""

    rates: tuple[str, ...] = tuple(_RATES.split())
    letters: tuple[str, ...] = tuple(_LETTERS.split())
    """VAT groups: those with a rate, and those known by letters."""
    currencies: tuple[str, ...] = tuple(_CURRENCIES.split())
