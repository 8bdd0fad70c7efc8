"""The demo at each provider: every order has its one right invoice, or says why it has none.

test_faulty_demo.py plays it where lost answers can be looked up, and nothing is left to a person.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from providers.registry import PROVIDERS
from providers.sandbox.chaos import Odds
from worker.demo.run import run_demo


def told_by(capsys: pytest.CaptureFixture[str], provider: str, **faults: Any) -> Any:
    """What a demo of twenty orders tells; all came out right, else it ends otherwise."""
    code = run_demo(20, provider=provider, as_json=True, keep=False, **faults)
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    return json.loads(said.out.splitlines()[-1])  # logs stand before it


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_every_order_has_one_right_invoice_or_says_why_it_has_none(
    provider: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = told_by(capsys, provider)
    assert (told["provider"], told["orders"]) == (provider, 20)
    assert (told["duplicates"], told["missing"], told["unresolved"]) == (0, 0, 0)
    assert told["invoices"] >= 10
    assert told["invoices"] + told["cannot_express"] == 16


def test_a_lost_answer_that_cannot_be_looked_up_is_left_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odds = tmp_path / "odds.toml"
    odds.write_text("drop_after = 0.2\ndrop_before = 0.2")
    told = told_by(capsys, "webparking", faults=str(odds), odds=Odds(drop_after=0.2, drop_before=0.2))
    assert told["faults"] >= told["unresolved"] > 0
    assert (told["duplicates"], told["missing"]) == (0, 0)
    assert told["proof"].startswith("not provable at this provider")
