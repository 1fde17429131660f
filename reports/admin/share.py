from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.actor import staff_actor
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, badge_column
from reports import services
from reports.models import Share
from reports.presentation import summary
from reports.sharing import links

STATUS_COLOURS = {"queued": "warning", "sent": "success", "failed": "danger"}
REVOKE_CONSEQUENCE = "The link stops working for all who have it. It cannot be restored."


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    empty_text = "A report is shared on its page."
    list_display = (
        "created_at",
        "project",
        "channel",
        badge_column("status", STATUS_COLOURS),
        "outcome",
        "views",
        "last_opened_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("channel", "status", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("project__name", "^project__slug")
    actions: ClassVar = ["revoke"]
    tones: ClassVar = {"revoke": "danger"}

    def refusals(self, request: HttpRequest, row: Share) -> dict[str, str]:
        return {} if row.is_live() else {"revoke": "The link is revoked or has expired."}

    def detail_context(self, request: HttpRequest, row: Share) -> dict[str, Any]:
        report = row.report
        state, tone = state_of(row)
        return {
            "state": state,
            "tone": tone,
            "period": summary.format_period(report.period_start, report.period_end),
            "url": links.visible_url(row),
            "recipients": [(address, row.outcomes.get(address, "")) for address in row.recipients],
        }

    @row_action("Revoke link", permission=OPERATE_ON_ARCHIVED, consequence=REVOKE_CONSEQUENCE)
    def revoke(self, request: HttpRequest, share: Share) -> str:
        services.revoke_share(share.pk, by=staff_actor(request))
        return "revoked."


def state_of(share: Share) -> tuple[str, str]:
    """Return whether the link is valid and was delivered, in a word, and its tone."""
    if share.revoked_at:
        return "Revoked", ""
    if not share.is_live():
        return "Expired", ""
    if share.channel == Share.Channel.LINK:
        return "Valid", "success"
    return Share.Status(share.status).label, STATUS_COLOURS[share.status]
