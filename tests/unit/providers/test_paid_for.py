"""An id that a provider gave again: money is not recorded on the document that has it now."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from providers.domain.errors import Refused
from tests.contract.invoicing import test_acs as acs
from tests.contract.invoicing import test_drupal_invoice as drupal_invoice
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import TOTAL, money

READING_FIRST: dict[str, Callable[[], Bench]] = {
    "acs": lambda: acs.a_bench(acs.MOODS["as assumed"]),
    "drupal_invoice": lambda: drupal_invoice.a_bench(next(iter(drupal_invoice.MOODS.values()))),
}
"""Providers that read an invoice before they record a payment on it."""


@pytest.mark.parametrize("bench", READING_FIRST.values(), ids=READING_FIRST)
def test_a_payment_for_another_document_is_refused_and_nothing_is_written(bench: Callable[[], Bench]) -> None:
    found = bench()
    made = found.issue(1001)
    with pytest.raises(Refused, match=r"stands for .*1001.* now"):
        found.provider.pay(made, replace(money(TOTAL), paid_for="garden/999"), idempotency_key="p1")
    assert [each.paid for each in found.behind()] == [0]
    found.provider.pay(made, replace(money(TOTAL), paid_for=found.reference(1001)), idempotency_key="p2")
    assert [each.paid for each in found.behind()] == [TOTAL]
