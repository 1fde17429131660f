from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.decorators import display

from accounts.admin.actor import staff_actor
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, copy_row
from scans.admin.forms import SiteForm
from scans.models import Site
from scans.sites import services
from scans.sites.ownership_instructions import ownership_instructions
from scans.sites.serializers import ownership_status

STATUS_LABELS = {"verified": "Verified", "checking": "Checking", "unverified": "Not verified"}


@admin.register(Site)
class SiteAdmin(ServiceModelAdmin):
    """Hosts of projects. Checks of unpublished paths and visits in a browser require a verified host."""

    form = SiteForm
    list_display = ("host", "project", "status", "method", "verified_at", "checked_at")
    list_filter = ("method", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("^host",)
    autocomplete_fields = ("project",)
    actions: ClassVar[list[str]] = ["verify"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("project", "host")
        return (
            "project", "host", "status", "method", "verified_at", "instructions", "last_check", "checked_at",
            "created_at",
        )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def is_in_progress(self, row: Site) -> bool:
        return row.check_requested

    @display(
        description="status", label={"Verified": "success", "Checking": "warning", "Not verified": "danger"}
    )
    def status(self, site: Site) -> str:
        return STATUS_LABELS[ownership_status(site)]

    @admin.display(description="instructions (one method is sufficient)")
    def instructions(self, site: Site) -> str:
        methods = ownership_instructions(site)
        record, file, tag = methods["dns_txt"], methods["file"], methods["meta_tag"]
        return format_html(
            "<div>A TXT record of <code>{}</code> or a parent domain: <code>{}</code></div>"
            "<div>A text file at <code>{}</code>: <code>{}</code></div>"
            "<div>A meta tag in the head of <code>{}</code>: <code>{}</code></div>",
            record["name"], record["value"], file["url"], file["content"], tag["url"], tag["html"],
        )  # fmt: skip

    @admin.display(description="last check")
    def last_check(self, site: Site) -> str:
        lines = ((attempt["location"], attempt["message"]) for attempt in site.last_attempts)
        return format_html_join("", "<div><code>{}</code>: {}</div>", lines) or "-"

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        site, _ = services.add(obj.project, host=form.validated["host"], by=staff_actor(request))
        copy_row(site, to=obj)

    @row_action("Verify ownership")
    def verify(self, request: HttpRequest, site: Site) -> str:
        services.request_verification(site.pk, by=staff_actor(request))
        return "a verification is queued."
