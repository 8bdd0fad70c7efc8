"""What differs is put right by the engine's own operations, where the provider still shows that it differs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import DocumentKind, RemoteDocument, RemoteState
from providers.domain.errors import OutcomeUnknown
from providers.domain.policy import Cancelled, IssueOn, Policy
from tasks.ledger.turn import Claim
from tasks.reconcile import Asked, Finding, FindingClass, Repair, Report, reconcile
from tasks.reconcile.classes import PERMITTED
from tasks.reconcile.repairs import EVERY, Repaired, Repairer, wanted
from tests.builders import BOOK, NOON, SHOP, a_card, a_paid_order, a_payment, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

Mend = Callable[..., Repaired]


def report(engine: Engine, asked: Asked | None = None) -> Report:
    return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock, asked=asked)


def change(provider: FakeProvider, remote_id: str = "r1", **changes: object) -> None:
    provider.documents[remote_id] = replace(provider.documents[remote_id], **changes)  # type: ignore[arg-type]


@pytest.fixture
def repairer(engine: Engine) -> Repairer:
    return Repairer(engine.ledger, fronts=engine.fronts, bell=engine.bells, clock=engine.clock)


@pytest.fixture
def found(engine: Engine) -> Callable[[FindingClass], Finding]:
    def one(kind: FindingClass) -> Finding:
        (finding,) = [each for each in report(engine).findings if each.kind is kind]
        return finding

    return one


@pytest.fixture
def mend(engine: Engine, repairer: Repairer, found: Callable[[FindingClass], Finding]) -> Mend:
    """The finding of a class is looked for, and repaired."""

    def repaired(kind: FindingClass, repair: Repair | None = None, *, dry: bool = False) -> Repaired:
        wanted = repair or PERMITTED[kind][0]
        return repairer.repair(engine.books[BOOK], found(kind), wanted, by="ada", why="the month's proof", dry=dry)

    return repaired


def goes_on(engine: Engine) -> Report:
    """The repaired order's bell is answered; then both sides are compared again."""
    assert engine.bells.rung[-1] == (SHOP, "1001")
    engine.run()
    return report(engine)


