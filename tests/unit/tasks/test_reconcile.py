"""The ledger and the provider's list are held against each other, both ways."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.card import PaymentStyle
from providers.domain.documents import RemoteDocument, RemotePayment, RemoteState
from providers.domain.errors import OutcomeUnknown, Unavailable
from providers.domain.policy import Cancelled, IssueOn, Policy
from tasks.ledger.run import Phase, Progress, Run, RunUnderWay, Scope
from tasks.ledger.totals import ALL_RATES, Side
from tasks.reconcile import Asked, Finding, FindingClass, Reconciler, Repair, Report, reconcile
from tests.builders import BOOK, NOON, a_card, a_paid_order, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

NOTHING_DIFFERS = "0 missing, 0 extra, 0 duplicate, 0 different"


def report(engine: Engine, asked: Asked | None = None) -> Report:
    return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock, asked=asked)


def the_finding(engine: Engine, kind: FindingClass) -> Finding:
    (finding,) = report(engine).findings
    assert finding.kind is kind
    return finding


def change(provider: FakeProvider, **changes: object) -> None:
    provider.documents["r1"] = replace(provider.documents["r1"], **changes)  # type: ignore[arg-type]


def foreign(reference: str, remote_id: str = "x1", **told: object) -> RemoteDocument:
    document = RemoteDocument(remote_id=remote_id, reference=reference, number="A 1", gross=Decimal(5), currency="EUR")
    return replace(document, **told)  # type: ignore[arg-type]


def test_equal_sides_are_proved_in_one_line(engine: Engine) -> None:
    for number in ("1001", "1002"):
        engine.drive(a_paid_order(order_id=number))
    result = report(engine)
    assert result.proof == f"2 compared, 2 equal, {NOTHING_DIFFERS}"
    assert (result.run.book, result.findings, result.run.open, result.run.foreign) == (BOOK, (), 0, 0)
    assert (result.run.started_at, result.run.finished_at) == (NOON, NOON)
    assert result.good


def test_an_empty_book_is_equal_to_an_empty_ledger(engine: Engine) -> None:
    assert report(engine).proof == f"0 compared, 0 equal, {NOTHING_DIFFERS}"


def test_a_document_that_is_gone_there_is_missing(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.documents.clear()
    finding = the_finding(engine, FindingClass.MISSING_AT_PROVIDER)
    assert (finding.shop, finding.order, finding.remote_id) == ("garden", "1001", "r1")
    assert (finding.money, finding.currency, finding.since) == (Decimal("123.00"), "EUR", NOON)
    assert finding.repairs == (Repair.PLAN_AGAIN,)


def test_a_document_that_the_list_hides_but_the_provider_shows_is_not_missing(
    engine: Engine, provider: FakeProvider
) -> None:
    engine.drive()
    hidden = provider.documents.pop("r1")
    provider.elsewhere["r1"] = hidden
    assert report(engine).proof == f"1 compared, 1 equal, {NOTHING_DIFFERS}"
    provider.elsewhere["r1"] = replace(hidden, gross=Decimal(1))
    the_finding(engine, FindingClass.AMOUNT)


def test_a_document_whose_id_was_given_to_another_order_is_missing(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    engine.drive(a_paid_order(order_id="1002"))
    second = provider.documents.pop("r2")
    assert second.reference == "garden/1002"
    provider.documents["r2"] = replace(provider.documents["r1"], remote_id="r2")
    found = {finding.kind: finding for finding in report(engine).findings}
    assert set(found) == {FindingClass.MISSING_AT_PROVIDER, FindingClass.DUPLICATE}
    missing = found[FindingClass.MISSING_AT_PROVIDER]
    assert (missing.reference, missing.remote_id) == ("garden/1002", "r2")
    assert missing.found == "document FV 1/2026 of garden/1001"
    assert report(engine).run.compared == 2


def test_a_document_whose_id_was_given_away_while_the_list_was_read_is_missing(
    engine: Engine, provider: FakeProvider
) -> None:
    provider.card = a_card(page_size=1)
    engine.drive()
    engine.drive(a_paid_order(order_id="1002"))
    provider.documents["again"] = replace(provider.documents["r1"], reference="garden/1002", remote_id="r1")
    del provider.documents["r2"]
    provider.elsewhere["r1"] = provider.documents["again"]
    result = reconcile_behind_the_first_page(engine, provider)
    found = {(finding.kind, finding.reference) for finding in result.findings}
    assert found == {(FindingClass.MISSING_AT_PROVIDER, "garden/1001"), (FindingClass.REPLACED, "garden/1002")}


def reconcile_behind_the_first_page(engine: Engine, provider: FakeProvider) -> Report:
    """What was listed first is gone by the time that it is looked at by itself."""
    gone_by: list[int] = []

    def on_page(run: Run, _progress: Progress) -> None:
        if run.phase is not Phase.LISTING and not gone_by:
            gone_by.append(run.pages)
            del provider.documents["r1"]

    return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock, on_page=on_page)


def test_a_document_that_is_listed_without_its_reference_is_read_by_itself(
    engine: Engine, provider: FakeProvider
) -> None:
    engine.drive()
    change(provider, reference="")
    assert report(engine).proof == f"1 compared, 1 equal, {NOTHING_DIFFERS}"


def test_a_document_in_the_place_of_ours_is_told_as_such(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.documents["r9"] = replace(provider.documents.pop("r1"), remote_id="r9")
    finding = the_finding(engine, FindingClass.REPLACED)
    assert (finding.expected, finding.found, finding.repairs) == ("id r1", "id r9", (Repair.ADOPT,))


def test_a_document_with_our_reference_that_we_never_made_is_extra(engine: Engine, provider: FakeProvider) -> None:
    provider.documents["x1"] = foreign("garden/7")
    finding = the_finding(engine, FindingClass.MISSING_IN_LEDGER)
    assert (finding.reference, finding.shop, finding.money) == ("garden/7", "garden", Decimal(5))


@pytest.mark.parametrize("known", [True, False], ids=["ours", "not ours"])
def test_a_reference_that_stands_there_twice_is_a_duplicate(
    engine: Engine, provider: FakeProvider, known: bool
) -> None:
    engine.drive()
    reference = "garden/1001" if known else "garden/7"
    kind = provider.documents["r1"].kind
    provider.documents["x1"] = foreign(reference, "x1", kind=kind)
    provider.documents["x2"] = foreign(reference, "x2", kind=kind)
    duplicates = [f for f in report(engine).findings if f.kind is FindingClass.DUPLICATE]
    assert [finding.remote_id for finding in duplicates] == (["x1", "x2"] if known else ["x2"])
    assert all((finding.reference, finding.repairs) == (reference, ()) for finding in duplicates)


def test_a_duplicate_that_was_cancelled_there_is_none_any_more(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    kind = provider.documents["r1"].kind
    provider.documents["x1"] = foreign("garden/1001", "x1", kind=kind, state=RemoteState.CANCELLED)
    assert report(engine).good


@pytest.mark.parametrize(
    ("changes", "kind", "expected", "found"),
    [
        ({"gross": Decimal("122.99")}, FindingClass.AMOUNT, "gross 123.00", "gross 122.99"),
        ({"tax": Decimal("22.98")}, FindingClass.TAX, "tax 23.00", "tax 22.98"),
        ({"currency": "PLN"}, FindingClass.CURRENCY, "EUR", "PLN"),
        ({"buyer_name": "Ada Nobody"}, FindingClass.CUSTOMER, "name Ada Example", "name Ada Nobody"),
        ({"state": RemoteState.CANCELLED}, FindingClass.CANCELLED_THERE, "not cancelled", "cancelled"),
        ({"paid": Decimal(124)}, FindingClass.PAID_THERE, "paid 123.00", "paid 124"),
        ({"paid": Decimal(100), "payments": None}, FindingClass.UNPAID_THERE, "paid 123.00", "paid 100"),
        (
            {"paid": None, "payments": None, "state": RemoteState.OPEN},
            FindingClass.UNPAID_THERE,
            "paid 123.00",
            "open",
        ),
    ],
    ids=lambda value: value.value if isinstance(value, FindingClass) else None,
)
def test_a_document_that_says_something_else_is_a_finding_of_its_class(
    engine: Engine,
    provider: FakeProvider,
    changes: dict[str, object],
    kind: FindingClass,
    expected: str,
    found: str,
) -> None:
    engine.drive()
    change(provider, **changes)
    finding = the_finding(engine, kind)
    assert (finding.expected, finding.found, finding.order) == (expected, found, "1001")
    assert report(engine).proof == "1 compared, 0 equal, 0 missing, 0 extra, 0 duplicate, 1 different"


def test_several_differences_of_one_document_are_told_each_by_itself(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    change(provider, gross=Decimal(120), buyer_name="Ben")
    result = report(engine)
    assert [finding.kind for finding in result.findings] == [FindingClass.AMOUNT, FindingClass.CUSTOMER]
    assert (result.run.compared, result.run.equal) == (1, 0)
    assert list(result.money()) == [
        (FindingClass.AMOUNT, 1, {"EUR": Decimal("3.00")}),
        (FindingClass.CUSTOMER, 1, {"EUR": Decimal(0)}),
    ]


@pytest.mark.parametrize("name", ["ADA  EXAMPLE", "Ada Example ", "Ada-Example"])
def test_a_name_that_is_only_written_otherwise_is_the_same(engine: Engine, provider: FakeProvider, name: str) -> None:
    engine.drive()
    change(provider, buyer_name=name)
    assert report(engine).good


def test_a_payment_that_is_there_twice_and_one_that_is_gone_are_told_apart_from_sums(
    engine: Engine, provider: FakeProvider
) -> None:
    engine.drive()
    (payment,) = provider.documents["r1"].payments or ()
    change(provider, payments=(payment, replace(payment, remote_id="m2")), paid=Decimal(246))
    assert the_finding(engine, FindingClass.PAYMENT_DOUBLE).money == Decimal("123.00")
    by_hand = RemotePayment(remote_id="m3", amount=Decimal("123.00"), reference="by hand")
    change(provider, payments=(by_hand,), paid=Decimal("123.00"))
    finding = the_finding(engine, FindingClass.PAYMENT_MISSING)
    assert (finding.found, finding.repairs) == ("no such payment", (Repair.RECORD_PAYMENT,))


def test_what_the_list_does_not_tell_is_no_difference(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    change(provider, gross=None, paid=None, payments=None, currency="", state=RemoteState.PAID)
    assert report(engine).findings == ()


def test_money_is_nobodys_business_where_the_shop_records_no_payments(engine: Engine, provider: FakeProvider) -> None:
    engine.follow(Policy(record_payments=False))
    engine.drive()
    change(provider, paid=Decimal("123.00"), state=RemoteState.PAID)
    assert report(engine).good


def test_where_payments_cannot_be_recorded_the_shops_word_is_held_against_the_state_there(
    engine: Engine, provider: FakeProvider
) -> None:
    provider.card = a_card(payments=PaymentStyle.NOT_AVAILABLE)
    engine.follow(Policy(issue_on=IssueOn.PLACED))
    engine.drive(an_order())
    change(provider, paid=None, payments=None, state=RemoteState.PAID)
    the_finding(engine, FindingClass.PAID_THERE)
    engine.clock.move(seconds=5)
    engine.drive(a_paid_order(modified_at=engine.clock.now))
    assert report(engine).good
    change(provider, state=RemoteState.OPEN)
    assert report(engine).good, "nobody can tell the provider of the payment but a person"


def test_tax_that_is_split_off_by_another_rounding_is_no_difference(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    change(provider, tax=Decimal("22.99"))
    assert report(engine).good


def test_an_invoice_that_we_cancelled_must_read_as_cancelled(engine: Engine, provider: FakeProvider) -> None:
    provider.card = a_card(cancel=True)
    engine.follow(Policy(issue_on=IssueOn.PLACED, cancelled_after_invoice=Cancelled.CANCEL))
    engine.drive(an_order())
    engine.clock.move(seconds=5)
    engine.drive(an_order(cancelled_at=engine.clock.now, modified_at=engine.clock.now))
    assert report(engine).proof == f"1 compared, 1 equal, {NOTHING_DIFFERS}"
    change(provider, state=RemoteState.OPEN)
    the_finding(engine, FindingClass.NOT_CANCELLED_THERE)


def test_the_owners_own_documents_are_counted_and_left_alone(engine: Engine, provider: FakeProvider) -> None:
    for number, reference in enumerate(("", "by hand", "other-shop/1001", "gardening/1")):
        provider.documents[f"x{number}"] = foreign(reference, f"x{number}")
    result = report(engine)
    assert (result.run.foreign, result.findings) == (4, ())


def test_a_document_that_is_told_twice_counts_once(engine: Engine, provider: FakeProvider) -> None:
    provider.card = a_card(page_size=1)
    engine.drive()
    provider.documents["again"] = provider.documents["r1"]
    provider.documents["x1"] = provider.documents["x1 again"] = foreign("garden/7")
    result = report(engine)
    assert (result.run.compared, result.run.equal) == (1, 1)
    assert [finding.kind for finding in result.findings] == [FindingClass.MISSING_IN_LEDGER]


@pytest.mark.parametrize("commits", [True, False], ids=["there", "not there"])
def test_what_is_under_way_is_compared_in_the_next_run(engine: Engine, provider: FakeProvider, commits: bool) -> None:
    provider.fails("create", OutcomeUnknown("time-out"), commits=commits)
    engine.drive()
    result = report(engine)
    assert (result.run.open, result.run.compared, result.findings) == (1, 0, ())
    assert not result.good
    engine.wake()
    assert report(engine).run.equal == 1


def test_a_call_whose_outcome_is_unknown_for_long_is_a_finding(engine: Engine, provider: FakeProvider) -> None:
    provider.fails("create", OutcomeUnknown("time-out"))
    engine.drive()
    engine.clock.move(hours=2)
    kinds = {finding.kind: finding for finding in report(engine).findings}
    assert set(kinds) == {FindingClass.UNKNOWN_OVERDUE, FindingClass.ORDER_WITHOUT_DOCUMENT}
    assert kinds[FindingClass.UNKNOWN_OVERDUE].found == "unknown since 2026-03-04 12:00 UTC"
    assert report(engine).proof == f"0 compared, 0 equal, {NOTHING_DIFFERS}, 2 stuck"


def test_missing_documents_are_counted_among_the_compared(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    engine.drive(a_paid_order(order_id="1002"))
    del provider.documents["r2"]
    result = report(engine)
    assert result.count(FindingClass.MISSING_AT_PROVIDER) == 1
    assert result.proof == "2 compared, 1 equal, 1 missing, 0 extra, 0 duplicate, 0 different"


def test_a_list_that_cannot_be_read_to_its_end_proves_nothing_and_is_read_on_later(
    engine: Engine, provider: FakeProvider
) -> None:
    provider.card = a_card(page_size=1)
    for number in ("1001", "1002", "1003"):
        engine.drive(a_paid_order(order_id=number))
    provider.fails("listing", Unavailable("502"), after=2)
    with pytest.raises(Unavailable):
        report(engine)
    assert engine.ledger.runs.newest(BOOK) == []
    engine.clock.move(timedelta(seconds=1))
    left = engine.ledger.runs.working(BOOK)
    assert left is not None
    assert (left.cursor, left.pages, "502" in left.error) == ("2", 2, True)
    finished = reconciler(engine).work(engine.books[BOOK], left)
    assert (finished.compared, finished.equal) == (3, 3)
    assert provider.made("listing") == ["", "1", "2", "2", "3"]


def reconciler(engine: Engine) -> Reconciler:
    return Reconciler(engine.ledger, fronts=engine.fronts, clock=engine.clock)


def test_a_book_is_never_compared_twice_at_the_same_time(engine: Engine) -> None:
    run = reconciler(engine).begin(engine.books[BOOK], Asked())
    engine.ledger.runs.claim(run, owner="another", now=engine.clock.now, lease=timedelta(minutes=5))
    with pytest.raises(RunUnderWay, match="since 2026-03-04 12:00:00"):
        report(engine)
    engine.clock.move(minutes=6)
    assert report(engine).good


def test_a_run_of_changes_looks_at_what_changed_and_calls_nothing_missing(
    engine: Engine, provider: FakeProvider
) -> None:
    engine.drive()
    engine.drive(a_paid_order(order_id="1002"))
    del provider.documents["r1"]
    change_two = replace(provider.documents["r2"], gross=Decimal(1))
    provider.documents["r2"] = change_two
    result = report(engine, Asked(scope=Scope.CHANGES, changed_since=NOON, by="test"))
    assert [finding.kind for finding in result.findings] == [FindingClass.AMOUNT]
    assert result.run.compared == 1


def test_a_run_of_a_period_leaves_out_what_was_issued_on_other_days(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    provider.documents.clear()
    tomorrow = NOON.date() + timedelta(days=1)
    assert report(engine, Asked(scope=Scope.PERIOD, start=tomorrow, end=tomorrow)).good
    assert not report(engine, Asked(scope=Scope.PERIOD, start=NOON.date(), end=tomorrow)).good


def test_shop_ledger_and_provider_are_totalled_side_by_side(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    engine.drive(a_paid_order(order_id="1002"))
    told = {"net": Decimal(100), "tax": Decimal(23), "issue_date": NOON.date()}
    for remote_id, document in provider.documents.items():
        provider.documents[remote_id] = replace(document, **told)  # type: ignore[arg-type]
    totals = {(each.side, each.rate): each for each in report(engine).totals}
    for side in Side:
        assert (totals[side, ALL_RATES].gross, totals[side, ALL_RATES].documents) == (Decimal(246), 2)
    assert (totals[Side.LEDGER, "23"].net, totals[Side.SHOP, "23"].tax) == (Decimal(200), Decimal(46))
    assert (Side.PROVIDER, "23") not in totals


def test_what_the_provider_tells_of_a_document_is_kept_with_it(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    change(provider, state=RemoteState.PAID, emailed_at=NOON, tax_office="ok", tax_office_id="KSEF-1")
    report(engine)
    row = engine.ledger.matching.by_references(BOOK, ["garden/1001"])["garden/1001"]
    assert row.facts is not None
    assert (row.facts.state, row.facts.emailed_at, row.facts.tax_office_id) == (RemoteState.PAID, NOON, "KSEF-1")
