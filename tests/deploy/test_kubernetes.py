"""The manifests: each held against Kubernetes' own schemas, and all of them against each other and the program."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from config.settings import load
from tasks.jobs import CHORES, ORDERS
from tests.deploy.reading import DEPLOY, Tree, documents, is_command, is_pinned, loaded, longest_call, secrets_in
from worker.web.app import create_app

FOLDER = DEPLOY / "kubernetes"
BASE = FOLDER / "base"
EXAMPLE = FOLDER / "overlays" / "example"
KUSTOMIZATIONS = [BASE / "kustomization.yaml", FOLDER / "keda" / "kustomization.yaml", EXAMPLE / "kustomization.yaml"]
LABEL = "app.kubernetes.io/component"
COMMON = documents(BASE / "kustomization.yaml")[0]["labels"][0]["pairs"]
VERSIONS = ("1.29", "1.33", "1.37")
"""The oldest that the manifests are for, and newer ones."""


def manifests() -> Iterator[tuple[str, Tree]]:
    """Each object with its name, but for kustomize's own files."""
    for path in sorted(FOLDER.rglob("*.yaml")):
        if path not in KUSTOMIZATIONS:
            for tree in documents(path):
                yield f"{path.stem}/{tree['kind']}/{tree['metadata']['name']}", tree


EVERY = dict(manifests())
CORE = {name: tree for name, tree in EVERY.items() if not tree["apiVersion"].startswith("keda.sh/")}
PODS: dict[str, Tree] = {
    tree["metadata"]["name"].removeprefix("counterfoil-"): tree["spec"]["template"]
    for tree in EVERY.values()
    if "template" in tree.get("spec", {})
}


def of_kind(kind: str) -> dict[str, Tree]:
    return {tree["metadata"]["name"]: tree for tree in EVERY.values() if tree["kind"] == kind}


def labels_of(pod: Tree) -> dict[str, str]:
    """As kustomize leaves them."""
    return {**COMMON, **pod["metadata"]["labels"]}


def container(pod: Tree) -> Tree:
    (only,) = pod["spec"]["containers"]
    return only


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(CORE))
def test_a_manifest_is_what_kubernetes_takes(name: str, version: str) -> None:
    kubernetes_validate.validate(CORE[name], version, strict=True)


