"""Recording payments, as the card says that they are told: one by one, as a sum, as a flag, or not at all."""

from contextlib import suppress
from decimal import Decimal

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import Refused
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import TOTAL, money

_PART, _REST = Decimal("20.00"), Decimal("51.44")


class PayingContract:
    def test_a_provider_that_takes_no_payments_says_so(self, bench: Bench) -> None:
        made = bench.issue()
        if bench.pays:
            bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
            assert [each.paid for each in bench.behind()] == [TOTAL]
            return
        assert not bench.card.partial_payments
        for amount in (TOTAL, _PART):
            with bench.not_available():
                bench.provider.pay(made, money(amount), idempotency_key="p1")
        assert [each.paid for each in bench.behind()] == [0]

    def test_a_payment_in_full_makes_the_document_paid(self, bench: Bench) -> None:
        if bench.lacks(bench.pays):
            return
        made = bench.issue()
        told = bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        assert told.amount == TOTAL
        assert told.remote_id or not bench.lists_payments
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (TOTAL, RemoteState.PAID)

    def test_payments_in_parts_add_up_or_are_refused(self, bench: Bench) -> None:
        if bench.lacks(bench.pays):
            return
        made = bench.issue()
        if not bench.card.partial_payments:
            for amount in (_PART, TOTAL + Decimal("0.01")):
                with pytest.raises(Refused):
                    bench.provider.pay(made, money(amount, "pay-1"), idempotency_key="p1")
            assert bench.requests(bench.paying) == 0
            assert bench.provider.read(made).state is RemoteState.OPEN
            return
        bench.provider.pay(made, money(_PART, "pay-1"), idempotency_key="p1")
        assert (bench.provider.read(made).paid, bench.provider.read(made).state) == (_PART, RemoteState.PARTIAL)
        bench.provider.pay(made, money(_REST, "pay-2"), idempotency_key="p2")
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (TOTAL, RemoteState.PAID)

    def test_a_payment_is_found_again_by_its_reference_where_payments_are_told(self, bench: Bench) -> None:
        if bench.lacks(bench.shows):
            return
        made = bench.issue()
        assert bench.provider.read(made).payments == (() if bench.pays and bench.lists_payments else None)
        if bench.lacks(bench.pays):
            return
        told = bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        found = bench.provider.read(made).payments
        if not bench.lists_payments:
            assert found is None
            return
        assert found is not None
        assert [(each.remote_id, each.amount, each.reference) for each in found] == [
            (told.remote_id, TOTAL, "garden/1001/pay-1")
        ]

    def test_two_payments_of_one_amount_are_two_payments(self, bench: Bench) -> None:
        if bench.lacks(bench.card.partial_payments):
            return
        made = bench.issue()
        for key in ("pay-1", "pay-2"):
            bench.provider.pay(made, money(_PART, key), idempotency_key=key)
        assert bench.provider.read(made).paid == 2 * _PART

    def test_where_only_the_whole_can_be_paid_telling_it_again_changes_nothing(self, bench: Bench) -> None:
        if bench.lacks(bench.pays and not bench.card.partial_payments):
            return
        made = bench.issue()
        bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        with suppress(Refused):
            bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        assert bench.provider.read(made).paid == TOTAL
        assert bench.requests(bench.paying) == 1

    def test_a_payment_for_a_document_that_is_not_there_is_refused(self, bench: Bench) -> None:
        with pytest.raises(Refused):
            bench.provider.pay("999999999", money("5.00"), idempotency_key="p1")
