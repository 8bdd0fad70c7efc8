"""How the sandbox decides what the service's pages leave open, and which of its moods it shows."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every default is what is printed or read out of the examples; where neither exists, the harder case for a caller
    or what the service's ancestor did."""

    reject_duplicate_number: bool = False
    """Whether an invoice number that is in use is refused. Not known; the service's ancestor did."""
    number_length: int = 50
    """The longest invoice number; a longer one is refused. Not known."""
    po_number_length: int = 50
    """The longest PO number; a longer one is refused. Not known."""
    currencies: frozenset[str] = frozenset()
    """The currencies that are taken; empty means any of three letters. The list is not published."""
    negative_prices: bool = True
    """Whether a price may be negative. Printed is that it must be numeric."""
    zero_late_fee: bool = True
    """Whether a late fee of 0.00 is taken: the field is mandatory, and an amount is allowed."""

    tax_on_line: bool = False
    """Whether the tax is computed for each line and not for their sum. Never shown to callers, only in the state."""
    tax_half_even: bool = False
    """Whether the tax is rounded half to even, not half up. Likewise."""
    freight_taxed: bool = False
    """Whether freight is taxed. Likewise."""

    list_with_lines: bool = True
    """Whether the list holds whole invoices, as its example, or summaries, as its text says."""
    list_lag: timedelta = timedelta(0)
    """Lists do not show what was made this recently. Not known."""
    date_bounds_inclusive: bool = True
    """Whether a list's `date_from` and `date_to` belong to it. Not known."""
    max_per_page: int = 100
    """More is cut to this, silently. Not known."""
    wrapped_lists: bool = False
    """Whether entries stand in a wrapper with page numbers, as in the service's ancestor."""
    contact_tells_client: bool = False
    """Whether contacts tell whose they are; the printed one does not."""
    estimate_wrapped: bool = False
    """Whether estimate.get answers in a wrapper, as the other calls; the printed one seems not to."""
    times: bool = False
    """Whether `date_created` and `date_updated` tell a time, as the overview says, or a day, as the examples show."""

    namespace: bool = False
    """Whether answers stand in a namespace, as in the service's ancestor."""
    codes: bool = False
    """Whether failures carry a code beside the text, as in later versions of the service's ancestor."""
    failure_status: int = 200
    """The HTTP status of a failure. Not known; 400 is the other likely one."""
    bad_key_fails: bool = False
    """Whether a wrong key is told as a failure like others, not with status 401."""
    assumed_calls: bool = True
    """Whether the calls exist that no public page shows: client.list, estimate.delete, .list, .send, recurring.list."""
    delete_drafts_only: bool = False
    """Whether only a draft can be deleted. The pages name no restriction."""
    delete_twice_is_fine: bool = False
    """Whether deleting what is not there is answered with ok. Not known."""
