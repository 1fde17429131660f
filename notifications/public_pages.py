from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.actors import SYSTEM
from findings.models import Finding
from findings.observations import MAX_DESCRIPTION_LENGTH, details_of, shortened
from krafter_audit.web.public_pages import NOT_FOUND, PageUnavailable, public_page
from krafter_audit.web.public_urls import public_url
from notifications import unsubscriptions
from notifications.alerts import messages
from notifications.models import Alert

SALT = "krafter_audit.notifications.alert"
LINK_LIFETIME = timedelta(days=30)
EXPIRED = (
    410,
    "This link has expired",
    "Links to alerts are valid for 30 days. Ask for access to the audit.",
)


def alert_url(alert: Alert) -> str:
    """Return the link to an alert's page, which needs no account."""
    return public_url("shared-alert", _signer().sign(str(alert.pk)))


@public_page
def shared_alert(request: HttpRequest, token: str) -> HttpResponse:
    """Show an alert's numbers, and its most severe findings as they are now."""
    alert = _get_alert(token)
    context = {
        "alert": alert,
        "numbers": list(messages.numbers(alert)),
        "findings": _findings(alert),
        "remainder": messages.remainder(alert),
        "expires_at": alert.created_at + LINK_LIFETIME,
    }
    return HttpResponse(render_to_string("notifications/alert.html", context))


def _get_alert(token: str) -> Alert:
    try:
        pk = UUID(_signer().unsign(token))
    except (BadSignature, ValueError):
        raise PageUnavailable(*NOT_FOUND) from None
    alert = Alert.objects.select_related("project").filter(pk=pk).first()
    if alert is None:
        raise PageUnavailable(*NOT_FOUND)
    if alert.created_at + LINK_LIFETIME < timezone.now():
        raise PageUnavailable(*EXPIRED)
    return alert


def _findings(alert: Alert) -> list[dict[str, Any]]:
    found = Finding.objects.filter(project=alert.project_id).in_bulk(
        [item["id"] for item in alert.most_severe]
    )
    rows = [found[UUID(item["id"])] for item in alert.most_severe if UUID(item["id"]) in found]
    return [_context(finding) for finding in dict.fromkeys(rows)]


def _context(finding: Finding) -> dict[str, Any]:
    details = details_of(finding.affected_assets, finding.evidence, finding.recommended_fix)
    return {
        **vars(details),
        "id": finding.pk,
        "title": finding.title,
        "description": shortened(finding.description, MAX_DESCRIPTION_LENGTH),
        "severity": finding.severity,
        "severity_label": finding.get_severity_display(),
        "domain_label": finding.get_domain_display(),
        "status_label": finding.get_status_display(),
        "score": finding.score,
    }


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe by POST, as mail clients do with one click; GET shows the form."""
    known = unsubscriptions.parse_token(token)
    if known is None:
        raise PageUnavailable(*NOT_FOUND)
    project, email = known
    if request.method == "POST":
        change = (
            unsubscriptions.subscribe_again if "subscribe" in request.POST else unsubscriptions.unsubscribe
        )
        change(project, email, by=SYSTEM)
    context = {
        "project": project,
        "email": email,
        "unsubscribed": unsubscriptions.is_unsubscribed(project, email),
        "changed": request.method == "POST",
    }
    return HttpResponse(render_to_string("notifications/unsubscribe.html", context))


unsubscribe_page = public_page(unsubscribe, has_form=True)


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
