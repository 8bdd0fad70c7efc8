"""The memory provider as tests use it: at once, with faults, and as able as its card."""

from dataclasses import replace
from decimal import Decimal

import pytest

from providers.domain.card import PaymentStyle
from providers.domain.documents import DocumentKind
from providers.domain.errors import CannotExpress, OutcomeUnknown, Refused
from providers.invoicing import memory
from providers.registry import PROVIDERS
from providers.sandbox import Script, faults
from tests.builders import a_draft
from tests.contract.invoicing.suite import money

REFERENCE = a_draft().key.reference()


def test_it_is_ready_at_once_and_holds_what_is_made() -> None:
    provider = memory.build()
    made = provider.create(provider.prepare(a_draft()), idempotency_key="k")
    assert (made.gross, made.reference) == (Decimal("123.00"), REFERENCE)
    assert provider.find(REFERENCE, DocumentKind.INVOICE) == (made,)
    assert provider.account.state()["by_reference"] == {REFERENCE: 1}


def test_an_answer_is_lost_as_a_script_says() -> None:
    script = Script()
    provider = memory.build(faults=script)
    script.after_acting(faults.dropped(), method="POST", path="/documents")
    prepared = provider.prepare(a_draft())
    with pytest.raises(OutcomeUnknown):
        provider.create(prepared, idempotency_key="k")
    assert len(provider.find(REFERENCE, DocumentKind.INVOICE)) == 1
    assert provider.create(prepared, idempotency_key="k") == provider.find(REFERENCE, DocumentKind.INVOICE)[0]


def test_it_can_do_no_more_than_the_card_that_it_is_given() -> None:
    provider = memory.build(card=replace(memory.CARD, cancel=False, payments=PaymentStyle.NOT_AVAILABLE))
    made = provider.create(provider.prepare(a_draft()), idempotency_key="k")
    assert made.paid is None
    with pytest.raises(CannotExpress):
        provider.cancel(made.remote_id, reason="", idempotency_key="c")
    with pytest.raises(Refused, match="not available"):
        provider.pay(made.remote_id, money("123.00"), idempotency_key="p")


def test_two_accounts_know_nothing_of_each_other() -> None:
    first, second = memory.build(), memory.build()
    first.create(first.prepare(a_draft()), idempotency_key="k")
    assert second.find(REFERENCE, DocumentKind.INVOICE) == ()


def test_it_is_no_kind_of_a_book() -> None:
    assert memory.CARD.name not in PROVIDERS
