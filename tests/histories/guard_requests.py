"""Histories of guard windows: their operations on a real site, and the requests that read the windows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from django.test import override_settings
from django.utils import timezone

from assurance import jobs as assurance_jobs
from assurance.models import GuardRun
from remediation import jobs as remediation_jobs
from tests import factories
from tests.factories import Scenario
from tests.fakes import faulty_site
from tests.histories import operations
from tests.histories.guard_windows import CONFIGS, Project
from tests.histories.model import Answer
from tests.histories.operations import SEVERITIES, Area, Arguments, Operation
from tests.histories.sla_clock import SECOND

# Of F0 to F2: the check, and the header that passes it.
HEADERS = {
    "F0": ("security_header_csp", "Content-Security-Policy", "default-src 'self'"),
    "F1": ("security_header_x_content_type_options", "X-Content-Type-Options", "nosniff"),
    "F2": ("security_header_referrer_policy", "Referrer-Policy", "no-referrer"),
}
REQUESTS = {name: request for name, (_, request) in operations.OPERATIONS.items()}
OPERATIONS = {
    "report_finding": (2, REQUESTS["report_finding"]),
    "change_finding": (2, REQUESTS["change_finding"]),
    "create_task": (3, REQUESTS["create_task"]),
    "run_verification": (8, REQUESTS["run_verification"]),
    "approve": (16, REQUESTS["approve"]),
    "reopen": (1, REQUESTS["reopen"]),
    "replace_policy": (1, REQUESTS["replace_policy"]),
    "deploy": (5, "post deploys"),
    "spoil": (3, ""),
    "fix": (5, ""),
    "go_down": (1, ""),
    "pass_time": (20, ""),
}


def arguments(random: Random, project: Project, number: int) -> Arguments:
    known = operations.arguments(random, project, number)
    title, finding = random.choice([*HEADERS]), random.choice([*project.findings] or ["none"])
    passed = [name for name, row in project.verifications.items() if row.result == "pending"]
    passed = [name for name in passed if project.results[name] == "passed"]
    verification = random.choice(passed[-2:] * 3 + [*project.verifications][-2:] or ["none"])
    guarded = [window.finding for window in project.windows if window.status == "open"]
    faulty = [name for name in project.findings if name not in project.fixed]
    severity = random.choice(SEVERITIES[:3])
    override = {"override": True, "reason": "known"}
    report = {"domain": "security", "title": title, "severity": severity, "checks": [HEADERS[title][0]]}
    return known | {
        "report_finding": (title, report),
        "change_finding": (finding, random.choice([{"severity": severity}, {"status": "triaged"}])),
        "approve": (verification, random.choice([{}, {}, {}, {}, {}, override])),
        "replace_policy": ("", {"config": random.choice([0, 1, 1, 2])}),
        "deploy": ("", {"sha": f"{number:07x}", "environment": "production"}),
        "spoil": (random.choice([finding, *guarded]), {}),
        "fix": (random.choice(faulty or [finding]), {}),
        "pass_time": (
            "",
            random.choice([{"minutes": 16}, {"minutes": 31}, {"hours": 1}, {"hours": 2}, {"hours": 23}]),
        ),
    }


@dataclass
class SiteScenario(Scenario):
    site: faulty_site.FaultySite


@contextmanager
def scenario() -> Iterator[SiteScenario]:
    with faulty_site.serve() as site, override_settings(KRAFTER_ALLOWED_NETWORKS="127.0.0.0/8"):
        yield SiteScenario(**vars(factories.scenario(site_url=site.url)), site=site)


class Api(operations.Api):
    operations = OPERATIONS
    configs = CONFIGS

    def __init__(self, scenario: SiteScenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        self.site = scenario.site

    def perform(self, operation: Operation) -> Answer:
        answer: Answer = 200
        if operation.name == "pass_time":
            self.clock.shift(timedelta(**operation.body))
        elif operation.name == "go_down":
            self.site.status = 503
        elif operation.name == "fix":
            _, name, value = HEADERS[operation.row]
            self.site.headers[name], self.site.status = value, 200
        elif operation.name == "spoil":
            self.site.headers.pop(HEADERS[operation.row][1], None)
        else:
            answer = super().perform(operation)
        if operation.name == "deploy":
            self.clock.shift(SECOND)
        if operation.name == "run_verification" and answer == 202:
            remediation_jobs.run_verification(self.ids[operation.row])
        self._run_jobs()
        return answer

    def _run_jobs(self) -> None:
        assurance_jobs.process_events()
        while True:  # a run waits for another one of the same task
            assurance_jobs.start_due_guard_runs()
            runs = GuardRun.objects.filter(status="running").values_list("verification_id", flat=True)
            if not runs:
                return
            for pk in [*runs]:
                remediation_jobs.run_verification(str(pk))
            assurance_jobs.process_events()

    def _sent(self, body: dict[str, Any]) -> dict[str, Any]:
        sent = super()._sent(body)
        if "checks" in sent:
            sent["affected_assets"] = [{"type": "url", "value": self.site.url}]
        if "sha" in sent:
            sent["finished_at"] = timezone.now().isoformat()
        return sent

    def view(self, path: str) -> Any:
        rows, names = self.get(path), {pk: name for name, pk in self.ids.items()}
        if path != "guard-windows":
            return [len(row["deploy_ids"]) for row in rows]
        keys = ("status", "runs_passed", "runs_total")
        return [(names[row["finding_id"]], *(row[key] for key in keys)) for row in rows]


AREA = Area(Project, Api, arguments, scenario)
