"""Alerts of GitHub as findings: code scanning and Dependabot.

Scopes: `security_events`; fine-grained: read for Code scanning alerts and Dependabot alerts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.providers.errors import OtherAccount
from integrations.providers.findings import FindingSource, RecheckResult, result_by_state
from integrations.providers.github.client import GitHubClient
from integrations.providers.types import FindingList, RemoteFinding, text

CODE_SCANNING, DEPENDABOT = "github_code_scanning_fixed", "github_dependabot_fixed"
ALERT_PATHS = {CODE_SCANNING: "code-scanning", DEPENDABOT: "dependabot"}
SEVERITIES = frozenset({"critical", "high", "medium", "low"})
RULE_SEVERITY = {"error": "high", "warning": "medium", "note": "low", "none": "low", None: "low"}
DISMISSED_MESSAGE = "was dismissed at GitHub, which does not fix it: decide whether to dismiss the finding"


class GitHubFindings(GitHubClient, FindingSource):
    checks = tuple(ALERT_PATHS)

    def finding_lists(self) -> Sequence[FindingList]:
        # Two lists, since either kind is disabled in many repositories.
        return (
            FindingList("code scanning alerts", lambda: self._alerts("code-scanning", code_scanning_finding)),
            FindingList("Dependabot alerts", lambda: self._alerts("dependabot", dependabot_finding)),
        )

    def _alerts(
        self, kind: str, read: Callable[[str, Any], RemoteFinding]
    ) -> Iterator[Sequence[RemoteFinding]]:
        query = {"state": "open", "per_page": 100}
        for page in self.linked_pages(self.repository_path(f"/{kind}/alerts"), query):
            yield self.parse(page, lambda alerts: self.read_rows(alerts, self._reader(read), _number))

    def _reader(self, read: Callable[[str, Any], RemoteFinding]) -> Callable[[Any], RemoteFinding]:
        return lambda alert: read(self.repository_id, alert)

    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        kind = ALERT_PATHS[key]
        number = str(evidence.get("source")).removeprefix(f"github/{self.repository_id}/{kind}/")
        if not number.isdecimal():
            raise OtherAccount("The finding belongs to another repository than the connected one.")
        response = self.request("GET", self.repository_path(f"/{kind}/alerts/{number}"))
        return self.parse(response, alert_result)


def _number(alert: Any) -> int:
    return int(alert["number"])


def alert_result(alert: Mapping[str, Any]) -> RecheckResult:
    return result_by_state(
        alert["state"],
        subject=f"Alert {int(alert['number'])}",
        fixed={"fixed": "is fixed"},
        # GitHub itself sets an alert to fixed, at its next analysis.
        open_={"open": "is still open"},
        undecided={"dismissed": DISMISSED_MESSAGE, "auto_dismissed": DISMISSED_MESSAGE},
    )


def code_scanning_finding(repository_id: str, alert: Any) -> RemoteFinding:
    number, rule, instance = int(alert["number"]), alert["rule"], alert.get("most_recent_instance") or {}
    name = rule.get("description") or rule.get("name") or rule.get("id") or "Code scanning alert"
    location = instance.get("location") or {}
    level, path = rule.get("security_severity_level"), location.get("path")
    return RemoteFinding(
        external_id=f"github/{repository_id}/code-scanning/{number}",
        url=text(alert["html_url"]),
        domain="security",
        # Findings are identified by their titles; several alerts have the same name.
        title=f"{name} (code scanning alert {number})",
        severity=level if level in SEVERITIES else RULE_SEVERITY.get(rule.get("severity"), "medium"),
        description=(instance.get("message") or {}).get("text") or "",
        assets=(("file", str(path)),) if path else (),
        evidence={
            "checks": [CODE_SCANNING],
            "rule": rule.get("id"),
            "tool": alert["tool"].get("name"),
            "location": location,
        },
    )


def dependabot_finding(repository_id: str, alert: Any) -> RemoteFinding:
    number, url = int(alert["number"]), text(alert["html_url"])
    advisory, vulnerability = alert["security_advisory"], alert["security_vulnerability"]
    package, manifest = text(vulnerability["package"]["name"]), alert["dependency"].get("manifest_path")
    patched = (vulnerability.get("first_patched_version") or {}).get("identifier")
    severity = advisory.get("severity")
    return RemoteFinding(
        external_id=f"github/{repository_id}/dependabot/{number}",
        url=url,
        domain="security",
        title=f"{package}: {text(advisory['summary'])} (Dependabot alert {number})",
        severity=severity if severity in SEVERITIES else "medium",
        description=advisory.get("description") or "",
        assets=(("file", str(manifest)),) if manifest else (),
        evidence={
            "checks": [DEPENDABOT],
            "advisory": advisory.get("ghsa_id"),
            "cve": advisory.get("cve_id"),
            "package": package,
            "vulnerable": vulnerability.get("vulnerable_version_range"),
            "first_patched": patched,
        },
        fix=_upgrade(package, patched, url),
    )


def _upgrade(package: str, patched: str | None, reference: str) -> dict[str, Any] | None:
    if not patched:
        return None
    return {
        "summary": f"Upgrade {package} to {patched} or later.",
        "steps": [f"Upgrade {package} to {patched}.", "Update the lock file and deploy."],
        "references": [reference],
    }
