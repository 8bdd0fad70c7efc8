"""What kinds of differences there are, and what may be done about each."""

from collections.abc import Mapping
from enum import StrEnum


class Group(StrEnum):
    """The few words of the proof line."""

    MISSING = "missing"
    EXTRA = "extra"
    DUPLICATE = "duplicate"
    DIFFERENT = "different"
    STUCK = "stuck"


class FindingClass(StrEnum):
    """What a finding is about. The codes are stable, for scripts."""

    MISSING_AT_PROVIDER = "missing_at_provider"
    """It was issued, and is not there any more."""
    MISSING_IN_LEDGER = "missing_in_ledger"
    """It carries a reference of ours, and the ledger never made it."""
    DUPLICATE = "duplicate"
    """Several documents carry one reference."""
    REPLACED = "replaced_at_provider"
    """The document that we made is gone, and another one carries its reference."""
    CURRENCY = "currency_different"
    AMOUNT = "amount_different"
    TAX = "tax_different"
    CUSTOMER = "customer_different"
    PAID_THERE = "paid_there"
    """More is paid there than was recorded from here."""
    UNPAID_THERE = "unpaid_there"
    """Less is paid there than was recorded from here."""
    PAYMENT_MISSING = "payment_missing"
    """A payment that was recorded from here is not among those there."""
    PAYMENT_DOUBLE = "payment_double"
    """One payment is there several times."""
    CANCELLED_THERE = "cancelled_there"
    NOT_CANCELLED_THERE = "not_cancelled_there"
    CREDIT_NOTES = "credit_notes_differ"
    """The credit notes of an order come to another sum there than here."""
    STUCK_OPERATION = "stuck_operation"
    """A call was sent long ago, and nobody took care of it since."""
    UNKNOWN_OVERDUE = "unknown_overdue"
    """The outcome of a call is unknown, long after it could have been looked up."""
    ORDER_WITHOUT_DOCUMENT = "order_without_document"
    """An order that must be invoiced has waited long, or waits for a person."""

    @property
    def group(self) -> Group:
        return _GROUPS.get(self, Group.DIFFERENT)


class Repair(StrEnum):
    """What may be done about a finding. Each goes through the engine; nothing is ever deleted at a provider."""

    ADOPT = "adopt"
    """Take what is there as it is: the ledger learns it."""
    REREAD = "reread"
    """Look again: the order is due now, and its document is read back."""
    RECORD_PAYMENT = "record_payment"
    """Tell the provider of the payment once more, as a new operation."""
    PLAN_AGAIN = "plan_again"
    """Let the plan make what is missing, as a new operation."""


_GROUPS: Mapping[FindingClass, Group] = {
    FindingClass.MISSING_AT_PROVIDER: Group.MISSING,
    FindingClass.MISSING_IN_LEDGER: Group.EXTRA,
    FindingClass.DUPLICATE: Group.DUPLICATE,
    FindingClass.PAYMENT_DOUBLE: Group.DUPLICATE,
    FindingClass.STUCK_OPERATION: Group.STUCK,
    FindingClass.UNKNOWN_OVERDUE: Group.STUCK,
    FindingClass.ORDER_WITHOUT_DOCUMENT: Group.STUCK,
}

DIFFERING: frozenset[FindingClass] = frozenset(FindingClass) - {
    FindingClass.MISSING_IN_LEDGER,
    FindingClass.DUPLICATE,
    FindingClass.CREDIT_NOTES,
    FindingClass.STUCK_OPERATION,
    FindingClass.UNKNOWN_OVERDUE,
    FindingClass.ORDER_WITHOUT_DOCUMENT,
}
"""Classes that say of a document of ours that both sides tell it differently. Sums of credit notes speak of an order,
whose invoice may be right."""

PERMITTED: Mapping[FindingClass, tuple[Repair, ...]] = {
    FindingClass.MISSING_AT_PROVIDER: (Repair.PLAN_AGAIN,),
    FindingClass.MISSING_IN_LEDGER: (Repair.ADOPT,),
    FindingClass.DUPLICATE: (),
    FindingClass.REPLACED: (Repair.ADOPT,),
    FindingClass.CURRENCY: (Repair.REREAD,),
    FindingClass.AMOUNT: (Repair.REREAD,),
    FindingClass.TAX: (Repair.REREAD,),
    FindingClass.CUSTOMER: (),
    FindingClass.PAID_THERE: (),
    FindingClass.UNPAID_THERE: (Repair.RECORD_PAYMENT,),
    FindingClass.PAYMENT_MISSING: (Repair.RECORD_PAYMENT,),
    FindingClass.PAYMENT_DOUBLE: (),
    FindingClass.CANCELLED_THERE: (Repair.ADOPT,),
    FindingClass.NOT_CANCELLED_THERE: (Repair.PLAN_AGAIN,),
    FindingClass.CREDIT_NOTES: (),
    FindingClass.STUCK_OPERATION: (Repair.REREAD,),
    FindingClass.UNKNOWN_OVERDUE: (Repair.REREAD,),
    FindingClass.ORDER_WITHOUT_DOCUMENT: (Repair.PLAN_AGAIN,),
}
"""The repairs that a class admits. None: only a person can put it right, at the provider or in the shop."""
