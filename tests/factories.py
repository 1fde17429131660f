"""The world that tests begin with: real rows, made by the real services where there are any."""

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest import mock

from django.db.models import Model
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import keys, services
from accounts.actors import Actor
from accounts.models import Membership, Organization, Project, User
from findings.models import Finding, Regression
from findings.services.ingestion import Sighting, ingest
from remediation.models import Task, Verification, VerificationPart
from remediation.services import tasks

number = itertools.count(1)


@dataclass
class World:
    """One organisation with its owner, a project and a client that calls with a key of its own."""

    organization: Organization
    owner: User
    project: Project
    key: str
    client: "AuditClient"

    @property
    def actor(self) -> Actor:
        return Actor("api_key", self.owner.pk)


class AuditClient(APIClient):
    """Calls the API of one project: paths are relative to `…/audit/`."""

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

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON and return the response; headers by their HTTP names with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return (
            getattr(self, method)(path, body, format="json", headers=sent)
            if body is not None
            else getattr(self, method)(path, headers=sent)
        )


def world(
    *, ai_quota: int | None = None, scopes: tuple[str, ...] = ("*",), site_url: str = "https://example.com"
) -> World:
    """Make an organisation with everything in it."""
    count = next(number)
    # Whether these values may be stored is asked in thirteen statements of twenty-four, thousands of times in a run.
    with mock.patch.object(Model, "full_clean"):
        organization = services.create_organization(f"Acme {count}", ai_quota=ai_quota)
        owner = services.create_user(
            f"owner{count}@example.com", organization=organization, role=Membership.Role.OWNER
        )
        project = services.create_project(organization, slug="production-website", site_url=site_url)
        _, key = keys.issue(organization, user=owner, name="tests", scopes=scopes)
    return World(organization, owner, project, key, AuditClient(project, key))


def finding(world: World, *, checks: list[str] | None = None, **fields: Any) -> Finding:
    """Report a finding the way a source does; status and times are set afterwards."""
    later = {
        name: fields.pop(name) for name in ("status", "created_at", "updated_at", "score") if name in fields
    }
    seen = {"domain": "security", "title": f"Finding {next(number)}", "severity": "high", **fields}
    keys_ = ["security_header_csp"] if checks is None else checks
    made = ingest(world.project, [Sighting(checks=keys_, **seen)], by=world.actor).findings[0]
    if later:
        Finding.objects.filter(pk=made.pk).update(**later)
        made.refresh_from_db()
    return made


def task(world: World, *, of: Finding | None = None, **fields: Any) -> Task:
    """Make a task of a finding."""
    of = of or finding(world)
    status = fields.pop("status", None)
    made = tasks.create(
        world.project, finding_id=of.pk, title=fields.pop("title", "Mend it"), by=world.actor, **fields
    )
    if status:
        Task.objects.filter(pk=made.pk).update(status=status)
        made.refresh_from_db()
    return made


def verification(
    world: World,
    *,
    of: Task | None = None,
    checks: str | list[str] = "passed",
    open_regressions: int = 0,
    created_at: datetime | None = None,
) -> Verification:
    """Make a verification whose checks have answered: one status for each key of the finding."""
    of = of or task(world, status="ready_verify")
    statuses = [checks] if isinstance(checks, str) else checks
    known = of.finding.check_keys or ["manual_review"]
    made = Verification.objects.create(
        project=world.project,
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
    if made.running and not made.manual:
        VerificationPart.objects.create(verification=made, scanner="http")
    for _ in range(open_regressions):
        regression(world, of=of.finding)
    return made


def regression(world: World, *, of: Finding | None = None) -> Regression:
    """Make an open regression that a scan detected."""
    of = of or finding(world)
    return Regression.objects.create(
        project=world.project, finding=of, trigger="scan_detected", opened_at=timezone.now()
    )


def where_things_stand(verification: Verification) -> dict[str, Any]:
    """One picture of what a verdict touches, read from the database."""
    row = Verification.objects.select_related("task__finding").get(pk=verification.pk)
    found = row.task.finding
    return {
        "result": row.result,
        "task": row.task.status,
        "finding": found.status,
        "open regressions": found.regressions.filter(status="open").count(),
    }
