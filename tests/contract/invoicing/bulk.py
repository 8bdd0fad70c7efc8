"""Several documents in one call, where the card says that it may carry more than one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, cast

import pytest

from providers.domain.documents import RemoteDocument
from providers.domain.errors import NotSent, OutcomeUnknown, ProviderError, Refused
from providers.ports import Prepared
from providers.sandbox import Fault, faults
from tests.contract.invoicing.bench import Bench

Outcomes = Sequence[RemoteDocument | ProviderError]


class Several(Protocol):
    """What a provider offers besides, where its card says so."""

    def create_many(self, prepared: Sequence[Prepared], *, idempotency_keys: Sequence[str]) -> Outcomes: ...


def _make(bench: Bench, prepared: Sequence[Prepared]) -> Outcomes:
    provider = cast("Several", bench.provider)
    return provider.create_many(prepared, idempotency_keys=[f"several/{each.reference}" for each in prepared])


class BulkContract:
    def test_several_documents_are_made_with_one_request(self, bench: Bench) -> None:
        if bench.lacks(bench.card.bulk > 1):
            return
        outcomes = _make(bench, [bench.prepare(number) for number in range(3)])
        made = [each.remote_id for each in outcomes if isinstance(each, RemoteDocument)]
        assert [each.remote_id for each in bench.behind()] == made
        assert [bench.count(number) for number in range(3)] == [1, 1, 1]
        assert bench.requests(bench.making_several) == 1

    def test_what_is_refused_is_told_of_each_and_nothing_of_it_is_there(self, bench: Bench) -> None:
        """Of the others, the provider makes all or none; what it tells of each is so."""
        if bench.lacks(bench.card.bulk > 1):
            return
        first, refused, last = bench.prepare(1), bench.refused(bench), bench.prepare(3)
        outcomes = _make(bench, [first, refused, last])
        assert isinstance(outcomes[1], Refused)
        there = {each.reference for each in bench.behind()}
        for prepared, outcome in zip((first, refused, last), outcomes, strict=True):
            assert isinstance(outcome, RemoteDocument) is (prepared.reference in there)
            assert isinstance(outcome, RemoteDocument | Refused)

    @pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
    def test_after_a_lost_answer_each_may_exist_and_each_is_found(self, bench: Bench, fault: Fault) -> None:
        if bench.lacks(bench.card.bulk > 1):
            return
        bench.after(bench.making_several, fault)
        outcomes = _make(bench, [bench.prepare(number) for number in range(3)])
        assert [type(each) for each in outcomes] == [OutcomeUnknown] * 3
        assert [bench.count(number) for number in range(3)] == [1, 1, 1]

    def test_an_answer_lost_before_the_effect_leaves_none_of_them(self, bench: Bench) -> None:
        if bench.lacks(bench.card.bulk > 1):
            return
        prepared = [bench.prepare(number) for number in range(3)]
        bench.before(bench.making_several, faults.dropped())
        assert [type(each) for each in _make(bench, prepared)] == [OutcomeUnknown] * 3
        assert bench.behind() == []
        bench.before(bench.making_several, faults.refused_connection())
        assert [type(each) for each in _make(bench, prepared)] == [NotSent] * 3
        assert bench.behind() == []

    def test_what_no_answer_could_tell_apart_is_not_sent(self, bench: Bench) -> None:
        if bench.lacks(bench.card.bulk > 1):
            return
        prepared = bench.prepare()
        with pytest.raises(ValueError, match="of its own"):
            _make(bench, [prepared, replace(prepared)])
        with pytest.raises(ValueError, match="at most"):
            _make(bench, [bench.prepare(number) for number in range(bench.card.bulk + 1)])
        assert bench.faults.asked == []
