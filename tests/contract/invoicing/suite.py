"""What every invoicing provider must do: the contract of `ports.InvoicingProvider`.

A provider's own file holds one fixture, `bench`, and an empty subclass of each class below. The bench runs the
provider against its sandbox in process; `tests/wire` runs the basic way over a socket.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from providers.domain.card import Totals
from providers.domain.documents import DocumentKey, DocumentKind, Draft, DraftLine, Payment, RemoteState
from providers.domain.errors import (
    AccessDenied,
    CannotExpress,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)
from providers.domain.orders import Buyer, LineKind, TaxCategory
from providers.ports import InvoicingProvider, Window
from providers.sandbox import Fault, Sandbox, Script, faults

TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOKEN = "tok-5hJ2kqPz0a/garden"


@dataclass(kw_only=True)
class Bench:
    """A provider on the test bench, with the sandbox that it talks to and the faults of that sandbox."""

    provider: InvoicingProvider
    stranger: InvoicingProvider
    """The same account with a token that is not valid."""
    sandbox: Sandbox
    faults: Script
    move: Callable[[timedelta], object]
    """Lets time pass, for the sandbox too."""
    create_path: str
    """Path of the call that makes documents; and of the one that records payments."""
    pay_path: str
    refused_draft: Draft
    """A draft that the provider refuses, as `draft()` otherwise; and the field that it names."""
    refused_field: str
    tells_changes: bool = True
    """Whether a document tells when it changed last."""
    lists_payments: bool = True
    """Whether a document tells its payments one by one, and each of them has an id."""

    def told(self, amount: str | Decimal) -> Decimal | None:
        """A total as the provider tells it: None where the card says that it tells none."""
        return None if self.provider.card.totals is Totals.NEVER else Decimal(amount)


def draft(number: int | str = 1001, **changes: object) -> Draft:
    """An invoice over two lines and shipping, 71.44 EUR in all."""
    facts: dict[str, object] = {
        "key": DocumentKey("garden", str(number), DocumentKind.INVOICE),
        "order_number": f"#{number}",
        "currency": "EUR",
        "lines": (
            line("Rain barrel, 200 l", "48.77", rate="23", quantity="1"),
            line("Seeds: zażółć gęślą jaźń", "12.67", rate="8", quantity="3"),
            replace(line("Parcel", "10.00", rate="23"), kind=LineKind.SHIPPING),
        ),
        "buyer": Buyer(
            first_name="Zoë",
            last_name="Łąka",
            street="ul. Polna 3/4",
            postcode="30-001",
            city="Kraków",
            country="PL",
            email="zoe@example.com",
        ),
        "issue_date": TODAY,
        "sale_date": TODAY,
        "due_days": 7,
    }
    return Draft(**{**facts, **changes})  # type: ignore[arg-type]


def line(name: str, gross: str, *, rate: str = "23", quantity: str = "1") -> DraftLine:
    total, percent = Decimal(gross), Decimal(rate)
    net = (total / (1 + percent / 100)).quantize(Decimal("0.01"))
    return DraftLine(name=name, net=net, tax=total - net, gross=total, quantity=Decimal(quantity), tax_rate=percent)


def money(amount: str, key: str = "pay-1", **changes: object) -> Payment:
    facts: dict[str, object] = {
        "key": key,
        "amount": Decimal(amount),
        "currency": "EUR",
        "paid_at": NOON,
        "reference": f"garden/1001/{key}",
        "transaction_id": "ch_001",
    }
    return Payment(**{**facts, **changes})  # type: ignore[arg-type]


def issue(bench: Bench, number: int | str = 1001, **changes: object) -> str:
    """Make a document; gives its id at the provider."""
    prepared = bench.provider.prepare(draft(number, **changes))
    return bench.provider.create(prepared, idempotency_key=f"create/{number}").remote_id


class CreatingContract:
    def test_a_document_is_made_with_our_reference_and_the_total_to_the_cent(self, bench: Bench) -> None:
        prepared = bench.provider.prepare(draft())
        assert prepared.reference == draft().key.reference()
        made = bench.provider.create(prepared, idempotency_key="k")
        assert made.remote_id
        if bench.provider.card.totals is Totals.IN_CREATE_ANSWER:
            assert (made.reference, made.currency) == (prepared.reference, "EUR")
            assert made.gross in {Decimal("71.44"), None}
        else:
            assert made.reference in {prepared.reference, ""}
            assert made.currency in {"EUR", ""}
            assert made.gross is None

    def test_what_was_made_reads_back_equal(self, bench: Bench) -> None:
        found = bench.provider.read(issue(bench))
        assert (found.gross, found.currency, found.kind) == (bench.told("71.44"), "EUR", DocumentKind.INVOICE)
        assert found.net == bench.told(draft().net)
        assert found.tax == bench.told(draft().tax)
        assert found.paid == 0
        assert found.state is RemoteState.OPEN
        assert found.issue_date == TODAY
        assert found.number
        assert found.reference == draft().key.reference()
        assert (found.updated_at is not None) is bench.tells_changes

    def test_every_kind_on_the_card_can_be_made_and_is_found_as_that_kind(self, bench: Bench) -> None:
        for kind in bench.provider.card.kinds:
            key = DocumentKey("garden", "1001", kind)
            made = bench.provider.create(bench.provider.prepare(draft(key=key)), idempotency_key=str(key))
            found = bench.provider.find(key.reference(), kind)
            assert [each.remote_id for each in found] == [made.remote_id]
            assert found[0].kind is kind

    def test_a_kind_that_is_not_on_the_card_is_not_prepared(self, bench: Bench) -> None:
        for kind in set(DocumentKind) - bench.provider.card.kinds:
            with pytest.raises(CannotExpress) as raised:
                bench.provider.prepare(draft(key=DocumentKey("garden", "1001", kind)))
            assert raised.value.reason.remedy

    def test_untaxed_lines_keep_their_amounts(self, bench: Bench) -> None:
        for number, category in enumerate(set(TaxCategory) - {TaxCategory.RATED}):
            untaxed = replace(line("Course", "50.00", rate="0"), tax_category=category)
            found = bench.provider.read(issue(bench, f"u{number}", lines=(untaxed,)))
            assert (found.net, found.tax, found.gross) == (bench.told("50"), bench.told("0"), bench.told("50"))

    def test_a_discount_line_lowers_the_total(self, bench: Bench) -> None:
        lines = (*draft().lines, line("Voucher", "-11.44"))
        assert bench.provider.read(issue(bench, lines=lines)).gross == bench.told("60.00")

    def test_a_negative_total_is_not_prepared(self, bench: Bench) -> None:
        with pytest.raises(CannotExpress) as raised:
            bench.provider.prepare(draft(lines=(line("Refund", "-5.00"),)))
        assert raised.value.reason.field == "gross"

    def test_what_is_prepared_holds_no_secret(self, bench: Bench) -> None:
        assert TOKEN not in repr(bench.provider.prepare(draft()))

    def test_a_refusal_names_the_field_in_the_providers_words(self, bench: Bench) -> None:
        with pytest.raises(Refused) as raised:
            bench.provider.create(bench.provider.prepare(bench.refused_draft), idempotency_key="k")
        assert bench.refused_field in {each.field for each in raised.value.refusals}
        assert all(each.text for each in raised.value.refusals)
        assert not raised.value.duplicate
        assert bench.provider.find(bench.refused_draft.key.reference(), DocumentKind.INVOICE) == ()

    def test_a_repeated_reference_is_a_duplicate_where_the_card_says_so(self, bench: Bench) -> None:
        issue(bench)
        if bench.provider.card.refuses_repeated_reference:
            with pytest.raises(Refused) as raised:
                issue(bench)
            assert raised.value.duplicate
        else:
            issue(bench)
        expected = 1 if bench.provider.card.refuses_repeated_reference else 2
        assert len(bench.provider.find(draft().key.reference(), DocumentKind.INVOICE)) == expected


class FindingContract:
    def test_nothing_is_found_where_nothing_is(self, bench: Bench) -> None:
        issue(bench)
        assert bench.provider.find("garden/4711", DocumentKind.INVOICE) == ()

    def test_only_the_exact_reference_is_found(self, bench: Bench) -> None:
        wanted = issue(bench, "10")
        for similar in ("100", "1", "010", "10-a"):
            issue(bench, similar)
        found = bench.provider.find("garden/10", DocumentKind.INVOICE)
        assert [each.remote_id for each in found] == [wanted]

    def test_a_document_of_long_ago_is_found(self, bench: Bench) -> None:
        made = issue(bench)
        bench.move(timedelta(days=1000))
        assert [each.remote_id for each in bench.provider.find("garden/1001", DocumentKind.INVOICE)] == [made]

    def test_a_document_of_another_kind_is_not_found(self, bench: Bench) -> None:
        issue(bench)
        assert bench.provider.find("garden/1001", DocumentKind.RECEIPT) == ()

    def test_what_does_not_exist_is_missing(self, bench: Bench) -> None:
        with pytest.raises(Refused) as raised:
            bench.provider.read("999999999")
        assert raised.value.missing

    def test_an_id_that_is_none_of_the_providers_is_missing(self, bench: Bench) -> None:
        for odd in ("", "../clients/1", "abc", "1?x=", "٣"):
            with pytest.raises(Refused) as raised:
                bench.provider.read(odd)
            assert raised.value.missing


class ListingContract:
    def test_every_document_of_many_pages_is_listed_once(self, bench: Bench) -> None:
        made = []
        for number in range(230):
            made.append(issue(bench, number))
            bench.move(timedelta(seconds=number % 3))
        listed = [each.remote_id for each in bench.provider.pages(Window())]
        assert sorted(listed) == sorted(made)

    def test_an_empty_account_lists_nothing(self, bench: Bench) -> None:
        assert list(bench.provider.pages(Window())) == []

    def test_a_window_holds_both_its_days_and_nothing_else(self, bench: Bench) -> None:
        days = [TODAY + timedelta(days=number) for number in range(5)]
        made = {day: issue(bench, str(day), issue_date=day, sale_date=day) for day in days}
        listed = bench.provider.pages(Window(start=days[1], end=days[3]))
        assert {each.remote_id for each in listed} == {made[day] for day in days[1:4]}
        listed = bench.provider.pages(Window(start=days[3]))
        assert {each.remote_id for each in listed} == {made[day] for day in days[3:]}
        listed = bench.provider.pages(Window(end=days[0]))
        assert {each.remote_id for each in listed} == {made[days[0]]}

    def test_an_open_window_reaches_years_back(self, bench: Bench) -> None:
        made = issue(bench)
        bench.move(timedelta(days=1000))
        assert [each.remote_id for each in bench.provider.pages(Window())] == [made]

    def test_a_document_that_is_paid_while_the_list_is_read_is_not_left_out(self, bench: Bench) -> None:
        made = []
        for number in range(150):
            made.append(issue(bench, number))
            bench.move(timedelta(seconds=2))
        reading = bench.provider.pages(Window())
        listed = [next(reading).remote_id]
        bench.provider.pay(made[0], money("71.44"), idempotency_key="p")
        listed += [each.remote_id for each in reading]
        assert set(made) <= set(listed)

    def test_pages_are_fetched_as_they_are_needed(self, bench: Bench) -> None:
        for number in range(150):
            issue(bench, number)
        before = len(bench.sandbox.log)
        next(bench.provider.pages(Window()))
        assert len(bench.sandbox.log) == before + 1


class PayingContract:
    def test_a_payment_in_full_makes_the_document_paid(self, bench: Bench) -> None:
        made = issue(bench)
        told = bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        assert bool(told.remote_id) is bench.lists_payments
        assert told.amount == Decimal("71.44")
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (Decimal("71.44"), RemoteState.PAID)

    def test_payments_in_parts_add_up(self, bench: Bench) -> None:
        made = issue(bench)
        if not bench.provider.card.partial_payments:
            with pytest.raises(Refused):
                bench.provider.pay(made, money("20.00", "pay-1"), idempotency_key="p1")
            assert bench.provider.read(made).state is RemoteState.OPEN
            return
        bench.provider.pay(made, money("20.00", "pay-1"), idempotency_key="p1")
        assert bench.provider.read(made).state is RemoteState.PARTIAL
        bench.provider.pay(made, money("51.44", "pay-2"), idempotency_key="p2")
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (Decimal("71.44"), RemoteState.PAID)

    def test_a_payment_is_found_again_by_its_reference(self, bench: Bench) -> None:
        made = issue(bench)
        told = bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        found = bench.provider.read(made).payments
        if not bench.lists_payments:
            assert found is None
            return
        assert found is not None
        assert [(each.remote_id, each.amount, each.reference) for each in found] == [
            (told.remote_id, Decimal("71.44"), "garden/1001/pay-1")
        ]

    def test_a_document_without_payments_tells_an_empty_list(self, bench: Bench) -> None:
        assert bench.provider.read(issue(bench)).payments == (() if bench.lists_payments else None)

    def test_a_payment_for_a_document_that_is_not_there_is_refused(self, bench: Bench) -> None:
        with pytest.raises(Refused):
            bench.provider.pay("999999999", money("5.00"), idempotency_key="p1")


LOST_BEFORE = [
    pytest.param(faults.dropped(), id="dropped"),
    pytest.param(faults.status(502), id="502"),
    pytest.param(faults.status(500), id="500"),
    pytest.param(faults.status(302), id="redirect"),
    pytest.param(faults.login_page(), id="login page"),
]
LOST_AFTER = [*LOST_BEFORE, pytest.param(faults.truncated(), id="truncated")]


class LosingContract:
    """The answer to a write is lost before or after it took effect: it cannot be told apart, only looked up."""

    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_an_answer_lost_after_the_effect_leaves_a_document_that_is_found(self, bench: Bench, fault: Fault) -> None:
        bench.faults.after_acting(fault, method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        found = bench.provider.find("garden/1001", DocumentKind.INVOICE)
        assert [each.gross for each in found] == [bench.told("71.44")]

    @pytest.mark.parametrize("fault", LOST_BEFORE)
    def test_an_answer_lost_before_the_effect_leaves_nothing_to_find(self, bench: Bench, fault: Fault) -> None:
        bench.faults.before_acting(fault, method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert bench.provider.find("garden/1001", DocumentKind.INVOICE) == ()
        issue(bench)
        assert len(bench.provider.find("garden/1001", DocumentKind.INVOICE)) == 1

    def test_an_effect_later_than_our_patience_is_found_once_it_has_come(self, bench: Bench) -> None:
        late = bench.provider.card.call_timeout + timedelta(seconds=20)
        bench.faults.before_acting(faults.slow(late), method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert bench.provider.find("garden/1001", DocumentKind.INVOICE) == ()
        bench.move(bench.provider.card.settle)
        assert len(bench.provider.find("garden/1001", DocumentKind.INVOICE)) == 1

    def test_a_slow_answer_within_our_patience_is_no_failure(self, bench: Bench) -> None:
        bench.faults.after_acting(faults.slow(timedelta(seconds=4)), method="POST", path=bench.create_path)
        assert issue(bench)

    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_a_lost_answer_to_a_payment_is_found_by_reading(self, bench: Bench, fault: Fault) -> None:
        made = issue(bench)
        bench.faults.after_acting(fault, method="POST", path=bench.pay_path)
        with pytest.raises(OutcomeUnknown):
            bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        found = bench.provider.read(made)
        assert found.paid == Decimal("71.44")
        references = [each.reference for each in found.payments or ()]
        assert references == (["garden/1001/pay-1"] if bench.lists_payments else [])

    def test_a_write_is_one_request(self, bench: Bench) -> None:
        issue(bench, 1000)  # whatever is looked up before a first document is known by now
        bench.sandbox.log.clear()
        bench.faults.before_acting(faults.status(503), method="POST", times=5)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert [each.method for each in bench.sandbox.log] == ["POST"]

    def test_a_refused_connection_sent_nothing(self, bench: Bench) -> None:
        bench.faults.before_acting(faults.refused_connection(), method="POST", path=bench.create_path)
        with pytest.raises(NotSent):
            issue(bench)
        assert issue(bench)

    def test_a_read_is_tried_again_and_then_unavailable(self, bench: Bench) -> None:
        made = issue(bench)
        bench.faults.before_acting(faults.status(503), method="GET", times=2)
        assert bench.provider.read(made).remote_id == made
        bench.faults.before_acting(faults.dropped(), method="GET", times=100)
        with pytest.raises(Unavailable):
            bench.provider.read(made)

    @pytest.mark.parametrize("fault", [faults.login_page(), faults.truncated()])
    def test_a_list_that_cannot_be_read_is_unavailable_never_empty(self, bench: Bench, fault: Fault) -> None:
        issue(bench)
        bench.faults.after_acting(fault, method="GET", times=100)
        with pytest.raises(Unavailable):
            bench.provider.find("garden/1001", DocumentKind.INVOICE)


class LimitsContract:
    @pytest.mark.parametrize(
        ("named", "wait"),
        [("17", timedelta(seconds=17)), (NOON + timedelta(hours=2), timedelta(hours=2)), (None, None)],
    )
    def test_a_throttled_call_did_nothing_and_tells_the_wait(
        self, bench: Bench, named: str | datetime | None, wait: timedelta | None
    ) -> None:
        bench.faults.before_acting(faults.throttled(named))
        with pytest.raises(Throttled) as raised:
            issue(bench)
        assert raised.value.retry_after == wait
        assert bench.provider.find("garden/1001", DocumentKind.INVOICE) == ()

    def test_a_wrong_token_is_denied_for_every_call(self, bench: Bench) -> None:
        made, prepared = issue(bench), bench.provider.prepare(draft(2))
        calls: list[Callable[[], object]] = [
            lambda: bench.stranger.create(prepared, idempotency_key="k"),
            lambda: bench.stranger.find("garden/1001", DocumentKind.INVOICE),
            lambda: bench.stranger.read(made),
            lambda: list(bench.stranger.pages(Window())),
            lambda: bench.stranger.pay(made, money("1.00"), idempotency_key="p"),
            bench.stranger.probe,
        ]
        for call in calls:
            with pytest.raises(AccessDenied):
                call()

    def test_a_probe_tells_the_providers_time_and_changes_nothing(self, bench: Bench) -> None:
        probe = bench.provider.probe()
        assert probe.server_time is not None
        assert abs(probe.server_time - bench.sandbox.clock()) < timedelta(seconds=2)
        assert {each.method for each in bench.sandbox.log} == {"GET"}

    def test_no_secret_is_in_errors_logs_or_representations(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        shown = [repr(bench.provider), repr(bench.stranger)]
        attempts: list[Callable[[], object]] = [
            lambda: issue(bench),
            lambda: bench.stranger.read("1"),
            lambda: bench.stranger.create(bench.provider.prepare(draft()), idempotency_key="k"),
            lambda: bench.provider.read("999999999"),
            lambda: bench.provider.find("garden/1001", DocumentKind.INVOICE),
        ]
        for fault in (faults.dropped(), faults.login_page(), faults.status(500), faults.throttled("1")):
            for attempt in attempts:
                bench.faults.after_acting(fault)
                try:
                    attempt()
                except ProviderError as error:
                    shown += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
        shown += [each.url for each in bench.sandbox.log]
        shown += [str(bench.sandbox.state()), caplog.text]
        for text in shown:
            assert TOKEN not in text
            assert "wrong-token" not in text

    def test_the_card_holds_the_references_that_it_is_used_for(self, bench: Bench) -> None:
        key = DocumentKey("garden" * 30, "9" * 200, DocumentKind.RECEIPT)
        length = bench.provider.card.reference_length
        if DocumentKind.RECEIPT not in bench.provider.card.kinds:
            key = replace(key, kind=DocumentKind.INVOICE)
        made = bench.provider.create(bench.provider.prepare(draft(key=key)), idempotency_key="k")
        found = bench.provider.find(key.reference(length), key.kind)
        assert [each.remote_id for each in found] == [made.remote_id]
