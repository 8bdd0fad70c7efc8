"""`counterfoil reconcile`: the proof, its files, past runs, and repairs that ask first. Here at the sandbox."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from providers.registry import build_sandbox
from providers.sandbox.server import SandboxServer
from tasks.ledger.run import Scope
from tests.builders import NOON, a_paid_order
from tests.unit.cli.desk import TOKEN, TOML, Desk

EQUAL = "0 compared, 0 equal, 0 missing, 0 extra, 0 duplicate, 0 different"
FINDING = {
    "class": "missing_at_provider",
    "reference": "garden/1001",
    "remote_id": "r1001",
    "shop": "garden",
    "order": "1001",
    "expected": "document FV 1001/2026 over 123.00 EUR",
    "found": "nothing",
    "money": "123.00",
    "currency": "EUR",
    "repairs": ["plan_again"],
    "since": "2026-03-04T12:00:00.000Z",
    "repaired": None,
}
WITHOUT_A_LIST = TOML.replace('provider = "invoiceocean"', 'provider = "webparking"')


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """These tests talk to loopback."""


@pytest.fixture
def provider() -> Iterator[SandboxServer]:
    with SandboxServer(build_sandbox("invoiceocean", token=TOKEN)) as server:
        yield server


@pytest.fixture
def connected(desk: Desk, provider: SandboxServer) -> Desk:
    """A desk whose book is at an empty sandbox."""
    desk.configure(TOML.replace("http://127.0.0.1:1", provider.url))
    return desk


def rows(desk: Desk, name: str) -> list[dict[str, str]]:
    text = (desk.folder / name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


class TestTheProof:
    def test_of_nothing_proves_nothing_to_be_wrong(self, connected: Desk) -> None:
        said = connected.type("reconcile", "main", "--json")
        assert said.code == 0
        told = said.json
        assert told["proof"] == EQUAL
        assert (told["book"], told["from"], told["to"], told["findings"]) == ("main", None, None, [])
        assert (told["compared"], told["equal"], told["open"], told["foreign"]) == (0, 0, 0, 0)

    def test_has_the_shape_that_scripts_rely_on(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main", "--json")
        assert said.code == 1
        told = said.json
        assert list(told) == [
            *("book", "from", "to", "compared", "equal", "open", "foreign", "proof", "classes", "findings"),
            *("totals", "started_at", "finished_at"),
        ]
        (finding,) = told["findings"]
        assert finding.pop("age_seconds") > 0
        assert finding == FINDING
        assert told["classes"] == {"missing_at_provider": {"count": 1, "money": {"EUR": "123.00"}}}
        whole = {"documents": 1, "net": "100.00", "tax": "23.00", "gross": "123.00"}
        nothing = {"documents": 0, "net": "0", "tax": "0", "gross": "0"}
        assert told["totals"][-1] == {
            "day": "2026-03-04",
            "rate": "all",
            "currency": "EUR",
            "shop": whole,
            "ledger": whole,
            "provider": nothing,
            "difference": "123.00",
        }

    def test_in_words_ends_with_its_line(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main")
        assert said.code == 1
        assert "missing_at_provider  garden/1001  r1001" in said.out
        assert re.search(r"^missing_at_provider\s+1\s+123.00 EUR$", said.out, re.MULTILINE)
        assert re.search(r"^all rates\s+EUR\s+123.00\s+123.00\s+0\s+23.00\s+123.00$", said.out, re.MULTILINE)
        assert said.out.strip().splitlines()[-1] == (
            "main: 1 compared, 0 equal, 1 missing, 0 extra, 0 duplicate, 0 different"
        )

    def test_of_a_period_leaves_the_rest_out(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main", "--from", "2026-04-01", "--to", "2026-04-30", "--json")
        assert (said.code, said.json["from"], said.json["to"]) == (0, "2026-04-01", "2026-04-30")
        assert connected.type("reconcile", "main", "--from", "2026-03-04").code == 1

    def test_of_changes_goes_on_from_the_last_run(self, connected: Desk) -> None:
        connected.issue()
        connected.type("reconcile", "main")
        said = connected.type("reconcile", "main", "--changes", "--json")
        assert (said.code, said.json["totals"]) == (0, [])
        changed, before = connected.ledger.history.past("main", limit=2)
        assert (changed.scope, changed.changed_since) == (Scope.CHANGES, before.started_at - timedelta(minutes=10))

    def test_is_none_where_the_provider_is_not_there(self, desk: Desk) -> None:
        said = desk.type("reconcile", "main")
        assert (said.code, said.out) == (1, "")
        assert "Book main could not be read" in said.err
        assert "counterfoil check" in said.err

    def test_waits_for_one_that_is_under_way(self, connected: Desk) -> None:
        run = connected.ledger.runs.begin("main", Scope.ALL, now=NOON, by="worker")
        connected.ledger.runs.claim(run, owner="worker", now=datetime.now(UTC), lease=timedelta(minutes=5))
        said = connected.type("reconcile", "main")
        assert said.code == 1
        assert "is being compared at this moment" in said.err
        assert "counterfoil reconcile main --runs" in said.err


class TestOptions:
    def test_an_unknown_book_names_those_that_there_are(self, desk: Desk) -> None:
        said = desk.type("reconcile", "mian")
        assert said.code == 2
        assert "Books: main" in said.err

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("--from", "2026-04-02", "--to", "2026-04-01"), "Exchange the two"),
            (("--from", "March"), "March"),
            (("--changes", "--from", "2026-04-01"), "exclude each other"),
            (("--dry-run",), "Say --repair"),
            (("--only", "duplicate"), "Say --repair"),
            (("--repair", "--only", "duplicate"), "missing_at_provider"),
            (("--runs", "--changes"), "compares nothing"),
            (("--html", "nowhere/at/all.html"), "nowhere/at/all.html"),
            (("--csv", "."), "--csv ."),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
    )
    def test_that_do_not_go_together_are_wrong_usage(
        self, connected: Desk, options: tuple[str, ...], told: str
    ) -> None:
        said = connected.type("reconcile", "main", *options)
        assert (said.code, said.out) == (2, "")
        assert told in said.err
        assert connected.ledger.history.past("main", limit=1) == []


class TestFiles:
    def test_findings_and_totals_are_two_sheets(self, connected: Desk) -> None:
        connected.issue(a_paid_order(order_id="=1+1"))
        said = connected.type("reconcile", "main", "--csv", "proof.csv")
        assert said.code == 1
        assert "proof.csv and proof-totals.csv" in said.err
        (finding,) = rows(connected, "proof.csv")
        assert (finding["class"], finding["money"], finding["currency"]) == ("missing_at_provider", "123.00", "EUR")
        assert finding["order"] == "'=1+1", "a spreadsheet would take it for a formula"
        by_rate, whole = rows(connected, "proof-totals.csv")
        assert (by_rate["rate"], by_rate["ledger_tax"], by_rate["provider_gross"]) == ("23", "23.00", "")
        assert (whole["rate"], whole["shop_gross"], whole["provider_gross"], whole["difference"]) == (
            *("all", "123.00", "0", "123.00"),
        )

    def test_the_page_holds_all_of_it_and_needs_nothing_from_elsewhere(self, connected: Desk) -> None:
        connected.issue(a_paid_order(order_id="<script>"))
        said = connected.type("reconcile", "main", "--html", "proof.html", "--json")
        assert said.code == 1
        page = (connected.folder / "proof.html").read_text(encoding="utf-8")
        assert said.json["proof"] in page
        assert "<script" not in page
        assert not re.search(r"(?:src|href|url)\s*[=(]|@import|https?:", page)
        assert "checked by" in page

    def test_a_file_that_cannot_be_written_is_told(self, connected: Desk) -> None:
        (connected.folder / "full").symlink_to("/dev/full")
        said = connected.type("reconcile", "main", "--html", "full")
        assert said.code == 2
        assert "--html full" in said.err


class TestWhereTheProviderListsNothing:
    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        desk.configure(WITHOUT_A_LIST)
        return desk

    def test_it_is_said_plainly(self, desk: Desk) -> None:
        said = desk.type("reconcile", "main")
        assert said.code == 1
        assert "Not provable at this provider" in said.err
        assert "--csv FILE" in said.err

    def test_what_stands_in_the_ledger_can_be_taken_along(self, desk: Desk) -> None:
        desk.issue()
        said = desk.type("reconcile", "main", "--csv", "book.csv")
        assert said.code == 0
        assert "1 documents" in said.out
        (document,) = rows(desk, "book.csv")
        assert (document["reference"], document["remote_id"], document["gross"]) == ("garden/1001", "r1001", "123.00")
        assert (document["paid"], document["buyer"], document["issue_date"]) == ("123.00", "Ada Example", "2026-03-04")
        assert desk.type("reconcile", "main", "--csv", "none.csv", "--to", "2026-03-03", "--json").json == {
            "book": "main",
            "provable": False,
            "documents": 0,
            "file": "none.csv",
        }


class TestPastRuns:
    def test_are_listed_the_newest_first(self, connected: Desk) -> None:
        connected.type("reconcile", "main")
        connected.issue()
        connected.type("reconcile", "main", "--from", "2026-03-01")
        said = connected.type("reconcile", "main", "--runs", "--json")
        assert said.code == 1
        newest, oldest = said.json
        assert (newest["scope"], newest["from"], newest["findings"]) == ("period", "2026-03-01", 1)
        assert newest["classes"] == {"missing_at_provider": 1}
        assert (oldest["proof"], oldest["state"], oldest["error"]) == (EQUAL, "finished", None)

    def test_in_words_show_the_trend(self, connected: Desk) -> None:
        connected.type("reconcile", "main")
        connected.issue()
        connected.type("reconcile", "main")
        said = connected.type("reconcile", "main", "--runs")
        assert "████████" in said.out
        assert "all documents" in said.out

    def test_there_may_be_none(self, connected: Desk) -> None:
        said = connected.type("reconcile", "main", "--runs", "--json")
        assert (said.code, said.json) == (0, [])


class TestRepairs:
    def test_are_tried_out_and_listed(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main", "--repair", "--dry-run")
        assert said.code == 1
        assert "would be done" in said.out
        assert "plan_again" in said.out
        assert connected.ledger.decisions.trail() == ()

    def test_need_somebody_who_says_yes(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main", "--repair")
        assert said.code == 2
        assert "--yes" in said.err
        assert connected.ledger.decisions.trail() == ()

    def test_are_begun_and_kept_with_who_did_it(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main", "--repair", "--yes")
        assert said.code == 1
        assert "1 of 1 repairs are begun" in said.out
        line = connected.ledger.views.order("garden", "1001")
        assert line is not None
        assert (line.state, line.documents[0].state) == ("due", "planned")
        (decision,) = connected.ledger.decisions.trail(shop="garden", order_id="1001")
        assert (decision.what, decision.book) == ("repair missing_at_provider plan_again", "main")
        assert "repair missing_at_provider plan_again" in connected.type("order", "garden", "1001").out

    def test_are_told_in_json_with_the_proof(self, connected: Desk) -> None:
        connected.issue()
        (told,) = connected.type("reconcile", "main", "--repair", "--yes", "--json").json["repaired"]
        assert (told["class"], told["repair"], told["done"]) == ("missing_at_provider", "plan_again", True)

    def test_touch_only_the_classes_that_were_named(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("reconcile", "main", "--repair", "--yes", "--only", "amount_different")
        assert "Nothing of it can be repaired from here" in said.out
        assert connected.ledger.decisions.trail() == ()


class TestStatus:
    def test_tells_of_a_book_that_nobody_compared(self, connected: Desk) -> None:
        connected.issue()
        said = connected.type("status")
        assert said.code == 1
        assert "compared    main, night: never yet, which is LATE" in said.out

    def test_tells_what_the_newest_comparison_found(self, connected: Desk) -> None:
        now = datetime.now(UTC)
        connected.issue()
        for by in ("schedule: night", "schedule: month", "schedule: changes"):
            run = connected.ledger.runs.begin("main", Scope.ALL, now=now, by=by)
            run = connected.ledger.runs.claim(run, owner="", now=now, lease=timedelta(minutes=1))
            connected.ledger.runs.finish(run, compared=1, differing=(), still_open=0, now=now)
        said = connected.type("status", "--json")
        assert said.code == 0
        assert [(each["round"], each["late"], each["findings"]) for each in said.json["reconciled"]] == [
            ("night", False, 0),
            ("month", False, 0),
            ("changes", False, 0),
        ]

    def test_is_silent_of_books_that_are_not_to_be_compared(self, connected: Desk) -> None:
        text = (connected.folder / "counterfoil.toml").read_text()
        connected.configure(text + "[books.main.reconcile]\nenabled = false\n")
        connected.issue()
        said = connected.type("status", "--json")
        assert (said.code, json.dumps(said.json["reconciled"])) == (0, "[]")
