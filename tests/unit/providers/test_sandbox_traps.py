"""What is wrong with a list is wrong with that of every provider, however its pages are counted and told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pytest

from providers.invoicing.acs.sandbox import Switches as Acs
from providers.invoicing.acuinvoice.sandbox import Switches as AcuInvoice
from providers.invoicing.drupal_invoice.sandbox import Module
from providers.invoicing.drupal_invoice.sandbox import Switches as Drupal
from providers.invoicing.invoiceocean.sandbox import Switches as InvoiceOcean
from providers.registry import PROVIDERS
from providers.sandbox.traps import NO_TRAPS, Traps
from tests.contract.invoicing import test_acs as acs
from tests.contract.invoicing import test_acuinvoice as acuinvoice
from tests.contract.invoicing import test_drupal_invoice as drupal_invoice
from tests.contract.invoicing import test_invoiceocean as invoiceocean
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.moods import Mood

SHIFT, REPEAT = Traps(pages_shift=True), Traps(last_page_repeats=True)
BOTH = Traps(pages_shift=True, last_page_repeats=True)


def pages(traps: Traps, rows: Sequence[str]) -> list[str]:
    """The first four pages of two rows each."""
    return ["".join(traps.page(rows, number, 2)) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("traps", "rows", "shown"),
    [
        (NO_TRAPS, "", ["", "", "", ""]),
        (NO_TRAPS, "abc", ["ab", "c", "", ""]),
        (SHIFT, "a", ["a", "", "", ""]),
        (SHIFT, "ab", ["ab", "b", "", ""]),
        (SHIFT, "abc", ["ab", "bc", "", ""]),
        (SHIFT, "abcd", ["ab", "bc", "d", ""]),
        (REPEAT, "", ["", "", "", ""]),
        (REPEAT, "a", ["a", "a", "a", "a"]),
        (REPEAT, "ab", ["ab", "ab", "ab", "ab"]),
        (REPEAT, "abc", ["ab", "c", "c", "c"]),
        (BOTH, "abc", ["ab", "bc", "bc", "bc"]),
        (BOTH, "abcd", ["ab", "bc", "d", "d"]),
    ],
)
def test_pages_are_cut_by_the_traps(traps: Traps, rows: str, shown: list[str]) -> None:
    assert pages(traps, rows) == shown
    assert traps.pages(len(rows), 2) == max(sum(page not in shown[:at] for at, page in enumerate(shown) if page), 1)


def of_acs(client: Any, page: int) -> list[Any]:
    return [row["id"] for row in client.invoices(page).rows]


def of_acuinvoice(client: Any, page: int) -> list[Any]:
    return [row["invoice_id"] for row in client.invoices(page=page, per_page=2, sort="ASC")]


def of_drupal(client: Any, page: int) -> list[Any]:
    return [row["id"] for row in client.invoices(max_results=2, page=page - 1, order="asc")]


def of_invoiceocean(client: Any, page: int) -> list[Any]:
    return [row["id"] for row in client.invoices(page, 2, {"order": "number.asc", "period": "all"})]


LISTS: Final[Mapping[str, tuple[Callable[[], Bench], Callable[[Any, int], list[Any]]]]] = {
    "acs": (lambda: acs.a_bench(Mood(switches=Acs(), options={"page_size": 2})), of_acs),
    "acuinvoice": (lambda: acuinvoice.a_bench(Mood(switches=AcuInvoice())), of_acuinvoice),
    "drupal_invoice": (
        lambda: drupal_invoice.a_bench(Mood(switches=Drupal(module=Module.V1_2), options={"dialect": "1.2"})),
        of_drupal,
    ),
    "invoiceocean": (lambda: invoiceocean.a_bench(Mood(switches=InvoiceOcean())), of_invoiceocean),
}


@pytest.mark.parametrize("traps", [NO_TRAPS, SHIFT, REPEAT, BOTH])
@pytest.mark.parametrize("provider", LISTS)
def test_every_list_has_the_traps_that_it_is_given(provider: str, traps: Traps) -> None:
    make, listed = LISTS[provider]
    bench = make()
    made = {str(bench.issue(number)): letter for number, letter in enumerate("abc")}
    bench.wait_for_lists()
    bench.trap(traps)
    client: Any = bench.provider
    shown = ["".join(made[str(each)] for each in listed(client.client, page)) for page in (1, 2, 3, 4)]
    repeats = provider == "drupal_invoice"  # by itself, as was observed
    assert shown == pages(BOTH if repeats and traps.pages_shift else REPEAT if repeats else traps, "abc")


def test_every_provider_with_lists_is_held_to_it() -> None:
    assert {name for name, kind in PROVIDERS.items() if kind.card.lists} == set(LISTS)
