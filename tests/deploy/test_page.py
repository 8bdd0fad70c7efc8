"""docs/deployment.md names what there is."""

import re

import pytest

from tests.deploy.reading import DEPLOY, ROOT, UNITS, is_command

PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGE))))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\bdeploy/[\w./*-]*\w", PAGE))))
def test_a_path_is_there(path: str) -> None:
    assert list(ROOT.glob(path))


@pytest.mark.parametrize("said", sorted(set(re.findall(r"[`\n]counterfoil(?:-run)? ((?:db |book )?[a-z]+)", PAGE))))
def test_a_command_is_one(said: str) -> None:
    assert is_command(said.split())


def test_every_unit_and_every_alert_is_told() -> None:
    for path in UNITS.glob("*.timer"):
        assert path.name in PAGE
    for name in ("counterfoil.service", "counterfoil-web.service", "counterfoil-worker@1.service", "counterfoil-run"):
        assert name in PAGE
    alerts = re.findall(r"alert: (\w+)", (DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
    assert [name for name in alerts if f"`{name}`" not in PAGE] == []


def test_the_install_copies_every_unit() -> None:
    endings = {path.suffix for path in UNITS.iterdir()} & {".service", ".timer", ".target"}
    assert all(f"deploy/systemd/*{ending}" in PAGE for ending in endings)
