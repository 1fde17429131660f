"""Webhooks of GitHub. Source: "Validating webhook deliveries" and "Webhook events and payloads"."""

from datetime import timedelta
from typing import Any

from integrations.providers.github.repository import deployment_id
from integrations.providers.types import ReportedDeploy, text
from integrations.providers.webhooks import (
    MAX_CLOCK_SKEW,
    WebhookEvent,
    WebhookFormat,
    WebhookRequest,
    number_of,
    signed_by,
    timestamp,
)

ALERT_EVENTS = frozenset({"code_scanning_alert", "dependabot_alert"})


def read(request: WebhookRequest, payload: Any) -> WebhookEvent:
    # Pull requests are found by scheduled syncs.
    event, issue = request.header("x-github-event"), payload.get("issue")
    is_issue = event == "issues" and isinstance(issue, dict)
    changed_at = timestamp(issue.get("updated_at")) if is_issue else None
    return WebhookEvent(
        delivery_id=request.header("x-github-delivery"),
        name=f"{event}.{payload.get('action')}",
        sent_at=changed_at,  # GitHub does not sign the time of a delivery
        changed_at=changed_at,
        ticket_ids=(str(int(issue["number"])),) if is_issue else (),
        findings_changed=event in ALERT_EVENTS,
        deploy=_deploy(payload) if event == "deployment_status" else None,
        repositories=_repositories(payload),
        repository_id=number_of(payload.get("repository")),
        released=event == "release" and payload.get("action") == "published",
    )


def _repositories(payload: Any) -> tuple[str, ...]:
    repository = payload.get("repository")
    return (str(repository.get("full_name")).lower(),) if isinstance(repository, dict) else ()


def _deploy(payload: Any) -> ReportedDeploy | None:
    deployment, status = payload["deployment"], payload["deployment_status"]
    if status["state"] not in ("in_progress", "success"):
        return None
    return ReportedDeploy(
        external_id=deployment_id(deployment["id"]),
        sha=str(deployment["sha"]),
        environment=text(deployment["environment"]),
        url=str(status.get("environment_url") or ""),
        started_at=timestamp(deployment["created_at"]),
        finished_at=timestamp(status["created_at"]) if status["state"] == "success" else None,
    )


WEBHOOKS = WebhookFormat(
    is_signed=signed_by("x-hub-signature-256", "sha256="),
    read=read,
    max_age=timedelta(days=3),  # GitHub keeps deliveries so long, and people may redeliver them
    max_skew=MAX_CLOCK_SKEW,
    event_names="Issues, Code scanning alerts, Dependabot alerts, Deployment statuses, Releases",
)
