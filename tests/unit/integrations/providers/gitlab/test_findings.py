"""Vulnerability findings of GitLab."""

from typing import Any

import pytest

from integrations.providers.errors import ProviderUnavailable
from integrations.providers.gitlab import GitLab
from tests.fakes.trackers.gitlab import FakeGitLab
from tests.unit.integrations.providers.gitlab.vulnerabilities import vulnerability


def findings_of(provider: GitLab) -> list[Any]:
    return [finding for page in provider.finding_lists()[0].pages() for finding in page]


def test_vulnerability_becomes_a_security_finding_with_its_fix(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.findings = [vulnerability()]

    (found,) = findings_of(provider)

    assert found.title == "Authentication bypass in saml2-js (dependency scanning finding b29ed5a1)"
    assert (found.severity, found.domain, found.assets) == (
        "critical",
        "security",
        (("file", "yarn.lock"),),
    )
    assert found.external_id == "gitlab/42/vulnerability/b29ed5a1-4a1c-5a0d-9d0e-111111111111"
    assert found.url == f"{gitlab.url}/acme/shop/web-app/-/security/vulnerability_report"
    assert found.evidence["identifiers"] == ["CVE-2017-11429"]
    assert found.fix == {
        "summary": "Upgrade to fixed version.",
        "steps": ["Upgrade to fixed version."],
        "references": ["https://advisories.example/1", found.url],
    }
    (listed,) = gitlab.received("GET", "/vulnerability_findings")
    assert listed.query == {"scope": "all", "per_page": "100"}


def test_dismissed_and_resolved_vulnerabilities_are_left_out(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.findings = [
        vulnerability(state="dismissed"),
        vulnerability(state="resolved"),
        vulnerability(dismissal_feedback={"id": 1}),
        vulnerability(uuid="c1", state="confirmed"),
        vulnerability(uuid="c2", state="of tomorrow"),
    ]
    gitlab.page_size = 2

    assert [finding.external_id.rpartition("/")[2] for finding in findings_of(provider)] == ["c1", "c2"]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("critical", "critical"),
        ("High", "high"),
        ("medium", "medium"),
        ("low", "low"),
        ("info", "low"),
        ("unknown", "medium"),
        ("of tomorrow", "medium"),
        (None, "medium"),
    ],
)
def test_severity_is_mapped_to_ours(
    provider: GitLab, gitlab: FakeGitLab, severity: Any, expected: str
) -> None:
    gitlab.findings = [vulnerability(severity=severity)]

    assert [finding.severity for finding in findings_of(provider)] == [expected]


def test_vulnerability_with_few_members_is_read(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.findings = [{"id": 5, "name": "Weak cipher", "location": None, "identifiers": None, "links": 3}]

    (found,) = findings_of(provider)

    assert found.title == "Weak cipher (vulnerability finding 5)"
    assert (found.assets, found.fix, found.description) == ((), None, "")


@pytest.mark.parametrize("broken", [{"name": None}, {"state": 5}])
def test_vulnerability_without_a_name_or_with_a_state_of_another_form_is_left_out(
    provider: GitLab, gitlab: FakeGitLab, broken: dict[str, Any]
) -> None:
    gitlab.findings = [vulnerability(**broken) | {"uuid": "bad"}, vulnerability()]

    assert len(findings_of(provider)) == 1
    assert provider.unreadable == ["bad"]


def test_vulnerability_without_a_state_is_open(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.findings = [vulnerability(state=None)]

    assert len(findings_of(provider)) == 1


def test_vulnerabilities_of_which_none_can_be_read_are_unavailable(
    provider: GitLab, gitlab: FakeGitLab
) -> None:
    gitlab.findings = [vulnerability(name=None)] * 2

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        findings_of(provider)
