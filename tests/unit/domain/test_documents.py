"""Keys, references and fingerprints: derived, unambiguous, and no longer than a provider takes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKey, DocumentKind, key_of
from providers.domain.known import Action, operation_key
from tests.builders import INVOICE, a_buyer, a_draft

PARTS = st.text("ab/~:%-ü ", min_size=1, max_size=12) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
KEYS = st.builds(DocumentKey, PARTS, PARTS, st.sampled_from(DocumentKind), st.just("1") | PARTS)

LONG = DocumentKey("garden", "a" * 60, DocumentKind.INVOICE)
POSING = DocumentKey("garden", LONG.reference(40).removeprefix("garden/"), DocumentKind.INVOICE)


@given(KEYS, KEYS, st.sampled_from([40, 64, 255]))
@example(LONG, POSING, 40)
@example(DocumentKey("a", "b/c", DocumentKind.INVOICE), DocumentKey("a/b", "c", DocumentKind.INVOICE), 255)
@example(DocumentKey("a", "b/receipt/1", DocumentKind.INVOICE), DocumentKey("a", "b", DocumentKind.RECEIPT), 255)
def test_two_documents_never_share_a_reference(one: DocumentKey, other: DocumentKey, length: int) -> None:
    assert (one.reference(length) == other.reference(length)) == (one == other)


@given(KEYS, st.integers(30, 255))
def test_a_reference_is_plain_and_fits(key: DocumentKey, length: int) -> None:
    reference = key.reference(length)
    assert len(reference) <= length
    assert reference.isascii()
    assert reference.isprintable()
    assert reference == key.reference(length)


def test_the_invoice_of_an_order_reads_as_shop_and_order() -> None:
    assert INVOICE.reference() == "garden/1001"


def test_every_other_document_carries_kind_and_ordinal() -> None:
    assert replace(INVOICE, kind=DocumentKind.CREDIT_NOTE, ordinal="7").reference() == "garden/1001/credit_note/7"
    assert replace(INVOICE, ordinal="2").reference() == "garden/1001/invoice/2"


@given(KEYS, st.integers(30, 255))
def test_a_reference_is_read_back_as_what_it_stands_for_or_not_at_all(key: DocumentKey, length: int) -> None:
    assert key_of(key.reference(length)) == (None if "~" in key.reference(length) else key)


@pytest.mark.parametrize("reference", ["", "garden", "a/b/c", "a/b/bill/1", "a/b/invoice/1", "a/b/c/d/e", "a/b c"])
def test_what_is_no_reference_of_ours_stands_for_nothing(reference: str) -> None:
    assert key_of(reference) is None


@given(KEYS, KEYS, st.sampled_from(Action), st.sampled_from(Action), PARTS, PARTS, st.integers(1, 3), st.integers(1, 3))
def test_two_operations_never_share_a_key(
    one: DocumentKey, other: DocumentKey, act: Action, act_2: Action, pay: str, pay_2: str, gen: int, gen_2: int
) -> None:
    facts = (one, act, gen, pay if act is Action.PAY else "")
    facts_2 = (other, act_2, gen_2, pay_2 if act_2 is Action.PAY else "")
    keys = operation_key(*facts), operation_key(*facts_2)
    assert (keys[0] == keys[1]) == (facts == facts_2)
    assert all(len(key) <= 255 and key.isascii() and key.isprintable() for key in keys)


def test_a_draft_adds_up_its_lines() -> None:
    line = a_draft().lines[0]
    draft = a_draft(lines=(line, line))
    assert (draft.net, draft.tax, draft.gross) == (Decimal("200.00"), Decimal("46.00"), Decimal("246.00"))


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "PLN"},
        {"buyer": a_buyer(last_name="Other")},
        {"buyer": a_buyer(tax_no="PL123")},
        {"buyer": a_buyer(country="DE")},
        {"lines": (replace(a_draft().lines[0], gross=Decimal("123.01")),)},
        {"lines": (replace(a_draft().lines[0], tax_rate=Decimal(8)),)},
        {"lines": (replace(a_draft().lines[0], quantity=Decimal(2)),)},
        {"lines": a_draft().lines * 2},
    ],
)
def test_what_may_not_change_after_issue_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert a_draft(**change).fingerprint != a_draft().fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"buyer": a_buyer(email="ada@example.org", phone="1")},
        {"issue_date": a_draft().issue_date + timedelta(days=1)},
        {"lines": (replace(a_draft().lines[0], gross=Decimal("123.0")),)},
    ],
)
def test_what_may_change_leaves_the_fingerprint_alone(change: dict[str, object]) -> None:
    assert a_draft(**change).fingerprint == a_draft().fingerprint
