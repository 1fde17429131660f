"""Webhooks of GitLab. Source: GitLab, "Webhooks" and "Webhook events"."""

from datetime import timedelta
from typing import Any

from integrations.providers.gitlab.repository import deployment_id
from integrations.providers.types import ReportedDeploy, text
from integrations.providers.webhooks import (
    MAX_CLOCK_SKEW,
    WebhookEvent,
    WebhookFormat,
    WebhookRequest,
    equal_in_constant_time,
    number_of,
    timestamp,
)


def is_signed(request: WebhookRequest, secret: str) -> bool:
    # GitLab signs nothing: a header has the secret itself.
    return equal_in_constant_time(request.header("x-gitlab-token"), secret)


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    kind, issue = payload.get("object_kind"), payload.get("object_attributes")
    is_issue = kind == "issue" and isinstance(issue, dict)
    changed_at = timestamp(issue.get("updated_at")) if is_issue else None
    return WebhookEvent(
        delivery_id=request.header("idempotency-key") or request.header("x-gitlab-event-uuid"),
        name=f"{kind}.{issue.get('action')}" if is_issue else str(kind),
        sent_at=changed_at,
        changed_at=changed_at,
        ticket_ids=(str(int(issue["iid"])),) if is_issue else (),
        findings_changed=kind == "vulnerability",
        deploy=_deploy(payload) if kind == "deployment" else None,
        repositories=_repositories(payload),
        repository_id=number_of(payload.get("project")),
        released=kind == "release" and payload.get("action") == "create",
    )


def _repositories(payload: Any) -> tuple[str, ...]:
    project = payload.get("project")
    if not isinstance(project, dict):
        return ()
    # A connection names its project by path or by number.
    return (str(project.get("path_with_namespace")).lower(), str(project.get("id")))


def _deploy(payload: Any) -> ReportedDeploy | None:
    changed_at = timestamp(payload["status_changed_at"])
    if payload["status"] not in ("running", "success") or changed_at is None:
        return None
    return ReportedDeploy(
        external_id=deployment_id(payload["deployment_id"]),
        # The event has the short form only; the URL of the commit ends with the whole one.
        sha=str(payload["commit_url"]).rpartition("/")[2],
        environment=text(payload["environment"]),
        url=str(payload.get("environment_external_url") or ""),
        started_at=None,
        finished_at=changed_at if payload["status"] == "success" else None,
    )


WEBHOOKS = WebhookFormat(
    is_signed=is_signed,
    read=read,
    max_age=timedelta(days=3),
    max_skew=MAX_CLOCK_SKEW,
    event_names="Issues events, Confidential issues events, Deployment events, Releases events",
)
