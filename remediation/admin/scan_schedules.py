"""Admin page of scan schedules: a short form of the policy's section."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.actor import staff_actor
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, copy_row
from krafter_audit.admin.forms import ServiceForm
from krafter_audit.displayed_times import time_element
from remediation.admin.policies.forms import form_field, new_problems
from remediation.policy_sections.declarations import SECTIONS
from remediation.policy_sections.editing import shown_value
from remediation.services import policies, scan_schedules
from remediation.services.scan_schedules import SECTION
from scans.models import ScanSchedule
from scans.services.schedules import WEEKDAYS

FIELDS = {field.path[-1]: field for field in SECTIONS[SECTION].fields}
READ_ONLY_FIELDS = ("next_scan", "last_at", "note", "policy")


class ScheduleForm(ServiceForm):
    """The fields of the policy's section about scans, for a project that is chosen or has a schedule."""

    schedule, day, hour, paused = (form_field(field) for field in FIELDS.values())

    class Meta:
        model = ScanSchedule
        fields = ("project",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Without a frequency there is no schedule: an action removes it.
        frequency: Any = self.fields["schedule"]
        frequency.required = True
        frequency.choices = FIELDS["schedule"].choices
        self.fields["hour"].label = "Hour (UTC)"
        if not self.instance._state.adding:
            config = policies.config_of(self.instance.project)
            self.initial.update({name: shown_value(config, field) for name, field in FIELDS.items()})

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            config = policies.config_of(cleaned.get("project") or self.instance.project)
            for name, sentence in new_problems(config, scan_schedules.with_values(config, self.values)):
                self.add_error(name.rpartition(".")[2], sentence)
        return cleaned


@admin.register(ScanSchedule)
class ScanScheduleAdmin(ServiceModelAdmin):
    """A schedule is stored in the project's policy, which has it as a section too."""

    form = ScheduleForm
    list_display = ("project", "times", "next_scan", "last_at", "note")
    list_filter = ("frequency", "paused", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("project__name", "^project__slug")
    autocomplete_fields = ("project",)
    readonly_fields = (*READ_ONLY_FIELDS, "times")
    actions: ClassVar[list[str]] = ["pause", "resume", "remove"]
    tones: ClassVar = {"remove": "danger"}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("project", *FIELDS)
        if self.has_change_permission(request, obj):
            return ("project", *FIELDS, *READ_ONLY_FIELDS)
        return ("project", "times", "paused", *READ_ONLY_FIELDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("project", *self.readonly_fields) if obj else ()

    @admin.display(description="scans")
    def times(self, schedule: ScanSchedule) -> str:
        """Return when the site is scanned: `Weekly, Monday 03:07 UTC`."""
        day = "" if schedule.weekday is None else f"{WEEKDAYS[schedule.weekday].capitalize()} "
        return f"{schedule.get_frequency_display()}, {day}{schedule.hour:02d}:{schedule.minute:02d} UTC"

    @admin.display(description="next scan", ordering="next_at")
    def next_scan(self, schedule: ScanSchedule) -> SafeString | str:
        return "paused" if schedule.paused else time_element(schedule.next_at)

    @admin.display(description="stored in")
    def policy(self, schedule: ScanSchedule) -> str:
        policy = schedule.project.policies.filter(active=True).first()
        if policy is None:
            return "-"
        url = reverse("admin:remediation_policy_change", args=[policy.pk])
        words = "The section Schedule of the project's policy"
        return format_html('<a class="text-primary-600" href="{}#section-scans">{}</a>', url, words)

    def describe_row(self, row: ScanSchedule) -> str:
        return str(row.project)

    def refusals(self, request: HttpRequest, row: ScanSchedule) -> dict[str, str]:
        if row.paused:
            return {"pause": "The schedule is paused."}
        return {"resume": "The schedule is not paused."}

    def save_model(self, request: HttpRequest, obj: ScanSchedule, form: Any, change: bool) -> None:
        scan_schedules.change(obj.project, by=staff_actor(request), **form.values)
        copy_row(ScanSchedule.objects.get(project=obj.project_id), to=obj)

    @row_action("Pause")
    def pause(self, request: HttpRequest, schedule: ScanSchedule) -> str:
        scan_schedules.change(schedule.project, by=staff_actor(request), paused=True)
        return "paused."

    @row_action("Resume")
    def resume(self, request: HttpRequest, schedule: ScanSchedule) -> str:
        scan_schedules.change(schedule.project, by=staff_actor(request), paused=False)
        return "resumed."

    @row_action(
        "Remove", consequence="The site is not scanned by a schedule any more. Scans that are running go on."
    )
    def remove(self, request: HttpRequest, schedule: ScanSchedule) -> str:
        scan_schedules.remove(schedule.project, by=staff_actor(request))
        return "the schedule was removed."
