"""A vulnerability of GitLab, as its API returns it."""

from typing import Any


def vulnerability(**changes: Any) -> dict[str, Any]:
    return {
        "id": 3,
        "uuid": "b29ed5a1-4a1c-5a0d-9d0e-111111111111",
        "report_type": "dependency_scanning",
        "name": "Authentication bypass in saml2-js",
        "severity": "critical",
        "state": "detected",
        "scanner": {"external_id": "gemnasium", "name": "Gemnasium"},
        "identifiers": [{"external_type": "cve", "name": "CVE-2017-11429", "url": "https://x.example"}],
        "description": "Some XML DOM traversal is wrong.",
        "links": [{"url": "https://advisories.example/1"}, {}],
        "location": {"file": "yarn.lock", "dependency": {"version": "1.5.0"}},
        "solution": "Upgrade to\r\nfixed version.",
        "project": {"id": 42, "full_path": "/acme/shop/web-app"},
        "dismissal_feedback": None,
        **changes,
    }
