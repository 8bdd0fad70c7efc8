"""What a look-up proves, as the engine decides it: `providers.domain.resolving` over what this provider tells."""

from dataclasses import replace
from datetime import datetime

import pytest

from providers.domain.card import Finding
from providers.domain.documents import DocumentState, RemoteDocument
from providers.domain.errors import OutcomeUnknown
from providers.domain.known import Action, KnownDocument, KnownPayment, OpenOperation, PaymentState, operation_key
from providers.domain.resolving import payment_reference, resolve_cancel, resolve_create, resolve_email, resolve_payment
from providers.domain.results import Absent, Cancelled, Emailed, Issued, Paid, Result, Unclear, Unproved, Unseen
from providers.sandbox import faults
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import NOON, TOTAL, money


def _lost(bench: Bench, action: Action, payment_key: str = "") -> OpenOperation:
    key = bench.draft().key
    return OpenOperation(
        key=operation_key(key, action, 1, payment_key),
        action=action,
        document=key,
        payment_key=payment_key,
        sent_at=NOON,
        lost_at=NOON,
    )


def _known(bench: Bench, remote_id: str) -> KnownDocument:
    draft = bench.draft()
    payment = KnownPayment(key="p1", amount=TOTAL, state=PaymentState.UNKNOWN)
    return KnownDocument(
        key=draft.key,
        reference=bench.reference(),
        state=DocumentState.ISSUED,
        gross=draft.gross,
        currency=draft.currency,
        fingerprint=draft.fingerprint,
        remote_id=remote_id,
        payments=(payment,),
    )


def _created(bench: Bench) -> Result:
    """What became of a create, looked at as often as the engine would."""
    operation, now = _lost(bench, Action.CREATE), _moment(bench)
    result = resolve_create(operation, bench.find(), bench.card, now=now)
    if isinstance(result, Unseen):
        result = resolve_create(replace(operation, looks=1), bench.find(), bench.card, now=now)
    return result


def _paid(bench: Bench, made: str) -> Result:
    operation, now = _lost(bench, Action.PAY, "p1"), _moment(bench)
    found: RemoteDocument = bench.provider.read(made)
    result = resolve_payment(operation, _known(bench, made), found, bench.card, now=now)
    if isinstance(result, Unseen):
        result = resolve_payment(replace(operation, looks=1), _known(bench, made), found, bench.card, now=now)
    return result


def _moment(bench: Bench) -> datetime:
    return bench.sandbox.clock()


class ResolvingContract:
    def test_a_document_that_was_made_is_adopted(self, bench: Bench) -> None:
        bench.after(bench.creating, faults.dropped())
        with pytest.raises(OutcomeUnknown):
            bench.issue()
        if bench.lacks(bench.shows):
            assert bench.card.finding is Finding.NOT_AT_ALL, "a person decides"
            return
        found = _created(bench)
        assert isinstance(found, Issued)
        assert found.adopted
        assert found.remote.remote_id == bench.behind()[0].remote_id

    def test_a_document_that_was_not_made_is_absent_and_is_made_once(self, bench: Bench) -> None:
        bench.before(bench.creating, faults.dropped())
        with pytest.raises(OutcomeUnknown):
            bench.issue()
        bench.move(bench.card.settle)
        if bench.shows:
            assert isinstance(_created(bench), Absent)
        bench.issue()
        assert bench.count() == 1

    def test_two_documents_of_one_reference_are_for_a_person(self, bench: Bench) -> None:
        if bench.lacks(bench.shows and not bench.refuses_repeats):
            return
        ids = [bench.issue(), bench.issue()]
        found = _created(bench)
        assert isinstance(found, Unclear)
        assert all(each in found.reason.text for each in ids)

    def test_a_payment_that_was_recorded_is_seen(self, bench: Bench) -> None:
        if bench.lacks(bench.pays):
            return
        made = bench.issue()
        reference = payment_reference(bench.reference(), "p1", bench.card)
        bench.after(bench.paying, faults.dropped())
        with pytest.raises(OutcomeUnknown):
            bench.provider.pay(made, money(TOTAL, "p1", reference=reference), idempotency_key="p1")
        assert isinstance(_paid(bench, made), Paid)

    def test_a_payment_that_was_not_recorded_is_absent(self, bench: Bench) -> None:
        if bench.lacks(bench.pays):
            return
        made = bench.issue()
        bench.before(bench.paying, faults.dropped())
        with pytest.raises(OutcomeUnknown):
            bench.provider.pay(made, money(TOTAL, "p1"), idempotency_key="p1")
        assert isinstance(_paid(bench, made), Absent)

    def test_a_cancellation_is_seen_or_seen_to_be_missing(self, bench: Bench) -> None:
        if bench.lacks(bench.card.cancel):
            return
        made = bench.issue()
        bench.issue(1002)
        operation = replace(_lost(bench, Action.CANCEL), looks=1)
        now = _moment(bench)
        assert isinstance(resolve_cancel(operation, bench.provider.read(made), bench.card, now=now), Absent)
        bench.provider.cancel(made, reason="The order was cancelled", idempotency_key="c")
        assert isinstance(resolve_cancel(operation, bench.provider.read(made), bench.card, now=now), Cancelled)

    def test_an_email_that_was_not_sent_is_never_taken_for_sent(self, bench: Bench) -> None:
        """One that was sent is seen where the provider tells it; else it stays unproved, and is not sent again."""
        if bench.lacks(bench.card.email and bench.shows):
            return
        made, operation = bench.issue(), _lost(bench, Action.EMAIL)
        assert isinstance(resolve_email(operation, bench.provider.read(made)), Unproved)
        bench.wait_for_lists()
        bench.provider.email(made, to="zoe@example.com", idempotency_key="e")
        assert isinstance(resolve_email(operation, bench.provider.read(made)), Emailed | Unproved)
