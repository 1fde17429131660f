"""Reports of deploys in any order: by pipelines and a provider, with commits and times in any form, and repeated."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.actors import SYSTEM
from assurance.models import Deploy
from assurance.services.deploys import record
from events.models import Event
from tests.factories import Scenario
from tests.histories import model, operations
from tests.histories.model import Answer
from tests.histories.operations import Area, Arguments, Operation
from tests.histories.sla_clock import SECOND

OPERATIONS = {"report": (20, ""), "repeat": (4, ""), "pass_time": (5, "")}
COMMITS = [digit * 40 for digit in "abc"]
STARTS = [None, None, -2000, -90, -61, -59, -10, -1, 0, 4, 10, 600]  # in minutes from now
MAX_AHEAD = 5
DURATIONS = [None, None, 0, 0.5, 9, 120, 1500]


@dataclass
class Project(model.Project):
    reports: int = 0

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        self.now += SECOND
        self.reports += operation == "report"
        return 200

    def state(self) -> dict[str, Any]:
        return {
            "changed by a repetition": [],
            "ends before the start": [],
            "deploys with the same id": [],
            "ends": {"logged once": True},
        }

    def views(self, number: int) -> dict[str, Any]:
        return {}


def arguments(random: Random, project: Project, number: int) -> Arguments:
    choice = random.choice
    external_id, start, duration = choice(["", "", "1", "2"]), choice(STARTS), choice(DURATIONS)
    end = None if duration is None else (start or 0) + duration
    if not external_id:  # the API rejects other times to come
        start, end = (None if moment is None else min(moment, MAX_AHEAD) for moment in (start, end))
    report = {
        "sha": choice(COMMITS)[: choice([7, 12, 40])],
        "environment": choice(["production", "production", "staging"]),
        "external_id": external_id,
        "start": start,
        "end": end,
    }
    return {
        "report": ("", report),
        "repeat": ("", {"earlier": random.randrange(1, 4)}),
        "pass_time": ("", {"minutes": choice([1, 20, 70, 1500])}),
    }


class Api(operations.Api):
    """Calls the service: a request of a pipeline has no id of a provider."""

    operations = OPERATIONS

    def __init__(self, scenario: Scenario, clock: Any) -> None:
        super().__init__(scenario, clock)
        self.project = scenario.project
        self.reports: list[Mapping[str, Any]] = []
        self.changed: list[str] = []

    def perform(self, operation: Operation) -> Answer:
        body = operation.body
        if operation.name == "pass_time":
            self.clock.shift(timedelta(**body))
        elif operation.name == "repeat":
            for report in self.reports[-body["earlier"] :][:1]:
                self._record(report)
        elif operation.name == "report":
            times = {"started_at": _moment(body["start"]), "finished_at": _moment(body["end"])}
            given = {key: body[key] for key in ("sha", "environment", "external_id")}
            source = Deploy.Source.GITHUB if body["external_id"] else Deploy.Source.API
            self.reports.append(given | times | {"source": source})
            self._record(self.reports[-1])
        return 200

    def _record(self, report: Mapping[str, Any]) -> None:
        """Record a report twice, as after a lost answer."""
        record(self.project, by=SYSTEM, **report)
        recorded = self._rows()
        self.clock.shift(SECOND)
        _, is_new = record(self.project, by=SYSTEM, **report)
        if is_new or self._rows() != recorded:
            self.changed += {*recorded} ^ {*self._rows()}

    def _rows(self) -> list[str]:
        fields = ("sha", "environment", "external_id", "source", "started_at", "finished_at")
        rows = Deploy.objects.filter(project=self.project).order_by("id").values_list(*fields)
        return [" ".join(map(str, row)) for row in rows]

    def state(self) -> dict[str, Any]:
        rows = Deploy.objects.filter(project=self.project)
        logged = Event.objects.filter(project=self.project, name="deploy.finished")
        finished = rows.filter(finished_at__isnull=False).values_list("pk", flat=True)
        ends = Counter(logged.values_list("subject_id", flat=True))
        known = Counter((row.external_id, row.sha[:7]) for row in rows.exclude(external_id=""))
        return {
            "changed by a repetition": self.changed,
            "ends before the start": [*map(str, rows.filter(finished_at__lt=F("started_at")))],
            "deploys with the same id": [each for each, number in known.items() if number > 1],
            "ends": {"logged once": True}
            if ends == Counter(finished)
            else {"ends": ends, "finished": finished},
        }


def _moment(minutes: float | None) -> datetime | None:
    return None if minutes is None else timezone.now() + timedelta(minutes=minutes)


AREA = Area(Project, Api, arguments)
