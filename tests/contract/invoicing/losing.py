"""The answer to a call is lost before or after it took effect: it cannot be told apart, only looked up."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import NotSent, OutcomeUnknown, ProviderError, Unavailable
from providers.sandbox import Fault, faults
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import TOTAL, money

LOST_BEFORE = [
    pytest.param(faults.dropped(), id="dropped"),
    pytest.param(faults.status(502), id="502"),
    pytest.param(faults.status(500), id="500"),
    pytest.param(faults.status(302), id="redirect"),
    pytest.param(faults.login_page(), id="login page"),
]
TRUNCATED = faults.truncated()
LOST_AFTER = [*LOST_BEFORE, pytest.param(TRUNCATED, id="truncated")]


class LosingContract:
    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_an_answer_lost_after_the_effect_leaves_a_document_that_is_found(self, bench: Bench, fault: Fault) -> None:
        bench.after(bench.creating, fault)
        with pytest.raises(OutcomeUnknown):
            bench.issue()
        assert [(each.gross, each.currency) for each in bench.behind()] == [(TOTAL, "EUR")]
        assert bench.count() == 1
        if bench.shows:
            assert [each.gross for each in bench.find()] == [bench.told(TOTAL)]

    @pytest.mark.parametrize("fault", LOST_BEFORE)
    def test_an_answer_lost_before_the_effect_leaves_nothing_to_find(self, bench: Bench, fault: Fault) -> None:
        bench.before(bench.creating, fault)
        with pytest.raises(OutcomeUnknown):
            bench.issue()
        assert bench.count() == 0
        bench.issue()
        assert bench.count() == 1

    def test_an_effect_later_than_our_patience_is_found_once_it_has_come(self, bench: Bench) -> None:
        bench.issue(1000)  # whatever is looked up before a first document is known by now
        late = bench.card.call_timeout + timedelta(seconds=20)
        bench.before(bench.creating, faults.slow(late))
        with pytest.raises(OutcomeUnknown):
            bench.issue()
        if bench.shows:
            assert bench.provider.find(bench.reference(), DocumentKind.INVOICE) == ()
        assert [each.reference for each in bench.behind()] == [bench.reference(1000)]
        bench.move(bench.card.settle)
        bench.provider.probe()
        assert bench.count() == 1

    def test_a_slow_answer_within_our_patience_is_no_failure(self, bench: Bench) -> None:
        bench.after(bench.creating, faults.slow(timedelta(seconds=4)))
        assert bench.issue()

    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_a_lost_answer_to_a_payment_is_found_by_reading(self, bench: Bench, fault: Fault) -> None:
        if bench.lacks(bench.pays):
            return
        made = bench.issue()
        bench.after(bench.paying, fault)
        if fault is TRUNCATED and bench.empty_answer_to_payment:
            bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        else:
            with pytest.raises(OutcomeUnknown):
                bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (TOTAL, RemoteState.PAID)
        references = [each.reference for each in found.payments or ()]
        assert references == (["garden/1001/pay-1"] if bench.lists_payments else [])

    @pytest.mark.parametrize("fault", LOST_BEFORE)
    def test_a_payment_that_was_lost_before_its_effect_is_seen_to_be_open(self, bench: Bench, fault: Fault) -> None:
        if bench.lacks(bench.pays):
            return
        made = bench.issue()
        bench.before(bench.paying, fault)
        with pytest.raises(OutcomeUnknown):
            bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (Decimal(0), RemoteState.OPEN)

    def test_a_write_is_one_request(self, bench: Bench) -> None:
        made = bench.issue(1000)  # whatever is looked up before a first document is known by now
        bench.faults.asked.clear()
        bench.before(bench.creating, faults.status(503), times=5)
        with pytest.raises(OutcomeUnknown):
            bench.issue()
        assert bench.requests(bench.creating) == 1
        if bench.pays:
            bench.before(bench.paying, faults.status(503), times=5)
            bench.faults.asked.clear()
            with pytest.raises(OutcomeUnknown):
                bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
            assert bench.requests(bench.paying) == 1

    def test_a_refused_connection_sent_nothing(self, bench: Bench) -> None:
        bench.before(bench.creating, faults.refused_connection())
        with pytest.raises(NotSent):
            bench.issue()
        assert bench.count() == 0
        assert bench.issue()

    def test_a_read_is_tried_again_and_then_unavailable(self, bench: Bench) -> None:
        bench.issue()
        bench.faults.before_acting(faults.status(503), method="GET", times=2)
        assert bench.look()
        bench.faults.before_acting(faults.dropped(), method="GET", times=100)
        with pytest.raises(Unavailable):
            bench.look()

    @pytest.mark.parametrize("fault", [faults.login_page(), TRUNCATED])
    def test_a_list_that_cannot_be_read_is_unavailable_never_empty(self, bench: Bench, fault: Fault) -> None:
        bench.issue()
        bench.faults.after_acting(fault, method="GET", times=100)
        with pytest.raises(Unavailable):
            bench.look()

    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_a_look_before_the_write_that_fails_leaves_the_document_unsent(self, bench: Bench, fault: Fault) -> None:
        """Or there was none, and the document is made."""
        bench.faults.after_acting(fault, method="GET", times=100)
        error = _raised_by(bench.issue)
        assert isinstance(error, NotSent | None)
        assert len(bench.behind()) == (1 if error is None else 0)


def _raised_by(call: Callable[[], object]) -> ProviderError | None:
    try:
        call()
    except ProviderError as error:
        return error
    return None
