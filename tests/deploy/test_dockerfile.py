"""The Dockerfile, read; `test_wheel.py` runs the commands of its first stage."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings, load
from tests.deploy.reading import DEPLOY, ROOT, assignments, dockerfile, is_command, is_pinned, stages
from tests.web.site import open_site


def told(word: str) -> list[str]:
    """What this instruction says in the stage that runs, each time."""
    return [rest for name, rest in stages()[1] if name == word]


def test_both_stages_stand_on_one_base_image_with_a_version() -> None:
    arguments = dict(rest.split("=", 1) for word, rest in dockerfile()[:1] if word == "ARG")
    assert is_pinned(arguments["PYTHON_IMAGE"])
    assert [rest for word, rest in dockerfile() if word == "FROM"] == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]


def test_the_base_image_has_a_python_that_the_package_names() -> None:
    version = re.search(r"python:(\d+\.\d+)\.\d+", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    assert version
    assert f"Programming Language :: Python :: {version[1]}" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_it_runs_as_a_user_without_rights_and_is_stopped_as_the_program_expects() -> None:
    (user,) = told("USER")
    assert re.fullmatch(r"[1-9]\d{4}:[1-9]\d{4}", user)
    assert f"--uid {user.split(':', maxsplit=1)[0]} " in "".join(told("RUN"))
    assert told("STOPSIGNAL") == ["SIGTERM"]


def test_it_starts_a_real_command() -> None:
    assert [json.loads(rest) for rest in told("ENTRYPOINT")] == [["counterfoil"]]
    (command,) = (json.loads(rest) for rest in told("CMD"))
    assert is_command(command)


def test_its_environment_are_real_settings(tmp_path: Path) -> None:
    environ = {name: value for rest in told("ENV") for name, value in assignments(rest).items()}
    ours = {name: value for name, value in environ.items() if name.startswith("COUNTERFOIL_")}
    assert ours.pop("COUNTERFOIL_CONFIG") == "/etc/counterfoil/counterfoil.toml"
    assert load(None, ours).web.host == "0.0.0.0"  # reachable from outside of the container
    assert environ["PATH"].startswith("/opt/counterfoil/bin:")


def test_its_labels_are_those_of_the_open_container_initiative() -> None:
    labels = {name: value for rest in told("LABEL") for name, value in assignments(rest).items()}
    package = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(labels) == {
        f"org.opencontainers.image.{name}" for name in ("title", "description", "licenses", "version", "revision")
    }
    assert f'description = "{labels["org.opencontainers.image.description"]}"' in package
    assert f'license = "{labels["org.opencontainers.image.licenses"]}"' in package
    version = next(rest for word, rest in stages()[1] if word == "ARG" and rest.startswith("VERSION="))
    assert f'version = "{version.removeprefix("VERSION=")}"' in package


def test_no_address_of_an_index_and_no_secret_stands_in_it() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    for word in ("index-url", "PIP_INDEX", "trusted-host", "http:", "https:", "TOKEN", "PASSWORD", "SECRET"):
        assert word not in text
    assert "--require-hashes" in text


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    """The builder gets what the allow-list names, and no more."""
    admitted = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for word, rest in dockerfile()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied == admitted
    assert all((ROOT / source).exists() for source in copied)


def test_nothing_is_admitted_before_everything_is_ignored() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"


@pytest.mark.usefixtures("socket_enabled")
def test_the_health_check_tells_a_living_process_from_none(tmp_path: Path, migrated_sqlite: Path) -> None:
    check = json.loads(told("HEALTHCHECK")[0].partition("CMD ")[2])
    assert (check[0], f", {Settings().web.port}, " in check[2]) == ("python", True)
    with open_site(tmp_path, f"sqlite:///{migrated_sqlite}") as site:
        asking = check[2].replace(f", {Settings().web.port}, ", f", {site.address[1]}, ")
        alive = subprocess.run([sys.executable, check[1], asking], check=False)
    gone = subprocess.run([sys.executable, check[1], asking], check=False, stderr=subprocess.DEVNULL)
    assert (alive.returncode, gone.returncode) == (0, 1)
