"""Admin page of shares: a link, or a message with a link, that can be revoked."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import operator
from krafter_audit.admin.base import DANGER, SUCCESS, WARNING, AutocompleteFilter, ReadOnlyAdmin, badge_column
from krafter_audit.admin.confirmation import confirmed
from reports import services
from reports.models import Share

DELIVERIES = {"queued": WARNING, "sent": SUCCESS, "failed": DANGER}
REVOKING = "The link stops working for all who have it. It cannot be restored."


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "project",
        "channel",
        badge_column("status", DELIVERIES),
        "outcome",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("channel", "status", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    fields = (
        "project", "report", "channel", "sent_to", "status", "outcome", "results", "created_at", "sent_at",
        "expires_at", "revoked_at", "shared_by",
    )  # fmt: skip
    readonly_fields = ("sent_to", "results")
    actions: ClassVar = ["revoke"]
    tones: ClassVar = {"revoke": "danger"}

    def refusals(self, request: HttpRequest, row: Share) -> dict[str, str]:
        return {} if row.is_live() else {"revoke": "The link is revoked or has expired."}

    @admin.display(description="recipients")
    def sent_to(self, share: Share) -> str:
        return ", ".join(share.recipients) or "-"

    @admin.display(description="delivery by recipient")
    def results(self, share: Share) -> str:
        return "; ".join(f"{address}: {result}" for address, result in share.outcomes.items()) or "-"

    @admin.action(description="Revoke link", permissions=["operate"])
    @confirmed(REVOKING)
    def revoke(self, request: HttpRequest, shares: QuerySet[Share]) -> None:
        def revoke(share: Share) -> str:
            services.revoke_share(share.pk, by=operator(request))
            return "revoked."

        self.run_for_each(request, shares, revoke)
