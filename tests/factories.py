"""Rows that tests begin with: an organisation with its owner, a project, an API key and a client."""

import itertools
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.actors import Actor
from accounts.models import ApiKey, Membership, Organization, Project, Scope, User
from findings.models import Finding, Regression
from findings.services.ingestion import FindingReport, ingest_one
from remediation.models import Task, Verification, VerificationPart
from remediation.services import tasks
from remediation.services.verifications import supersede_earlier

number = itertools.count(1)
APART = 0.001  # seconds: ids sort by their millisecond, and two scenarios are never made in the same one


@dataclass
class Scenario:
    """An organisation with its owner, a project and a client with an API key."""

    organization: Organization
    owner: User
    project: Project
    key: str
    client: "AuditClient"

    @property
    def actor(self) -> Actor:
        return Actor("api_key", self.owner.pk)


class AuditClient(APIClient):
    """Sends requests to the API of a project; paths are relative to `…/audit/`."""

    def __init__(self, project: Project, key: str | None) -> None:
        super().__init__(raise_request_exception=False)
        self.base = f"/api/v1/orgs/{project.organization_id}/projects/{project.slug}/audit/"
        if key:
            self.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")

    def generic(
        self, method: str, path: str, data: Any = "", content_type: str = "application/json", **extra: Any
    ) -> Any:
        path = path if path.startswith("/") else self.base + path
        return super().generic(method, path, data, content_type, **extra)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON and return the response; headers by their HTTP names with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return (
            getattr(self, method)(path, body, format="json", headers=sent)
            if body is not None
            else getattr(self, method)(path, headers=sent)
        )


def scenario(
    *, ai_quota: int | None = None, scopes: tuple[str, ...] = ("*",), site_url: str = "https://example.com"
) -> Scenario:
    """Insert an organisation, owner, project and API key, as the services do, by one statement instead of eleven.

    `tests/unit/test_factories.py` compares both.
    """
    time.sleep(APART)
    count, key = next(number), api_keys.new_key()
    organization = Organization(name=f"Acme {count}", ai_quota=ai_quota)
    owner = User(email=f"owner{count}@example.com")
    owner.set_password(None)
    project = _site(organization, site_url)
    digests = {"key_prefix": key[:12], "digest": api_keys.digest(key), "scopes": list(scopes)}
    _write(
        organization,
        owner,
        Membership(organization=organization, user=owner, role=Membership.Role.OWNER),
        project,
        ApiKey(organization=organization, user=owner, name="tests", **digests),
    )
    return Scenario(organization, owner, project, key, AuditClient(project, key))


def project() -> Project:
    """Insert a project of an organisation without members."""
    organization = Organization(name="Acme")
    made = _site(organization, "https://example.com")
    _write(organization, made)
    return made


def _site(organization: Organization, site_url: str) -> Project:
    slug = "production-website"
    return Project(organization=organization, slug=slug, name=slug, site_url=site_url)


def _write(*rows: Model) -> None:
    """Insert rows of different tables by one statement."""
    inserts, values = [], []
    for row in rows:
        fields = row._meta.concrete_fields
        columns, parameters = (
            ", ".join(f'"{field.column}"' for field in fields),
            ", ".join(["%s"] * len(fields)),
        )
        inserts.append(f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({parameters})')
        values += [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
        row._state.adding, row._state.db = False, connection.alias
    *others, last = inserts
    named = ", ".join(f"row_{index} AS ({insert})" for index, insert in enumerate(others))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {named} {last}", values)


def finding(scenario: Scenario, *, checks: list[str] | None = None, **fields: Any) -> Finding:
    """Report a finding by the service; set status and times afterwards."""
    later = {
        name: fields.pop(name) for name in ("status", "created_at", "updated_at", "score") if name in fields
    }
    seen = {"domain": "security", "title": f"Finding {next(number)}", "severity": "high", **fields}
    keys_ = ["security_header_csp"] if checks is None else checks
    made, _ = ingest_one(scenario.project, FindingReport(checks=keys_, **seen), by=scenario.actor)
    if later:
        Finding.objects.filter(pk=made.pk).update(**later)
        made.refresh_from_db()
    return made


def task(scenario: Scenario, *, of: Finding | None = None, **fields: Any) -> Task:
    """Create a task for a finding."""
    of = of or finding(scenario)
    status = fields.pop("status", None)
    made = tasks.create(
        scenario.project, finding_id=of.pk, title=fields.pop("title", "Fix it"), by=scenario.actor, **fields
    )
    if status:
        Task.objects.filter(pk=made.pk).update(status=status)
        made.refresh_from_db()
    return made


def verification(
    scenario: Scenario,
    *,
    of: Task | None = None,
    checks: str | list[str] = "passed",
    open_regressions: int = 0,
    created_at: datetime | None = None,
) -> Verification:
    """Create a verification with results: one status for each check of the finding."""
    of = of or task(scenario, status="ready_verify")
    statuses = [checks] if isinstance(checks, str) else checks
    known = of.finding.check_keys or ["manual_review"]
    made = Verification.objects.create(
        project=scenario.project,
        task=of,
        running="running" in statuses,
        manual=not of.finding.check_keys,
        checks=[
            {
                "key": key,
                "before": "failed",
                "after": "pending" if status == "running" else status,
                "status": status,
            }
            for key, status in zip(known, statuses * len(known), strict=False)
        ],
    )
    supersede_earlier(made)
    if made.running and not made.manual:
        VerificationPart.objects.create(verification=made, scanner="http")
    for _ in range(open_regressions):
        regression(scenario, of=of.finding)
    return made


def regression(scenario: Scenario, *, of: Finding | None = None) -> Regression:
    """Create an open regression that a scan detected."""
    of = of or finding(scenario)
    return Regression.objects.create(
        project=scenario.project, finding=of, trigger="scan_detected", opened_at=timezone.now()
    )


def remediation_state(verification: Verification) -> dict[str, Any]:
    """Return a snapshot of the rows that a verdict changes."""
    row = Verification.objects.select_related("task__finding").get(pk=verification.pk)
    found = row.task.finding
    return {
        "result": row.result,
        "task": row.task.status,
        "finding": found.status,
        "open regressions": found.regressions.filter(status="open").count(),
    }


def api_key(scenario: Scenario, **fields: Any) -> AuditClient:
    """Issue another API key, of the owner by default; return a client with it."""
    chosen = {"user": scenario.owner, "scopes": [Scope.WRITE], **fields}
    _, key = api_keys.issue(scenario.organization, name="another", **chosen)
    return AuditClient(scenario.project, key)
