"""Sites in the admin: whose they are, and how that is proved."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin import operator
from krafter_audit.admin.base import DANGER, SUCCESS, WARNING, AutocompleteFilter, ServiceModelAdmin
from krafter_audit.admin.forms import SerializerForm
from scans.models import Site
from scans.sites import ownership, services
from scans.sites.serializers import CreateSiteRequestSerializer, status_of


class SiteForm(SerializerForm):
    """A host that a project says is its own."""

    serializer_class = CreateSiteRequestSerializer
    host = forms.CharField(
        max_length=2000,
        widget=UnfoldAdminTextInputWidget,
        help_text="As in shop.example.com, or an address of it.",
    )

    class Meta:
        model = Site
        fields = ("project", "host")

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        """The project is in the address, not in the body."""
        return [name for name in super().submitted_names(cleaned) if name != "project"]

    def validate_unique(self) -> None:
        """The same host again is the same site."""


@admin.register(Site)
class SiteAdmin(ServiceModelAdmin):
    """Hosts of projects. What is not proved is neither probed nor visited by a browser."""

    form = SiteForm
    list_display = ("host", "project", "status", "method", "verified_at", "checked_at")
    list_filter = ("method", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^host",)
    autocomplete_fields = ("project",)
    actions: ClassVar[list[str]] = ["verify"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Ask little, show all."""
        if obj is None:
            return ("project", "host")
        return (
            "project", "host", "status", "method", "verified_at", "how_to_prove", "last_look", "checked_at",
            "created_at",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A site that has its token is read."""
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The worker alone writes what proves a site."""
        return False

    @display(description="status", label={"proved": SUCCESS, "checking": WARNING, "unproved": DANGER})
    def status(self, site: Site) -> str:
        """Say where the proof stands."""
        return status_of(site)

    @admin.display(description="how to prove it (one is enough)")
    def how_to_prove(self, site: Site) -> str:
        """Show what to put where."""
        ways = ownership.how_to_prove(site)
        record, file, tag = ways["dns_txt"], ways["file"], ways["meta_tag"]
        return format_html(
            "<div>A TXT record at <code>{}</code> or a domain above it: <code>{}</code></div>"
            "<div>A text file at <code>{}</code>: <code>{}</code></div>"
            "<div>In the head of <code>{}</code>: <code>{}</code></div>",
            record["name"], record["value"], file["url"], file["content"], tag["url"], tag["html"],
        )  # fmt: skip

    @admin.display(description="what the last look saw")
    def last_look(self, site: Site) -> str:
        """Show each place that was looked at."""
        lines = ((one["place"], one["said"]) for one in site.last_attempts)
        return format_html_join("", "<div><code>{}</code>: {}</div>", lines) or "-"

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        """Give the host its token."""
        site, _ = services.add(obj.project, host=form.validated["host"], by=operator(request))
        obj.__dict__.update(site.__dict__)

    @admin.action(description="Look at the proof", permissions=["operate"])
    def verify(self, request: HttpRequest, queryset: QuerySet[Site]) -> None:
        """Ask for a look at each."""

        def verify(site: Site) -> str:
            services.verify(site.pk, by=operator(request))
            return "a look is queued."

        self.run_for_each(request, queryset, verify)
