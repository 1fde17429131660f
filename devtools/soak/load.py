"""Mixed load on a system: threads that scan, verify, export, share and read, and count the responses."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from devtools.demo.client import DemoFailed, send

CHECKS = ["security_header_csp", "a11y_image_alt"]  # the second runs in the browser
SCANS_AT_FIRST = 6  # warm up every process of the workers at the beginning


class Load:
    """Clients that send requests until stopped; `responses` counts them by action and status."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.site = facts["demo_site"]
        self.key = facts["api_key"]
        self.audit = f"{facts['url']}/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit"
        self.responses: Counter[tuple[str, int]] = Counter()
        self.stopped = threading.Event()
        actions: dict[Callable[[], None], float] = {  # seconds between two calls
            self.scan: 45, self.verify: 1, self.export: 10, self.share: 5, self.read: 0.2, self.report_finding: 0.5,
        }  # fmt: skip
        self.threads = [
            threading.Thread(target=self.repeat, args=action, daemon=True) for action in actions.items()
        ]

    def start(self) -> None:
        for _ in range(SCANS_AT_FIRST):
            self.scan()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)

    @property
    def errors(self) -> dict[tuple[str, int], int]:
        """Return the responses that no correct system gives under load: none at all (status 0), or 5xx."""
        return {key: number for key, number in self.responses.items() if key[1] == 0 or key[1] >= 500}

    def repeat(self, action: Callable[[], None], seconds: float) -> None:
        while not self.stopped.wait(seconds):
            action()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return its data, {} without any."""
        action = f"{method} {path.split('?')[0].split('/')[1]}"
        try:
            response = send(method, f"{self.audit}{path}", body=body, key=self.key)
        except DemoFailed:
            self.responses[action, 0] += 1
            return {}
        self.responses[action, response.status] += 1
        is_json = response.content_type == "application/json"
        return (json.loads(response.body).get("data") if is_json else None) or {}

    def scan(self) -> None:
        self.call("POST", "/scans/run", {"url": f"{self.site}/"})

    def verify(self) -> None:
        finding = self.report("A header is missing", CHECKS[:1])
        task = self.call("POST", "/tasks", {"finding_id": finding.get("id"), "title": "Add the header"})
        self.call("POST", "/verifications/run", {"task_id": task.get("id")})

    def export(self) -> None:
        for format in ("csv", "pdf"):
            self.call("POST", "/reports/export", {"format": format})

    def share(self) -> None:
        self.call("POST", "/reports/share", {"channel": "link"})
        for report in self.call("GET", "/reports?status=exported&limit=1") or []:
            self.call("GET", f"/reports/{report['id']}/download")

    def read(self) -> None:
        for path in ("/findings?limit=50", "/tasks", "/scans", "/reports/summary"):
            self.call("GET", path)

    def report_finding(self) -> None:
        self.report(f"Reported {sum(self.responses.values())}", [])

    def report(self, title: str, checks: list[str]) -> Any:
        asset = {"type": "url", "value": f"{self.site}/"}
        body = {"domain": "security", "title": title, "severity": "low", "affected_assets": [asset]}
        return self.call("POST", "/findings", body | ({"checks": checks} if checks else {}))
