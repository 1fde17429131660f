from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from unfold.decorators import display

from accounts.admin.actor import staff_actor
from events.totals import counters
from findings.admin import SEVERITY_COLOURS, FindingAdmin
from findings.observations import asset_urls
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, staff_of
from krafter_audit.admin.quick_filters import QuickFilter
from remediation.admin.evidence import EvidenceInline, EvidencePages
from remediation.admin.forms import ReasonForm
from remediation.errors import VerificationSuperseded
from remediation.evidence import comparison
from remediation.evidence.chain import links_of
from remediation.models import Result, Task, Verification, VerificationQuerySet
from remediation.queries import search_tasks
from remediation.services import approvals, verdicts, verifications
from remediation.verification_states import BlockedBy, VerificationState

STATE_COLOURS = {
    "Ready to approve": "info",
    "Running": "primary",
    "Checks failed": "danger",
    "Inconclusive": "warning",
    "Superseded": "primary",
    "Approved": "success",
    "Reopened": "danger",
    "Guard passed": "success",
    "Guard failed": "danger",
    "Guard inconclusive": "warning",
}
# Labels for verifications of guard windows, which end without a person's decision.
GUARD_LABELS = {
    Result.PENDING: "Guard inconclusive",
    Result.PASSED: "Guard passed",
    Result.FAILED: "Guard failed",
}


def state_label(verification: Verification) -> str:
    if verification.state == VerificationState.DECIDED and verification.trigger == Verification.Trigger.GUARD:
        return GUARD_LABELS[Result(verification.result)]
    if verification.state == VerificationState.DECIDED:
        return "Approved" if verification.result == Result.PASSED else "Reopened"
    if verification.blocked_by:
        return str(BlockedBy(verification.blocked_by).label).capitalize()
    return str(VerificationState(verification.state).label).capitalize()


def approval_message(verification: Verification) -> str:
    if verification.result == Result.PASSED:
        return "approved."
    state = approvals.state_of(verification)
    return f"approval recorded, {state['given']} of {state['required']}."


class VerificationQuickFilter(QuickFilter):
    labels: ClassVar = {
        "ready": "Ready to approve",
        "running": "Running",
        "failed": "Checks failed",
        "inconclusive": "Inconclusive",
        "superseded": "Superseded",
        "decided": "Decided",
    }

    def apply(self, rows: QuerySet[Any], name: str, request: HttpRequest) -> QuerySet[Any]:
        # The counter of this filter counts no guards either.
        rows = cast("VerificationQuerySet", rows).without_guards()
        return rows.filter(**({"blocked_by": name} if name in BlockedBy else {"state": name}))

    def counts(self, request: HttpRequest, project_ids: list[UUID]) -> dict[str, int]:
        found = dict.fromkeys(self.labels, 0)
        for totals in counters.totals_by_project(project_ids, "verification")["verification"].values():
            for facets, number, _ in totals:
                found[facets["blocked_by"] or facets["state"]] += number
        return found


