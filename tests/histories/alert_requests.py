"""Histories of alerts: their operations, and the requests that read alerts, e-mails and webhooks."""

from collections import Counter
from datetime import timedelta
from operator import itemgetter
from random import Random
from typing import Any
from urllib.parse import urlsplit

from django.core import mail
from django.utils import timezone

from events.models import Event
from findings import jobs as finding_jobs
from notifications import jobs as notification_jobs
from notifications.alerts import delivery
from notifications.models import Alert
from notifications.webhooks import endpoint_cache
from tests.factories import Scenario
from tests.histories import operations
from tests.histories.alerts import ADDRESSES, CONFIGS, Project
from tests.histories.model import Answer
from tests.histories.operations import Area, Arguments, Operation, run_jobs

SEVERITIES = ["critical", "critical", "critical", "high", "high", "high", "medium", "low"]
COUNTED = (
    "finding.created", "finding.regressed", "verification.reopened", "finding.dismissal_expired",
    "task.overdue", "task.due_soon",
)  # fmt: skip
NOT_USED = ("bulk_change_tasks", "bulk_change_findings", "undo", "recalculate")
OPERATIONS = {
    name: operation for name, operation in operations.OPERATIONS.items() if name not in NOT_USED
} | {
    "report_finding": (8, operations.OPERATIONS["report_finding"][1]),
    "replace_policy": (6, "put policies/current"),
    "set_recipients": (3, "put alerts/destinations/email"),
    "delete_recipients": (1, "delete alerts/destinations/email"),
    "add_member": (3, "post members"),
    "remove_member": (2, "delete members/{}"),
    "unsubscribe": (1, "post {}"),
    "dismiss_finding": (5, operations.OPERATIONS["dismiss_finding"][1]),
    "pass_time": (30, ""),
}


def arguments(random: Random, project: Project, number: int) -> Arguments:
    person = random.choice([*ADDRESSES])
    got = random.choice([*project.received] or ["none"])
    until = random.choice([{}, {"accepted_until": random.randrange(3)}])
    finding, title = random.choice([*project.findings] or ["none"]), f"F{random.randrange(40)}"
    # At first so many alerts that some are delayed, then so much time that due dates and dismissals end.
    minutes = [1, 1, 1, 2] if project.is_busy else [60, 300, 600, 600, 1440]
    return operations.arguments(random, project, number) | {
        "dismiss_finding": (finding, {"reason": "wont_fix", **until}),
        "report_finding": (title, {"domain": "seo", "title": title, "severity": random.choice(SEVERITIES)}),
        "replace_policy": ("", {"config": random.choice([0, 0, 1, 1, 1, 2, 3])}),
        "set_recipients": ("", {"recipients": random.sample([*ADDRESSES], random.randrange(1, 3))}),
        "add_member": (person, {"role": random.choice(["admin", "member", "viewer"])}),
        "remove_member": (person, {}),
        "unsubscribe": (got, {}),
        "pass_time": ("", {"minutes": random.choice(minutes)}),
    }


class Api(operations.Api):
    operations = OPERATIONS
    configs = CONFIGS

    def __init__(self, scenario: Scenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        self.organization = f"/api/v1/orgs/{scenario.organization.pk}/"
        self.project = scenario.project.pk
        self.people = {scenario.owner.email: "owner"} | {email: name for name, email in ADDRESSES.items()}
        mail.outbox = []
        endpoint_cache._entries.clear()
        body = {"url": "https://93.184.215.14/hook"}
        self.webhook = self.client.call("post", f"{self.organization}webhooks", body).json()["data"]["id"]

    def perform(self, operation: Operation) -> Answer:
        answer: Answer = 200
        if operation.name == "pass_time":
            self.clock.shift(timedelta(**operation.body))
        elif operation.name.endswith("_member"):
            answer = self._change_member(operation)
        elif operation.name == "unsubscribe":
            answer = self._unsubscribe(operation.row)
        else:
            answer = super().perform(operation)
        finding_jobs.reopen_expired_dismissals()
        run_jobs()
        for pk in Alert.objects.filter(status="collecting", due_at__lte=timezone.now()).values_list(
            "pk", flat=True
        ):
            delivery.deliver(pk)
        notification_jobs.queue_webhooks()
        return answer

    def _change_member(self, operation: Operation) -> Answer:
        path = f"{self.organization}members"
        if operation.name == "add_member":
            body = operation.body | {"email": ADDRESSES[operation.row]}
            response = self.client.call("post", path, body)
            self.ids[operation.row] = response.json()["data"]["id"]
        else:
            member = self.ids.get(operation.row, str(self.project))
            response = self.client.call("delete", f"{path}/{member}")
        error = response.json()["error"]
        return str(error["code"]) if error else int(response.status_code)

    def _unsubscribe(self, person: str) -> Answer:
        message = next(message for message in reversed(mail.outbox) if self.people[message.to[0]] == person)
        url = message.extra_headers["List-Unsubscribe"].strip("<>")
        body = "List-Unsubscribe=One-Click"
        kind = "application/x-www-form-urlencoded"
        return int(self.client.post(urlsplit(url).path, body, content_type=kind).status_code)

    def _sent(self, body: dict[str, Any]) -> dict[str, Any]:
        sent = super()._sent(body)
        if "accepted_until" in sent:
            sent["accepted_until"] = str(timezone.now().date() + timedelta(days=sent["accepted_until"]))
        if "recipients" in sent:
            sent["recipients"] = [ADDRESSES[name] for name in sent["recipients"]]
        return sent

    def state(self) -> dict[str, Any]:
        rows = self.get("alerts?limit=100")
        keys = ("channel", "status", "total", "counts", "delayed")
        logged = Counter(
            Event.objects.filter(project=self.project, name__in=COUNTED).values_list("name", flat=True)
        )
        return {
            "alerts": sorted((tuple(row[key] for key in keys) for row in rows), key=itemgetter(0)),
            "e-mails": dict(
                Counter(self.people[address] for message in mail.outbox for address in message.to)
            ),
            "events": dict(logged),
        }

    def view(self, path: str) -> Any:
        """Compare the deliveries of the webhook with the newest events of the feed."""
        events = [row["id"] for row in self.get("events?limit=100")]
        rows = self.get(f"{self.organization}webhooks/{self.webhook}/deliveries?limit=100")
        # Those of the same second are in no order.
        queued = sorted((row["event_id"] for row in rows), reverse=True)
        if len(rows) == 100:
            queued, events = queued[:80], events[:80]
        return "as the feed" if queued == events else f"{queued}, and the feed {events}"


AREA = Area(Project, Api, arguments)
