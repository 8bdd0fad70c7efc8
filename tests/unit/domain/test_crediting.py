"""Money that was given back becomes credit notes: one for each refund, right to the cent, or a person decides."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.card import Card, CreditStyle
from providers.domain.crediting import credit_note
from providers.domain.documents import DocumentKey, DocumentKind, DocumentState, Draft
from providers.domain.known import Known, KnownDocument
from providers.domain.orders import Order, OrderState, Refund, RefundLine
from providers.domain.policy import Policy, Refunds
from providers.domain.reasons import Code, Reason
from providers.domain.steps import Create, Pay, Rest, Step, Stop, Verify
from tests.builders import (
    INVOICE,
    NOON,
    SHOP,
    a_card,
    a_known_document,
    a_known_payment,
    a_line,
    a_paid_order,
    planned_for,
)

POLICY = Policy(refunds=Refunds.CREDIT_NOTE)
ABLE = a_card(kinds=frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}), credit=CreditStyle.CORRECTION)
PART = Refund(refund_id="r1", amount=Decimal("23.00"), reason="scratched")
REST = Refund(refund_id="r2", amount=Decimal("100.00"))
TODAY = NOON.date()


def invoice(order: Order, **changes: object) -> KnownDocument:
    step = planned_for(replace(order, refunds=(), cancelled_at=None))
    assert isinstance(step, Create)
    payments = tuple(a_known_payment(key=paid.payment_id, amount=paid.amount) for paid in order.payments)
    facts: dict[str, object] = {"fingerprint": step.draft.fingerprint, "gross": order.total, "payments": payments}
    return a_known_document(**{**facts, **changes})


def note(refund: Refund, **changes: object) -> KnownDocument:
    key = DocumentKey(SHOP, "1001", DocumentKind.CREDIT_NOTE, refund.refund_id)
    facts: dict[str, object] = {
        "key": key,
        "reference": key.reference(),
        "gross": -refund.amount,
        "remote_id": f"n-{refund.refund_id}",
        "number": f"K {refund.refund_id}",
        "payments": (),
    }
    return a_known_document(**{**facts, **changes})


@pytest.mark.parametrize(("policy", "name"), [(POLICY, ""), (replace(POLICY, rounding_line=True), "Rounding")])
def test_a_credit_note_may_hold_a_rounding_line_where_the_invoice_may(policy: Policy, name: str) -> None:
    order = a_paid_order(refunds=(PART,))
    drafted = credit_note(order, PART, invoice(order), policy, before=(), today=TODAY)
    assert isinstance(drafted, Draft)
    assert drafted.rounding_name == name


def planned(order: Order, *notes: KnownDocument, policy: Policy = POLICY, card: Card = ABLE) -> Step:
    return planned_for(order, Known(documents=(invoice(order), *notes)), policy=policy, card=card)


def two_rates(**changes: object) -> Order:
    """123.00 at 23 % and 54.00 at 8 %."""
    lines = (
        a_line(line_id="a", quantity=Decimal(3)),
        a_line(line_id="b", net=Decimal("50.00"), tax=Decimal("4.00"), gross=Decimal("54.00"), tax_rate=Decimal(8)),
    )
    paid = replace(a_paid_order().payments[0], amount=Decimal("177.00"))
    return a_paid_order(total=Decimal("177.00"), lines=lines, payments=(paid,), **changes)


def drafted(order: Order, refund: Refund, *before: Refund, policy: Policy = POLICY) -> Draft:
    made = credit_note(order, refund, invoice(order), policy, before=before, today=TODAY)
    assert isinstance(made, Draft), made
    return made


class TestThePlan:
    def test_a_refund_after_the_invoice_becomes_a_credit_note(self) -> None:
        step = planned(a_paid_order(refunds=(PART,)))
        assert isinstance(step, Create)
        assert (step.draft.gross, step.draft.tax, step.reference) == (
            Decimal("-23.00"),
            Decimal("-4.30"),
            "garden/1001/credit_note/r1",
        )
        assert step.operation_key == "garden/1001/credit_note/r1:create:g1"
        assert step.draft.corrects is not None
        assert (step.draft.corrects.remote_id, step.draft.corrects.why) == ("r1", "scratched")

    @pytest.mark.parametrize(
        ("policy", "card"),
        [(Policy(), ABLE), (POLICY, a_card())],
        ids=["by default", "where the provider has none"],
    )
    def test_it_is_left_to_a_person(self, policy: Policy, card: Card) -> None:
        step = planned(a_paid_order(refunds=(PART,)), policy=policy, card=card)
        assert isinstance(step, Stop)
        assert step.reason.code is Code.REFUND_NEEDS_CREDIT_NOTE

    def test_each_refund_gets_its_own_and_then_the_order_is_done(self) -> None:
        order = a_paid_order(refunds=(PART, REST))
        step = planned(order, note(PART))
        assert isinstance(step, Create)
        assert (step.draft.key.ordinal, step.draft.gross) == ("r2", Decimal("-100.00"))
        assert planned(order, note(PART), note(REST)) == Rest(state=OrderState.DONE)

    def test_a_payment_is_recorded_before_it_is_taken_back(self) -> None:
        order = a_paid_order(refunds=(PART,))
        known = Known(documents=(invoice(order, payments=()),))
        assert isinstance(planned_for(order, known, policy=POLICY, card=ABLE), Pay)

    def test_one_whose_total_is_not_told_yet_is_read_back(self) -> None:
        assert isinstance(planned(a_paid_order(refunds=(PART,)), note(PART, verified=False)), Verify)

    def test_one_that_was_refused_is_made_under_a_new_key(self) -> None:
        step = planned(a_paid_order(refunds=(PART,)), note(PART, state=DocumentState.REFUSED, remote_id=""))
        assert isinstance(step, Create)
        assert step.generation == 2

    def test_an_order_that_is_cancelled_and_given_back_in_full_needs_nobody(self) -> None:
        whole = Refund(refund_id="r1", amount=Decimal("123.00"))
        order = a_paid_order(refunds=(whole,), cancelled_at=NOON)
        step = planned(order)
        assert isinstance(step, Create)
        assert step.draft.gross == Decimal("-123.00")
        assert planned(order, note(whole)) == Rest(state=OrderState.DONE)
        half = planned(replace(order, refunds=(PART,)))
        assert isinstance(half, Stop)
        assert half.reason.code is Code.CANCELLED_AFTER_INVOICE

    @pytest.mark.parametrize("now", [(), (replace(PART, amount=Decimal(5)),)], ids=["gone", "another amount"])
    def test_a_refund_that_is_another_one_now_is_for_a_person(self, now: tuple[Refund, ...]) -> None:
        step = planned(a_paid_order(refunds=now), note(PART))
        assert isinstance(step, Stop)
        assert (step.reason.code, step.reason.field) == (Code.REFUND_WITHDRAWN, "refunds.r1")

    def test_one_that_was_cancelled_there_is_not_made_anew(self) -> None:
        step = planned(a_paid_order(refunds=(PART,)), note(PART, state=DocumentState.CANCELLED))
        assert isinstance(step, Stop)
        assert (step.reason.code, step.reason.field) == (Code.CANCELLED_AT_PROVIDER, "refunds.r1")


class TestTheAmounts:
    def test_all_of_it_takes_back_every_line(self) -> None:
        made = drafted(two_rates(), Refund(refund_id="r1", amount=Decimal("177.00")))
        assert (made.net, made.tax, made.gross) == (Decimal("-150.00"), Decimal("-27.00"), Decimal("-177.00"))
        assert made.corrects is not None
        assert {(line.gross, line.quantity) for line in made.corrects.after} == {(Decimal(0), Decimal(0))}

    def test_the_rest_takes_back_what_earlier_ones_left(self) -> None:
        made = drafted(a_paid_order(), REST, PART)
        assert (made.gross, made.tax) == (Decimal("-100.00"), Decimal("-18.70"))

    def test_what_the_shop_tells_of_lines_is_taken_as_it_is(self) -> None:
        lines = (RefundLine(line_id="a", gross=Decimal("41.00"), quantity=Decimal(1)),)
        made = drafted(two_rates(), Refund(refund_id="r1", amount=Decimal("41.00"), lines=lines))
        (line,) = made.lines
        assert (line.line_id, line.gross, line.tax, line.quantity) == ("a", Decimal("-41.00"), Decimal("-7.67"), 1)
        assert made.corrects is not None
        assert [left.quantity for left in made.corrects.after] == [Decimal(2), Decimal(1)]

    @pytest.mark.parametrize(
        ("refund", "says"),
        [
            (PART, "of which of 2 tax rates 23.00 EUR"),
            (Refund(refund_id="r1", amount=Decimal(200)), "only 177.00 of the invoice is left"),
            (replace(PART, lines=(RefundLine(line_id="c", gross=PART.amount),)), "line c, of which nothing is left"),
            (replace(PART, lines=(RefundLine(line_id="a", gross=Decimal(5)),)), "lines of the refund come to 5"),
        ],
    )
    def test_what_nobody_can_tell_stops(self, refund: Refund, says: str) -> None:
        order = two_rates()
        made = credit_note(order, refund, invoice(order), POLICY, before=(), today=TODAY)
        assert isinstance(made, Reason)
        assert (made.code, made.field) == (Code.REFUND_LINES_UNKNOWN, "refunds.r1")
        assert says in made.text

    def test_a_part_is_spread_over_several_rates_where_the_policy_says_so(self) -> None:
        made = drafted(two_rates(), PART, policy=replace(POLICY, spread_refunds=True))
        assert [line.gross for line in made.lines] == [Decimal("-15.98"), Decimal("-7.02")]

    @given(st.lists(st.integers(1, 17_700), min_size=1, max_size=6), st.booleans())
    def test_whatever_is_given_back_the_notes_come_to_it_and_leave_nothing_negative(
        self, cents: list[int], whole: bool
    ) -> None:
        order, left = two_rates(), Decimal("177.00")
        policy = replace(POLICY, spread_refunds=True)
        before: list[Refund] = []
        for number, each in enumerate([*cents, 17_700] if whole else cents):
            amount = min(Decimal(each) / 100, left)
            if not amount:
                break
            refund = Refund(refund_id=f"r{number}", amount=amount)
            made = drafted(order, refund, *before, policy=policy)
            assert made.gross == -amount
            assert made.net + made.tax == made.gross
            assert made.corrects is not None
            assert all(line.gross >= 0 and line.tax >= 0 for line in made.corrects.after)
            left -= amount
            before.append(refund)
        if not left:
            assert made.corrects.after  # type: ignore[union-attr]
            assert sum(line.gross for line in made.corrects.after) == 0  # type: ignore[union-attr]


def test_the_key_of_a_credit_note_is_its_refund() -> None:
    assert drafted(a_paid_order(), PART).key == replace(INVOICE, kind=DocumentKind.CREDIT_NOTE, ordinal="r1")
