"""`demo` and `sandbox`: what their doors refuse."""

from pathlib import Path

import pytest

from tests.unit.cli.desk import Desk
from worker.cli.errors import Complaint
from worker.cli.sandbox import _secret


def test_a_provider_without_a_sandbox_names_those_that_have_one(desk: Desk) -> None:
    said = desk.type("sandbox", "invoicelake")
    assert said.code == 2
    assert "invoicelake" in said.err
    assert "invoiceocean" in said.err


def test_a_port_that_is_none_is_wrong_usage(desk: Desk) -> None:
    assert desk.type("sandbox", "invoiceocean", "--port", "99999").code == 2


def test_a_demo_of_no_orders_is_wrong_usage(desk: Desk) -> None:
    assert desk.type("demo", "--orders", "0").code == 2


def test_a_demo_of_too_few_orders_for_a_story_is_wrong_usage(desk: Desk) -> None:
    assert desk.type("demo", "--orders", "4").code == 2


def test_a_provider_without_a_demo_names_those_that_have_one(desk: Desk) -> None:
    said = desk.type("demo", "--provider", "invoicelake")
    assert said.code == 2
    assert "invoicelake" in said.err
    assert "acs, acuinvoice, drupal_invoice, invoiceocean, webparking" in said.err


def test_a_token_may_be_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "from-the-environment")
    (tmp_path / "token").write_text("from-a-file\n")
    assert _secret("env:SOME_TOKEN") == "from-the-environment"
    assert _secret(f"file:{tmp_path / 'token'}") == "from-a-file"
    assert _secret("as-it-is") == "as-it-is"


@pytest.mark.parametrize("token", ["env:NO_SUCH_VARIABLE", "file:/no/such/file", ""])
def test_a_token_that_cannot_be_had_is_told(token: str) -> None:
    with pytest.raises(Complaint) as told:
        _secret(token)
    assert told.value.remedy
