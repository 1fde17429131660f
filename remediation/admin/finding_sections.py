from typing import Any

from django.http import HttpRequest

from findings.admin import FindingAdmin
from findings.models import Finding
from remediation.admin import timeline
from remediation.checks import reliability
from remediation.models import CheckReliability
from scanner import registry

MAX_TASKS = 20


def remediation(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    measured = reliability.by_check(finding.project)
    return {
        "tasks": finding.tasks.select_related("owner")
        .prefetch_related("sla_pauses")
        .order_by("-pk")[:MAX_TASKS],
        "checks": [
            {
                "key": key,
                "version": known.version if (known := registry.get(key)) else None,
                "reliability": reliability_in_words(measured.get(key)),
            }
            for key in finding.check_keys
        ],
        "timeline": timeline.entries(finding),
    }


def reliability_in_words(row: CheckReliability | None) -> str:
    """Say how often a check changed its result on an unchanged page, in the last 90 days."""
    if row is None or not row.compared:
        return "Reliability: not measured yet."
    return f"Reliability: {row.flips} of {row.compared} results changed on an unchanged page (90 days)."


FindingAdmin.sections.append(remediation)
