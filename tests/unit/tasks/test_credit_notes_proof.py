"""Credit notes are compared and repaired as invoices are; and the sum of an order's credit notes is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.domain.card import CreditStyle
from providers.domain.documents import DocumentKind, RemoteDocument, RemoteState
from providers.domain.errors import OutcomeUnknown
from providers.domain.orders import Refund
from providers.domain.policy import IssueOn, Policy, Refunds
from providers.domain.reasons import Code
from tasks.ledger.ledger import Ledger
from tasks.reconcile import Finding, FindingClass, Repair, Report, reconcile
from tasks.reconcile.classes import PERMITTED
from tasks.reconcile.repairs import Repaired, Repairer
from tests.builders import BOOK, SettableClock, a_buyer, a_card, a_paid_order
from tests.unit.tasks.account import Account
from tests.unit.tasks.accounts import ACCOUNTS
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

BUYER = a_buyer(street="ul. Polna 3", postcode="30-001")
PART = Refund(refund_id="7", amount=Decimal("23.00"), reason="scratched")
REST = Refund(refund_id="8", amount=Decimal("40.00"))
NOTE, INVOICE = "garden/1001/credit_note/7", "garden/1001"
POLICY = Policy(issue_on=IssueOn.PLACED, refunds=Refunds.CREDIT_NOTE)
SUMS = (FindingClass.CREDIT_NOTES, INVOICE)


@dataclass
class Desk:
    """A book in which an order was invoiced, and money of it given back."""

    engine: Engine

    def report(self) -> Report:
        engine = self.engine
        return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock)

    def found(self) -> dict[tuple[FindingClass, str], Finding]:
        report = self.report()
        found = {(finding.kind, finding.reference): finding for finding in report.findings}
        assert len(found) == len(report.findings)
        return found

    def repair(self, kind: FindingClass, repair: Repair | None = None) -> Repaired:
        engine = self.engine
        repairer = Repairer(engine.ledger, fronts=engine.fronts, bell=engine.bells, clock=engine.clock)
        finding = next(each for (told, _), each in self.found().items() if told is kind)
        return repairer.repair(engine.books[BOOK], finding, repair or PERMITTED[kind][0], by="ada")

    def goes_on(self) -> Report:
        self.engine.run()
        return self.report()

    def give_back(self, *refunds: Refund) -> None:
        self.engine.clock.move(seconds=5)
        self.engine.drive(a_paid_order(buyer=BUYER, refunds=refunds, modified_at=self.engine.clock.now))


def desk_of(engine: Engine) -> Desk:
    engine.follow(POLICY)
    engine.drive(a_paid_order(buyer=BUYER))
    desk = Desk(engine)
    desk.give_back(PART)
    assert engine.line().state == "done"
    return desk


@pytest.fixture
def desk(engine: Engine, provider: FakeProvider) -> Desk:
    kinds = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE})
    provider.card = a_card(kinds=kinds, credit=CreditStyle.CORRECTION)
    return desk_of(engine)


def note(provider: FakeProvider, **changes: object) -> RemoteDocument:
    """The credit note as it stands there, changed."""
    provider.documents["r2"] = replace(provider.documents["r2"], **changes)  # type: ignore[arg-type]
    return provider.documents["r2"]


class TestWhatIsFound:
    def test_a_credit_note_that_is_gone(self, desk: Desk, provider: FakeProvider) -> None:
        del provider.documents["r2"]
        found = desk.found()
        assert set(found) == {(FindingClass.MISSING_AT_PROVIDER, NOTE), SUMS}
        told = found[SUMS]
        assert (told.expected, told.found) == ("credit notes over -23.00 EUR", "credit notes over 0 EUR")
        assert (told.money, told.currency, told.remote_id, told.order) == (Decimal("23.00"), "EUR", "r1", "1001")
        assert told.repairs == ()
        assert found[FindingClass.MISSING_AT_PROVIDER, NOTE].money == Decimal("23.00")

    def test_a_credit_note_that_is_there_twice(self, desk: Desk, provider: FakeProvider) -> None:
        provider.documents["r3"] = replace(note(provider), remote_id="r3")
        found = desk.found()
        assert set(found) == {(FindingClass.DUPLICATE, NOTE), SUMS}
        assert found[SUMS].found == "credit notes over -46.00 EUR"

    def test_a_credit_note_over_another_amount(self, desk: Desk, provider: FakeProvider) -> None:
        note(provider, gross=Decimal("-20.00"))
        found = desk.found()
        assert set(found) == {(FindingClass.AMOUNT, NOTE), SUMS}
        assert found[SUMS].money == Decimal("3.00")

    def test_a_credit_note_that_was_cancelled_there(self, desk: Desk, provider: FakeProvider) -> None:
        note(provider, state=RemoteState.CANCELLED)
        assert set(desk.found()) == {(FindingClass.CANCELLED_THERE, NOTE), SUMS}

    def test_credit_notes_that_we_never_made_are_told_as_one_sum(self, desk: Desk, provider: FakeProvider) -> None:
        for remote_id, refund in (("x1", "8"), ("x2", "9")):
            reference = f"garden/1001/credit_note/{refund}"
            provider.documents[remote_id] = replace(note(provider), remote_id=remote_id, reference=reference)
        found = desk.found()
        assert [kind for kind, _ in found].count(FindingClass.MISSING_IN_LEDGER) == 2
        assert found[SUMS].found == "credit notes over -69.00 EUR"

    def test_another_document_in_the_place_of_ours_over_the_same_amount_adds_up(
        self, desk: Desk, provider: FakeProvider
    ) -> None:
        provider.documents["r9"] = replace(provider.documents.pop("r2"), remote_id="r9")
        assert set(desk.found()) == {(FindingClass.REPLACED, NOTE)}

    def test_what_is_paid_of_a_credit_note_is_nobodys_business_here(self, desk: Desk, provider: FakeProvider) -> None:
        note(provider, paid=Decimal("-23.00"), state=RemoteState.PAID)
        assert desk.report().good

    def test_nothing_while_a_credit_note_is_being_made(self, desk: Desk, provider: FakeProvider) -> None:
        provider.fails("create", OutcomeUnknown("time-out"), commits=True)
        desk.give_back(PART, REST)
        del provider.documents["r2"]
        assert desk.found() == {}

    def test_the_invoice_itself_counts_as_equal(self, desk: Desk, provider: FakeProvider) -> None:
        del provider.documents["r2"]
        assert desk.report().proof == "2 compared, 1 equal, 1 missing, 0 extra, 0 duplicate, 1 different"


class TestWhatIsRepaired:
    def test_a_credit_note_that_is_gone_is_made_anew(self, desk: Desk, provider: FakeProvider) -> None:
        del provider.documents["r2"]
        assert desk.repair(FindingClass.MISSING_AT_PROVIDER).done
        assert desk.goes_on().good
        assert provider.made("create")[-1] == "garden/1001/credit_note/7:create:g2"

    def test_one_in_the_place_of_ours_becomes_ours(self, desk: Desk, provider: FakeProvider) -> None:
        provider.documents["r9"] = replace(provider.documents.pop("r2"), remote_id="r9")
        assert desk.repair(FindingClass.REPLACED).done
        assert desk.goes_on().good

    def test_an_amount_that_differs_is_told_with_its_order(self, desk: Desk, provider: FakeProvider) -> None:
        note(provider, gross=Decimal("-20.00"))
        assert desk.repair(FindingClass.AMOUNT).done
        desk.engine.run()
        assert desk.engine.code() == Code.PROVIDER_TOTAL_DIFFERS

    def test_one_that_was_cancelled_there_is_known_here_and_a_person_is_asked(
        self, desk: Desk, provider: FakeProvider
    ) -> None:
        note(provider, state=RemoteState.CANCELLED)
        made = provider.made("create")
        assert desk.repair(FindingClass.CANCELLED_THERE).done
        assert desk.goes_on().good
        assert (desk.engine.code(), provider.made("create")) == (Code.CANCELLED_AT_PROVIDER, made)

    @pytest.fixture
    def by_hand(self, desk: Desk, provider: FakeProvider) -> Callable[..., None]:
        """A credit note of the second refund that stands there, and that we never made."""

        def stands(**changes: object) -> None:
            told = {"remote_id": "x1", "reference": "garden/1001/credit_note/8", "gross": Decimal("-40.00"), **changes}
            provider.documents["x1"] = replace(note(provider), **told)  # type: ignore[arg-type]

        return stands

    def waiting(self, desk: Desk) -> None:
        """The shop tells of the second refund, and nobody took care of it yet."""
        desk.engine.clock.move(seconds=5)
        order = a_paid_order(buyer=BUYER, refunds=(PART, REST), modified_at=desk.engine.clock.now)
        desk.engine.bring(order)

    def test_one_that_we_never_made_becomes_the_orders_own(
        self, desk: Desk, provider: FakeProvider, by_hand: Callable[..., None]
    ) -> None:
        by_hand()
        made = provider.made("create")
        self.waiting(desk)
        assert desk.repair(FindingClass.MISSING_IN_LEDGER).done
        assert desk.goes_on().good
        assert provider.made("create") == made
        assert [document.remote_id for document in desk.engine.line().documents] == ["r1", "r2", "x1"]

    def test_one_over_another_amount_than_the_refund_stays_foreign(
        self, desk: Desk, by_hand: Callable[..., None]
    ) -> None:
        by_hand(gross=Decimal("-41.00"))
        self.waiting(desk)
        told = desk.repair(FindingClass.MISSING_IN_LEDGER)
        assert (told.done, "gross -41.00" in told.text) == (False, True)

    def test_one_of_a_refund_that_the_shop_does_not_know_stays_foreign(
        self, desk: Desk, by_hand: Callable[..., None]
    ) -> None:
        by_hand()
        told = desk.repair(FindingClass.MISSING_IN_LEDGER)
        assert (told.done, told.text) == (False, "The shop tells of no refund 8 of the order.")


class TestAtProviders:
    @pytest.fixture(params=["invoiceocean", "drupal_invoice", "memory"])
    def account(self, request: Any) -> Account:
        return ACCOUNTS[request.param]()

    @pytest.fixture
    def desk(self, sqlite_ledger: Ledger, account: Account) -> Desk:
        return desk_of(Engine(sqlite_ledger, SettableClock(), provider=account.bench.provider))  # type: ignore[arg-type]

    def test_untouched_credit_notes_are_equal(self, desk: Desk) -> None:
        assert desk.report().proof == "2 compared, 2 equal, 0 missing, 0 extra, 0 duplicate, 0 different"

    def test_one_that_is_gone_is_found_and_made_anew(self, desk: Desk, account: Account) -> None:
        (there,) = account.ids(NOTE)
        account.delete(there)
        assert set(desk.found()) == {(FindingClass.MISSING_AT_PROVIDER, NOTE), SUMS}
        assert desk.repair(FindingClass.MISSING_AT_PROVIDER).done
        assert desk.goes_on().good
        assert len(account.ids(NOTE)) == 1

    def test_one_that_is_there_twice_is_found(self, desk: Desk, account: Account) -> None:
        (there,) = account.ids(NOTE)
        account.add(there, NOTE)
        found = desk.found()
        assert set(found) == {(FindingClass.DUPLICATE, NOTE), SUMS}
        assert found[SUMS].money == Decimal("23.00")

    def test_one_that_stands_in_the_place_of_ours_is_adopted(self, desk: Desk, account: Account) -> None:
        (there,) = account.ids(NOTE)
        copy = account.add(there, NOTE)
        account.delete(there)
        assert desk.repair(FindingClass.REPLACED).done
        assert desk.goes_on().good
        assert desk.engine.line().documents[-1].remote_id == copy

    @given(doings=st.lists(st.tuples(st.sampled_from([PART, REST]), st.sampled_from(["delete", "copy", "amount"]))))
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_is_done_to_them_is_found_exactly(
        self, desk: Desk, account: Account, doings: list[tuple[Refund, str]]
    ) -> None:
        if len(desk.engine.line().documents) < 3:
            desk.give_back(PART, REST)
            account.keep()
        account.back()
        expected: set[tuple[FindingClass, str]] = set()
        for refund, doing in dict(doings).items():
            reference = f"garden/1001/credit_note/{refund.refund_id}"
            (there,) = account.ids(reference)
            match doing:
                case "delete":
                    account.delete(there)
                    expected.add((FindingClass.MISSING_AT_PROVIDER, reference))
                case "copy":
                    account.add(there, reference)
                    expected.add((FindingClass.DUPLICATE, reference))
                case _:
                    account.raise_amount(there)
                    expected.add((FindingClass.AMOUNT, reference))
        assert set(desk.found()) == expected | ({SUMS} if expected else set())
