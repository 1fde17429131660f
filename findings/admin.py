from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import F, OrderBy, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.actor import staff_actor
from bulk_changes.admin.actions import status_action
from bulk_changes.admin.forms import SetValuesForm
from events.totals import counters
from findings import observations, queries
from findings.errors import FindingResolved
from findings.imports.admin import ImportPages
from findings.models import (
    GIVEN_REASONS,
    LARGE_FIELDS,
    MAX_DISMISSAL_COMMENT_LENGTH,
    OPEN_STATUSES,
    Dismissal,
    Finding,
    FindingStatus,
    Regression,
    Severity,
    default_confidence,
)
from findings.serializers import CreateFindingRequestSerializer, UpdateFindingRequestSerializer
from findings.services import dismissals, triage
from findings.services.bulk import FINDINGS
from findings.services.dismissals import DismissalValues
from findings.services.ingestion import FindingReport, ingest_one
from krafter_audit.admin.base import (
    AutocompleteFilter,
    BoundedPaginator,
    ReadOnlyAdmin,
    badge_column,
    copy_row,
    render_json,
)
from krafter_audit.admin.forms import ChangeForm, DayInput, SerializerForm
from krafter_audit.admin.quick_filters import QuickFilter, counted_rows
from krafter_audit.admin.text import due_in_words
from krafter_audit.db.models import first_id_at

# The colours of the badges of admin.css, so that a row and its page agree; a value without one is grey.
SEVERITY_COLOURS = {"critical": "danger", "high": "warning", "medium": "info"}
STATUS_COLOURS = {"in_progress": "info", "ready_verify": "info", "resolved": "success"}
MAX_PAGES = 10  # shown on the page of a finding
MAX_NAMED = 10  # on the page of the form that dismisses
ENDS_SOON = timedelta(days=30)  # of a dismissal


JSON_HELP = {
    "affected_assets": 'Where it is, as JSON, such as [{"type": "url", "value": "https://example.com/"}].',
    "recommended_fix": 'As JSON, such as {"summary": "Send the header.", "steps": ["Add it."], "references": []}.',
}


class ReportFindingForm(SerializerForm):
    serializer_class = CreateFindingRequestSerializer
    api_names: ClassVar = {"owner": "owner_id", "check_keys": "checks"}
    severity = forms.ChoiceField(
        choices=[("", "Set by the policy"), *Severity.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    check_keys = SimpleArrayField(
        forms.CharField(max_length=100),
        label="Checks",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Comma-separated keys of the checks that verify the finding.",
    )

    class Meta:
        model = Finding
        fields = (
            "project", "domain", "title", "severity", "description", "owner", "affected_assets",
            "recommended_fix", "check_keys",
        )  # fmt: skip
        help_texts = JSON_HELP


class ChangeFindingForm(ChangeForm):
    serializer_class = UpdateFindingRequestSerializer

    class Meta:
        model = Finding
        fields = ("title", "severity", "description", "owner", "recommended_fix")
        help_texts = JSON_HELP


class SetFindingValuesForm(SetValuesForm):
    field_choices: ClassVar = {
        # An approval resolves a finding, and the form of "Dismiss…" dismisses it with a reason.
        "status": [choice for choice in FindingStatus.choices if choice[0] in OPEN_STATUSES],
        "severity": list(Severity.choices),
    }


class DismissForm(forms.Form):
    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *GIVEN_REASONS], widget=UnfoldAdminSelectWidget
    )
    comment = forms.CharField(
        max_length=MAX_DISMISSAL_COMMENT_LENGTH,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    accepted_until = forms.DateField(
        required=False,
        widget=DayInput,
        help_text="The last day, in UTC: on the next day the finding is open again. Empty: until a person reopens it.",
    )

    def clean_accepted_until(self) -> date | None:
        day: date | None = self.cleaned_data["accepted_until"]
        error = dismissals.date_error(day)
        if error:
            raise forms.ValidationError(error)
        return day


class FindingQuickFilter(QuickFilter):
    labels: ClassVar = {
        "open": "Open",
        "mine": "Mine",
        "overdue": "Overdue",
        "review": "Awaiting review",
        "new": "New since yesterday",
        "ending": "Accepted, ends in 30 d",
    }

    def apply(self, rows: QuerySet[Any], name: str, request: HttpRequest) -> QuerySet[Any]:
        if name == "mine":
            return rows.filter(owner=request.user.pk, status__in=OPEN_STATUSES)
        if name == "review":
            return rows.filter(status=FindingStatus.READY_VERIFY)
        if name == "overdue":
            overdue = queries.open_tasks().filter(sla_due_at__lt=timezone.now())
            return rows.filter(status__in=OPEN_STATUSES, pk__in=overdue.values("finding"))
        if name == "new":
            # Ids sort by time, and have an index.
            return rows.filter(pk__gte=first_id_at(timezone.now() - timedelta(days=1)))
        if name == "ending":
            return rows.filter(
                status=FindingStatus.DISMISSED,
                dismissals__ended_at=None,
                dismissals__accepted_until__lte=dismissals.today() + ENDS_SOON,
            )
        return rows.filter(status__in=OPEN_STATUSES)

    def counts(self, request: HttpRequest, project_ids: list[UUID]) -> dict[str, int | str]:
        rows = Finding.objects.filter(project__in=project_ids)
        statuses = counters.rows_by_status(project_ids, "finding")
        return {
            "open": sum(statuses[status] for status in OPEN_STATUSES),
            "review": statuses[FindingStatus.READY_VERIFY],
            **{
                name: counted_rows(self.apply(rows, name, request))
                for name in ("mine", "overdue", "new", "ending")
            },
        }


def _dismissal_of(finding: Finding) -> Dismissal | None:
    if finding.status != FindingStatus.DISMISSED:
        return None
    return dismissals.current([finding.pk]).get(finding.pk)


class NullsLast(OrderBy):
    """An order in which rows without a value are the last ones, in both directions."""

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, nulls_last=True)

    def reverse_ordering(self) -> "NullsLast":
        self.descending = not self.descending
        return self


