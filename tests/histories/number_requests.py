"""Histories of a project's numbers: their operations and the requests that read the numbers."""

from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from tests.factories import Scenario
from tests.histories import operations
from tests.histories.number_views import NAMED, Project
from tests.histories.numbers import QUOTA
from tests.histories.operations import Area, Arguments

DOMAINS = {"F0": "seo", "F1": "security", "F2": "performance", "F3": "accessibility"}
# Not of one number alone: which of the others follow a later change of the severity is open.
PRIORITIES = [{}, {}, {"score": 50}]
FILTERS = {
    "findings/counts": {"severity", "status", "domain"},
    "tasks/counts": {"status", "priority", "owner_id"},
    "findings/bulk-update": {"severity", "status", "domain"},
    "tasks/bulk-update": {"status", "priority", "owner_id", "finding_id", "campaign", "overdue"},
}
CHANGES = {"findings": {"severity": "low"}, "tasks": {"priority": "low"}}
OPERATIONS = operations.OPERATIONS | {
    "create_campaign": (3, "post campaigns"),
    "add_tasks": (6, "post campaigns/{}/add-tasks"),
    "remove_tasks": (5, "post campaigns/{}/remove-tasks"),
    "archive_campaign": (4, "post campaigns/{}/archive"),
    "restore_campaign": (4, "post campaigns/{}/restore"),
    "export": (5, "post reports/export"),
}


def arguments(random: Random, project: Project, number: int) -> Arguments:
    found = operations.arguments(random, project, number)
    title, report = found["report_finding"]
    tasks = random.sample([*project.tasks], min(len(project.tasks), 4))
    campaign = random.choice([*project.campaigns] or ["none"])
    due = random.choice([None, 0, 1, 5])  # in days from then
    new = {"title": f"C{number}", "ids": tasks, "due_date": due}
    report |= {"domain": DOMAINS[title], "priority": random.choice(PRIORITIES)}
    return found | {
        "report_finding": (title, report),
        "create_campaign": (f"C{number}", new),
        "add_tasks": (campaign, {"ids": tasks}),
        "remove_tasks": (campaign, {"ids": tasks[:1]}),
        "archive_campaign": (campaign, {}),
        "restore_campaign": (campaign, {}),
        "export": (f"R{number}", {"format": "json"}),
    }


class Api(operations.Api):
    operations = OPERATIONS

    def __init__(self, scenario: Scenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        scenario.organization.ai_quota = QUOTA
        scenario.organization.save(update_fields=["ai_quota"])
        self.organization = f"/api/v1/orgs/{scenario.organization.pk}/"

    def _sent(self, body: dict[str, Any]) -> dict[str, Any]:
        sent = super()._sent(body)
        if "ids" in sent and "set" not in sent:
            sent["ids"] = [self.ids[name] for name in sent["ids"]]
        if "due_date" in sent:
            sent["name"] = sent.pop("title")
        if sent.get("due_date") is not None:
            sent["due_date"] = str(timezone.now().date() + timedelta(days=sent["due_date"]))
        return sent

    def state(self) -> dict[str, Any]:
        return {}

    def view(self, path: str) -> Any:
        kind, path = path.partition("?")[0], path.format(**self.ids)
        if kind in CHANGES:
            return self._list(kind, path)
        if kind == "usage":
            data = self.get(self.organization + path)
            return data["spent"], data["remaining"]
        data = self.get(path)
        if kind.endswith("burn-down"):
            return data["days"]
        data = data.get("progress", data)
        data.pop("percent", None)
        return {
            key: _without_zeros(value) if isinstance(value, dict) else value for key, value in data.items()
        }

    def _list(self, kind: str, path: str) -> list[str]:
        """Return the names of the rows. The totals and the operations that have the same filters must have as many."""
        content = self.client.call("get", path).json()
        names = {pk: name for name, pk in self.ids.items()}
        filters, rows = parse_qs(urlsplit(path).query), content["data"]
        totals = {"meta.total": content["meta"]["total"]}
        if {*filters} <= FILTERS[f"{kind}/counts"]:
            totals["counts"] = self.get(path.replace(kind, f"{kind}/counts", 1))["total"]
        if filters and {*filters} <= FILTERS[f"{kind}/bulk-update"]:
            single = {key: values[0] for key, values in filters.items() if key in (*NAMED, "overdue")}
            chosen = (
                filters | single | ({"overdue": single["overdue"] == "true"} if "overdue" in single else {})
            )
            body = {"filter": chosen, "set": CHANGES[kind], "dry_run": True}
            response = self.client.call("post", f"{kind}/bulk-update", body).json()
            totals["bulk-update"] = response["data"]["matched"] if response["data"] else response["error"]
        wrong = {key: total for key, total in totals.items() if total != len(rows)}
        assert not wrong, f"{path} has {len(rows)} rows, and {wrong}"
        return [names[row["id"]] for row in rows]


def _without_zeros(counts: dict[str, Any]) -> dict[str, Any]:
    return {key: number for key, number in counts.items() if number}


AREA = Area(Project, Api, arguments)
