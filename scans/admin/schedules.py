"""Admin page of scan schedules."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin
from scans.models import ScanSchedule


@admin.register(ScanSchedule)
class ScanScheduleAdmin(ReadOnlyAdmin):
    list_display = ("project", "frequency", "next_at", "last_at", "note")
    list_filter = ("frequency", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug",)
    fields = ("project", "policy", "frequency", "weekday", "hour", "minute", "next_at", "last_at", "note")
    readonly_fields = ("policy",)

    @admin.display(description="configured by")
    def policy(self, schedule: ScanSchedule) -> str:
        policy = schedule.project.policies.filter(active=True).first()
        if policy is None:
            return "-"
        url = reverse("admin:remediation_policy_change", args=[policy.pk])
        words = "Change the schedule in the project's policy"
        return format_html('<a class="text-primary-600" href="{}#section-scans">{}</a>', url, words)
