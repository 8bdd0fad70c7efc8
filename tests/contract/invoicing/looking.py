"""Finding documents again, and listing them."""

from datetime import timedelta

import pytest

from providers.domain.card import Finding
from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import Refused, Unavailable
from providers.ports import Window
from providers.sandbox.traps import NO_TRAPS, Traps
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import TODAY, TOTAL, money
from tests.contract.invoicing.moods import SMALL_PAGES

_TRAPS = (
    Traps(last_page_repeats=True),
    Traps(pages_shift=True),
    Traps(last_page_repeats=True, pages_shift=True),
)
_ODD_IDS = ("", "../clients/1", "abc", "1?x=", "٣")


def numbers_of(bench: Bench, full_pages: int) -> range:
    """As many documents as fill so many pages, and a quarter of one more."""
    size = bench.card.page_size if bench.card.lists else SMALL_PAGES
    return range(full_pages * size + size // 4 + 1)


class FindingContract:
    def test_a_provider_that_shows_nothing_says_so_and_its_card_too(self, bench: Bench) -> None:
        made = bench.issue()
        if bench.shows:
            assert [each.remote_id for each in bench.find()] == [made]
            return
        assert bench.card.finding is Finding.NOT_AT_ALL
        with bench.not_available():
            bench.provider.find(bench.reference(), DocumentKind.INVOICE)
        with bench.not_available():
            bench.provider.read(made)
        with bench.not_available():
            list(bench.provider.pages(Window()))

    def test_nothing_is_found_where_nothing_is(self, bench: Bench) -> None:
        bench.issue()
        assert bench.count("4711") == 0

    def test_only_the_exact_reference_is_found(self, bench: Bench) -> None:
        wanted = bench.issue("10")
        for similar in ("100", "1", "010", "10-a"):
            bench.issue(similar)
        assert bench.count("10") == 1
        if bench.shows:
            assert [each.remote_id for each in bench.find("10")] == [wanted]

    def test_a_document_of_long_ago_is_found(self, bench: Bench) -> None:
        bench.issue()
        bench.move(timedelta(days=1000))
        assert bench.count() == 1

    def test_a_document_of_another_kind_is_not_found(self, bench: Bench) -> None:
        bench.issue()
        for kind in set(DocumentKind) - {DocumentKind.INVOICE}:
            if bench.shows:
                bench.wait_for_lists()
                assert bench.provider.find(bench.reference(), kind) == ()
            else:
                with bench.not_available():
                    bench.provider.find(bench.reference(), kind)

    def test_what_does_not_exist_is_missing(self, bench: Bench) -> None:
        self._assert_missing(bench, "999999999")

    @pytest.mark.parametrize("odd", _ODD_IDS)
    def test_an_id_that_is_none_of_the_providers_is_missing(self, bench: Bench, odd: str) -> None:
        bench.issue()
        self._assert_missing(bench, odd)

    def _assert_missing(self, bench: Bench, remote_id: str) -> None:
        if not bench.shows:
            with bench.not_available():
                bench.provider.read(remote_id)
            return
        with pytest.raises(Refused) as raised:
            bench.provider.read(remote_id)
        assert raised.value.missing


class ListingContract:
    def test_a_provider_without_lists_says_so(self, bench: Bench) -> None:
        if bench.card.lists:
            assert list(bench.listed()) == []
            return
        for window in (Window(), Window(start=TODAY), Window(end=TODAY)):
            with bench.not_available():
                list(bench.provider.pages(window))
            with bench.not_available():
                list(bench.provider.listing(window))

    def test_every_document_of_many_pages_is_listed_once(self, bench: Bench) -> None:
        made = []
        for number in numbers_of(bench, 3):
            made.append(bench.issue(number))
            bench.move(timedelta(seconds=number % 3))
        assert sorted(each.remote_id for each in bench.behind()) == sorted(made)
        if bench.card.lists:
            assert sorted(each.remote_id for each in bench.listed()) == sorted(made)

    def test_a_listing_that_was_broken_off_goes_on_behind_any_of_its_cursors(self, bench: Bench) -> None:
        """In another process: the cursor is text. What is told again is told as it was."""
        if bench.lacks(bench.card.lists):
            return
        made = set()
        for number in numbers_of(bench, 2):
            made.add(bench.issue(number))
            bench.move(timedelta(seconds=number % 3))
        bench.wait_for_lists()
        told: set[str] = set()
        for page in bench.provider.listing(Window()):
            told |= {each.remote_id for each in page.documents}
            rest = bench.provider.listing(Window(), after=str(page.cursor))
            assert told | {each.remote_id for later in rest for each in later.documents} == made
        assert told == made

    def test_a_window_holds_both_its_days_and_nothing_else(self, bench: Bench) -> None:
        days = [TODAY + timedelta(days=number) for number in range(5)]
        made = {}
        for day in days:
            made[day] = bench.issue(str(day), issue_date=day, sale_date=day)
            bench.move(timedelta(days=1))
        if bench.lacks(bench.card.lists):
            return
        for start, end, wanted in (
            (days[1], days[3], days[1:4]),
            (days[3], None, days[3:]),
            (None, days[0], days[:1]),
            (None, None, days),
        ):
            window = Window(start=start, end=end)
            listed = {each.remote_id for each in bench.listed(window)}
            assert listed == {made[day] for day in wanted}
            paged = {each.remote_id for page in bench.provider.listing(window) for each in page.documents}
            assert paged == listed

    def test_a_list_with_a_trap_is_told_whole_or_not_at_all(self, bench: Bench) -> None:
        """Not at all only where the trap looks just like a pager that does not heed its page number."""
        if bench.lacks(bench.card.lists):
            return
        made = []
        numbers = numbers_of(bench, 2)
        for number in numbers:
            made.append(bench.issue(number))
            bench.move(timedelta(seconds=number % 3))
            for traps in _TRAPS if number in {numbers[0], numbers[-1]} else ():
                bench.trap(traps)
                try:
                    assert sorted(each.remote_id for each in bench.listed()) == sorted(made)
                    assert [each.remote_id for each in bench.find(0)] == made[:1]
                except Unavailable:
                    assert bench.doubts_repeats
                    assert traps.last_page_repeats
            bench.trap(NO_TRAPS)

    def test_an_open_window_reaches_years_back(self, bench: Bench) -> None:
        made = bench.issue()
        bench.move(timedelta(days=1000))
        if bench.card.lists:
            assert [each.remote_id for each in bench.listed()] == [made]

    def test_a_document_that_is_paid_while_the_list_is_read_is_not_left_out(self, bench: Bench) -> None:
        if bench.lacks(bench.card.lists):
            return
        made = []
        for number in numbers_of(bench, 1):
            made.append(bench.issue(number))
            bench.move(timedelta(seconds=2))
        reading = bench.listed()
        listed = [next(reading).remote_id]
        self._pay(bench, made[0])
        listed += [each.remote_id for each in reading]
        late = {made[0]} if bench.card.list_lag else set()  # lists do not show what changed a moment ago
        assert set(made) - late <= set(listed)
        assert bench.provider.read(made[0]).state is RemoteState.PAID

    def test_pages_are_fetched_as_they_are_needed(self, bench: Bench) -> None:
        if bench.lacks(bench.card.lists):
            return
        for number in numbers_of(bench, 1):
            bench.issue(number)
        bench.faults.asked.clear()
        next(bench.listed())
        assert len(bench.faults.asked) == 1

    def _pay(self, bench: Bench, remote_id: str) -> None:
        if bench.pays:
            bench.provider.pay(remote_id, money(TOTAL), idempotency_key="p")
        else:
            assert bench.paid_there is not None, "the bench says how documents are paid at the provider itself"
            bench.paid_there(remote_id)
