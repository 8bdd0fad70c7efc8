"""Cancelling documents, and letting the provider send them to buyers."""

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import OutcomeUnknown, Refused
from providers.sandbox import faults
from tests.contract.invoicing.bench import Bench

_TO = "zoe@example.com"


def _cancel(bench: Bench, remote_id: str) -> None:
    bench.provider.cancel(remote_id, reason="The order was cancelled", idempotency_key="c")


def _email(bench: Bench, remote_id: str) -> None:
    bench.wait_for_lists()  # the buyer may have to be looked up
    bench.provider.email(remote_id, to=_TO, idempotency_key="e")


class CancellingContract:
    def test_a_cancelled_document_goes_on_to_exist_and_reads_as_cancelled(self, bench: Bench) -> None:
        made = bench.issue()
        bench.issue(1002)  # some providers do not cancel the newest document
        if not bench.card.cancel:
            with bench.cannot_express():
                _cancel(bench, made)
            assert bench.count() == 1
            return
        _cancel(bench, made)
        assert bench.provider.read(made).state is RemoteState.CANCELLED
        assert [(each.remote_id, each.state) for each in bench.find()] == [(made, RemoteState.CANCELLED)]
        assert [each.state for each in bench.find(1002)] == [RemoteState.OPEN]

    def test_what_does_not_exist_cannot_be_cancelled(self, bench: Bench) -> None:
        if bench.lacks(bench.card.cancel):
            return
        with pytest.raises(Refused):
            _cancel(bench, "999999999")

    def test_a_lost_answer_to_a_cancellation_is_seen_by_reading(self, bench: Bench) -> None:
        if bench.lacks(bench.card.cancel):
            return
        made = bench.issue()
        bench.issue(1002)
        bench.before(bench.cancelling, faults.status(502))
        with pytest.raises(OutcomeUnknown):
            _cancel(bench, made)
        assert bench.provider.read(made).state is RemoteState.OPEN
        bench.after(bench.cancelling, faults.dropped())
        with pytest.raises(OutcomeUnknown):
            _cancel(bench, made)
        assert bench.provider.read(made).state is RemoteState.CANCELLED


class EmailingContract:
    def test_a_document_is_sent_once_or_the_provider_says_that_it_sends_none(self, bench: Bench) -> None:
        made = bench.issue()
        if not bench.card.email:
            with bench.cannot_express():
                _email(bench, made)
            assert bench.mails() == 0
            return
        _email(bench, made)
        assert bench.mails() == 1

    def test_what_does_not_exist_cannot_be_sent(self, bench: Bench) -> None:
        if bench.lacks(bench.card.email):
            return
        with pytest.raises(Refused):
            _email(bench, "999999999")
        assert bench.mails() == 0

    def test_a_lost_answer_is_unknown_and_nothing_is_sent_again(self, bench: Bench) -> None:
        if bench.lacks(bench.card.email):
            return
        made = bench.issue()
        bench.after(bench.mailing, faults.dropped())
        with pytest.raises(OutcomeUnknown):
            _email(bench, made)
        assert bench.requests(bench.mailing) == bench.mails() == 1
        bench.before(bench.mailing, faults.status(502))
        with pytest.raises(OutcomeUnknown):
            _email(bench, made)
        assert bench.mails() == 1
