"""Reasons and errors say what happened in words that a person can act on."""

from datetime import timedelta

from providers.domain.errors import CannotExpress, FieldRefusal, Refused, Throttled
from providers.domain.reasons import Code, Reason


def test_a_reason_tells_field_value_and_remedy() -> None:
    reason = Reason(code=Code.TOTAL_NEGATIVE, text="It is negative", field="total", value="-1", remedy="Correct it.")
    assert str(reason) == "It is negative (total: -1) Correct it."
    assert str(Reason(code=Code.IGNORED, text="Not ours")) == "Not ours"


def test_a_refusal_is_told_in_the_words_of_the_provider() -> None:
    refused = Refused(FieldRefusal("buyer_tax_no", "is invalid"), FieldRefusal("", "try harder"), duplicate=True)
    assert str(refused) == "buyer_tax_no: is invalid; try harder"
    assert (refused.duplicate, refused.missing) == (True, False)
    assert str(Refused()) == "refused without a reason"


def test_a_throttle_carries_the_wait_that_was_named() -> None:
    assert Throttled("slow down", retry_after=timedelta(seconds=7)).retry_after == timedelta(seconds=7)
    assert Throttled("slow down").retry_after is None


def test_what_cannot_be_expressed_says_why() -> None:
    reason = Reason(code=Code.CANNOT_EXPRESS, text="No such tax")
    assert CannotExpress(reason).reason == reason
