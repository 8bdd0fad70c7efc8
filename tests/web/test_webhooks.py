"""What each delivery is answered, and what is kept of it."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from structlog.testing import capture_logs

from tests.web.site import BODY_LIMIT, SECRETS, Site, an_order, open_site, signed


def test_a_verified_order_is_kept(site: Site) -> None:
    answer = site.deliver(signed(an_order()))
    assert (answer.status_code, answer.json()["verdict"]) == (200, "applied")
    assert site.orders == [answer.json()["order"]]


def test_a_repeat_is_acknowledged_and_kept_once(site: Site) -> None:
    verdicts = [site.deliver(signed(an_order())).json()["verdict"] for _ in range(3)]
    assert verdicts == ["applied", "duplicate", "duplicate"]
    assert len(site.orders) == 1


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64 at all", "\xff\xfe"])
def test_a_wrong_signature_is_401_and_nothing_is_kept(site: Site, signature: str) -> None:
    answer = site.deliver(signed(an_order()), **{"X-WC-Webhook-Signature": signature})
    assert answer.status_code == 401
    assert site.orders == []


def test_a_missing_signature_is_401_and_nothing_is_kept(site: Site) -> None:
    answer = site.post("/webhooks/garden", an_order(), {"X-WC-Webhook-Topic": "order.created"})
    assert answer.status_code == 401
    assert site.orders == []


def test_a_body_that_was_changed_on_the_way_is_401(site: Site) -> None:
    true = signed(an_order())
    assert site.post("/webhooks/garden", true.body + b" ", true.headers).status_code == 401
    assert site.orders == []


def test_an_unknown_shop_is_404_and_nothing_is_kept(site: Site) -> None:
    assert site.deliver(signed(an_order()), shop="nobody").status_code == 404
    assert site.orders == []


def test_a_body_over_the_limit_is_413_by_what_it_promises(site: Site) -> None:
    assert site.deliver(signed(b"x" * (BODY_LIMIT + 1))).status_code == 413
    assert site.orders == []


def test_a_body_over_the_limit_is_413_though_it_promises_nothing(site: Site) -> None:
    true = signed(b"x" * (BODY_LIMIT * 3))
    pieces: Iterator[bytes] = (true.body[start : start + 10_000] for start in range(0, len(true.body), 10_000))
    answer = site.post("/webhooks/garden", pieces, true.headers)  # type: ignore[arg-type]  # requests sends it in chunks
    assert answer.status_code == 413
    assert site.orders == []


def test_a_body_at_the_limit_is_read(site: Site) -> None:
    assert site.deliver(signed(b"x" * BODY_LIMIT)).json()["verdict"] == "unreadable"


def test_an_order_in_chunks_is_kept(site: Site) -> None:
    true = signed(an_order())
    pieces: Iterator[bytes] = (true.body[start : start + 100] for start in range(0, len(true.body), 100))
    answer = site.post("/webhooks/garden", pieces, true.headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["verdict"]) == (200, "applied")


def test_the_unsigned_ping_is_200_and_nothing_is_kept(site: Site) -> None:
    answer = site.post("/webhooks/garden", b"webhook_id=7", {"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.json()) == (200, {"verdict": "greeting", "order": None})
    assert site.orders == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"id": 7}', b'{"id": "' + b"9" * 500 + b'"}'])
def test_what_is_verified_but_holds_no_order_is_200_and_shown_to_people(site: Site, body: bytes) -> None:
    answer = site.deliver(signed(body))
    assert (answer.status_code, answer.json()["verdict"]) == (200, "unreadable")
    lines = list(site.wired.ledger.views.orders(state="attention"))
    assert [line.reason.code for line in lines if line.reason] == ["unreadable"]


def test_equal_deliveries_at_the_same_instant_make_one_event_and_one_order(site: Site) -> None:
    true, threads = signed(an_order()), 16
    together = Barrier(threads)

    def send() -> str:
        together.wait()
        return str(site.deliver(true).json()["verdict"])

    with ThreadPoolExecutor(threads) as pool:
        verdicts = sorted(each.result() for each in [pool.submit(send) for _ in range(threads)])
    assert verdicts == ["applied"] + ["duplicate"] * (threads - 1)
    (order,) = site.orders
    story = site.wired.ledger.views.story("garden", order)
    assert story is not None
    assert [moment.what for moment in story.moments] == ["received"]


def test_different_orders_at_the_same_instant_are_all_kept(site: Site) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: site.deliver(signed(an_order(number))), range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(site.orders) == 40


@pytest.mark.parametrize(
    "ledger", ["postgresql+psycopg://nobody:pa55word@127.0.0.1:1/none", "sqlite:///{folder}/no/such/folder/ledger.db"]
)
def test_without_a_ledger_every_delivery_is_503_and_asked_for_again(tmp_path: Path, ledger: str) -> None:
    with open_site(tmp_path, ledger.format(folder=tmp_path)) as site:
        answer = site.deliver(signed(an_order()))
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert site.get("/readyz").status_code == 503
        assert site.get("/metrics").status_code == 503
        assert site.get("/healthz").status_code == 200
        assert "pa55word" not in site.get("/readyz").text + site.get("/metrics").text + answer.text


def test_a_ledger_that_is_no_database_is_503(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"this is no database, and long enough to be looked at " * 100)
    with open_site(tmp_path, f"sqlite:///{tmp_path}/ledger.db") as site:
        assert site.deliver(signed(an_order())).status_code == 503
        assert site.get("/readyz").status_code == 503


def test_no_secret_stands_in_an_answer_or_in_the_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as told:
        answers = [
            site.deliver(signed(an_order())),
            site.deliver(signed(an_order()), **{"X-WC-Webhook-Signature": SECRETS["GARDEN_SECRET"]}),
            site.deliver(signed(b"{")),
            site.deliver(signed(an_order()), shop="nobody"),
            *(site.get(path) for path in ("/healthz", "/readyz", "/metrics", "/openapi.json")),
        ]
    said = json.dumps([repr(entry) for entry in told]) + caplog.text
    said += "".join(answer.text + repr(answer.headers) for answer in answers)
    assert [secret for secret in SECRETS.values() if secret in said] == []
    assert told
