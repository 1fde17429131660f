"""A snapshot as data, so that exporters and pages are tested without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reports.snapshots.snapshot import Snapshot

TODAY = date(2026, 11, 25)
ORG = "11111111-1111-1111-1111-111111111111"
TITLES = (
    ("Content-Security-Policy header is missing", "security", "critical", "triaged", 92),
    ("Session cookie is sent without Secure and HttpOnly", "security", "high", "in_progress", 81),
    ("The largest contentful paint takes 4.1 seconds on the start page", "performance", "high", "new", 64),
    ("Images without a text alternative", "accessibility", "medium", "ready_verify", 47),
    ("Text is served without compression", "performance", "medium", "new", 38),
    ("Meta description is missing on 12 pages", "seo", "low", "new", 12),
    ("Form fields without a label", "accessibility", "medium", "resolved", 45),
)


def finding(index: int, title: str, domain: str, severity: str, status: str, score: int) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-7000-8000-{index:012}",
        "org_id": ORG,
        "project_id": "production-website",
        "domain": domain,
        "title": title,
        "description": "Seen on the start page.",
        "severity": severity,
        "status": status,
        "confidence": 0.9,
        "priority": {"impact": 8, "effort": 2, "risk": 8, "score": score},
        "owner_id": None,
        "affected_assets": [{"type": "url", "value": "https://www.example.com/"}],
        "evidence": {"checks": ["security_header_csp"]},
        "recommended_fix": {"summary": "Send the header with every answer.", "steps": [], "references": []},
        "created_at": "2026-11-20T08:00:00Z",
        "updated_at": "2026-11-21T08:00:00Z",
    }


def task(index: int, title: str, status: str, priority: str) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-7000-9000-{index:012}",
        "finding_id": f"00000000-0000-7000-8000-{index:012}",
        "title": title,
        "status": status,
        "priority": priority,
        "owner_id": None,
        "sla_due_at": "2026-12-01T00:00:00Z" if priority == "high" else None,
        "external_ticket_key": "acme/web#142" if priority == "high" else None,
        "pr_url": None,
        "created_at": "2026-11-21T08:00:00Z",
        "updated_at": "2026-11-21T08:00:00Z",
    }


FINDINGS = [finding(index, *row) for index, row in enumerate(TITLES)]
TASKS = [
    task(0, "Add Content-Security-Policy header", "in_progress", "high"),
    task(1, "Set the cookie flags", "backlog", "medium"),
    task(6, "Label the form fields", "done", "medium"),
]
CHECK = {"key": "input_label", "before": "failed", "after": "passed", "status": "passed"}
TIMES = {"created_at": "2026-11-23T08:00:00Z", "updated_at": "2026-11-24T08:00:00Z"}
VERIFICATIONS = [
    {
        "id": "00000000-0000-7000-a000-000000000006",
        "task_id": TASKS[2]["id"],
        "finding_id": FINDINGS[6]["id"],
        "title": FINDINGS[6]["title"],
        "result": "passed",
        "checks": [CHECK],
        "verified_by_id": None,
        "verified_at": "2026-11-24T08:00:00Z",
        **TIMES,
    }
]
REGRESSIONS = [
    {
        "id": "00000000-0000-7000-b000-000000000001",
        "finding_id": FINDINGS[1]["id"],
        "title": FINDINGS[1]["title"],
        "verification_id": None,
        "trigger": "scan_detected",
        "status": "open",
        "opened_at": "2026-11-23T08:00:00Z",
        "closed_at": None,
        **TIMES,
    }
]
FIXED = [
    {
        "id": VERIFICATIONS[0]["id"],
        "finding_id": FINDINGS[6]["id"],
        "title": FINDINGS[6]["title"],
        "severity": "medium",
        "domain": "accessibility",
        "checks": [CHECK],
        "overridden": False,
        "verified_at": "2026-11-24T08:00:00Z",
    }
]
OVERDUE = [
    {
        "id": TASKS[1]["id"],
        "finding_id": FINDINGS[1]["id"],
        "title": TASKS[1]["title"],
        "status": "backlog",
        "severity": "high",
        "priority": "medium",
        "sla_due_at": "2026-11-23T08:00:00Z",
    }
]


def series(scores: list[float]) -> list[dict[str, Any]]:
    first = TODAY - timedelta(days=len(scores) - 1)
    return [
        {"date": (first + timedelta(days=index)).isoformat(), "open_risk_score": score}
        for index, score in enumerate(scores)
    ]


def counts(items: list[dict[str, Any]], key: str) -> dict[str, int]:
    return dict(Counter(item[key] for item in items))


def snapshot(**changes: Any) -> Snapshot:
    """Return a project with seven findings, six of them open, and three tasks."""
    findings = changes.pop("findings", FINDINGS)
    tasks = changes.pop("tasks", TASKS)
    scores = changes.pop("scores", [520, 495, 470, 412, 398, 351, 334])
    still_open = [item for item in findings if item["status"] not in {"resolved", "dismissed"}]
    standard: dict[str, Any] = {
        "report_id": "9a8b7c6d-5e4f-7a2b-8c0d-9e8f7a6b5c4d",
        "org_id": ORG,
        "organization": "Acme Trading",
        "project_id": "production-website",
        "project": "Production website",
        "site_url": "https://www.example.com/",
        "period_start": TODAY - timedelta(days=len(scores) - 1),
        "period_end": TODAY,
        "taken_at": datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
        "summary": {
            "risk_burn_down": series(scores),
            "verification_pass_rate": 0.84,
            "regression_rate": 0.12,
            "open_findings": len(still_open),
        },
        "breakdown": {
            "open_by_severity": counts(still_open, "severity"),
            "open_by_domain": counts(still_open, "domain"),
            "findings_by_status": counts(findings, "status"),
            "worst_open_by_domain": {"security": ["critical", 2], "performance": ["high", 1], "seo": None},
            "tasks_by_status": counts(tasks, "status"),
            "trends": {
                "severity": {"critical": [200, *scores[1:]], "high": [0] * len(scores)},
                "domain": {"security": scores},
            },
            "fixed": {"all": len(FIXED), "in_period": len(FIXED)},
            "overdue": {"all": len(OVERDUE), "in_period": len(OVERDUE)},
            "activity": {"new_findings": 2, "fixed": 1, "regressions": 0, "open_risk_score": scores[-1]},
            "previous_activity": {"new_findings": 5, "fixed": 0, "regressions": 0, "open_risk_score": 540},
        },
        "verifications": VERIFICATIONS,
        "regressions": REGRESSIONS,
        "fixed": FIXED,
        "overdue": OVERDUE,
        "first_day": TODAY - timedelta(days=60),
        "share_url": "https://audit.example.com/insights/audit/reports/shared/key.signature",
        "findings": findings,
        "tasks": tasks,
    }
    return Snapshot(**standard | changes)
