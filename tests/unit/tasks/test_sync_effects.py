"""Cancellations and e-mails: resolved like every other operation, and an e-mail is never sent twice."""

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import FieldRefusal, NotSent, OutcomeUnknown, Refused
from providers.domain.policy import Cancelled, IssueOn, Policy
from providers.domain.reasons import Code
from tasks.resolve import Resolver, Word
from tests.builders import NOON, SHOP, a_buyer, a_card, a_paid_order, an_order
from tests.unit.tasks.engine import LEASE, Engine
from tests.unit.tasks.fake_provider import FakeProvider, Killed

LOST = OutcomeUnknown("read timed out")
KEY = "garden/1001/invoice/1"
POLICY = Policy(issue_on=IssueOn.PLACED, cancelled_after_invoice=Cancelled.CANCEL, email_invoice=True)
EMAILED = [(a_buyer().email, "r1")]


@pytest.fixture(autouse=True)
def _able(engine: Engine, provider: FakeProvider) -> None:
    provider.card = a_card(cancel=True, email=True)
    engine.follow(POLICY)


def cancel(engine: Engine) -> None:
    """The shop cancels the order, and its bell is answered."""
    engine.clock.move(seconds=5)
    engine.drive(an_order(cancelled_at=engine.clock.now, modified_at=engine.clock.now))


def state(provider: FakeProvider) -> RemoteState | None:
    return provider.documents["r1"].state


def test_an_order_is_invoiced_paid_and_e_mailed_once(engine: Engine, provider: FakeProvider) -> None:
    assert engine.drive(a_paid_order()).state == "done"
    assert provider.inbox == EMAILED
    engine.clock.move(seconds=5)
    engine.drive(a_paid_order(modified_at=engine.clock.now))
    assert provider.inbox == EMAILED


def test_a_cancelled_order_has_its_invoice_cancelled(engine: Engine, provider: FakeProvider) -> None:
    engine.drive(an_order())
    cancel(engine)
    assert (engine.line().state, engine.code()) == ("closed", Code.INVOICE_CANCELLED)
    assert (state(provider), engine.line().documents[0].state) == (RemoteState.CANCELLED, "cancelled")


@pytest.mark.parametrize("commits", [True, False])
def test_a_lost_cancellation_is_looked_up_and_made_again_only_when_it_had_no_effect(
    engine: Engine, provider: FakeProvider, *, commits: bool
) -> None:
    engine.drive(an_order())
    provider.fails("cancel", LOST, commits=commits)
    cancel(engine)
    assert engine.code() == Code.RESOLVING
    assert engine.wake().state == "closed"
    assert state(provider) is RemoteState.CANCELLED
    again = [] if commits else [f"{KEY}:cancel:g2"]
    assert provider.made("cancel") == [f"{KEY}:cancel:g1", *again]


def test_a_refused_cancellation_calls_a_person_with_the_words_of_the_provider(
    engine: Engine, provider: FakeProvider
) -> None:
    engine.drive(an_order())
    provider.fails("cancel", Refused(FieldRefusal("", "the newest of its series")))
    cancel(engine)
    assert (engine.line().state, engine.code()) == ("attention", Code.REFUSED)
    assert "the newest of its series" in str(engine.line().reason)


def test_an_e_mail_whose_answer_was_lost_is_proved_by_the_document(engine: Engine, provider: FakeProvider) -> None:
    provider.fails("email", LOST, commits=True)
    engine.drive(an_order())
    assert (engine.wake().state, engine.code()) == ("done", None)
    assert provider.inbox == EMAILED


@pytest.mark.parametrize("commits", [True, False])
def test_an_e_mail_that_may_have_gone_out_is_never_sent_again(
    engine: Engine, provider: FakeProvider, *, commits: bool
) -> None:
    provider.notes_emails = False
    provider.fails("email", LOST, commits=commits)
    engine.drive(an_order())
    assert (engine.wake().state, engine.code()) == ("done", Code.EMAIL_UNPROVED)
    engine.clock.move(seconds=5)
    engine.drive(a_paid_order(modified_at=engine.clock.now))
    assert (engine.line().state, engine.code()) == ("done", Code.EMAIL_UNPROVED)
    assert provider.made("email") == [f"{KEY}:email:g1"]
    assert provider.made("pay") == [f"{KEY}:pay:p1:g1"]


def test_an_e_mail_that_never_left_is_sent_later(engine: Engine, provider: FakeProvider) -> None:
    provider.fails("email", NotSent("no route"))
    engine.drive(an_order())
    assert engine.code() == Code.RETRYING
    assert engine.wake().state == "done"
    assert provider.inbox == EMAILED


def test_a_worker_that_died_over_an_e_mail_does_not_send_it_twice(engine: Engine, provider: FakeProvider) -> None:
    provider.notes_emails = False
    provider.fails("email", Killed(), commits=True)
    with pytest.raises(Killed):
        engine.drive(an_order())
    engine.clock.move(LEASE + provider.card.settle)
    engine.run()
    assert (engine.line().state, engine.code()) == ("done", Code.EMAIL_UNPROVED)
    assert provider.inbox == EMAILED


def test_a_person_may_say_that_an_open_e_mail_did_not_go_out(engine: Engine, provider: FakeProvider) -> None:
    provider.fails("email", LOST)
    engine.drive(an_order())
    resolver = Resolver(engine.ledger, books=engine.books, bell=engine.bells, clock=engine.clock)
    resolver.resolve(SHOP, "1001", Word.NOT_CREATED, "", by="ada", why="not in my mailbox")
    engine.run()
    assert engine.line().state == "done"
    assert provider.made("email") == [f"{KEY}:email:g1", f"{KEY}:email:g2"]
    assert provider.inbox == EMAILED


def test_an_order_that_comes_back_to_life_gets_no_second_invoice(engine: Engine, provider: FakeProvider) -> None:
    engine.drive(an_order())
    cancel(engine)
    engine.clock.move(seconds=5)
    engine.drive(a_paid_order(modified_at=engine.clock.now))
    assert (engine.line().state, engine.code()) == ("attention", Code.REVIVED_AFTER_CANCEL)
    assert len(provider.documents) == 1
    assert engine.clock.now > NOON
