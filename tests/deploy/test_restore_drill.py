"""The drill of docs/deployment.md, with a provider that goes on to know what the restored ledger has forgotten."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import load
from providers.registry import build_sandbox
from providers.sandbox.server import SandboxServer
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from tasks.ledger import migrate
from tasks.reconcile import FindingClass, reconcile
from tasks.sync import Ended
from tests.deploy.reading import DEPLOY
from tests.web.site import an_order
from worker.wiring import NoBell, Wired, utc_now, wire

SECRETS = {"GARDEN_SECRET": "a-webhook-secret-of-garden", "MAIN_TOKEN": "an-api-token-of-main"}
CONFIG = """
[ledger]
url = "sqlite:///ledger.sqlite3"
[shops.garden]
kind = "woocommerce"
secret = "env:GARDEN_SECRET"
book = "main"
[books.main]
provider = "invoiceocean"
base_url = "{url}"
token = "env:MAIN_TOKEN"
"""
SHOP = WooCommerceReplayer(secret=SECRETS["GARDEN_SECRET"], source="https://garden.example")

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def provider() -> Iterator[SandboxServer]:
    with SandboxServer(build_sandbox("invoiceocean", token=SECRETS["MAIN_TOKEN"])) as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, provider: SandboxServer) -> Path:
    file = tmp_path / "counterfoil.toml"
    file.write_text(CONFIG.format(url=provider.url))
    return file


@contextmanager
def working(config: Path) -> Iterator[Wired]:
    """The program at work on the ledger, until its machine is lost."""
    wired = wire(load(config, SECRETS), bell=lambda _: NoBell())
    try:
        migrate.upgrade(wired.store)
        yield wired
    finally:
        wired.close()


def deliver(wired: Wired, number: int) -> str:
    """The shop delivers a paid order. Returns its id."""
    signed = SHOP.delivery("order.created", an_order(number), at=datetime.now(UTC))
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return wired.work.intake.webhook("garden", headers, signed.body).order_id


def held(provider: SandboxServer) -> object:
    """The documents in the provider's books, with their payments."""
    return provider.sandbox.state()["documents"]


def script(name: str, config: Path, *arguments: str | Path, hold: str = "now") -> str:
    """Run a script as the page says. Returns what it printed."""
    done = subprocess.run(
        ["/bin/sh", DEPLOY / "backup" / name, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=config.parent,
        env={
            **SECRETS,
            "PATH": os.environ["PATH"],
            "PYTHON": sys.executable,
            "COUNTERFOIL": f"{sys.executable} -m worker.cli --config {config}",
            "PYTHONPATH": str(DEPLOY.parent),
            "HOLD": hold,
        },
    )
    return done.stdout.strip()


def test_after_a_restore_nothing_is_sent_and_the_proof_names_what_the_ledger_forgot(
    config: Path, provider: SandboxServer
) -> None:
    ledger = config.parent / "ledger.sqlite3"
    with working(config) as wired:
        wired.work.sync.run("garden", deliver(wired, 1))
        second = deliver(wired, 2)
        copy = script("backup.sh", config, ledger, config.parent / "copies")
        wired.work.sync.run("garden", second)
        third = deliver(wired, 3)
        wired.work.sync.run("garden", third)
        assert reconcile(wired.ledger, wired.books["main"], wired.fronts, utc_now).good
    there = held(provider)
    for lost in config.parent.glob("ledger.sqlite3*"):
        lost.unlink()

    script("restore.sh", config, copy, ledger)
    with working(config) as wired:
        assert [book.name for book in wired.ledger.books.paused()] == ["main"]
        assert wired.work.sync.run("garden", second) is Ended.PAUSED
        assert deliver(wired, 3) == third  # the shop sends again what the ledger does not know
        assert wired.work.sync.run("garden", third) is Ended.PAUSED
        report = reconcile(wired.ledger, wired.books["main"], wired.fronts, utc_now)
    assert held(provider) == there
    assert {(finding.kind, finding.reference) for finding in report.findings} == {
        (FindingClass.MISSING_IN_LEDGER, f"garden/{second}"),
        (FindingClass.MISSING_IN_LEDGER, f"garden/{third}"),
    }
    assert report.run.equal == 1


def test_a_restored_ledger_that_forgot_nothing_is_proved_and_goes_on(config: Path, provider: SandboxServer) -> None:
    ledger = config.parent / "ledger.sqlite3"
    with working(config) as wired:
        wired.work.sync.run("garden", deliver(wired, 1))
        second = deliver(wired, 2)
        copy = script("backup.sh", config, ledger, config.parent / "copies")
    script("restore.sh", config, copy, ledger, hold="later")
    with working(config) as wired:
        report = reconcile(wired.ledger, wired.books["main"], wired.fronts, utc_now)
        assert (report.findings, report.run.equal) == ((), 1)
        assert wired.work.sync.run("garden", second) is Ended.DROVE
        assert reconcile(wired.ledger, wired.books["main"], wired.fronts, utc_now).run.equal == 2
