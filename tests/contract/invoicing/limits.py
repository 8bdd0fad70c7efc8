"""Throttling, access, secrets, and answers that hold more than we know."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import AccessDenied, ProviderError, Throttled
from providers.ports import Window
from providers.sandbox import Fault, faults
from tests.contract.invoicing.bench import Bench
from tests.contract.invoicing.drafts import NOON, TOKEN, TOTAL, money

_WAITS = [("17", timedelta(seconds=17)), (NOON + timedelta(hours=2), timedelta(hours=2)), (None, None)]


class LimitsContract:
    @pytest.mark.parametrize("first", [True, False], ids=["its first request", "the write itself"])
    @pytest.mark.parametrize(("named", "wait"), _WAITS, ids=["seconds", "date", "nothing"])
    def test_a_throttled_call_did_nothing_and_tells_the_wait(
        self, bench: Bench, named: str | datetime | None, wait: timedelta | None, first: bool
    ) -> None:
        if first:
            bench.faults.before_acting(faults.throttled(named))
        else:
            bench.before(bench.creating, faults.throttled(named))
        with pytest.raises(Throttled) as raised:
            bench.issue()
        assert raised.value.retry_after == wait
        assert bench.count() == 0

    def test_a_wrong_token_is_denied_for_every_call(self, bench: Bench) -> None:
        made, prepared = bench.issue(), bench.prepare(2)
        calls: list[Callable[[], object]] = [
            lambda: bench.stranger.create(prepared, idempotency_key="k"),
            bench.stranger.probe,
        ]
        if bench.shows:
            calls += [
                lambda: bench.stranger.find(bench.reference(), DocumentKind.INVOICE),
                lambda: bench.stranger.read(made),
                lambda: list(bench.stranger.pages(Window())),
            ]
        if bench.pays:
            calls.append(lambda: bench.stranger.pay(made, money("1.00"), idempotency_key="p"))
        if bench.card.cancel:
            calls.append(lambda: bench.stranger.cancel(made, reason="Wrong", idempotency_key="c"))
        if bench.card.email:
            calls.append(lambda: bench.stranger.email(made, to="zoe@example.com", idempotency_key="e"))
        for call in calls:
            with pytest.raises(AccessDenied):
                call()
        assert [each.paid for each in bench.behind()] == [0]

    def test_a_probe_tells_the_providers_time_and_changes_nothing(self, bench: Bench) -> None:
        probe = bench.provider.probe()
        assert probe.server_time is not None
        assert abs(probe.server_time - bench.sandbox.clock()) < timedelta(seconds=2)
        assert {each.method for each in bench.faults.asked} == {"GET"}
        assert bench.behind() == []

    def test_no_secret_is_in_errors_logs_or_representations(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        shown = [repr(bench.provider), repr(bench.stranger)]
        attempts: list[Callable[[], object]] = [
            bench.issue,
            lambda: bench.stranger.read("1"),
            lambda: bench.stranger.create(bench.prepare(), idempotency_key="k"),
            lambda: bench.stranger.pay("1", money("1.00"), idempotency_key="p"),
            lambda: bench.provider.read("999999999"),
            lambda: bench.provider.find(bench.reference(), DocumentKind.INVOICE),
            bench.stranger.probe,
        ]
        for fault in (faults.dropped(), faults.login_page(), faults.status(500), faults.throttled("1")):
            for attempt in attempts:
                bench.faults.after_acting(fault)
                try:
                    shown.append(repr(attempt()))
                except ProviderError as error:
                    shown += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
        shown += [each.url for each in bench.sandbox.log]
        shown += [str(bench.sandbox.state()), caplog.text]
        for text in shown:
            assert TOKEN not in text
            assert "wrong-token" not in text

    def test_members_that_nobody_knows_yet_change_nothing(self, bench: Bench) -> None:
        bench.faults.after_acting(Fault(rewrite=bench.with_unknown), times=10_000)
        made = bench.issue()
        assert bench.provider.probe().server_time is not None
        assert bench.count() == 1
        if not bench.shows:
            return
        if bench.pays:
            bench.provider.pay(made, money(TOTAL), idempotency_key="p1")
        found = bench.provider.read(made)
        assert (found.gross, found.reference) == (bench.told(TOTAL), bench.reference())
        assert (found.paid, found.state) == (
            bench.paid(TOTAL),
            RemoteState.PAID if bench.pays else RemoteState.OPEN,
        )
        assert [each.remote_id for each in bench.listed()] == [made]
