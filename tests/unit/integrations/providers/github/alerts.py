"""Alerts of GitHub, as its API returns them."""

from typing import Any


def code_scanning_alert(**rule: Any) -> dict[str, Any]:
    return {
        "number": 7,
        "html_url": "https://github.com/acme/web-app/security/code-scanning/7",
        "rule": {"id": "js/xss", "description": "Cross-site scripting", **rule},
        "tool": {"name": "CodeQL"},
        "most_recent_instance": {},
    }


def dependabot_alert(**changes: Any) -> dict[str, Any]:
    return {
        "number": 2,
        "html_url": "https://github.com/acme/web-app/security/dependabot/2",
        "dependency": {"package": {"name": "django"}, "manifest_path": "requirements.txt"},
        "security_advisory": {
            "ghsa_id": "GHSA-rf4j-j272-fj86",
            "cve_id": "CVE-2018-6188",
            "summary": "Information leakage",
            "description": "AuthenticationForm leaks.",
            "severity": "high",
        },
        "security_vulnerability": {
            "package": {"name": "django"},
            "severity": "high",
            "vulnerable_version_range": ">= 2.0.0, < 2.0.2",
            "first_patched_version": {"identifier": "2.0.2"},
        },
        **changes,
    }
