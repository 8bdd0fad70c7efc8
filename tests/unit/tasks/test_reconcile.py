"""The ledger and the provider's list are held against each other, both ways."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import RemoteDocument, RemoteState
from providers.domain.errors import OutcomeUnknown, Unavailable
from tasks.reconcile import Finding, FindingClass, Report, reconcile
from tests.builders import BOOK, NOON, a_paid_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider


def report(engine: Engine) -> Report:
    return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock)


def the_finding(engine: Engine, kind: FindingClass) -> Finding:
    (finding,) = report(engine).findings
    assert finding.kind is kind
    return finding


def change(provider: FakeProvider, **changes: object) -> None:
    provider.documents["r1"] = replace(provider.documents["r1"], **changes)  # type: ignore[arg-type]


def foreign(reference: str, remote_id: str = "x1") -> RemoteDocument:
    return RemoteDocument(remote_id=remote_id, reference=reference, number="A 1", gross=Decimal(5), currency="EUR")


def test_equal_sides_are_proved_in_one_line(engine: Engine) -> None:
    for number in ("1001", "1002"):
        engine.drive(a_paid_order(order_id=number))
    result = report(engine)
    assert result.proof == "2 compared, 2 equal, 0 missing, 0 extra, 0 duplicate, 0 different"
    assert (result.book, result.findings, result.open, result.foreign) == (BOOK, (), 0, 0)
    assert (result.started_at, result.finished_at) == (NOON, NOON)


def test_an_empty_book_is_equal_to_an_empty_ledger(engine: Engine) -> None:
    assert report(engine).proof == "0 compared, 0 equal, 0 missing, 0 extra, 0 duplicate, 0 different"


def test_a_document_that_is_gone_there_is_missing(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.documents.clear()
    finding = the_finding(engine, FindingClass.MISSING)
    assert (finding.shop, finding.order, finding.remote_id) == ("garden", "1001", "r1")
    assert (finding.money, finding.currency) == (Decimal("123.00"), "EUR")


def test_a_document_with_our_reference_that_we_never_made_is_extra(engine: Engine, provider: FakeProvider) -> None:
    provider.documents["x1"] = foreign("garden/7")
    finding = the_finding(engine, FindingClass.EXTRA)
    assert (finding.reference, finding.shop, finding.money) == ("garden/7", "garden", Decimal(5))


@pytest.mark.parametrize("known", [True, False], ids=["ours", "not ours"])
def test_a_reference_that_stands_there_twice_is_a_duplicate(
    engine: Engine, provider: FakeProvider, known: bool
) -> None:
    engine.drive()
    reference = "garden/1001" if known else "garden/7"
    provider.documents["x1"] = foreign(reference, "x1")
    provider.documents["x2"] = foreign(reference, "x2")
    duplicates = [f for f in report(engine).findings if f.kind is FindingClass.DUPLICATE]
    assert [finding.remote_id for finding in duplicates] == (["x1", "x2"] if known else ["x2"])
    assert all(finding.reference == reference for finding in duplicates)


@pytest.mark.parametrize(
    ("changes", "expected", "found"),
    [
        ({"gross": Decimal("122.99")}, "gross 123.00", "gross 122.99"),
        ({"paid": Decimal("100.00")}, "paid 123.00", "paid 100.00"),
        ({"currency": "PLN"}, "currency EUR", "currency PLN"),
        ({"remote_id": "r9"}, "id r1", "id r9"),
        ({"state": RemoteState.CANCELLED}, "cancelled False", "cancelled True"),
    ],
)
def test_a_document_that_says_something_else_is_different(
    engine: Engine, provider: FakeProvider, changes: dict[str, object], expected: str, found: str
) -> None:
    engine.drive()
    change(provider, **changes)
    finding = the_finding(engine, FindingClass.DIFFERENT)
    assert (finding.expected, finding.found, finding.order) == (expected, found, "1001")


def test_what_the_list_does_not_tell_is_no_difference(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    change(provider, gross=None, paid=None, currency="", state=RemoteState.PAID)
    assert report(engine).findings == ()


def test_the_owners_own_documents_are_counted_and_left_alone(engine: Engine, provider: FakeProvider) -> None:
    for number, reference in enumerate(("", "by hand", "other-shop/1001", "gardening/1")):
        provider.documents[f"x{number}"] = foreign(reference, f"x{number}")
    result = report(engine)
    assert (result.foreign, result.findings) == (4, ())


def test_a_document_that_is_told_twice_counts_once(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.documents["again"] = provider.documents["r1"]
    provider.documents["x1"] = provider.documents["x1 again"] = foreign("garden/7")
    result = report(engine)
    assert (result.compared, result.equal) == (1, 1)
    assert [finding.kind for finding in result.findings] == [FindingClass.EXTRA]


@pytest.mark.parametrize("commits", [True, False], ids=["there", "not there"])
def test_what_is_under_way_is_compared_in_the_next_run(engine: Engine, provider: FakeProvider, commits: bool) -> None:
    provider.fails("create", OutcomeUnknown("time-out"), commits=commits)
    engine.drive()
    result = report(engine)
    assert (result.open, result.compared, result.findings) == (1, 0, ())
    engine.wake()
    assert report(engine).equal == 1


def test_the_amount_at_stake_is_told_for_what_was_refunded_there(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    engine.drive(a_paid_order(order_id="1002"))
    del provider.documents["r2"]
    result = report(engine)
    assert result.count(FindingClass.MISSING) == 1
    assert result.proof == "2 compared, 1 equal, 1 missing, 0 extra, 0 duplicate, 0 different"


def test_a_list_that_cannot_be_read_to_its_end_proves_nothing(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.fails("pages", Unavailable("502"))
    with pytest.raises(Unavailable):
        report(engine)
    engine.clock.move(timedelta(seconds=1))
    assert report(engine).equal == 1
