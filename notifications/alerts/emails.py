"""The e-mail of an alert: text and HTML, links for its reader, and one-click unsubscribing."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db.models import Q

from accounts.models import User
from krafter_audit.mail import html_mail, message_id
from krafter_audit.web.public_urls import public_url
from notifications.alerts import messages
from notifications.models import Alert
from notifications.public_pages import alert_url
from notifications.unsubscriptions import unsubscribe_url


def build_email(alert: Alert, address: str) -> EmailMultiAlternatives:
    unsubscribe = unsubscribe_url(alert.project, address)
    page, is_admin = alert_url(alert), can_open_admin(alert, address)
    context = {
        "alert": alert,
        "project": messages.project_name(alert),
        "numbers": list(messages.numbers(alert)),
        "findings": [_linked_finding(item, page, is_admin=is_admin) for item in alert.most_severe],
        "remainder": messages.remainder(alert),
        "label": "Open the admin" if is_admin else "Open the alert",
        "url": public_url("admin:index") if is_admin else page,
        "unsubscribe_url": unsubscribe,
    }
    return html_mail(
        address,
        subject=messages.subject(alert),
        template="notifications/alert_email",
        context=context,
        headers={
            "Message-ID": message_id(alert.pk, address),
            # RFC 8058: mail clients unsubscribe by a POST to this URL, without opening a page.
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _linked_finding(item: dict[str, Any], page: str, *, is_admin: bool) -> dict[str, Any]:
    in_admin = public_url("admin:findings_finding_change", item["id"])
    return {
        "severity": item["severity"],
        "label": messages.LABELS[item["kind"]],
        "title": messages.title_of(item),
        "url": in_admin if is_admin else f"{page}#finding-{item['id']}",
    }


def can_open_admin(alert: Alert, address: str) -> bool:
    """Return whether the person with this address sees the project in the admin."""
    may_see = Q(is_superuser=True) | Q(memberships__organization=alert.project.organization_id)
    staff = User.objects.filter(may_see, email__iexact=address, is_active=True, is_staff=True)
    return staff.exists()
