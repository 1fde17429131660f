"""What the lists, totals, summaries, burn-downs, campaigns and the quota of a project say, now and for the past."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from krafter_audit.http.timestamps import format_timestamp
from tests.histories.model import OPEN, Answer
from tests.histories.numbers import DAY, QUOTA, Campaign, Numbers
from tests.histories.sla_clock import DONE, Task

CHANGES = ("opened", "reopened", "rescored", "resolved", "dismissed", "other")
NAMED = ("owner_id", "finding_id", "campaign")  # filters whose values are ids


@dataclass
class Project(Numbers):
    past: dict[datetime, dict[str, Any]] = field(default_factory=dict)  # what paths have returned

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        answer = super().perform(operation, name, body)
        self.past[self.now] = {
            "reports/summary": self.summary(self.today - 6 * DAY),
            "command-center": self.command_center(),
            "findings/counts": self.finding_counts(),
            "tasks/counts": self.task_counts(),
        }
        return answer

    def state(self) -> dict[str, Any]:
        return {}

    def views(self, number: int) -> dict[str, Any]:
        random = Random(number)
        moment = random.choice([*self.past])
        path, expected = random.choice([*self.past[moment].items()])
        last_month = self.today - random.randrange(30) * DAY
        choices: list[dict[str, Any]] = [
            {random.choice([*self.past[self.now]]): None},
            {f"{path}?as_of={format_timestamp(moment)}": expected},
            {f"reports/summary?date_from={last_month}": self.summary(last_month, is_period=True)},
            {f"reports/burn-down?date_from={last_month}": self.burn_down(last_month)},
            {"usage": (self.spent[f"{self.now:%Y-%m}"], QUOTA - self.spent[f"{self.now:%Y-%m}"])},
            self._filtered_findings(random),
            self._filtered_tasks(random),
        ]
        if self.campaigns:
            name = random.choice([*self.campaigns])
            progress = {f"campaigns/{{{name}}}?include=progress": self.progress(self.campaigns[name])}
            choices += [
                progress,
                {f"campaigns/{{{name}}}/burn-down": self.campaign_days(self.campaigns[name])},
            ]
        chosen = random.choice(choices)
        return {path: self.past[self.now][path] if value is None else value for path, value in chosen.items()}

    def _filtered_findings(self, random: Random) -> dict[str, Any]:
        rows = {
            name: {"severity": row.severity, "status": row.status, "domain": self.domains[name]}
            | {"owner_id": row.owner_id}
            for name, row in self.findings.items()
        }
        path, found = _filtered(random, "findings", rows)
        return {path: sorted(reversed(found), key=self._score, reverse=True)}

    def _filtered_tasks(self, random: Random) -> dict[str, Any]:
        of_finding = {id(row): name for name, row in self.findings.items()}
        inside = random.choice([*self.campaigns] or [""])
        added = self.campaigns[inside].added if inside else {}
        rows = {
            name: {"status": row.status, "priority": row.priority, "owner_id": row.owner_id}
            | {"finding_id": of_finding[id(row.finding)], "overdue": str(self._is_overdue(row)).lower()}
            | {"campaign": inside if name in added else None}
            for name, row in self.tasks.items()
        }
        path, found = _filtered(random, "tasks", rows)
        return {path: found[::-1]}

    def _is_overdue(self, task: Task) -> bool:
        return bool(task.sla_due_at and task.sla_due_at < self.now and task.status != DONE)

    def finding_counts(self) -> dict[str, Any]:
        rows = self.findings
        return {
            "total": len(rows),
            "score": sum(map(self._score, rows)),
            "by_status": Counter(row.status for row in rows.values()),
            "by_severity": Counter(row.severity for row in rows.values()),
            "by_domain": Counter(self.domains[name] for name in rows),
        }

    def task_counts(self) -> dict[str, Any]:
        rows = self.tasks.values()
        by_priority = Counter(row.priority for row in rows)
        return {
            "total": len(rows),
            "by_status": Counter(row.status for row in rows),
            "by_priority": by_priority,
        }

    def command_center(self) -> dict[str, Any]:
        opened = {name: row for name, row in self.findings.items() if row.status in OPEN}
        return {
            "findings_by_severity": Counter(row.severity for row in opened.values()),
            "findings_by_domain": Counter(self.domains[name] for name in opened),
            "findings_by_status": self.finding_counts()["by_status"],
            "tasks_by_status": self.task_counts()["by_status"],
            "open_findings": len(opened),
            "overdue_tasks": sum(map(self._is_overdue, self.tasks.values())),
            "latest_scan": None,
        }

    def summary(self, start: date, *, is_period: bool = False) -> dict[str, Any]:
        """Return the summary with the series since a day; with a period, its rates are of what began since then."""
        since = start if is_period else date.min
        statuses = Counter(row.status for row in self.findings.values())
        results = [self.verifications[name].result for name, day in self.verified.items() if day >= since]
        returned = sum(day >= since for days in self.regressed.values() for day in days)
        series = [{key: day[key] for key in ("date", "open_risk_score")} for day in self.burn_down(start)]
        return {
            "risk_burn_down": series,
            "verification_pass_rate": _rate(results.count("passed"), len(results)),
            "regression_rate": _rate(returned, statuses["resolved"] + statuses["dismissed"]),
            "open_findings": sum(map(statuses.__getitem__, OPEN)),
        }

    def burn_down(self, start: date) -> list[dict[str, Any]]:
        days = []
        for day in _days(start, self.today):
            changes, findings = (
                {change: counted[day, change] for change in CHANGES}
                for counted in (self.burned, self.burned_findings)
            )
            score = sum(change for (of_day, _), change in self.burned.items() if of_day <= day)
            days.append({"date": str(day), "open_risk_score": score, **changes, "findings": findings})
        return days

    def progress(self, campaign: Campaign) -> dict[str, Any]:
        tasks = [self.tasks[name] for name in campaign.added]
        by_status = Counter(task.status for task in tasks)
        dates = [task.sla_due_at for task in tasks if task.sla_due_at and task.status != DONE]
        due = [due_at for due_at in dates if due_at >= self.now]
        is_late = campaign.due and campaign.due < self.today and len(tasks) > by_status[DONE]
        return {
            "total": len(tasks),
            "done": by_status[DONE],
            "overdue": sum(map(self._is_overdue, tasks)),
            "by_status": by_status,
            "next_due_at": format_timestamp(min(due)) if due else None,
            "past_due": bool(is_late),
        }

    def campaign_days(self, campaign: Campaign) -> list[dict[str, Any]]:
        days = []
        for day in _days(campaign.created, self.today):
            added = {name for name, added in campaign.added.items() if added <= day}
            not_done = self.not_done[max(earlier for earlier in self.not_done if earlier <= day)]
            days.append({"date": str(day), "total": len(added), "open": len(added & not_done)})
        return days


def _filtered(random: Random, kind: str, rows: Mapping[str, dict[str, Any]]) -> tuple[str, list[str]]:
    """Return the path of a list with one or two filters that a row matches, and the names of all rows that match."""
    like = random.choice([*rows.values()] or [{}])
    filters = {key: {like[key]} for key in random.sample([*like], min(len(like), 2)) if like[key]}
    if "severity" in filters:
        filters["severity"].add("low")
    found = [name for name, row in rows.items() if all(row[key] in values for key, values in filters.items())]
    named = [
        (key, f"{{{value}}}" if key in NAMED else value)
        for key, values in filters.items()
        for value in sorted(values)
    ]
    return f"{kind}?" + "&".join(f"{key}={value}" for key, value in named), found


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 2) if whole else 0


def _days(start: date, end: date) -> list[date]:
    return [start + number * DAY for number in range((end - start).days + 1)]
