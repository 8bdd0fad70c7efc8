"""A provider's sandbox does what the card says; one that does something else is found out."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.card import PaymentStyle
from providers.invoicing.acs import sandbox as acs
from providers.invoicing.invoiceocean import sandbox as invoiceocean
from providers.registry import PROVIDERS
from providers.sandbox import Sandbox, SandboxAdapter, Script, faults
from tests.builders import SettableClock
from worker.conformance import Bench, Line, Verdict, Writing, reading, sample

TOKEN = "t0ken-of-the-account"


@dataclass
class Tried:
    """Everything tried at one sandbox."""

    lines: list[Line]
    writing: Writing
    sandbox: Sandbox

    @property
    def different(self) -> list[Line]:
        return [line for line in self.lines if line.verdict is Verdict.DIFFERS]

    def line(self, what: str) -> Line:
        (found,) = (line for line in self.lines if line.what == what)
        return found

    @property
    def documents(self) -> list[Any]:
        found = self.sandbox.state()["documents"]
        assert isinstance(found, list)
        return found


@dataclass
class Account:
    """A sandbox, the provider that talks to it, and the time, which passes by sleeping only."""

    bench: Bench
    sandbox: Sandbox

    def tried(self, *, email_to: str = "") -> Tried:
        draft = sample(self.bench.provider, now=self.bench.now())
        writing = Writing(self.bench, draft, email_to=email_to)
        return Tried([*reading(self.bench), *writing.lines()], writing, self.sandbox)


def an_account(
    name: str, *, faults: Script | None = None, card: Any = None, token: str = TOKEN, **more: Any
) -> Account:
    """`switches` are those of the sandbox, `options` those of the book, `card` members that its owner knows better."""
    kind, clock = PROVIDERS[name], SettableClock()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    user = "shop_api:" if name == "drupal_invoice" else ""
    switched = {"switches": more["switches"]} if "switches" in more else {}
    made = kind.sandbox(token=user + TOKEN, faults=faults, clock=clock, sleep=sleep, **switched)
    provider = kind.build(
        base_url="https://account.example",
        token=user + token,
        options=kind.options(**more.get("options", {})),
        card=replace(kind.card, **(card or {})),
        adapter=SandboxAdapter(made),
        sleep=sleep,
    )
    bench = Bench(provider=provider, now=clock, elapsed=lambda: clock().timestamp(), sleep=sleep)
    return Account(bench, made)


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_sandbox_does_what_the_card_says(name: str) -> None:
    tried = an_account(name).tried(email_to="somebody@example.com")
    assert tried.different == []
    assert tried.line("create a document").verdict is Verdict.OK


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_what_stays_is_named_and_nothing_else_stays(name: str) -> None:
    tried = an_account(name).tried()
    left = {(each.reference, each.remote_id) for each in tried.writing.left}
    assert left == {(each["reference"], each["remote_id"]) for each in tried.documents}
    assert all(reference.startswith("counterfoil-check/") for reference, _ in left)


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_the_harmless_part_makes_nothing(name: str) -> None:
    account = an_account(name)
    lines = list(reading(account.bench))
    assert [line for line in lines if line.verdict is Verdict.DIFFERS] == []
    assert account.sandbox.state()["documents"] == []


def test_what_the_card_says_cannot_be_done_is_not_tried() -> None:
    tried = an_account("acs").tried(email_to="somebody@example.com")
    for what in ("cancel a document", "send it by e-mail"):
        assert tried.line(what).verdict is Verdict.NOT_TRIED


def test_a_list_that_lags_longer_than_the_card_says_differs_and_its_lag_is_told() -> None:
    switches = invoiceocean.Switches(list_lag=timedelta(seconds=3))
    found = an_account("invoiceocean", switches=switches).tried().line("find it by its reference")
    assert (found.verdict, found.expected, found.observed) == (Verdict.DIFFERS, "found at once", "found after 3.0 s")


def test_a_lag_that_the_card_knows_is_as_it_says() -> None:
    lag = timedelta(seconds=3)
    account = an_account("invoiceocean", switches=invoiceocean.Switches(list_lag=lag), card={"list_lag": lag})
    found = account.tried().line("find it by its reference")
    assert (found.verdict, found.observed) == (Verdict.OK, "found after 3.0 s")


def test_a_repeated_reference_that_is_taken_against_the_card_differs_and_leaves_two() -> None:
    tried = an_account("invoiceocean", switches=invoiceocean.Switches(oid_unique=False)).tried()
    repeated = tried.line("create it once more, same reference")
    assert repeated.verdict is Verdict.DIFFERS
    assert repeated.expected == "refused as a duplicate"
    assert len({each.remote_id for each in tried.writing.left}) == len(tried.documents)


def test_references_that_are_not_shown_differ_where_the_book_relies_on_them() -> None:
    switches = acs.Switches(reference_shown=acs.ReferenceShown.NOWHERE)
    options = {"list_proves_absence": True, "list_lag_seconds": 0}
    tried = an_account("acs", switches=switches, options=options).tried()
    assert tried.line("find it by its reference").verdict is Verdict.DIFFERS


def test_payments_that_are_taken_against_the_card_differ() -> None:
    tried = an_account("invoiceocean", card={"payments": PaymentStyle.NOT_AVAILABLE}).tried()
    paid = tried.line("record a payment")
    assert (paid.verdict, paid.observed) == (Verdict.DIFFERS, "a payment was taken")


def test_a_total_that_is_not_ours_differs() -> None:
    account = an_account("acs", switches=acs.Switches(whole_currencies=frozenset({"EUR"})))
    tried = account.tried()
    assert tried.line("create a document").verdict is Verdict.DIFFERS
    assert tried.line("create a document").observed.endswith("13.00 EUR")


def test_a_sample_whose_tax_the_provider_rounds_otherwise_is_made_with_a_line_over_the_cent() -> None:
    account = an_account("acuinvoice")
    draft = sample(account.bench.provider, now=account.bench.now(), rate=Decimal(23))
    writing = Writing(account.bench, draft)
    made = next(line for line in writing.lines() if line.what == "create a document")
    assert made.verdict is Verdict.OK
    assert "0.01" in str(account.bench.provider.prepare(draft).payload)


def test_a_lost_answer_names_the_reference_that_may_exist_and_ends_it() -> None:
    script = Script()
    script.after_acting(faults.dropped(), method="POST")
    tried = an_account("webparking", faults=script).tried()
    assert tried.line("create a document").verdict is Verdict.DIFFERS
    assert tried.lines[-1].observed == "no document was made"
    (left,) = tried.writing.left
    assert (left.reference, left.state) == (tried.documents[0]["reference"], "unknown")


def test_an_account_that_does_not_let_us_in_is_asked_nothing_more() -> None:
    lines = list(reading(an_account("invoiceocean", token="another-token").bench))
    assert [line.verdict for line in lines] == [Verdict.DIFFERS, Verdict.NOT_TRIED]
    assert "AccessDenied" in lines[0].observed


def test_a_clock_that_is_far_off_differs() -> None:
    account = an_account("invoiceocean")
    bench = replace(account.bench, now=lambda: account.bench.now() + timedelta(minutes=2))
    (clock,) = (line for line in reading(bench) if line.what == "its clock and ours")
    assert (clock.verdict, clock.observed) == (Verdict.DIFFERS, "ours is 120 s ahead")


def test_the_sample_adds_up_to_the_cent() -> None:
    draft = sample(an_account("invoiceocean").bench.provider, now=SettableClock()(), rate=Decimal(23))
    assert (draft.net, draft.tax, draft.gross) == (Decimal("10.49"), Decimal("2.42"), Decimal("12.91"))


def test_where_only_items_of_a_list_are_sold_the_sample_is_of_that_list() -> None:
    draft = sample(an_account("webparking").bench.provider, now=SettableClock()())
    assert [line.sku for line in draft.lines] == ["CAN-9", "LABEL"]