class TestWhatVanishedAtTheProvider:
    def test_is_made_and_paid_again_under_new_keys(self, engine: Engine, provider: FakeProvider, mend: Mend) -> None:
        engine.drive()
        provider.documents.clear()
        assert mend(FindingClass.MISSING_AT_PROVIDER).done
        assert goes_on(engine).good
        assert provider.made("create")[-1] == "garden/1001/invoice/1:create:g2"
        assert provider.made("pay")[-1] == "garden/1001/invoice/1:pay:p1:g2"
        assert engine.line().state == "done"

    def test_is_left_alone_when_it_was_cancelled_here_anyway(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        cancelled(engine, provider)
        provider.documents.clear()
        told = mend(FindingClass.MISSING_AT_PROVIDER)
        assert (told.done, "cancelled by now" in told.text) == (False, True)

    def test_is_not_made_again_for_an_order_that_lost_its_reason_meanwhile(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        engine.clock.move(seconds=5)
        engine.drive(a_paid_order(modified_at=engine.clock.now, cancelled_at=engine.clock.now))
        provider.documents.clear()
        assert mend(FindingClass.MISSING_AT_PROVIDER).done
        assert goes_on(engine).good
        assert provider.documents == {}
        assert engine.line().state == "closed"

    def test_is_not_made_again_where_it_came_back(
        self, engine: Engine, provider: FakeProvider, repairer: Repairer, found: Callable[[FindingClass], Finding]
    ) -> None:
        engine.drive()
        gone = provider.documents.pop("r1")
        finding = found(FindingClass.MISSING_AT_PROVIDER)
        provider.documents["r1"] = gone
        told = repairer.repair(engine.books[BOOK], finding, Repair.PLAN_AGAIN, by="ada")
        assert (told.done, engine.ledger.decisions.trail()) == (False, ())
        assert engine.line().documents[0].remote_id == "r1"


class TestADocumentUnderAnotherReference:
    def test_that_is_another_orders_does_not_stand_in_the_way(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        change(provider, reference="garden/7")
        assert mend(FindingClass.MISSING_AT_PROVIDER).done
        engine.run()
        assert provider.made("create")[-1] == "garden/1001/invoice/1:create:g2"

    @pytest.mark.parametrize(("gross", "done"), [(Decimal("123.00"), False), (None, False), (Decimal(7), True)])
    def test_that_may_be_ours_renamed_is_a_persons_choice(
        self, engine: Engine, provider: FakeProvider, mend: Mend, gross: Decimal | None, done: bool
    ) -> None:
        engine.drive()
        change(provider, reference="by hand", gross=gross)
        told = mend(FindingClass.MISSING_AT_PROVIDER)
        assert (told.done, "under another name" in told.text) == (done, not done)


class TestAnotherDocumentInThePlaceOfOurs:
    def test_becomes_ours_when_it_says_the_same(self, engine: Engine, provider: FakeProvider, mend: Mend) -> None:
        engine.drive()
        provider.documents["r9"] = replace(provider.documents.pop("r1"), remote_id="r9", number="FV 9/2026")
        assert mend(FindingClass.REPLACED).done
        assert goes_on(engine).good
        assert engine.line().documents[0].number == "FV 9/2026"

    def test_stays_foreign_when_it_says_otherwise(self, engine: Engine, provider: FakeProvider, mend: Mend) -> None:
        engine.drive()
        provider.documents["r9"] = replace(provider.documents.pop("r1"), remote_id="r9", gross=Decimal(99))
        told = mend(FindingClass.REPLACED)
        assert (told.done, "gross 99" in told.text) == (False, True)
        assert engine.line().documents[0].remote_id == "r1"

    def test_is_a_persons_choice_when_there_are_several(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        ours = provider.documents.pop("r1")
        provider.documents |= {each: replace(ours, remote_id=each) for each in ("r8", "r9")}
        told = mend(FindingClass.REPLACED)
        assert (told.done, told.text[:11]) == (False, "2 documents")


class TestADocumentThatWeNeverMade:
    def remote(self, **changes: object) -> RemoteDocument:
        facts: dict[str, object] = {
            "remote_id": "x1",
            "kind": DocumentKind.INVOICE,
            "number": "FV 7/2026",
            "reference": "garden/1001",
            "currency": "EUR",
            "gross": Decimal("123.00"),
            "paid": Decimal(0),
            "issue_date": NOON.date(),
        }
        return RemoteDocument(**{**facts, **changes})  # type: ignore[arg-type]

    @pytest.fixture
    def waiting(self, engine: Engine) -> Engine:
        """The order came in, and rests without a document."""
        engine.drive(an_order())
        assert engine.line().state == "waiting"
        return engine

    def test_becomes_the_orders_own(self, waiting: Engine, provider: FakeProvider, mend: Mend) -> None:
        provider.documents["x1"] = self.remote()
        assert mend(FindingClass.MISSING_IN_LEDGER).done
        assert goes_on(waiting).good
        assert waiting.line().documents[0].number == "FV 7/2026"
        assert waiting.operations() == [("garden/1001/invoice/1:create:g1", "done")]
        assert provider.made("create") == []

    def test_is_not_paid_a_second_time_when_the_orders_money_is_there(
        self, waiting: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        waiting.clock.move(seconds=5)
        waiting.bring(a_paid_order(modified_at=waiting.clock.now))
        provider.documents["x1"] = self.remote(paid=Decimal("123.00"))
        assert mend(FindingClass.MISSING_IN_LEDGER).done
        assert goes_on(waiting).good
        assert provider.made("pay") == []
        assert waiting.line().documents[0].paid == Decimal("123.00")

    def test_is_left_to_a_person_when_other_money_is_there(
        self, waiting: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        provider.documents["x1"] = self.remote(paid=Decimal(50))
        told = mend(FindingClass.MISSING_IN_LEDGER)
        assert (told.done, "twice" in told.text) == (False, True)

    def test_stays_foreign_when_it_is_another_one_than_the_order_asks_for(
        self, waiting: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        provider.documents["x1"] = self.remote(gross=Decimal(99))
        assert not mend(FindingClass.MISSING_IN_LEDGER).done
        assert waiting.line().documents == ()

    def test_needs_an_order(self, engine: Engine, provider: FakeProvider, mend: Mend) -> None:
        provider.documents["x1"] = self.remote()
        told = mend(FindingClass.MISSING_IN_LEDGER)
        assert (told.done, "counterfoil import" in told.text) == (False, True)


class TestPayments:
    def test_one_that_is_gone_is_told_again_as_a_new_operation(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        halves = tuple(a_payment(payment_id=key, amount=Decimal("61.50")) for key in ("p1", "p2"))
        engine.drive(a_paid_order(payments=halves))
        first, _ = provider.documents["r1"].payments or ()
        change(provider, payments=(first,), paid=Decimal("61.50"))
        assert mend(FindingClass.PAYMENT_MISSING).done
        assert goes_on(engine).good
        assert provider.made("pay")[-1] == "garden/1001/invoice/1:pay:p2:g2"

    def test_where_only_sums_are_told_all_are_told_again_once_none_is_there(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        change(provider, payments=None, paid=Decimal(0))
        assert mend(FindingClass.UNPAID_THERE).done
        engine.run()
        assert provider.made("pay")[-1] == "garden/1001/invoice/1:pay:p1:g2"

    def test_a_sum_that_fits_no_payment_is_a_persons_riddle(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        change(provider, payments=None, paid=Decimal(100))
        told = mend(FindingClass.UNPAID_THERE)
        assert (told.done, "cannot be told from the sums" in told.text) == (False, True)

    def test_money_that_came_there_in_another_way_is_not_booked_twice(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        (payment,) = provider.documents["r1"].payments or ()
        change(provider, payments=(replace(payment, reference="by hand"),))
        told = mend(FindingClass.PAYMENT_MISSING)
        assert (told.done, "246.00 of 123.00" in told.text) == (False, True)
        assert engine.ledger.decisions.trail() == ()


def cancelled(engine: Engine, provider: FakeProvider) -> None:
    """An order is invoiced, cancelled in the shop, and its invoice with it."""
    provider.card = a_card(cancel=True)
    engine.follow(Policy(issue_on=IssueOn.PLACED, cancelled_after_invoice=Cancelled.CANCEL))
    engine.drive(an_order())
    engine.clock.move(seconds=5)
    engine.drive(an_order(cancelled_at=engine.clock.now, modified_at=engine.clock.now))


class TestCancellations:
    def test_one_that_did_not_last_is_made_again(self, engine: Engine, provider: FakeProvider, mend: Mend) -> None:
        cancelled(engine, provider)
        change(provider, state=RemoteState.OPEN)
        assert mend(FindingClass.NOT_CANCELLED_THERE).done
        assert goes_on(engine).good
        assert provider.made("cancel")[-1] == "garden/1001/invoice/1:cancel:g2"
        assert engine.line().state == "closed"

    def test_one_that_somebody_made_there_is_known_here_and_a_person_is_asked(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        change(provider, state=RemoteState.CANCELLED)
        assert mend(FindingClass.CANCELLED_THERE).done
        assert goes_on(engine).good
        assert (engine.line().state, engine.line().documents[0].state) == ("attention", "cancelled")


class TestWhatIsReadAgain:
    def test_an_amount_that_differs_is_told_with_its_order(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        change(provider, gross=Decimal(99))
        assert mend(FindingClass.AMOUNT).done
        engine.run()
        assert engine.code() == "provider_total_differs"

    def test_a_call_without_an_end_is_looked_up(self, engine: Engine, provider: FakeProvider, mend: Mend) -> None:
        provider.fails("create", OutcomeUnknown("time-out"), commits=True)
        engine.drive()
        engine.clock.move(hours=2)
        assert mend(FindingClass.UNKNOWN_OVERDUE).done
        assert goes_on(engine).good

    def test_an_order_that_nobody_drove_is_planned_again(self, engine: Engine, mend: Mend) -> None:
        engine.bring()
        engine.clock.move(hours=2)
        assert mend(FindingClass.ORDER_WITHOUT_DOCUMENT).done
        assert goes_on(engine).good

    def test_what_went_on_by_itself_is_left_alone(
        self, engine: Engine, repairer: Repairer, found: Callable[[FindingClass], Finding]
    ) -> None:
        engine.bring()
        engine.clock.move(hours=2)
        finding = found(FindingClass.ORDER_WITHOUT_DOCUMENT)
        engine.run()
        told = repairer.repair(engine.books[BOOK], finding, Repair.PLAN_AGAIN, by="ada")
        assert (told.done, told.text) == (False, "It has gone on by itself meanwhile.")


class TestEveryRepair:
    def test_stands_in_the_audit_trail_and_with_its_finding(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        provider.documents.clear()
        mend(FindingClass.MISSING_AT_PROVIDER)
        (decision,) = engine.ledger.decisions.trail(shop=SHOP, order_id="1001")
        assert (decision.by, decision.why) == ("ada", "the month's proof")
        assert decision.what == "repair missing_at_provider plan_again"
        assert decision.detail["remote_id"] == "r1"
        (run,) = engine.ledger.runs.newest(BOOK)
        assert [kept.repaired for kept in engine.ledger.findings.confirmed(run.pk)] == ["plan_again"]

    def test_can_be_tried_out_and_changes_nothing_then(
        self, engine: Engine, provider: FakeProvider, mend: Mend
    ) -> None:
        engine.drive()
        provider.documents.clear()
        before = engine.line()
        assert mend(FindingClass.MISSING_AT_PROVIDER, dry=True).done
        assert (engine.line(), engine.ledger.decisions.trail(), engine.bells.rung) == (before, (), [])

    def test_waits_while_a_worker_has_the_order(
        self, engine: Engine, repairer: Repairer, found: Callable[[FindingClass], Finding]
    ) -> None:
        engine.bring()
        engine.clock.move(hours=2)
        finding = found(FindingClass.ORDER_WITHOUT_DOCUMENT)
        claim = Claim(owner="another", now=engine.clock.now, lease=timedelta(minutes=5))
        engine.ledger.turns.begin(SHOP, "1001", claim=claim, decide=engine.sync._decide)
        engine.clock.move(seconds=1)
        told = repairer.repair(engine.books[BOOK], finding, Repair.PLAN_AGAIN, by="ada")
        assert not told.done
        assert engine.ledger.decisions.trail() == ()

    @pytest.mark.parametrize("kind", list(FindingClass))
    def test_is_one_that_its_class_permits(self, repairer: Repairer, engine: Engine, kind: FindingClass) -> None:
        finding = Finding(
            pk=1,
            kind=kind,
            reference="garden/1001",
            remote_id="r1",
            shop=SHOP,
            order="1001",
            expected="",
            found="",
            money=Decimal(0),
            currency="EUR",
            since=None,
        )
        for repair in set(Repair) - set(PERMITTED[kind]):
            told = repairer.repair(engine.books[BOOK], finding, repair, by="ada")
            assert "does not permit" in told.text

    def test_fits_into_the_audit_trails_column(self) -> None:
        assert max(len(f"repair {kind} {repair}") for kind, repairs in PERMITTED.items() for repair in repairs) <= 40


def test_a_policy_names_what_is_repaired_and_nothing_twice(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.documents.clear()
    (finding,) = report(engine).findings
    assert list(wanted([finding], {})) == []
    assert list(wanted([finding], EVERY)) == [(finding, Repair.PLAN_AGAIN)]
    assert list(wanted([finding], {FindingClass.MISSING_AT_PROVIDER: Repair.ADOPT})) == []
    assert list(wanted([replace(finding, repaired="plan_again")], EVERY)) == []


def test_the_same_repair_of_the_same_order_is_known_to_have_been_tried(
    engine: Engine, provider: FakeProvider, repairer: Repairer, mend: Mend
) -> None:
    engine.drive()
    provider.documents.clear()
    told = mend(FindingClass.MISSING_AT_PROVIDER)
    assert repairer.tried(told.finding, told.repair, by="ada")
    assert not repairer.tried(told.finding, told.repair, by="counterfoil")
    engine.clock.move(hours=25)
    assert not repairer.tried(told.finding, told.repair, by="ada")
