"""`--faults` of the demo and of the sandbox: what is named is injected, what cannot be used is explained."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def _counterfoil(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "worker.cli", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)


def test_the_demo_is_exact_though_the_provider_fails() -> None:
    done = _counterfoil("demo", "--orders", "15", "--json", "--faults", "heavy")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] > 0
    assert (told["duplicates"], told["missing"]) == (0, 0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("drop_aftr = 0.1", ("drop_aftr: there is no such key", "drop_after")),
        ("drop_after = 1.5", ("drop_after: Input should be less than or equal to 1", "shares from 0 to 1")),
        ('drop_after = "often"', ("drop_after: Input should be a valid number", "shares from 0 to 1")),
        ("drop_after = 0.8\ndrip = 0.5", ("drop_after: with it the odds add up to 1.3", "1 at most")),
        ("drop_after = ", ("Invalid value (at end of document)", "Correct the TOML")),
    ],
)
@pytest.mark.parametrize("command", [("demo",), ("sandbox", "invoiceocean")])
def test_odds_that_cannot_be_used_name_the_key_and_the_remedy(
    tmp_path: Path, command: tuple[str, ...], text: str, complaint: tuple[str, str]
) -> None:
    file = tmp_path / "odds.toml"
    file.write_text(text)
    done = _counterfoil(*command, "--faults", str(file))
    assert done.returncode == 2
    assert [part for part in complaint if part not in done.stderr] == []


def test_a_profile_that_there_is_not_is_explained() -> None:
    done = _counterfoil("demo", "--faults", "hevy")
    assert done.returncode == 2
    assert "hevy: there is no such file" in done.stderr
    assert "light or heavy" in done.stderr
