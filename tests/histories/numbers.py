"""A project with scores, campaigns and a quota, and the records that its numbers are computed from."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.histories.model import OPEN, Answer, Project
from tests.histories.sla_clock import DONE

DAY, QUOTA = timedelta(days=1), 4
BY_SEVERITY = {"critical": 95, "high": 80, "medium": 55, "low": 30}  # impact and risk


@dataclass
class Campaign:
    created: date
    due: date | None
    added: dict[str, date]  # the day on which each task was added
    archived: bool = False


@dataclass
class Numbers(Project):
    domains: dict[str, str] = field(default_factory=dict)
    sent: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # the priority in the last report of each finding
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)  # units by month
    verified: dict[str, date] = field(default_factory=dict)  # the day of the request
    regressed: dict[str, list[date]] = field(default_factory=dict)  # the days of the open regressions
    burned: Counter[tuple[date, str]] = field(default_factory=Counter)  # the change of the score
    burned_findings: Counter[tuple[date, str]] = field(default_factory=Counter)
    not_done: dict[date, set[str]] = field(default_factory=dict)  # the tasks at the end of the day

    @property
    def today(self) -> date:
        return self.now.date()

    def names(self) -> set[str]:
        return super().names() | {*self.campaigns}

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        before = {finding_name: self._open_score(finding_name) for finding_name in self.findings}
        answer = super().perform(operation, name, body)
        for finding_name, finding in self.findings.items():
            self._burn(finding_name, before.get(finding_name))
            days = self.regressed.setdefault(finding_name, [])
            days += [self.today] * (finding.regressions - len(days))
            del days[finding.regressions :]
        self.not_done[self.today] = {
            task_name for task_name, task in self.tasks.items() if task.status != DONE
        }
        return answer

    def _score(self, name: str) -> int:
        """Return the score of the last report if it had one, otherwise that of the severity with the default effort."""
        weight = BY_SEVERITY[self.findings[name].severity]
        return self.sent[name].get("score", round(weight * weight / 100 * 0.9))

    def _open_score(self, name: str) -> int | None:
        return self._score(name) if self.findings[name].status in OPEN else None

    def _burn(self, name: str, before: int | None) -> None:
        after, is_new = self._open_score(name), name not in self.regressed
        if before is not None:
            change = "rescored" if after is not None else self.findings[name].status
        else:
            change = "opened" if is_new else "reopened"
        self.burned[self.today, change] += (after or 0) - (before or 0)
        self.burned_findings[self.today, change] += (after is not None) - (before is not None)

    def report_finding(self, name: str, severity: str, **other: Any) -> Answer:
        self.domains[name] = other["domain"]
        self.sent[name] = other["priority"]
        return super().report_finding(name, severity)

    def run_verification(self, name: str, task_id: str) -> Answer:
        answer = super().run_verification(name, task_id)
        if answer == 202 and (answer := self.export("")) != 202:
            del self.verifications[name]
        elif answer == 202:
            self.verified[name] = self.today
        return answer

    def export(self, name: str, **other: str) -> Answer:
        month = f"{self.now:%Y-%m}"
        if self.spent[month] == QUOTA:
            return "quota_exceeded"
        self.spent[month] += 1
        return 202

    def create_campaign(self, name: str, ids: list[str], due_date: int | None, **other: str) -> Answer:
        due = None if due_date is None else self.today + due_date * DAY
        self.campaigns[name] = Campaign(self.today, due, dict.fromkeys(ids, self.today))
        return 201

    def add_tasks(self, name: str, ids: list[str]) -> Answer:
        campaign = self.campaigns[name]
        if not campaign.archived:
            campaign.added = dict.fromkeys(ids, self.today) | campaign.added
        return "campaign_archived" if campaign.archived else 200

    def remove_tasks(self, name: str, ids: list[str]) -> Answer:
        campaign = self.campaigns[name]
        if not campaign.archived:
            campaign.added = {task: day for task, day in campaign.added.items() if task not in ids}
        return "campaign_archived" if campaign.archived else 200

    def archive_campaign(self, name: str) -> Answer:
        self.campaigns[name].archived = True
        return 200

    def restore_campaign(self, name: str) -> Answer:
        self.campaigns[name].archived = False
        return 200
