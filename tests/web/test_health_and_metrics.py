"""What the process tells of itself."""

import time
from pathlib import Path
from statistics import median

import pytest
import requests
from sqlalchemy import text

from tests.web.site import Site, an_order, open_site, signed


def test_a_process_with_a_ledger_is_alive_and_ready(site: Site) -> None:
    assert site.get("/healthz").json() == {"status": "ok"}
    answer = site.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "problems": []})


def test_an_empty_database_is_not_ready_and_says_what_to_do(tmp_path: Path) -> None:
    with open_site(tmp_path, f"sqlite:///{tmp_path}/empty.db") as site:
        answer = site.get("/readyz")
    assert answer.status_code == 503
    assert "counterfoil db upgrade" in answer.json()["problems"][0]


@pytest.mark.parametrize(
    ("revision", "status"),
    [("0001", 503), ("0999", 200), ("1001", 503)],
    ids=["an older one", "a newer one", "one of a newer era"],
)
def test_an_older_ledger_is_not_ready_and_a_newer_one_is(site: Site, revision: str, status: int) -> None:
    """A newer program beside this one may have brought the ledger further; an older shape lacks what this one needs."""
    with site.wired.store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    assert site.get("/readyz").status_code == status


def test_the_metrics_count_deliveries_refusals_and_orders(site: Site) -> None:
    site.deliver(signed(an_order()))
    site.deliver(signed(an_order()))
    site.deliver(signed(b"{"))
    site.deliver(signed(an_order()), shop="nobody")
    answer = site.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = set(answer.text.splitlines())
    assert {
        'counterfoil_deliveries_total{verdict="applied"} 1.0',
        'counterfoil_deliveries_total{verdict="duplicate"} 1.0',
        'counterfoil_deliveries_total{verdict="unreadable"} 1.0',
        'counterfoil_refusals_total{status="404"} 1.0',
        'counterfoil_orders{state="due"} 1.0',
        "counterfoil_due_orders 1.0",
        "counterfoil_unreadable_events 1.0",
        'counterfoil_notices{state="given-up"} 0.0',
    } <= told


def test_an_answer_is_not_held_back_to_be_sent_with_the_next(site: Site) -> None:
    """Nagle's algorithm and delayed acknowledgements together cost 40 ms an answer, on every one of a connection."""
    took = []
    with requests.Session() as kept:
        for _ in range(60):
            began = time.monotonic()
            kept.post(f"{site.url}/webhooks/nobody", data=b"x", timeout=30)
            took.append(time.monotonic() - began)
    assert median(took) < 0.03
