"""`counterfoil notices`: what shops were told, and what became of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import RemoteState
from providers.domain.facts import Facts
from tasks.ledger.ledger import Ledger
from tasks.ledger.notices import Notice
from tasks.ledger.store import Store
from tests.builders import NOON, a_paid_order
from tests.unit.cli.desk import GENERIC_SECRET, TOML, Desk

NOTIFY = """
[notify]
url = "https://shop.example/hooks"
secret = "env:KIOSK_SECRET"
"""
FACTS = Facts(
    state=RemoteState.PAID,
    paid=Decimal("123.00"),
    emailed_at=NOON,
    tax_office="ok",
    tax_office_id="KSEF-1",
    url="https://books.example/r1001",
)


@pytest.fixture
def told(desk: Desk) -> Desk:
    """An order whose invoice was e-mailed and seen by the tax office: two notices."""
    desk.issue(a_paid_order())
    store = Store(f"sqlite:///{desk.folder / 'ledger.sqlite3'}")
    heard = Ledger(store, notified={"garden"})
    placed = heard.notices.document("main", "r1001", now=NOON)
    assert placed is not None
    heard.notices.learn(placed.pk, FACTS, now=NOON)
    store.close()
    return desk


def claimed(desk: Desk) -> Notice:
    notice = desk.ledger.notices.claim(["garden"], now=NOON, until=NOON + timedelta(minutes=1))
    assert notice is not None
    return notice


def give_up(desk: Desk) -> Notice:
    notice = claimed(desk)
    desk.ledger.notices.given_up(notice, error="POST /hooks: answered 410")
    return notice


def test_those_that_were_given_up_show_in_the_status(told: Desk) -> None:
    give_up(told)
    assert told.type("status", "--json").json["notices"] == {"due": 1, "delivered": 0, "given-up": 1}
    said = told.type("status").out
    assert "notices     1 due, 0 delivered, 1 given-up" in said
    assert "counterfoil notices --state given-up" in said


def test_a_status_without_notices_is_silent_of_them(desk: Desk) -> None:
    assert "notices" not in desk.type("status").out


def test_notices_are_listed_as_json(told: Desk) -> None:
    said = told.type("notices", "--json")
    assert said.code == 0
    emailed, office = said.json
    assert (emailed["kind"], office["kind"]) == ("invoice.emailed", "invoice.tax_office")
    assert (emailed["shop"], emailed["order"], emailed["state"], emailed["attempts"]) == ("garden", "1001", "due", 0)
    assert office["body"]["data"]["tax_office_id"] == "KSEF-1"


def test_what_was_given_up_ends_with_one_and_is_told_with_its_cause(told: Desk) -> None:
    notice = give_up(told)
    said = told.type("notices", "--state", "given-up")
    assert said.code == 1
    assert notice.key in said.out
    assert "answered 410" in said.out
    assert told.type("notices", "--state", "due").code == 0


def test_the_list_can_be_narrowed(told: Desk) -> None:
    give_up(told)
    assert [each["state"] for each in told.type("notices", "--state", "due", "--json").json] == ["due"]
    assert len(told.type("notices", "--limit", "1", "--json").json) == 1
    assert told.type("notices", "--shop", "kiosk", "--json").json == []
    assert "No notices." in told.type("notices", "--shop", "kiosk").err


def test_a_shop_or_a_state_that_there_is_not_is_wrong_usage(told: Desk) -> None:
    said = told.type("notices", "--shop", "gardn")
    assert (said.code, "garden" in said.err) == (2, True)
    assert told.type("notices", "--state", "lost").code == 2


def test_a_notice_is_delivered_once_more_when_a_person_wants_it(told: Desk) -> None:
    key = give_up(told).key
    said = told.type("notices", "retry", key)
    assert said.code == 0
    assert key in said.out
    (again, _) = told.ledger.notices.listed()
    assert (again.key, again.state) == (key, "due")
    assert [decision.what for decision in told.ledger.decisions.trail()] == ["retry notice"]


def test_a_notice_that_there_is_not_cannot_be_retried(told: Desk) -> None:
    said = told.type("notices", "retry", "notice_0")
    assert said.code == 1
    assert "counterfoil notices" in said.err


def test_the_order_tells_what_the_provider_says_and_what_the_shop_was_told(told: Desk) -> None:
    told.ledger.notices.delivered(claimed(told), now=NOON)
    give_up(told)
    said = told.type("order", "garden", "1001")
    assert (
        "the provider says: paid, paid there: 123.00, e-mailed 2026-03-04 12:00:00Z, tax office: ok KSEF-1, "
        "https://books.example/r1001"
    ) in said.out
    assert "invoice.emailed for the shop, delivered 2026-03-04 12:00:00Z" in said.out
    assert "invoice.tax_office for the shop, given-up: POST /hooks: answered 410" in said.out


def test_the_order_tells_the_same_to_scripts(told: Desk) -> None:
    said = told.type("order", "garden", "1001", "--json").json
    facts = said["documents"][0]["facts"]
    assert (facts["state"], facts["paid"], facts["recorded"]) == ("paid", "123.00", "123.00")
    notices = [moment for moment in said["timeline"] if moment["what"] == "notice"]
    assert [moment["data"]["state"] for moment in notices] == ["due", "due"]


class TestChecking:
    @pytest.fixture(autouse=True)
    def _sockets(self, socket_enabled: None) -> None:
        """`check` asks the book's provider, where here nobody listens."""

    def test_check_tells_where_notices_go(self, desk: Desk) -> None:
        desk.configure(TOML + NOTIFY)
        lines = {line["check"]: line for line in desk.type("check", "--json").json}
        assert lines["notify"]["result"] == "ok"
        assert lines["notify"]["text"] == "notices of garden, kiosk to https://shop.example/hooks, signed"

    def test_a_shop_may_have_a_listener_of_its_own(self, desk: Desk) -> None:
        own = NOTIFY.replace("[notify]", "[shops.garden.notify]").replace("shop.example", "garden.example")
        desk.configure(TOML + NOTIFY + own)
        lines = {line["check"]: line["text"] for line in desk.type("check", "--json").json}
        assert lines["notify"].startswith("notices of kiosk to https://shop.example")
        assert lines["shops.garden.notify"].startswith("notices of garden to https://garden.example")

    @pytest.mark.parametrize(
        ("line", "named"),
        [
            ('secret = "env:NOT_SET"', "NOT_SET"),
            ('secret = "env:GARDEN_SECRET"', "notify.secret"),
            ("", "secret"),
            ('secret = "whsec_abc"', "secret"),
        ],
        ids=["not set", "no secret of the kind", "missing", "in the file"],
    )
    def test_a_secret_that_cannot_be_used_is_told_with_its_remedy(self, desk: Desk, line: str, named: str) -> None:
        desk.configure(f'{TOML}\n[notify]\nurl = "https://shop.example/hooks"\n{line}\n')
        said = desk.type("check")
        assert said.code == 2
        assert named in said.err

    @pytest.mark.parametrize(
        "url", ["http://shop.example/hooks", "http://10.0.0.7/hooks", "ftp://shop.example", "hooks"]
    )
    def test_an_address_that_cannot_be_used_is_told_with_its_remedy(self, desk: Desk, url: str) -> None:
        desk.configure(TOML + NOTIFY.replace("https://shop.example/hooks", url))
        said = desk.type("check")
        assert said.code == 2
        assert "notify.url" in said.err

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hooks", "http://localhost/hooks", "http://[::1]:9000"])
    def test_on_this_machine_plain_http_will_do(self, desk: Desk, url: str) -> None:
        desk.configure(TOML + NOTIFY.replace("https://shop.example/hooks", url))
        assert "notify" in {line["check"] for line in desk.type("check", "--json").json}

    def test_a_hint_token_must_fit_an_address(self, desk: Desk) -> None:
        desk.configure(f'{TOML}hint_token = "env:GARDEN_SECRET"\n')
        desk.type("check", "--json")
        said = desk.type("check", environ={"GARDEN_SECRET": "too/short"})
        assert said.code == 2
        assert "books.main.hint_token" in said.err


def test_the_times_in_tables_are_utc(told: Desk) -> None:
    assert datetime.now(UTC) > NOON
    assert "2026-03-04 12:00:00Z" in told.type("notices").out
    assert GENERIC_SECRET not in told.type("notices").out
