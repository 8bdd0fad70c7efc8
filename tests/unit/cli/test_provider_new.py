"""`counterfoil provider new`: a new provider, laid out so that its author is told what is to be written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.invoicing import suite
from tests.unit.cli.desk import Desk, Said
from worker.scaffold.layout import FILES

ROOT = Path(__file__).parents[3]
UNWRITTEN = re.compile(r"^E +providers\.unwritten\.Unwritten: (\S+) is not written yet: ", re.MULTILINE)


def run(*command: str, folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """A tool of development in a folder, with the repository's sources and those in `path`."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{path}:{ROOT}", "MYPYPATH": str(path)},
    )


@pytest.fixture
def sources(bare: Desk) -> Path:
    """A folder in which plug-ins are kept."""
    (bare.folder / "plugins" / "invoicing").mkdir(parents=True)
    return bare.folder


def make(desk: Desk, name: str = "my_books") -> Said:
    return desk.type("provider", "new", name, "--folder", "plugins/invoicing", "--tests", "plugins/tests")


def test_every_file_is_laid_out_and_named(bare: Desk, sources: Path) -> None:
    said = make(bare)
    assert said.code == 0
    home = sources / "plugins" / "invoicing" / "my_books"
    assert all((home / file).is_file() for file in FILES)
    for file in FILES:
        assert f"plugins/invoicing/my_books/{file}" in said.out
    assert "plugins/tests/test_my_books.py" in said.out
    assert "ProviderKind(my_books.CARD, my_books.Options, my_books.build, my_books_sandbox.sandbox)," in said.out


def test_what_is_there_stays_as_it_is(bare: Desk, sources: Path) -> None:
    make(bare)
    card = sources / "plugins" / "invoicing" / "my_books" / "card.py"
    card.write_text("mine")
    said = make(bare)
    assert said.code == 2
    assert "my_books is there already" in said.err
    assert card.read_text() == "mine"


@pytest.mark.parametrize("name", ["My-Books", "1st", "class", "", "a" * 31, "_x", "../x"])
def test_a_name_that_cannot_be_imported_is_wrong_usage(bare: Desk, sources: Path, name: str) -> None:
    said = make(bare, name)
    assert said.code == 2
    assert "NAME" in said.err
    assert "my_books" in said.err
    assert list((sources / "plugins" / "invoicing").iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/at_all", "/tmp", "not-a-package"])
def test_a_folder_that_is_not_there_or_cannot_be_imported_from_is_wrong_usage(bare: Desk, place: str) -> None:
    said = bare.type("provider", "new", "my_books", "--folder", place)
    assert said.code == 2
    assert "--folder" in said.err


@pytest.mark.parametrize("name", ["a", "my_books", "thirty_letters_make_a_long_one"])
def test_what_is_laid_out_is_in_shape(bare: Desk, sources: Path, name: str) -> None:
    make(bare, name)
    for check in (("ruff", "format", "--check"), ("ruff", "check")):
        done = run(
            *check, "--no-cache", "--config", str(ROOT / "pyproject.toml"), "plugins", folder=sources, path=sources
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_laid_out_has_the_right_types(bare: Desk, sources: Path) -> None:
    make(bare)
    (sources / "kind_of_my_books.py").write_text(
        "from plugins.invoicing.my_books import CARD, Options, build\n"
        "from plugins.invoicing.my_books.sandbox import sandbox\n"
        "from providers.ports import InvoicingProvider\n"
        "from providers.registry import ProviderKind\n"
        "KIND = ProviderKind(CARD, Options, build, sandbox)\n"
        'PROVIDER: InvoicingProvider = build(base_url="", token="")\n'
    )
    checked = ("-p", "plugins.invoicing.my_books", "-m", "kind_of_my_books")
    done = run(
        "mypy", "--cache-dir", str(sources / "cache"), "--follow-imports=silent", *checked, folder=ROOT, path=sources
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_contract_is_every_case_of_the_suite(bare: Desk, sources: Path) -> None:
    make(bare)
    laid_out = (sources / "plugins" / "tests" / "test_my_books.py").read_text()
    held = set(re.findall(r"^class \w+\((\w+Contract)\):$", laid_out, re.MULTILINE))
    assert held == {name for name in suite.__all__ if name.endswith("Contract")}


def test_its_contract_fails_for_nothing_but_what_is_not_written(bare: Desk, sources: Path) -> None:
    make(bare)
    settings = ("-q", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir", str(sources))
    done = run("pytest", *settings, "plugins/tests", folder=sources, path=sources)
    failed = re.search(r"(\d+) failed", done.stdout)
    assert failed, done.stdout + done.stderr
    told = UNWRITTEN.findall(done.stdout)
    assert int(failed[1]) == len(told)
    assert "error" not in done.stdout.splitlines()[-1]
    assert {"mapping.invoice", "client.server_time"} <= set(told)
