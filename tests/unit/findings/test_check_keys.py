"""Unknown keys of checks are rejected, and the nearest ones are named."""

import pytest

from findings import check_keys
from findings.models import Finding
from tests import factories
from tests.factories import Scenario


def test_keys_of_the_scanner_and_of_providers_are_known():
    assert [check_keys.is_known(key) for key in ("security_header_csp", "cloudflare_min_tls", "no_such")] == [
        True, True, False,
    ]  # fmt: skip


def test_nearest_key_is_named_first():
    assert check_keys.nearest("security_header_cps")[0] == "security_header_csp"
    assert check_keys.nearest("cloudflare_min_tsl")[0] == "cloudflare_min_tls"
    assert check_keys.nearest("qqqqqqqqqqqqqqqq") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "suggestion"),
    [
        ("security_header_cps", "Did you mean security_header_csp"),
        ("qqqqqqqqqqqqqqqq", "GET …/checks lists them"),
    ],
)
def test_unknown_key_in_a_report_is_rejected_with_the_nearest_ones(
    scenario: Scenario, key: str, suggestion: str
):
    body = {"domain": "security", "title": "A finding", "checks": ["lcp", key]}

    response = scenario.client.call("post", "findings", body)
    bulk = scenario.client.call("post", "findings/bulk", {"findings": [body]})

    assert (response.status_code, bulk.status_code) == (422, 422)
    assert suggestion in response.json()["error"]["details"]["checks.1"][0]
    assert suggestion in bulk.json()["error"]["details"]["findings.0.checks.1"][0]
    assert Finding.objects.count() == 0


def test_suggestion_reads_as_a_question():
    assert check_keys.suggestion("security_header_cps") == (
        "Did you mean security_header_csp, security_header_corp or security_header_coop?"
    )
    assert check_keys.suggestion("lcpp") == "Did you mean lcp or fcp?"
    assert check_keys.suggestion("qqqqqqqqqqqqqqqq") == ""


@pytest.mark.django_db
def test_unknown_key_in_the_evidence_is_rejected_if_it_would_verify_the_finding(scenario: Scenario):
    evidence = {"checks": ["lcp", "security_header_cps"]}
    body = {"domain": "security", "title": "A finding", "evidence": evidence}

    rejected = scenario.client.call("post", "findings", body)
    accepted = scenario.client.call("post", "findings", {**body, "checks": ["lcp"]})

    assert "Did you mean security_header_csp" in rejected.json()["error"]["details"]["evidence.checks.1"][0]
    assert (rejected.status_code, accepted.status_code) == (422, 201)


@pytest.mark.django_db
@pytest.mark.parametrize("checks", ["all", [1, 2], ["Two words"]])
def test_evidence_of_another_form_is_kept_as_it_is(scenario: Scenario, checks: object):
    body = {"domain": "security", "title": "A finding", "evidence": {"checks": checks}}

    assert scenario.client.call("post", "findings", body).json()["data"]["evidence"] == {"checks": checks}


@pytest.mark.django_db
def test_filter_by_an_unknown_key_names_the_nearest_ones(scenario: Scenario):
    factories.finding(scenario)

    rejected = {
        key: scenario.client.call("get", f"findings?check={key}").json()["error"]["details"]["check"][0]
        for key in ("security_header_cps", "qqqqqqqqqqqqqqqq", "Not-a-key", "q" * 5000)
    }

    assert rejected["security_header_cps"].startswith(
        "'security_header_cps' is not a check. Did you mean security_header_csp"
    )
    assert rejected["qqqqqqqqqqqqqqqq"] == "'qqqqqqqqqqqqqqqq' is not a check. GET …/checks lists them."
    assert rejected["Not-a-key"] == "'Not-a-key' is not a check. GET …/checks lists them."
    assert len(rejected["q" * 5000]) < 200


@pytest.mark.django_db
def test_filter_finds_the_rows_of_a_check_that_was_removed(scenario: Scenario):
    finding = factories.finding(scenario, severity="high")
    Finding.objects.filter(pk=finding.pk).update(check_keys=["removed_check"])

    def found(query: str) -> list[str] | int:
        response = scenario.client.call("get", f"findings?{query}")
        return (
            response.status_code
            if response.status_code != 200
            else [row["id"] for row in response.json()["data"]]
        )

    assert found("check=removed_check") == [str(finding.pk)]
    assert found("check=removed_check&severity=low") == []
    assert found("check=lcp") == []
    assert factories.scenario().client.call("get", "findings?check=removed_check").status_code == 422