def test_the_validator_does_refuse_what_is_wrong() -> None:
    wrong = {**CORE["web/Service/counterfoil"], "spec": {"ports": [{"port": "eighty"}]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


@pytest.mark.parametrize("path", KUSTOMIZATIONS, ids=lambda path: path.parent.name)
def test_a_kustomization_names_files_that_are_there(path: Path) -> None:
    (tree,) = documents(path)
    named = [*tree.get("resources", ()), *tree.get("components", ())]
    named += [file for made in tree.get("configMapGenerator", ()) for file in made["files"]]
    assert named
    assert all((path.parent / name).exists() for name in named)
    assert tree["kind"] in {"Kustomization", "Component"}


def test_every_manifest_of_the_base_is_part_of_it() -> None:
    (tree,) = documents(BASE / "kustomization.yaml")
    there = {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(tree["resources"]) == there


def test_every_patch_meets_an_object_and_a_place_in_it() -> None:
    for path in KUSTOMIZATIONS:
        for patch in documents(path)[0].get("patches", ()):
            target = of_kind(patch["target"]["kind"])[patch["target"]["name"]]
            assert "/spec/replicas" in patch["patch"]
            assert target["spec"]["replicas"]


def test_all_processes_are_deployed_by_real_commands() -> None:
    said = {name: container(pod)["args"] for name, pod in PODS.items()}
    assert said == {"web": ["web"], "worker": ["worker"], "beat": ["beat"], "migrate": ["db", "upgrade"]}
    assert all(is_command(words) for words in said.values())
    assert {pod["spec"].get("restartPolicy") for name, pod in PODS.items() if name == "migrate"} == {"OnFailure"}


@pytest.mark.parametrize("name", sorted(PODS))
def test_a_pod_is_confined(name: str) -> None:
    spec = PODS[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(PODS[name])["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] in of_kind("ServiceAccount")
    assert set(container(PODS[name])["resources"]) == {"requests", "limits"}


@pytest.mark.parametrize("name", sorted(PODS))
def test_a_pod_runs_as_the_user_of_the_image_with_a_pinned_version_of_it(name: str) -> None:
    user = PODS[name]["spec"]["securityContext"]["runAsUser"]
    assert f"USER {user}:" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert is_pinned(container(PODS[name])["image"])


@pytest.mark.parametrize("name", sorted(PODS))
def test_a_pod_mounts_what_it_has_and_has_what_it_mounts(name: str) -> None:
    volumes = {volume["name"]: volume for volume in PODS[name]["spec"]["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container(PODS[name])["volumeMounts"]}
    assert set(volumes) == set(mounts)
    generated = {made["name"] for made in documents(BASE / "kustomization.yaml")[0]["configMapGenerator"]}
    assert volumes["config"]["configMap"]["name"] in generated
    assert mounts["config"] == "/etc/counterfoil"
    assert volumes["secrets"]["secret"]["defaultMode"] == 0o440
    for config in (BASE / "counterfoil.toml", EXAMPLE / "counterfoil.toml"):
        assert all(secret.startswith(f"{mounts['secrets']}/") for secret in secrets_in(config))


def test_every_selector_selects_pods_that_there_are() -> None:
    selectors: dict[str, Mapping[str, str]] = {}
    for name, tree in EVERY.items():
        spec = tree.get("spec", {})
        found = spec.get("podSelector") or spec.get("selector")
        if found is not None:
            selectors[name] = found.get("matchLabels", found)
        for rule in spec.get("template", {}).get("spec", {}).get("topologySpreadConstraints", ()):
            selectors[f"{name} spread"] = rule["labelSelector"]["matchLabels"]
    assert len(selectors) == 11
    for name, selector in selectors.items():
        assert selector, name
        assert any(selector.items() <= labels_of(pod).items() for pod in PODS.values()), name
    for name, deployment in of_kind("Deployment").items():
        wanted = deployment["spec"]["selector"]["matchLabels"]
        met = [key for key, pod in PODS.items() if wanted.items() <= labels_of(pod).items()]
        assert [f"counterfoil-{key}" for key in met] == [name]


def test_probes_ask_routes_that_there_are() -> None:
    app: Any = create_app(intake=None, health=None, metrics=None, body_limit=1)  # type: ignore[arg-type]
    routes = {route.path for route in app.routes}
    web = container(PODS["web"])
    assert {kind: web[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert {"/healthz", "/readyz", "/metrics"} <= routes
    assert PODS["web"]["metadata"]["annotations"]["prometheus.io/path"] == "/metrics"
    for backend in of_kind("Ingress")["counterfoil"]["spec"]["rules"][0]["http"]["paths"]:
        assert f"{backend['path']}{{shop}}" in routes


def test_a_liveness_probe_asks_nothing_of_the_database() -> None:
    """Else a database that is away would have every process restarted, which does not bring it back."""
    assert container(PODS["web"])["livenessProbe"]["httpGet"]["path"] == "/healthz"
    for name in ("worker", "beat", "migrate"):
        assert not {key for key in container(PODS[name]) if key.endswith("Probe")}


def test_ports_are_named_alike_and_are_the_one_of_the_configuration(tmp_path: Path) -> None:
    (port,) = container(PODS["web"])["ports"]
    settings = loaded(BASE / "counterfoil.toml", tmp_path)
    assert (port["containerPort"], settings.web.host) == (settings.web.port, "0.0.0.0")
    (service,) = of_kind("Service")["counterfoil"]["spec"]["ports"]
    assert service["targetPort"] == port["name"]
    (allowed,) = of_kind("NetworkPolicy")["counterfoil-web"]["spec"]["ingress"]
    assert [each["port"] for each in allowed["ports"]] == [port["name"]]
    backend = of_kind("Ingress")["counterfoil"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert (backend["name"], backend["port"]["name"]) == ("counterfoil", service["name"])


@pytest.mark.parametrize("config", [BASE / "counterfoil.toml", EXAMPLE / "counterfoil.toml"], ids=["base", "example"])
def test_the_configuration_is_one_for_several_processes(config: Path, tmp_path: Path) -> None:
    settings = loaded(config, tmp_path)
    assert not settings.broker.in_process
    assert settings.ledger.url.scheme == "postgresql+psycopg"


def test_the_names_of_services_that_kubernetes_puts_into_the_environment_disturb_nothing() -> None:
    made = {"COUNTERFOIL_SERVICE_HOST": "10.0.0.1", "COUNTERFOIL_PORT": "tcp://10.0.0.1:80"}
    assert load(None, made).web.port == 8080
    assert {pod["spec"]["enableServiceLinks"] for pod in PODS.values()} == {False}


def test_a_worker_has_time_to_finish_the_longest_call() -> None:
    assert PODS["worker"]["spec"]["terminationGracePeriodSeconds"] > longest_call() + 10
    assert PODS["web"]["spec"]["terminationGracePeriodSeconds"] > 20


def test_a_node_can_be_drained_and_some_of_each_remain() -> None:
    budgets = {name: tree["spec"] for name, tree in of_kind("PodDisruptionBudget").items()}
    assert budgets["counterfoil-web"]["minAvailable"] == 1
    assert budgets["counterfoil-worker"]["maxUnavailable"] == 1
    deployments = of_kind("Deployment")
    assert {name for name in deployments if deployments[name]["spec"]["replicas"] > 1} == set(budgets)
    assert deployments["counterfoil-beat"]["spec"]["strategy"] == {"type": "Recreate"}


def test_only_workers_reach_providers_and_only_the_web_is_reached() -> None:
    policies = {name: tree["spec"] for name, tree in of_kind("NetworkPolicy").items()}
    everyone = policies["counterfoil"]
    assert everyone["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everyone
    assert {port["port"] for rule in everyone["egress"] for port in rule["ports"]} == {53, 5432, 6379}
    for pod in PODS.values():
        assert everyone["podSelector"]["matchLabels"].items() <= labels_of(pod).items()
    out = [
        (name, port["port"])
        for name, spec in policies.items()
        if name != "counterfoil"
        for rule in spec.get("egress", ())
        for port in rule["ports"]
    ]
    assert out == [("counterfoil-worker", 443)]
    assert [name for name, spec in policies.items() if "ingress" in spec] == ["counterfoil-web"]


def test_workers_are_scaled_by_what_really_grows(tmp_path: Path) -> None:
    scaled = of_kind("ScaledObject")["counterfoil-worker"]
    spec = scaled["spec"]
    assert scaled["apiVersion"] == "keda.sh/v1alpha1"
    assert spec["scaleTargetRef"]["name"] in of_kind("Deployment")
    assert 0 < spec["minReplicaCount"] <= spec["fallback"]["replicas"] <= spec["maxReplicaCount"]
    triggers = {trigger["type"]: trigger["metadata"] for trigger in spec["triggers"]}
    assert all(isinstance(value, str) for metadata in triggers.values() for value in metadata.values())
    assert (triggers["redis"]["listName"], CHORES) == (ORDERS, "chores")
    settings = loaded(BASE / "counterfoil.toml", tmp_path)
    assert (
        f"redis://{triggers['redis']['address']}/{triggers['redis']['databaseIndex']}"
        == settings.broker.url.get_secret_value()
    )
    assert "counterfoil_due_orders{" in triggers["prometheus"]["query"]


def test_the_connections_of_all_processes_fit_a_database_as_it_comes(tmp_path: Path) -> None:
    """PostgreSQL takes 100, three of which are for its administrator."""
    each = loaded(EXAMPLE / "counterfoil.toml", tmp_path).ledger.pool_size * 2 + 1  # at most, and one for slots
    (example,) = documents(EXAMPLE / "kustomization.yaml")
    web = int(example["patches"][0]["patch"].rpartition("value: ")[2])
    workers = of_kind("ScaledObject")["counterfoil-worker"]["spec"]["maxReplicaCount"]
    beat_and_migration = 2
    assert (web + workers) * each + beat_and_migration <= 97
