"""What a look-up proves, and what it does not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.card import Card, PaymentStyle
from providers.domain.documents import RemoteDocument, RemoteState
from providers.domain.equality import contradiction
from providers.domain.known import Action, PaymentState
from providers.domain.reasons import Code
from providers.domain.resolving import resolve_cancel, resolve_create, resolve_email, resolve_payment
from providers.domain.results import Absent, Cancelled, Emailed, Issued, Paid, Result, Unclear, Unproved, Unseen
from tests.builders import (
    NOON,
    a_card,
    a_known_document,
    a_known_payment,
    a_remote_document,
    a_remote_payment,
    an_open_operation,
)

LAGGING = a_card(list_lag=timedelta(seconds=10))
SECOND_LOOK = {"looks": 1, "looked_at": NOON}
REFERENCE = "garden/1001/p1"


class TestACreate:
    def became(self, *found: RemoteDocument, card: Card = LAGGING, **changes: object) -> Result:
        return resolve_create(an_open_operation(**changes), found, card, now=NOON)

    def test_found_once_is_adopted(self) -> None:
        result = self.became(a_remote_document())
        assert isinstance(result, Issued)
        assert (result.remote.remote_id, result.adopted) == ("r1", True)

    def test_found_twice_is_for_a_person_who_sees_both(self) -> None:
        result = self.became(a_remote_document(), a_remote_document(remote_id="r2", number=""))
        assert isinstance(result, Unclear)
        assert result.reason.code is Code.DUPLICATE_AT_PROVIDER
        for told in ("garden/1001", "FV 1/2026", "id r1", "id r2", "123.00 EUR"):
            assert told in result.reason.text

    def test_not_found_in_a_list_that_lags_is_looked_for_again(self) -> None:
        assert self.became() == Unseen(operation_key=an_open_operation().key, at=NOON)

    def test_not_found_twice_is_absent(self) -> None:
        assert self.became(**SECOND_LOOK) == Absent(operation_key=an_open_operation().key)

    def test_not_found_in_a_list_that_never_lags_is_absent_at_once(self) -> None:
        assert isinstance(self.became(card=a_card()), Absent)

    def test_found_at_the_second_look_is_adopted(self) -> None:
        assert isinstance(self.became(a_remote_document(), **SECOND_LOOK), Issued)


class TestAPayment:
    def became(self, card: Card | None = None, looks: int = 0, earlier: str = "", **remote: object) -> Result:
        """What became of a payment of 50, after earlier ones were recorded."""
        known = [a_known_payment(key="p0", amount=Decimal(earlier))] if earlier else []
        lost = a_known_payment(amount=Decimal(50), state=PaymentState.UNKNOWN, remote_id="")
        document = a_known_document(payments=(*known, lost))
        operation = an_open_operation(Action.PAY, looks=looks)
        return resolve_payment(operation, document, a_remote_document(**remote), card or a_card(), now=NOON)

    def test_one_that_carries_our_reference_is_adopted(self) -> None:
        others = a_remote_payment(remote_id="m0", reference="by hand")
        ours = a_remote_payment(remote_id="m7", reference=REFERENCE)
        result = self.became(payments=(others, ours), paid=None)
        assert isinstance(result, Paid)
        assert (result.remote_id, result.adopted) == ("m7", True)

    def test_two_that_carry_our_reference_are_for_a_person(self) -> None:
        twice = (a_remote_payment(reference=REFERENCE), a_remote_payment(remote_id="m2", reference=REFERENCE))
        result = self.became(payments=twice)
        assert isinstance(result, Unclear)
        assert result.reason.code is Code.PROVIDER_PAID_DIFFERS

    def test_others_that_carry_references_prove_that_ours_is_absent(self) -> None:
        result = self.became(payments=(a_remote_payment(reference="garden/1001/p0"),), paid=Decimal(50))
        assert isinstance(result, Absent)

    @pytest.mark.parametrize("payments", [None, (), (a_remote_payment(amount=Decimal(50)),)])
    def test_where_none_carries_a_reference_the_sum_proves_it(self, payments: tuple[object, ...] | None) -> None:
        result = self.became(earlier="20", payments=payments, paid=Decimal(70))
        assert isinstance(result, Paid)
        assert result.remote_id == ""

    def test_the_sum_without_it_proves_that_it_is_absent(self) -> None:
        assert isinstance(self.became(earlier="20", paid=Decimal("20.00")), Absent)

    def test_a_sum_that_fits_neither_is_for_a_person(self) -> None:
        result = self.became(earlier="20", paid=Decimal(60))
        assert isinstance(result, Unclear)
        assert (result.reason.code, result.reason.value) == (Code.PROVIDER_PAID_DIFFERS, "60")

    def test_a_sum_that_is_not_told_is_for_a_person(self) -> None:
        assert isinstance(self.became(paid=None), Unclear)

    @pytest.mark.parametrize("style", [PaymentStyle.OVERWRITTEN, PaymentStyle.FLAG])
    def test_where_telling_twice_is_harmless_any_other_sum_means_tell_again(self, style: PaymentStyle) -> None:
        assert isinstance(self.became(a_card(payments=style), earlier="20", paid=Decimal(60)), Absent)

    def test_a_provider_that_lags_is_looked_at_twice(self) -> None:
        assert isinstance(self.became(LAGGING, paid=Decimal(0)), Unseen)
        assert isinstance(self.became(LAGGING, looks=1, paid=Decimal(0)), Absent)

    def test_an_operation_about_no_payment_is_our_own_mistake(self) -> None:
        operation = an_open_operation(Action.PAY, payment_key="p9")
        with pytest.raises(KeyError):
            resolve_payment(operation, a_known_document(), a_remote_document(), a_card(), now=NOON)


class TestReadingBack:
    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"reference": ""},
            {"currency": ""},
            {"gross": None},
            {"gross": Decimal(123)},
            {"state": RemoteState.PAID},
        ],
    )
    def test_the_same_document_or_less_of_it_is_no_contradiction(self, told: dict[str, object]) -> None:
        assert contradiction(a_known_document(), a_remote_document(**told)) is None

    @pytest.mark.parametrize(
        ("told", "code", "field", "value"),
        [
            ({"gross": Decimal("123.01")}, Code.PROVIDER_TOTAL_DIFFERS, "gross", "123.01"),
            ({"currency": "PLN"}, Code.PROVIDER_TOTAL_DIFFERS, "currency", "PLN"),
            ({"reference": "garden/1002"}, Code.PROVIDER_REFERENCE_DIFFERS, "reference", "garden/1002"),
            ({"state": RemoteState.CANCELLED}, Code.CANCELLED_AT_PROVIDER, "state", "cancelled"),
        ],
    )
    def test_another_document_than_ours_is_told_with_both_values(
        self, told: dict[str, object], code: Code, field: str, value: str
    ) -> None:
        reason = contradiction(a_known_document(), a_remote_document(**told))
        assert reason is not None
        assert (reason.code, reason.field, reason.value) == (code, field, value)
        assert "FV 1/2026" in reason.text


class TestACancellation:
    def became(self, card: Card | None = None, **remote: object) -> Result:
        operation = an_open_operation(Action.CANCEL)
        return resolve_cancel(operation, a_remote_document(**remote), card or a_card(), now=NOON)

    def test_a_document_that_reads_as_cancelled_proves_it(self) -> None:
        result = self.became(state=RemoteState.CANCELLED)
        assert isinstance(result, Cancelled)
        assert result.adopted

    def test_one_that_does_not_proves_the_opposite(self) -> None:
        assert isinstance(self.became(state=RemoteState.OPEN), Absent)

    def test_where_answers_lag_it_is_read_again_first(self) -> None:
        assert isinstance(self.became(LAGGING, state=RemoteState.OPEN), Unseen)


class TestAnEMail:
    def test_a_document_that_was_sent_proves_it(self) -> None:
        result = resolve_email(an_open_operation(Action.EMAIL), a_remote_document(emailed_at=NOON))
        assert isinstance(result, Emailed)

    def test_one_that_tells_nothing_proves_nothing(self) -> None:
        assert isinstance(resolve_email(an_open_operation(Action.EMAIL), a_remote_document()), Unproved)
