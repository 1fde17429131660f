"""Reports and saved views: a report shows the moment of its request; a link ends when it expires or is revoked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.histories import model
from tests.histories.model import OPEN, Answer

MONTH = timedelta(days=30)


@dataclass
class Report:
    rows: dict[str, Any]
    open_findings: int
    pass_rate: float
    is_written: bool = False


@dataclass
class Share:
    report: Report
    ends: datetime


@dataclass
class Project(model.Project):
    reports: dict[str, Report] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)  # the query of each view

    def names(self) -> set[str]:
        return super().names() | {*self.shares} | {*self.saved}

    def export(self, name: str, **other: str) -> Answer:
        results = [verification.result for verification in self.verifications.values()]
        rate = round(results.count("passed") / len(results), 2) if results else 0
        rows = {name: (row.status, row.severity) for name, row in self.findings.items()}
        rows |= {name: (row.status, row.priority) for name, row in self.tasks.items()}
        rows |= {name: row.result for name, row in self.verifications.items()}
        self.reports[name] = Report(rows, sum(row.status in OPEN for row in self.findings.values()), rate)
        return 202

    def write_files(self, name: str) -> Answer:
        for report in self.reports.values():
            report.is_written = True
        return 200

    def share(self, name: str, expires_in: int | None = None, **other: str) -> Answer:
        if not self.reports:
            return "no_report"
        report = [*self.reports.values()][-1]
        self.shares[name] = Share(
            report, self.now + (MONTH if expires_in is None else timedelta(seconds=expires_in))
        )
        return 200

    def revoke(self, name: str) -> Answer:
        self.shares[name].ends = self.now
        return 200

    def save_view(self, name: str, query: str, **other: str) -> Answer:
        is_known, self.saved[name] = name in self.saved, query
        return 200 if is_known else 201

    def delete_view(self, name: str) -> Answer:
        del self.saved[name]
        return 200

    def pass_days(self, name: str, days: int) -> Answer:
        return super().pass_time(name, hours=24 * days)

    def state(self) -> dict[str, Any]:
        return {}

    def views(self, number: int) -> dict[str, Any]:
        random, expected = Random(number), {"saved-views": self.saved}
        if self.reports:
            name = random.choice([*self.reports])
            report = self.reports[name]
            file = report.rows if report.is_written else "report_not_ready"
            expected |= {f"{name} numbers": (report.open_findings, report.pass_rate), f"{name} file": file}
        if self.shares:
            name = random.choice([*self.shares])
            share = self.shares[name]
            expected[f"{name} page"] = share.report.open_findings if self.now < share.ends else 410
        return expected
