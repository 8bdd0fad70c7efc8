"""Making documents, and what the provider tells of them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from providers.domain.card import Totals
from providers.domain.documents import DocumentKey, DocumentKind, DocumentState, DraftLine, RemoteState
from providers.domain.equality import contradiction
from providers.domain.errors import CannotExpress, Refused
from providers.domain.known import KnownDocument
from providers.domain.money import quantize
from providers.domain.orders import TaxCategory
from providers.domain.reasons import Reason
from tests.contract.invoicing.bench import Bench, Special
from tests.contract.invoicing.drafts import TODAY, TOKEN, TOTAL, line


class CreatingContract:
    def test_a_document_is_made_with_our_reference_and_the_total_to_the_cent(self, bench: Bench) -> None:
        prepared = bench.prepare()
        assert prepared.reference == bench.reference()
        made = bench.provider.create(prepared, idempotency_key="k")
        (there,) = bench.behind()
        assert (there.reference, there.gross, there.currency) == (prepared.reference, TOTAL, "EUR")
        assert there.remote_id == made.remote_id

    def test_the_answer_to_a_create_tells_what_the_card_says_and_nothing_wrong(self, bench: Bench) -> None:
        made = bench.make()
        assert made.remote_id
        assert made.reference in {bench.reference(), ""}
        assert made.currency in {"EUR", ""}
        assert made.kind is DocumentKind.INVOICE
        assert made.gross == (TOTAL if bench.card.totals is Totals.IN_CREATE_ANSWER else None)

    def test_what_was_made_reads_back_equal(self, bench: Bench) -> None:
        made = bench.issue()
        if not bench.shows:
            with bench.not_available():
                bench.provider.read(made)
            return
        found, wanted = bench.provider.read(made), bench.draft()
        assert found.gross == bench.told(wanted.gross)
        assert (_cents(found.net), _cents(found.tax)) == (bench.told(wanted.net), bench.told(wanted.tax))
        assert (found.currency, found.kind) == ("EUR" if bench.tells_currency else "", DocumentKind.INVOICE)
        assert (found.paid, found.state) == (bench.paid(0), RemoteState.OPEN)
        assert found.issue_date == TODAY
        assert found.number
        assert found.reference == bench.reference()
        assert (found.updated_at is not None) is bench.tells_changes

    def test_what_was_made_contradicts_nothing_that_was_asked_for(self, bench: Bench) -> None:
        wanted = bench.draft()
        made = bench.make()
        document = KnownDocument(
            key=wanted.key,
            reference=bench.reference(),
            state=DocumentState.ISSUED,
            gross=wanted.gross,
            currency=wanted.currency,
            fingerprint=wanted.fingerprint,
        )
        told = [made, bench.provider.read(made.remote_id), *bench.find()] if bench.shows else [made]
        assert [contradiction(document, each) for each in told] == [None] * len(told)

    def test_every_kind_on_the_card_can_be_made_and_is_found_as_that_kind(self, bench: Bench) -> None:
        for kind in _invoices_first(bench.card.kinds):
            made = bench.make(kind=kind)
            assert made.kind is kind
            if bench.shows:
                found = bench.find(kind=kind)
                assert [(each.remote_id, each.kind) for each in found] == [(made.remote_id, kind)]
                assert found[0].gross == bench.told(bench.draft(kind=kind).gross)
        assert len(bench.behind()) == len(bench.card.kinds)

    def test_a_kind_that_is_not_on_the_card_is_not_prepared(self, bench: Bench) -> None:
        for kind in set(DocumentKind) - bench.card.kinds:
            with bench.cannot_express():
                bench.prepare(kind=kind)

    def test_untaxed_lines_keep_their_amounts(self, bench: Bench) -> None:
        for number, category in enumerate(sorted(set(TaxCategory) - {TaxCategory.RATED})):
            untaxed = replace(line("Course", "50.00", rate="0"), tax_category=category)
            if Special.UNTAXED in bench.beyond:
                with bench.cannot_express():
                    bench.prepare(f"u{number}", lines=(untaxed,))
                continue
            made = bench.issue(f"u{number}", lines=(untaxed,))
            assert bench.behind()[-1].gross == 50
            if bench.shows:
                found = bench.provider.read(made)
                assert (found.net, found.tax, found.gross) == tuple(bench.told(each) for each in ("50", "0", "50"))

    def test_a_discount_line_lowers_the_total(self, bench: Bench) -> None:
        lines = (*bench.draft().lines, line("Voucher", "-11.44"))
        if Special.DISCOUNT in bench.beyond:
            with bench.cannot_express():
                bench.prepare(lines=lines)
            return
        made = bench.issue(lines=lines)
        assert [each.gross for each in bench.behind()] == [Decimal("60.00")]
        if bench.shows:
            assert bench.provider.read(made).gross == bench.told("60.00")

    def test_without_a_rounding_line_the_total_is_reached_or_the_order_stops(self, bench: Bench) -> None:
        wanted = {}
        for number, lines in enumerate(_small_amounts()):
            wanted[bench.reference(number)] = lines[0].gross
            with suppress(CannotExpress, Refused):
                bench.issue(number, lines=lines, rounding_name="")
        assert [each.gross for each in bench.behind()] == [wanted[each.reference] for each in bench.behind()]

    def test_an_order_that_a_rounding_line_would_let_through_stops_with_that_policy_for_a_remedy(
        self, bench: Bench
    ) -> None:
        for lines in _small_amounts():
            stopped = _stopped(bench, lines, "")
            if stopped is not None:
                helps = _stopped(bench, lines, "Rounding") is None
                assert ("`rounding_line`" in stopped.remedy) is helps

    def test_a_negative_total_is_not_prepared(self, bench: Bench) -> None:
        with pytest.raises(CannotExpress) as raised:
            bench.prepare(lines=(line("Refund", "-5.00"),))
        assert raised.value.reason.remedy
        field = raised.value.reason.field
        assert field == "gross" or (Special.DISCOUNT in bench.beyond and field.startswith("lines.1."))

    def test_preparing_is_pure_and_holds_no_secret(self, bench: Bench) -> None:
        prepared = bench.prepare()
        assert bench.prepare() == prepared
        assert bench.faults.asked == []
        assert TOKEN not in repr(prepared)

    def test_a_refusal_names_the_field_in_the_providers_words(self, bench: Bench) -> None:
        refused = bench.refused(bench)
        with pytest.raises(Refused) as raised:
            bench.provider.create(refused, idempotency_key="k")
        assert bench.refused_field in {each.field for each in raised.value.refusals}
        assert all(each.text for each in raised.value.refusals)
        assert not raised.value.duplicate
        assert bench.count() == 0

    def test_a_repeated_reference_is_a_duplicate_where_the_card_says_so(self, bench: Bench) -> None:
        bench.issue()
        if bench.refuses_repeats:
            with pytest.raises(Refused) as raised:
                bench.issue()
            assert raised.value.duplicate is bench.card.refuses_repeated_reference
        else:
            assert not bench.card.refuses_repeated_reference
            bench.issue()
        assert bench.count() == (1 if bench.refuses_repeats else 2)

    def test_a_repeated_key_is_the_same_document_where_the_card_says_so(self, bench: Bench) -> None:
        if bench.lacks(bench.card.honours_idempotency_key):
            return
        prepared = bench.prepare()
        made = [bench.provider.create(prepared, idempotency_key="one") for _ in range(2)]
        assert made[0] == made[1]
        assert bench.count() == 1

    def test_the_reference_is_kept_whole_up_to_the_length_on_the_card(self, bench: Bench) -> None:
        for kind in _invoices_first(bench.card.kinds):
            key = DocumentKey("garden" * 30, "9" * 200, kind)
            made = bench.issue(kind=kind, key=key)
            reference = key.reference(bench.card.reference_length)
            assert [each.remote_id for each in bench.behind() if each.reference == reference] == [made]
            if bench.shows:
                bench.wait_for_lists()
                assert [each.remote_id for each in bench.provider.find(reference, kind)] == [made]


def _small_amounts() -> Iterator[tuple[DraftLine, ...]]:
    """Orders over one line; of a net price of cents and 23 % no way leads to some of their totals."""
    for cents in range(90, 120):
        yield (line("Seeds: zażółć gęślą jaźń", f"{Decimal(cents) / 100:.2f}", rate="23"),)


def _stopped(bench: Bench, lines: tuple[DraftLine, ...], rounding_name: str) -> Reason | None:
    try:
        bench.prepare(lines=lines, rounding_name=rounding_name)
    except CannotExpress as error:
        return error.reason
    return None


def _cents(amount: Decimal | None) -> Decimal | None:
    """Some providers keep more decimals of what is not the total."""
    return None if amount is None else quantize(amount, "EUR")


def _invoices_first(kinds: frozenset[DocumentKind]) -> list[DocumentKind]:
    return sorted(kinds, key=lambda kind: (kind is not DocumentKind.INVOICE, kind))
