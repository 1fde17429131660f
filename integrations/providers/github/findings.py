"""Alerts of GitHub: code scanning and Dependabot, read into findings, and asked about again."""

from collections.abc import Mapping
from typing import Any

from integrations.providers.base import RemoteFinding
from integrations.providers.recheck import Reply, by_state

CODE_SCANNING, DEPENDABOT = "github_code_scanning_fixed", "github_dependabot_fixed"
KINDS = {CODE_SCANNING: "code-scanning", DEPENDABOT: "dependabot"}
RULE_SEVERITY = {"error": "high", "warning": "medium", "note": "low", "none": "low", None: "low"}
SEVERITIES = frozenset({"critical", "high", "medium", "low"})
DISMISSED = "was dismissed at GitHub, which does not mend it: decide whether to dismiss the finding"


def state_of(alert: Mapping[str, Any]) -> Reply:
    """Judge an alert by its state; GitHub sets it to fixed itself when it no longer sees the fault."""
    return by_state(
        alert["state"],
        mended={"fixed": "is fixed, as GitHub has seen"},
        open_={"open": "is still open"},
        undecided={"dismissed": DISMISSED, "auto_dismissed": DISMISSED},
        what=f"Alert {int(alert['number'])}",
    )


def code_alert(repository: str, alert: Any) -> RemoteFinding:
    """Return a code scanning alert as a finding."""
    rule, instance = alert["rule"], alert.get("most_recent_instance") or {}
    what = rule.get("description") or rule.get("name") or rule.get("id") or "Code scanning alert"
    place = instance.get("location") or {}
    level = rule.get("security_severity_level")
    path = place.get("path")
    return RemoteFinding(
        external_id=f"{repository}/code-scanning/{int(alert['number'])}",
        url=str(alert["html_url"]),
        domain="security",
        title=f"{what} (code scanning alert {int(alert['number'])})",
        severity=level if level in SEVERITIES else RULE_SEVERITY.get(rule.get("severity"), "medium"),
        description=(instance.get("message") or {}).get("text") or "",
        assets=(("file", str(path)),) if path else (),
        evidence={
            "checks": [CODE_SCANNING],
            "rule": rule.get("id"),
            "tool": alert["tool"].get("name"),
            "location": place,
        },
    )


def dependabot_alert(repository: str, alert: Any) -> RemoteFinding:
    """Return a Dependabot alert as a finding."""
    advisory, weakness = alert["security_advisory"], alert["security_vulnerability"]
    package, manifest = weakness["package"]["name"], alert["dependency"].get("manifest_path")
    patched = (weakness.get("first_patched_version") or {}).get("identifier")
    severity = advisory.get("severity")
    return RemoteFinding(
        external_id=f"{repository}/dependabot/{int(alert['number'])}",
        url=str(alert["html_url"]),
        domain="security",
        title=f"{package}: {advisory['summary']} (Dependabot alert {int(alert['number'])})",
        severity=severity if severity in SEVERITIES else "medium",
        description=advisory.get("description") or "",
        assets=(("file", str(manifest)),) if manifest else (),
        evidence={
            "checks": [DEPENDABOT],
            "advisory": advisory.get("ghsa_id"),
            "cve": advisory.get("cve_id"),
            "package": package,
            "vulnerable": weakness.get("vulnerable_version_range"),
            "first_patched": patched,
        },
        fix=_upgrade(package, patched, str(alert["html_url"])),
    )


def _upgrade(package: str, patched: str | None, reference: str) -> dict[str, Any] | None:
    if not patched:
        return None
    return {
        "summary": f"Upgrade {package} to {patched} or later.",
        "steps": [f"Raise {package} to {patched}.", "Update the lock file and deploy."],
        "references": [reference],
    }
