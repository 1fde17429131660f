"""Histories of reports, their links and saved views: the operations, and the requests that read them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.test import Client, override_settings

from reports import jobs as report_jobs
from tests import factories
from tests.factories import Scenario
from tests.histories import operations
from tests.histories.model import Answer
from tests.histories.operations import Area, Arguments, Operation
from tests.histories.shares import Project

OPEN_FINDINGS = re.compile(r"Open findings</dt>\s*<dd><b>(\d+)</b>")
OPERATIONS = operations.OPERATIONS | {
    "export": (8, ""),
    "write_files": (6, ""),
    "share": (8, ""),
    "revoke": (4, "delete reports/shares/{}"),
    "save_view": (4, ""),
    "delete_view": (4, ""),
    "pass_days": (4, ""),
}


def arguments(random: Random, project: Project, number: int) -> Arguments:
    share = random.choice([*project.shares][-3:] or ["none"])
    view, query = f"view {random.randrange(3)}", f"severity={random.choice(operations.SEVERITIES)}"
    return operations.arguments(random, project, number) | {
        "export": (f"R{number}", {"format": "json"}),
        "share": (
            f"S{number}",
            {"channel": "link"} | random.choice([{}, {"expires_in": random.randrange(60, 90_000)}]),
        ),
        "revoke": (share, {}),
        "save_view": (view, {"list": "findings.finding", "query": query}),
        "delete_view": (random.choice([*project.saved] or ["none"]), {}),
        "pass_days": ("", {"days": random.choice([1, 20, 31])}),
    }


@contextmanager
def scenario() -> Iterator[Scenario]:
    with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        yield factories.scenario()


class Api(operations.Api):
    operations = OPERATIONS

    def __init__(self, scenario: Scenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        self.views = f"/api/v1/orgs/{scenario.organization.pk}/saved-views"
        self.urls: dict[str, str] = {}

    def perform(self, operation: Operation) -> Answer:
        name, row, body = operation.name, operation.row, operation.body
        if name == "write_files":
            self._write_files()
        elif name == "pass_days":
            self.clock.shift(timedelta(**body))
            operations.run_jobs()
            report_jobs.delete_expired_items()
        elif name == "save_view":
            return self._answer("post", self.views, body | {"name": row}, row)
        elif name == "delete_view":
            return self._answer("delete", f"{self.views}/{self.ids.pop(row)}")
        elif name == "share":
            return self._share(row, body)
        elif name == "export":
            return self._answer("post", "reports/export", body, row)
        else:
            return super().perform(operation)
        return 200

    def _answer(self, method: str, path: str, body: dict[str, Any] | None = None, row: str = "") -> Answer:
        response = self.client.call(method, path, body)
        content = response.json()
        if content["error"]:
            return str(content["error"]["code"])
        if row:
            self.ids[row] = content["data"]["id"]
        return int(response.status_code)

    def _write_files(self) -> None:
        for row in self.get("reports?status=queued&limit=100"):
            report_jobs.export(row["id"])

    def _share(self, name: str, body: dict[str, Any]) -> Answer:
        content = self.client.call("post", "reports/share", body).json()
        if content["error"]:
            return str(content["error"]["code"])
        self.urls[name] = urlsplit(content["data"]["share_url"]).path
        self.ids[name] = self.get("reports/shares?limit=1")[0]["id"]
        return 200

    def state(self) -> dict[str, Any]:
        return {}

    def view(self, path: str) -> Any:
        name, _, kind = path.partition(" ")
        if path == "saved-views":
            return {row["name"]: row["query"] for row in self.get(self.views)}
        if kind == "numbers":
            snapshot = self.get(f"reports/{self.ids[name]}")["snapshot"]
            return snapshot["open_findings"], snapshot["verification_pass_rate"]
        if kind == "page":
            return self._page(self.urls[name])
        response = self.client.call("get", f"reports/{self.ids[name]}/download")
        if response.status_code != 200:
            return response.json()["error"]["code"]
        return self._rows(json.loads(b"".join(response.streaming_content)))

    def _page(self, url: str) -> int | str:
        response = Client().get(url)
        found = OPEN_FINDINGS.search(response.content.decode())
        return int(found[1]) if response.status_code == 200 and found else int(response.status_code)

    def _rows(self, file: dict[str, Any]) -> dict[str, Any]:
        names = {pk: name for name, pk in self.ids.items()}
        rows: dict[str, Any] = {
            names[row["id"]]: (row["status"], row["severity"]) for row in file["findings"]
        }
        rows |= {names[row["id"]]: (row["status"], row["priority"]) for row in file["tasks"]}
        return rows | {names[row["id"]]: row["result"] for row in file["verifications"]}


AREA = Area(Project, Api, arguments, scenario)
