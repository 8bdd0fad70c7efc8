"""compose.yaml and its configuration: everything that is named exists, and every command is one."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.deploy.reading import (
    DEPLOY,
    Tree,
    documents,
    is_command,
    is_pinned,
    loaded,
    longest_call,
    seconds,
    secrets_in,
    stages,
)

(COMPOSE,) = documents(DEPLOY / "compose.yaml")
CONFIG = DEPLOY / "counterfoil.compose.toml"
SERVICES: dict[str, Tree] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("counterfoil:")}

_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h))+$"}
_SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image", "restart", "read_only", "cap_drop", "security_opt", "networks", "deploy", "logging"],
    "properties": {
        "image": {"type": "string"},
        "build": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"context": {"type": "string"}, "dockerfile": {"type": "string"}},
        },
        "entrypoint": _TEXTS,
        "command": _TEXTS,
        "user": {"type": "string", "pattern": r"^\d+:\d+$"},
        "init": {"type": "boolean"},
        "restart": {"enum": ["no", "unless-stopped"]},
        "profiles": _TEXTS,
        "read_only": {"const": True},
        "cap_drop": {"const": ["ALL"]},
        "cap_add": _TEXTS,
        "security_opt": {"const": ["no-new-privileges:true"]},
        "shm_size": {"type": "string", "pattern": r"^\d+m$"},
        "stop_grace_period": _DURATION,
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "secrets": _TEXTS,
        "volumes": _TEXTS,
        "tmpfs": _TEXTS,
        "networks": _TEXTS,
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^127\.0\.0\.1:\d+:\d+$"}},
        "configs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["source", "target"],
                "additionalProperties": False,
                "properties": {"source": {"type": "string"}, "target": {"type": "string", "pattern": "^/"}},
            },
        },
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "additionalProperties": False,
                "properties": {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}},
            },
        },
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "test": {"type": "array", "contains": {"const": "CMD"}, "items": {"type": "string"}},
                "interval": _DURATION,
                "timeout": _DURATION,
                "start_period": _DURATION,
                "retries": {"type": "integer", "minimum": 1},
                "disable": {"type": "boolean"},
            },
        },
        "logging": {
            "type": "object",
            "required": ["driver", "options"],
            "properties": {"options": {"type": "object", "additionalProperties": {"type": "string"}}},
        },
        "deploy": {
            "type": "object",
            "additionalProperties": False,
            "required": ["resources"],
            "properties": {
                "resources": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["limits"],
                    "properties": {
                        "limits": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["cpus", "memory", "pids"],
                            "properties": {
                                "cpus": {"type": "string", "pattern": r"^\d+\.\d+$"},
                                "memory": {"type": "string", "pattern": r"^\d+[mg]$"},
                                "pids": {"type": "integer"},
                            },
                        }
                    },
                }
            },
        },
    },
}
"""What of the specification is used here, and what each service must have besides."""


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_confined_and_written_as_compose_reads_it(name: str) -> None:
    jsonschema.validate(SERVICES[name], _SERVICE)


def test_the_file_has_no_part_that_compose_does_not_know() -> None:
    named = {part for part in COMPOSE if not part.startswith("x-")}
    assert named == {"name", "services", "networks", "volumes", "configs", "secrets"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_whatever_a_service_names_exists(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert {config["source"] for config in service.get("configs", [])} <= set(COMPOSE["configs"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    for other, how in service.get("depends_on", {}).items():
        waited_for = SERVICES[other]
        if how["condition"] == "service_healthy":
            assert waited_for["healthcheck"]["test"]
        else:
            assert waited_for["restart"] == "no"
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        is_known = (DEPLOY / source).is_dir() or source == "./backups" if source.startswith(".") else True
        assert is_known
        assert source.startswith(".") or source in COMPOSE["volumes"]


def test_every_file_that_is_mounted_is_there_but_for_the_secrets() -> None:
    for config in COMPOSE["configs"].values():
        assert (DEPLOY / config["file"]).is_file()
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {
        f"./secrets/{name}" for name in COMPOSE["secrets"]
    }
    assert "/secrets/" in (DEPLOY / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_image_has_a_version(name: str) -> None:
    assert is_pinned(SERVICES[name]["image"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_is_one_of_the_program(name: str) -> None:
    assert is_command(OURS[name]["command"])


def test_the_image_that_is_used_is_the_one_that_is_built() -> None:
    version = next(rest for word, rest in stages()[1] if word == "ARG" and rest.startswith("VERSION="))
    assert {service["image"] for service in OURS.values()} == {f"counterfoil:{version.removeprefix('VERSION=')}"}
    for service in OURS.values():
        context = DEPLOY / service["build"]["context"]
        assert (context / service["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_all_three_processes_run_and_wait_for_a_ledger_that_is_ready() -> None:
    assert [OURS[name]["command"] for name in ("migrate", "web", "worker", "beat")] == [
        ["db", "upgrade"],
        ["web"],
        ["worker"],
        ["beat"],
    ]
    for name in ("web", "worker", "beat"):
        assert OURS[name]["restart"] == "unless-stopped"
        assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_a_worker_has_time_to_finish_the_longest_call() -> None:
    assert seconds(OURS["worker"]["stop_grace_period"]) > longest_call() + 10
    assert seconds(OURS["web"]["stop_grace_period"]) > 15


def test_only_those_that_listen_are_asked_for_their_health() -> None:
    assert [name for name in OURS if not OURS[name].get("healthcheck", {}).get("disable")] == ["web"]


def test_database_and_broker_cannot_be_reached_from_outside_and_reach_nobody() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("db", "broker", "migrate", "beat", "backup"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_the_configuration_is_one_and_its_secrets_are_those_that_are_mounted(tmp_path: Path) -> None:
    settings = loaded(CONFIG, tmp_path)
    assert settings.broker.url.get_secret_value() == "redis://broker:6379/0"
    assert settings.web.host == "0.0.0.0"
    published = {port.split(":")[2] for port in SERVICES["web"]["ports"]}
    assert published == {str(settings.web.port)}
    for service in OURS.values():
        assert {f"/run/secrets/{name}" for name in service["secrets"]} == secrets_in(CONFIG)
        assert service["configs"][0]["target"] == "/etc/counterfoil/counterfoil.toml"


def test_no_password_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("/run/secrets/")
    assert "POSTGRES_HOST_AUTH_METHOD" not in json.dumps(COMPOSE)


def test_a_backup_is_made_with_the_tools_of_the_database_itself() -> None:
    assert SERVICES["backup"]["image"] == SERVICES["db"]["image"]
    script = Path(SERVICES["backup"]["command"][0])
    assert (DEPLOY / "backup" / script.name).is_file()
    assert f"./backup:{script.parent}:ro" in SERVICES["backup"]["volumes"]
