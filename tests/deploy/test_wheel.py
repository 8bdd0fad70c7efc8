"""The wheel holds everything: it is built and installed by the Dockerfile's own commands, and used far from here."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from sysconfig import get_path

import pytest

from providers.registry import CARDS
from tests.deploy.reading import ROOT, stages

PACKAGES = ("config", "providers", "tasks", "worker")
CONFIG = """
[shops.garden]
kind = "woocommerce"
secret = "file:garden"
book = "main"
[books.main]
provider = "invoiceocean"
base_url = "https://example.invoiceocean.com"
token = "file:main"
"""


def commands() -> list[str]:
    """What the first stage of the Dockerfile runs."""
    return [rest for word, rest in stages()[0] if word == "RUN"]


def sources() -> list[str]:
    """What the first stage copies out of the repository."""
    return [source for word, rest in stages()[0] if word == "COPY" for source in rest.split()[:-1]]


def the_one(words: str) -> str:
    """The one command that holds these words."""
    (found,) = [command for command in commands() if words in command]
    return found


class Workshop:
    """A folder that stands for the root of the image in which it is built."""

    def __init__(self, root: Path, python: Path) -> None:
        self.root = root
        self._python = python
        for source in sources():
            there = root / "src" / source
            there.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, there, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, there)

    def run(self, command: str) -> str:
        """A command of the Dockerfile, with its folders in here, and its Python ours. Returns what it said."""
        for folder in ("/wheels", "/opt/counterfoil"):
            command = command.replace(folder, f"{self.root}{folder}")
        if command.startswith("python "):
            command = f"{self._python} {command.removeprefix('python ')}"
        done = subprocess.run(
            ["/bin/sh", "-ec", command],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.root / "src",
            env={
                **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HOME"))},
                "PATH": "/usr/bin:/bin",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            },
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> Path:
        return self.root / "opt" / "counterfoil"


class Installed:
    """The program as the image has it, and a folder where nothing else is."""

    def __init__(self, environment: Path, folder: Path) -> None:
        self.folder = folder
        self._program = environment / "bin" / "counterfoil"
        folder.mkdir()
        (folder / "counterfoil.toml").write_text(CONFIG)
        for name in ("garden", "main"):
            (folder / name).write_text(f"the-secret-of-{name}\n")

    def type(self, *words: str) -> str:
        """Standard output of a command that must end well."""
        done = subprocess.run(
            [self._program, *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Everything is built and installed here but what the package depends on, which this environment has."""
    workshop = Workshop(tmp_path_factory.mktemp("image"), Path(sys.executable))
    workshop.run(the_one("--no-build-isolation"))
    workshop.run(the_one("-m venv"))
    workshop.run(f"{the_one('install --no-index --find-links=/wheels counterfoil')} --no-deps")
    (folder,) = (workshop.environment / "lib").glob("python*/site-packages")
    # Named by a .pth file, so that it gives its packages, and not the repository that is linked in there.
    (folder / "dependencies.pth").write_text(f"{get_path('purelib')}\n")
    return workshop


@pytest.fixture(scope="module")
def installed(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(workshop.environment, tmp_path_factory.mktemp("elsewhere") / "here")


@pytest.fixture(scope="module")
def packed(workshop: Workshop) -> set[str]:
    (wheel,) = (workshop.root / "wheels").glob("counterfoil-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_every_package_is_in_the_wheel(packed: set[str], workshop: Workshop) -> None:
    there = {
        str(path.relative_to(workshop.root / "src"))
        for package in PACKAGES
        for path in (workshop.root / "src" / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in there if name.endswith(".py")}
    assert {name for name in there if not name.endswith(".py")}
    assert there - packed == set()


def test_nothing_else_is_in_the_wheel(packed: set[str]) -> None:
    folders = {name.split("/")[0] for name in packed}
    assert {folder for folder in folders if not folder.startswith("counterfoil-")} == set(PACKAGES)
    assert any(name.endswith("/licenses/LICENSE") for name in packed)


def test_the_dockerfile_ends_its_first_stage_with_the_program_that_it_made(workshop: Workshop) -> None:
    assert commands()[-1] == "/opt/counterfoil/bin/counterfoil --version"
    assert workshop.run(commands()[-1]).startswith("counterfoil ")


def test_the_environment_has_no_pip_to_install_anything_with(workshop: Workshop) -> None:
    assert not list((workshop.environment / "bin").glob("pip*"))


def test_the_program_is_the_installed_one(installed: Installed, workshop: Workshop) -> None:
    told = subprocess.run(
        [workshop.environment / "bin" / "python", "-c", "import tasks; print(tasks.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=installed.folder,
    ).stdout
    assert Path(told.strip()).is_relative_to(workshop.environment)


def test_migrations_are_in_it(installed: Installed) -> None:
    installed.type("db", "upgrade")
    status = json.loads(installed.type("db", "status", "--json"))
    assert (status["ready"], status["current"]) == (True, status["expected"])


def test_templates_are_in_it(installed: Installed) -> None:
    """A new provider is laid out as in the sources, from files that are no Python."""
    for folder in ("providers/invoicing", "tests/contract/invoicing"):
        (installed.folder / folder).mkdir(parents=True)
    installed.type("provider", "new", "paperbooks")
    laid_out = {path.name for path in (installed.folder / "providers" / "invoicing" / "paperbooks").rglob("*.py")}
    assert {"card.py", "client.py", "mapping.py", "provider.py"} <= laid_out


def test_every_provider_is_in_it(installed: Installed) -> None:
    assert {card["name"] for card in json.loads(installed.type("providers", "--json"))} == set(CARDS)


@pytest.mark.soak
def test_all_commands_of_the_first_stage_make_a_program_that_works(tmp_path: Path) -> None:
    """In full: dependencies from the index that pip is set up for, each held against its hash."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "base"], check=True)
    workshop = Workshop(tmp_path / "image", tmp_path / "base" / "bin" / "python")
    for command in commands():
        workshop.run(command)
    installed = Installed(workshop.environment, tmp_path / "here")
    assert "equal, 0 missing, 0 extra, 0 duplicate, 0 different" in installed.type("demo", "--orders", "10")
