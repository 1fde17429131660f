"""Alerts of GitHub as findings."""

from typing import Any

import pytest

from integrations.providers.errors import ProviderUnavailable
from integrations.providers.github import GitHub
from tests.fakes.specs import load_spec, requires_spec
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.providers.github.alerts import code_scanning_alert, dependabot_alert


@requires_spec("github.json")
def test_examples_of_the_description_become_findings(provider: GitHub, github: FakeGitHub) -> None:
    github.alerts["code-scanning"] = load_spec("github.json").sample("GET", "/repos/a/b/code-scanning/alerts")

    source = provider.finding_lists()[0]
    found = [finding for page in source.pages() for finding in page]

    assert source.name == "code scanning alerts"
    assert [(f.title, f.severity, f.domain) for f in found] == [
        ("Arbitrary file write during zip extraction (code scanning alert 4)", "high", "security"),
        ("Arbitrary file write during zip extraction (code scanning alert 3)", "high", "security"),
    ]
    assert found[0].external_id == "github/1296269/code-scanning/4"
    assert found[0].url == "https://github.com/octocat/hello-world/code-scanning/4"
    assert found[0].assets == (("file", "spec-main/api-session-spec.ts"),)
    (listed,) = github.received("GET", "/alerts")
    assert listed.query == {"state": "open", "per_page": "100"}


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ({"security_severity_level": "critical", "severity": "note"}, "critical"),
        ({"security_severity_level": "low", "severity": "error"}, "low"),
        ({"security_severity_level": None, "severity": "error"}, "high"),
        ({"severity": "warning"}, "medium"),
        ({"severity": "note"}, "low"),
        ({"severity": None}, "low"),
        ({"security_severity_level": "strange"}, "low"),
        ({"security_severity_level": "strange", "severity": "error"}, "high"),
        ({"severity": "strange"}, "medium"),
    ],
)
def test_severity_is_the_security_level_else_the_rule_severity(
    provider: GitHub, github: FakeGitHub, rule: dict[str, Any], severity: str
) -> None:
    github.alerts["code-scanning"] = [code_scanning_alert(**rule)]

    assert [f.severity for page in provider.finding_lists()[0].pages() for f in page] == [severity]


def test_dependabot_alert_becomes_a_finding_with_the_upgrade_as_fix(
    provider: GitHub, github: FakeGitHub
) -> None:
    github.alerts["dependabot"] = [dependabot_alert()]

    (found,) = [finding for page in provider.finding_lists()[1].pages() for finding in page]

    assert found.title == "django: Information leakage (Dependabot alert 2)"
    assert (found.severity, found.assets) == ("high", (("file", "requirements.txt"),))
    assert found.evidence["first_patched"] == "2.0.2"
    assert found.fix is not None
    assert found.fix["summary"] == "Upgrade django to 2.0.2 or later."


def test_dependabot_alert_without_patch_has_no_fix(provider: GitHub, github: FakeGitHub) -> None:
    alert = dependabot_alert()
    alert["security_vulnerability"]["first_patched_version"] = None
    github.alerts["dependabot"] = [alert]

    (found,) = [finding for page in provider.finding_lists()[1].pages() for finding in page]

    assert found.fix is None


ADVISORY = {**dependabot_alert()["security_advisory"], "summary": None}


@pytest.mark.parametrize(
    ("list_index", "alert"),
    [
        (0, {**code_scanning_alert(), "html_url": None}),
        (1, dependabot_alert(html_url=None)),
        (1, dependabot_alert(security_advisory=ADVISORY)),
    ],
)
def test_alert_without_a_title_or_url_is_left_out(
    provider: GitHub, github: FakeGitHub, list_index: int, alert: dict[str, Any]
) -> None:
    good = [code_scanning_alert(), dependabot_alert()][list_index]
    github.alerts = dict.fromkeys(("code-scanning", "dependabot"), [{**alert, "number": 99}, good])

    (page,) = provider.finding_lists()[list_index].pages()

    assert [finding.external_id.rpartition("/")[2] for finding in page] == [str(good["number"])]
    assert provider.unreadable == ["99"]


def test_alerts_of_which_none_can_be_read_are_unavailable(provider: GitHub, github: FakeGitHub) -> None:
    github.alerts["code-scanning"] = [{**code_scanning_alert(), "html_url": None}] * 2

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        list(provider.finding_lists()[0].pages())