@admin.register(Verification)
class VerificationAdmin(EvidencePages):
    empty_text = "A verification is run on the page of a task."
    list_display = (
        "task", "state_badge", "severity", "check_counts", "project", "organization", "verified_by", "age",
    )  # fmt: skip
    list_filter = (VerificationQuickFilter, "result", "manual", ("project", AutocompleteFilter))
    list_select_related = ("task__finding", "project__organization", "verified_by")
    deferred_fields = tuple(f"task__finding__{name}" for name in FindingAdmin.deferred_fields)
    search_fields = ("task__title",)
    search_help_text = "Words, ticket, URL, check or id"
    actions: ClassVar[list[str]] = ["approve", "reopen", "approve_with_override", "withdraw_approval"]
    list_only_actions = frozenset({"withdraw_approval"})  # its button is beside the approval
    tones: ClassVar = {"approve": "primary", "reopen": "danger"}
    inlines = (EvidenceInline,)
    fields = (
        "project", "task", "result", "check_results", "evidence", "notes", "override_reason", "verified_by",
        "verified_at", "created_at", "updated_at",
    )  # fmt: skip

    def find(self, rows: QuerySet[Verification], text: str) -> QuerySet[Verification]:
        return rows.filter(task__in=search_tasks(Task.objects.all(), text))

    @display(description="state", label=STATE_COLOURS)
    def state_badge(self, verification: Verification) -> str:
        return state_label(verification)

    @display(
        description="severity", label={name.capitalize(): tone for name, tone in SEVERITY_COLOURS.items()}
    )
    def severity(self, verification: Verification) -> str:
        return str(verification.task.finding.get_severity_display())

    def refusals(self, request: HttpRequest, row: Verification) -> dict[str, str]:
        user_id = staff_of(request).pk
        refusals = {
            "approve": verdicts.approval_refusal(row, by=user_id),
            "reopen": reopen_refusal(row),
            "approve_with_override": verdicts.approval_refusal(row, by=user_id, override=True),
            "withdraw_approval": approvals.withdrawal_refusal(row, by=user_id),
        }
        if not refusals["approve"]:
            refusals["approve_with_override"] = "Approve it: no override is needed."
        return refusals

    def detail_context(self, request: HttpRequest, row: Verification) -> dict[str, Any]:
        links, ready = list(links_of(row)), self.get_queryset(request).filter(state="ready")
        state = state_label(row)
        return {
            "state": state,
            "tone": STATE_COLOURS[state],
            "running": self.is_in_progress(row),
            "finished": sum(check["status"] != "running" for check in row.checks),
            "checks": comparison.compare(row, links),
            "integrity": comparison.integrity(links),
            "has_evidence": bool(links),
            "approvals": approvals.state_of(row),
            "may_withdraw": self.may(request, "operate", row)
            and not approvals.withdrawal_refusal(row, by=staff_of(request).pk),
            "warnings": verifications.warnings_for(row),
            "urls": asset_urls(row.task.finding.affected_assets),
            "newer": _newest(row) if row.superseded else None,
            "next": ready.order_by("-pk").first() if row.result != "pending" else None,
        }

    def is_in_progress(self, row: Verification) -> bool:
        return bool(row.state == VerificationState.RUNNING)

    def describe_row(self, row: Verification) -> str:
        return row.task.title

    @admin.display(description="checks")
    def check_counts(self, verification: Verification) -> str:
        if verification.manual:
            return "manual review"
        statuses = [check["status"] for check in verification.checks]
        return ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))

    @admin.display(description="checks")
    def check_results(self, verification: Verification) -> str:
        lines = (
            (check["key"], check["before"], check["after"], check["status"]) for check in verification.checks
        )
        return format_html_join("", "<div><code>{}</code>: {} → {} ({})</div>", lines)

    @admin.display(description="notes")
    def notes(self, verification: Verification) -> str:
        notes = {
            "a check is running": verification.running and not verification.manual,
            "no automatic check: requires a manual review": verification.manual,
            "the unit of quota was refunded": verification.refunded,
        }
        return "; ".join(note for note, applies in notes.items() if applies) or "-"

    @row_action("Approve")
    def approve(self, request: HttpRequest, row: Verification) -> str:
        verification = verdicts.approve(row.pk, by=staff_actor(request))
        return approval_message(verification)

    @row_action("Reopen")
    def reopen(self, request: HttpRequest, row: Verification) -> str:
        if row.superseded:
            raise VerificationSuperseded
        verdicts.reopen(row.pk, by=staff_actor(request))
        return "reopened."

    @admin.action(description="Approve with override…", permissions=["operate"])
    def approve_with_override(
        self, request: HttpRequest, queryset: QuerySet[Verification]
    ) -> HttpResponse | None:
        # A first page requests the reason, and submits the action again with it.
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            template = "admin/remediation/verification/reason.html"
            return self.action_form_page(request, queryset, form, template, title="Approve with override")

        def approve(row: Verification) -> str:
            reason = form.cleaned_data["reason"]
            return approval_message(verdicts.approve(row.pk, by=staff_actor(request), override_reason=reason))

        self.run_for_each(request, queryset, approve)
        return None

    @row_action("Withdraw my approval")
    def withdraw_approval(self, request: HttpRequest, row: Verification) -> str:
        approvals.withdraw(row.pk, project=row.project, by=staff_actor(request))
        return "your approval is withdrawn."


def _newest(row: Verification) -> Verification | None:
    # A guard window's run is not a verification that a person decides.
    later = Verification.objects.filter(task=row.task_id, pk__gt=row.pk)
    return later.without_guards().order_by("-pk").first()


def reopen_refusal(row: Verification) -> str:
    if row.result == Result.FAILED:
        return "This verification was reopened."
    # The API reopens it; here a person who reads an old page would reject what a newer verification may approve.
    return VerificationSuperseded.message if row.superseded else ""
