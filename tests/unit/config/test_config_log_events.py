"""The page on logging names every event that the code writes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WRITTEN = re.compile(r'\blog\.(?:debug|info|warning|error|exception)\(\s*"([^"]+)"')
PACKAGES = ("config", "providers", "tasks", "worker")


def written() -> set[str]:
    modules = [module for package in PACKAGES for module in (ROOT / package).rglob("*.py")]
    return {event for module in modules for event in WRITTEN.findall(module.read_text())}


@pytest.mark.parametrize("event", sorted(written()))
def test_every_event_in_the_code_is_on_the_page(event: str) -> None:
    assert f"`{event}`" in (ROOT / "docs" / "logging.md").read_text()


def test_every_event_on_the_page_is_in_the_code() -> None:
    table = (ROOT / "docs" / "logging.md").read_text().split("## Core events")[1]
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    told = {event for cell in first_cells for event in re.findall(r"`([^`]+)`", cell)}
    assert told == written()