class FindingPaginator(BoundedPaginator):
    """Read a page by due date from the index of tasks, if all of its findings have one."""

    def page(self, number: Any) -> Any:
        page = super().page(number)
        rows: Any = self.object_list
        order = rows.query.order_by[0] if rows.query.order_by else None
        if isinstance(order, NullsLast):
            stop = page.end_index()
            ids = queries.ids_by_due_date(rows, stop, descending=order.descending)
            if len(ids) == stop:
                page.object_list = rows.filter(pk__in=ids[page.start_index() - 1 :])
        return page


@admin.register(Finding)
class FindingAdmin(ImportPages):
    change_form_outer_before_template = ""  # the page has its actions at the end of the window
    paginator = FindingPaginator
    form, add_form = ChangeFindingForm, ReportFindingForm
    bulk_subject, set_values_form = FINDINGS, SetFindingValuesForm
    list_display = (
        "title", badge_column("severity", SEVERITY_COLOURS), badge_column("status", STATUS_COLOURS), "domain", "score",
        "due", "project", "organization", "owner", "age",
    )  # fmt: skip
    sortable_by: ClassVar = ("score", "due", "age")
    ordering: ClassVar = ("-score", "-pk")
    # Large, and not shown by the list.
    deferred_fields = LARGE_FIELDS
    list_filter = (FindingQuickFilter, "severity", "status", "domain", ("project", AutocompleteFilter))
    list_select_related = ("project__organization", "owner")
    search_fields = ("title",)
    search_help_text = "Words, URL, check or id"
    autocomplete_fields = ("project", "owner")
    update_row = staticmethod(triage.update)
    actions: ClassVar[list[Any]] = ["triage", "start", "dismiss", "set_values"]  # higher apps add theirs
    triage = status_action("Triage", FindingStatus.TRIAGED)  # also reopens dismissed findings
    start = status_action("Start work", FindingStatus.IN_PROGRESS)
    tones: ClassVar = {"dismiss": "danger"}
    # Functions of higher apps; each returns a part of the context of a finding's page.
    sections: ClassVar[list[Callable[[HttpRequest, Finding], dict[str, Any]]]] = []
    readonly_fields = (
        "project", "domain", "status", "confidence", "priority", "check_keys", "assets", "evidence_json",
        "last_seen_at", "created_at", "updated_at",
    )  # fmt: skip

    def refusals(self, request: HttpRequest, row: Finding) -> dict[str, str]:
        if row.status == FindingStatus.RESOLVED:
            return dict.fromkeys(("triage", "start", "dismiss"), FindingResolved.message)
        # A dismissed finding may be dismissed again, with another reason or day.
        done = {"triage": "triaged", "start": "in_progress"}
        return {
            name: f"The finding is {FindingStatus(status).label.lower()}."
            for name, status in done.items()
            if row.status == status
        }

    def detail_context(self, request: HttpRequest, row: Finding) -> dict[str, Any]:
        seen = observations.observations_in(row.evidence)
        urls = observations.asset_urls(row.affected_assets)
        context = {
            "observations": seen[:MAX_PAGES],
            "more_pages": max(0, len(seen) - MAX_PAGES),
            "urls": urls[:MAX_PAGES],
            "fix": observations.fix_of(row.recommended_fix),
            "commands": observations.commands(row.check_keys, urls),
            "dismissal": _dismissal_of(row),
            "confidence": confidence_in_words(row.confidence),
        }
        for section in self.sections:
            context |= section(request, row)
        return context

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ReportFindingForm.Meta.fields})]
        # Folded, since they are JSON: the page shows them in words.
        folded = {"classes": ["collapse"]}
        return [
            (None, {"fields": ("title", "severity", "owner", "description")}),
            ("Recommended fix as JSON", {"fields": ("recommended_fix",), **folded}),
            (
                "Raw record",
                {
                    "fields": (
                        "project", "domain", "status", "priority", "confidence", "check_keys", "assets",
                        "evidence_json", "last_seen_at", "created_at", "updated_at",
                    ),
                    **folded,
                },
            ),
        ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        earliest = queries.open_tasks().filter(finding=OuterRef("pk")).order_by("sla_due_at")
        return super().get_queryset(request).annotate(due_at=Subquery(earliest.values("sla_due_at")[:1]))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # By score, PostgreSQL reads all findings above the accepted ones, most of which have a low score.
        ends_soon = request.GET.get("quick") == "ending"
        return ("dismissals__accepted_until", "-pk") if ends_soon else self.ordering

    def find(self, rows: QuerySet[Finding], text: str) -> QuerySet[Finding]:
        return queries.search(rows, text)

    @admin.display(description="due", ordering=NullsLast(F("due_at")))
    def due(self, finding: Finding) -> str:
        return due_in_words(finding.due_at)  # type: ignore[attr-defined]  # an annotation

    @admin.display(description="priority")
    def priority(self, finding: Finding) -> str:
        return f"impact {finding.impact}, effort {finding.effort}, risk {finding.risk}, score {finding.score}"

    @admin.display(description="affected assets")
    def assets(self, finding: Finding) -> str:
        return render_json(finding.affected_assets)

    @admin.display(description="evidence")
    def evidence_json(self, finding: Finding) -> str:
        return render_json(finding.evidence)

    def save_model(self, request: HttpRequest, obj: Finding, form: Any, change: bool) -> None:
        if not change:
            finding, _ = ingest_one(obj.project, FindingReport(**form.validated), by=staff_actor(request))
            copy_row(finding, to=obj)
        elif form.validated:
            triage.update(obj.pk, changes=form.validated, by=staff_actor(request))

    @admin.action(description="Dismiss…", permissions=["operate"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Finding]) -> HttpResponse | None:
        # A first page requests reason, comment and day, and submits the action again with them.
        selection = self.selection(request, queryset)
        if selection is None:
            return None
        form = DismissForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            is_refused = self.refuse_all(request, selection)
            return None if is_refused else self._dismiss_page(request, queryset, form)
        if "_back" not in request.POST:
            details = {"dismissal": DismissalValues(**form.cleaned_data).to_json()}
            return self.change_selection(request, selection, {"status": "dismissed"}, details)

        def dismiss(finding: Finding) -> str:
            triage.dismiss(finding.pk, by=staff_actor(request), **form.cleaned_data)
            return "dismissed."

        self.run_for_each(request, queryset, dismiss)
        return None

    def _dismiss_page(self, request: HttpRequest, rows: QuerySet[Finding], form: DismissForm) -> HttpResponse:
        back, named = request.POST.get("_back", ""), list(rows.order_by("pk")[: MAX_NAMED + 1])
        context = {
            "form": form,
            "back": back,
            "rows": named[:MAX_NAMED],
            "more": len(named) > MAX_NAMED,
            "dismissal": _dismissal_of(named[0]) if back and named else None,
        }
        return self.selection_page(request, "admin/findings/finding/dismiss.html", **context)


def confidence_in_words(confidence: Any) -> str:
    """Return the number or word that the source sent; empty for the default, as of all findings of a scan."""
    if confidence == default_confidence():
        return ""
    # Some sources count to 100, others to 1: the number is displayed as it was sent.
    return confidence.capitalize() if isinstance(confidence, str) else f"{confidence:g}"


@admin.register(Regression)
class RegressionAdmin(ReadOnlyAdmin):
    empty_text = (
        "A resolved finding that is reported again, or whose verification is reopened, is listed here."
    )
    list_display = (
        "finding", "project", "trigger", badge_column("status", {"open": "danger", "closed": "success"}), "opened_at",
        "closed_at",
    )  # fmt: skip
    list_filter = ("status", "trigger", ("project", AutocompleteFilter))
    list_select_related = ("finding", "project__organization")
    search_fields = ("finding__title",)
    search_help_text = "Words, URL or check of the finding, or id"
    fields = (
        "project", "finding", "verification", "trigger", "status", "opened_at", "closed_at", "updated_at",
    )  # fmt: skip

    def find(self, rows: QuerySet[Regression], text: str) -> QuerySet[Regression]:
        # By the index of the search for findings: by title only, the finding of every regression is read.
        return rows.filter(finding__in=queries.search(Finding.objects.all(), text).values("pk"))

    @admin.display(description="reopened verification")
    def verification(self, row: Regression) -> str:
        if row.verification_id is None:
            return "-"
        url = reverse("admin:remediation_verification_change", args=[row.verification_id])
        return format_html('<a class="text-primary-600" href="{}">Open the verification</a>', url)
