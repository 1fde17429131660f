"""The chart renders valid resources, none of which has a privilege."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from devtools import helm
from krafter_audit.conf.declarations import SETTINGS, settings_of_providers

needs_helm = pytest.mark.skipif(not helm.HELM.exists(), reason="./krafter lint installs Helm.")
VALUES = yaml.safe_load((helm.CHART / "values.yaml").read_text())
SCHEMA = json.loads((helm.CHART / "values.schema.json").read_text())
CUSTOM = {"ScaledObject", "PodMonitor"}


@pytest.fixture(scope="module")
def resources() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(helm.render(*helm.OPTIONAL)))


def pods(resources: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in resources:
        if resource["kind"] in ("Deployment", "Job"):
            yield resource["metadata"]["name"], resource["spec"]["template"]["spec"]


def variables(pod: dict[str, Any]) -> list[str]:
    return [variable["name"] for variable in pod["containers"][0]["env"]]


def test_values_match_their_schema() -> None:
    jsonschema.validate(VALUES, SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"publicUrl": "audit.example.com"},
        {"image": {"repository": "krafter-audit", "digest": "sha256:12"}},
        {"settings": {"KRAFTER_LOG_JSON": True}},
        {"wokers": {}},
        {"workers": {"general": {**VALUES["workers"]["general"], "queues": ["unknown"]}}},
        {"workers": {"web": VALUES["workers"]["general"]}},
    ],
    ids=["url", "digest", "setting", "unknown", "queue", "name of another Deployment"],
)
def test_wrong_values_are_rejected(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(VALUES | wrong, SCHEMA)


@needs_helm
def test_secret_settings_and_those_of_the_chart_are_rejected_as_values_and_all_others_accepted(
    resources: list[dict[str, Any]],
) -> None:
    rules = jsonschema.Draft7Validator(SCHEMA["properties"]["settings"])
    declared = [*SETTINGS, *settings_of_providers()]
    secret = {setting.name for setting in declared if setting.secret}
    replaceable = {*VALUES["settings"], "KRAFTER_ALLOWED_HOSTS"}
    set_by_chart = {name for _, pod in pods(resources) for name in variables(pod)} - replaceable

    names = {setting.name for setting in declared} | set_by_chart
    rejected = {name for name in names if not rules.is_valid({name: "x"})}

    assert rejected == secret | set_by_chart
    assert {"HOME", "KRAFTER_PUBLIC_URL", "KRAFTER_WORKER_METRICS"} <= set_by_chart


@needs_helm
def test_no_container_has_a_variable_twice() -> None:
    names = {setting.name for setting in (*SETTINGS, *settings_of_providers())} | {"HOME", "POD_IP"}
    rules = jsonschema.Draft7Validator(SCHEMA["properties"]["settings"])
    accepted = [f"settings.{name}=x" for name in sorted(names) if rules.is_valid({name: "x"})]

    for name, pod in pods(list(yaml.safe_load_all(helm.render(*accepted)))):
        assert len(set(variables(pod))) == len(variables(pod)) > len(accepted), name


@needs_helm
def test_policies_admit_a_dns_cache_and_an_external_load_balancer() -> None:
    values = ("networkPolicy.dnsNetworks={169.254.20.10/32}", "networkPolicy.ingressNetworks={10.9.0.0/24}")
    policies = {
        policy["metadata"]["name"]: policy["spec"]
        for policy in yaml.safe_load_all(helm.render(*values))
        if policy["kind"] == "NetworkPolicy"
    }

    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in policies["demo-default"]["egress"][0]["to"]
    assert {"ipBlock": {"cidr": "10.9.0.0/24"}} in policies["demo-web"]["ingress"][0]["from"]


def test_every_queue_has_a_worker() -> None:
    consumed = {queue for worker in VALUES["workers"].values() for queue in worker["queues"]}

    assert consumed == {
        "celery", "sync", "webhook", "export", "verify_http", "verify_browser", "scan_http", "scan_browser",
    }  # fmt: skip


@pytest.mark.slow
@needs_helm
def test_resources_are_valid_for_kubernetes(resources: list[dict[str, Any]]) -> None:
    known = [resource for resource in resources if resource["kind"] not in CUSTOM]

    for resource in known:
        kubernetes_validate.validate(resource, "1.33", strict=True)
    assert {resource["kind"] for resource in resources} == {
        "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy", "Job", "Ingress", *CUSTOM,
    }  # fmt: skip


@needs_helm
def test_no_pod_has_a_privilege_and_every_root_is_read_only(resources: list[dict[str, Any]]) -> None:
    found = list(pods(resources))

    assert {"demo-web", "demo-beat", "demo-migrate"} <= {name for name, _ in found}
    for name, pod in found:
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["resources"]["limits"]["memory"]
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]


@needs_helm
def test_every_deployment_has_a_disruption_budget_and_workers_scale_by_age(
    resources: list[dict[str, Any]],
) -> None:
    names = {kind: {r["metadata"]["name"] for r in resources if r["kind"] == kind} for kind in
             ("Deployment", "PodDisruptionBudget", "ScaledObject")}  # fmt: skip
    queries = [
        r["spec"]["triggers"][0]["metadata"]["query"] for r in resources if r["kind"] == "ScaledObject"
    ]

    assert [r for r in resources if "fallback" in r.get("spec", {})] == []  # KEDA rejects it with this metric
    assert names["Deployment"] == names["PodDisruptionBudget"]
    assert names["ScaledObject"] == names["Deployment"] - {"demo-web", "demo-beat"}
    assert len(queries) == len(names["ScaledObject"]) > 0
    assert all(query.startswith('max(krafter_pending_oldest_seconds{kind=~"') for query in queries)


@needs_helm
def test_owner_of_the_tables_is_known_to_the_migrations_only(resources: list[dict[str, Any]]) -> None:
    owner = {
        name
        for name, pod in pods(resources)
        for source in pod["containers"][0]["envFrom"]
        if source["secretRef"]["name"] == "krafter-audit-owner"
    }

    assert owner == {"demo-migrate"}


@needs_helm
def test_browsers_share_no_node_and_are_replaced_in_place(resources: list[dict[str, Any]]) -> None:
    browsers = [
        resource
        for resource in resources
        if resource["kind"] == "Deployment" and resource["metadata"]["name"].startswith("demo-browser-")
    ]

    assert len(browsers) == 2
    for browser in browsers:
        [rule] = browser["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        selected = rule["labelSelector"]["matchLabels"]
        assert selected == {"app.kubernetes.io/instance": "demo", "krafter-audit/browser": "true"}
        assert all(
            selected.items() <= other["spec"]["template"]["metadata"]["labels"].items() for other in browsers
        )
        assert browser["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 1, "maxSurge": 0}
