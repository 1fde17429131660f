"""Measure how reliable each check is in a project, over 90 days of scans and verifications.

A flip: a check reports the opposite for an unchanged page. A return: a finding comes back after the approval of a
verification in which its check passed. The database computes both.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from accounts.models import Project
from krafter_audit.db.advisory_locks import try_advisory_lock
from remediation.models import CheckReliability, Verification
from scanner import registry
from scans.models import Scan

MEASURED_PERIOD = timedelta(days=90)  # of the scans and verifications that are compared
COUNT_FIELDS = ("runs", "compared", "flips", "fixes", "returned_within_7_days", "returned_within_30_days")
# Checks with these needs depend on more than the page, so that an unchanged page does not make runs comparable.
OFF_PAGE_NEEDS = {"links", "assets", "tls", "tls_old"}

UPSERT_COUNTS = """
    WITH results AS (
        SELECT r.key, p.url, r.outcome, r.seen_at AS at, r.evidence, r.threshold::text AS threshold
        FROM scans_scan AS s JOIN scans_scanresult AS r ON r.scan_id = s.id
            JOIN scans_scanpage AS p ON p.id = r.page_id
        WHERE s.project_id = %(project)s AND s.created_at >= %(since)s AND r.outcome IN ('passed', 'failed')
        UNION ALL
        SELECT e.key, page->>'url', page->>'status', e.recorded_at, page->'evidence', page->'evidence'->>'threshold'
        FROM remediation_verification AS v JOIN remediation_evidence AS e ON e.verification_id = v.id
            CROSS JOIN LATERAL (SELECT e.body::jsonb->'pages' AS pages) AS body
            CROSS JOIN LATERAL jsonb_array_elements(
                CASE jsonb_typeof(body.pages) WHEN 'array' THEN body.pages ELSE '[]' END
            ) AS page
        WHERE v.project_id = %(project)s AND v.created_at >= %(since)s AND e.recorded_at >= %(since)s
            AND e.kind = 'check' AND page->>'status' IN ('passed', 'failed')
    ), states AS (
        SELECT key, url, outcome, at, coalesce(evidence->'runs', '[]') AS repeated, CASE
            WHEN evidence ? 'sha256' AND key = ANY(%(comparable)s) THEN concat_ws(
                ' ', evidence->>'sha256', evidence->>'status', evidence->>'final_url', evidence->>'headers',
                evidence->>'rule_version', threshold
            ) END AS page_state
        FROM results
    ), pairs AS (
        SELECT key, outcome, page_state, repeated, lag(outcome) OVER earlier AS outcome_before,
            lag(page_state) OVER earlier AS state_before
        FROM states WINDOW earlier AS (PARTITION BY key, url ORDER BY at)
    ), flips AS (
        SELECT key, count(*) AS runs,
            count(*) FILTER (WHERE page_state = state_before) + count(*) FILTER (WHERE repeated <> '[]') AS compared,
            count(*) FILTER (WHERE page_state = state_before AND outcome <> outcome_before)
                + count(*) FILTER (WHERE repeated ? 'passed' AND repeated ? 'failed') AS flips
        FROM pairs GROUP BY key
    ), approved AS (
        SELECT said->>'key' AS key, t.finding_id, CASE
            WHEN v.result = 'passed' THEN v.verified_at
            ELSE (
                SELECT min(at) FROM events_event
                WHERE subject_id = v.id AND name = 'verification.approved' AND at >= %(since)s
            ) END AS fixed_at
        FROM remediation_verification AS v JOIN remediation_task AS t ON t.id = v.task_id
            CROSS JOIN LATERAL jsonb_array_elements(v.checks) AS said
        WHERE v.project_id = %(project)s AND v.created_at >= %(since)s AND v.result <> 'pending'
            AND v.trigger <> 'guard' AND NOT v.manual AND said->>'status' = 'passed'
    ), fixed AS (
        SELECT a.key, a.fixed_at, greatest(f.created_at, before.opened_at) AS began_at, after.opened_at AS back_at
        FROM approved AS a JOIN findings_finding AS f ON f.id = a.finding_id
            CROSS JOIN LATERAL (
                SELECT max(opened_at) AS opened_at FROM findings_regression
                WHERE finding_id = a.finding_id AND opened_at < a.fixed_at
            ) AS before
            CROSS JOIN LATERAL (
                SELECT min(opened_at) AS opened_at FROM findings_regression
                WHERE finding_id = a.finding_id AND opened_at > a.fixed_at
            ) AS after
        WHERE a.fixed_at IS NOT NULL
    ), fixes AS (
        SELECT key, count(*) AS fixes,
            count(*) FILTER (WHERE back_at <= fixed_at + interval '7 days') AS returned_within_7_days,
            count(*) FILTER (WHERE back_at <= fixed_at + interval '30 days') AS returned_within_30_days,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM fixed_at - began_at)) AS median_seconds
        FROM fixed GROUP BY key
    )
    INSERT INTO remediation_checkreliability (project_id, key, runs, compared, flips, fixes, returned_within_7_days,
        returned_within_30_days, median_seconds, measured_at)
    SELECT %(project)s, key, coalesce(runs, 0), coalesce(compared, 0), coalesce(flips, 0), coalesce(fixes, 0),
        coalesce(returned_within_7_days, 0), coalesce(returned_within_30_days, 0), median_seconds, %(now)s
    FROM flips FULL JOIN fixes USING (key)
"""


@transaction.atomic
def measure(project_id: UUID) -> None:
    """Replace the measurements of a project's checks, unless another worker does."""
    if not try_advisory_lock(f"check_reliability:{project_id}"):
        return
    now = timezone.now()
    params: dict[str, Any] = {
        "project": project_id,
        "since": now - MEASURED_PERIOD,
        "now": now,
        "comparable": comparable_checks(),
    }
    CheckReliability.objects.filter(project=project_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_COUNTS, params)


def comparable_checks() -> list[str]:
    """Return the keys of the checks that depend only on the page itself."""
    registry.load()
    return [key for key, check in registry.REGISTRY.items() if not check.needs & OFF_PAGE_NEEDS]


def active_projects() -> QuerySet[Project]:
    recent = {"project": OuterRef("pk"), "created_at__gte": timezone.now() - MEASURED_PERIOD}
    scanned = Exists(Scan.objects.filter(**recent))
    verified = Exists(Verification.objects.filter(**recent))
    return Project.objects.filter(scanned | verified)


def by_check(project: Project) -> dict[str, CheckReliability]:
    return {row.key: row for row in CheckReliability.objects.filter(project=project)}


def totals(rows: QuerySet[CheckReliability]) -> list[dict[str, Any]]:
    """Return the sums over projects for each check, the least reliable first."""
    sums = {name: Sum(name) for name in COUNT_FIELDS}
    # Without an order, which would be a part of the groups.
    lines: list[dict[str, Any]] = [dict(line) for line in rows.order_by().values("key").annotate(**sums)]
    for line in lines:
        line |= {
            "check": registry.get(line["key"]),
            "flipped": _ratio(line["flips"], line["compared"]),
            "returned_soon": _ratio(line["returned_within_7_days"], line["fixes"]),
            "returned_late": _ratio(line["returned_within_30_days"], line["fixes"]),
        }
    return sorted(lines, key=_unreliability)


def _unreliability(line: dict[str, Any]) -> tuple[float, float, str]:
    flips, back = (
        _share(line["flips"], line["compared"]),
        _share(line["returned_within_30_days"], line["fixes"]),
    )
    return (-flips, -back, line["key"])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _ratio(part: int, whole: int) -> str:
    return f"{part} of {whole} ({_share(part, whole):.1%})" if whole else "-"
