import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.admin.actor import staff_actor
from krafter_audit.admin.base import ReadableEncoder, ServiceModelAdmin
from krafter_audit.admin.forms import error_text, flatten_errors
from krafter_audit.api.errors import ApiError, NotFound, PreconditionFailed
from krafter_audit.api.etags import etag_for
from krafter_audit.api.parsers import parse_json
from remediation.admin.policies.forms import SectionsForm, by_field
from remediation.admin.policies.presentation import changes, impact_in_words
from remediation.alert_routing import AlertChannel
from remediation.errors import PlanOutdated
from remediation.models import Policy
from remediation.policy_simulation import plans
from remediation.policy_versions.queries import get_version
from remediation.policy_versions.warnings import ignored_parts
from remediation.serializers import ReplacePolicyRequestSerializer
from remediation.services import policies

CHANGED_SINCE = "The policy, or what it would change, has changed since the preview. This is the new preview."

CHANGED_MEANWHILE = (
    "The policy was changed since you opened the form. The preview compares with the new version."
)


class PolicyPages(ServiceModelAdmin):
    def get_urls(self) -> list[Any]:
        return [
            self.page_url("preview", self.preview),
            self.page_url("replace", self.replace),
            self.page_url("compare", require_safe(self.compare)),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the effects of the entered config, or the form again with its errors."""
        policy = self.row_to_change(request, pk)
        page = reverse("admin:remediation_policy_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(page)
        if "config" in request.POST:
            name, config = self._entered_json(request)
            if config is None:
                return self._show_entered_json(request, policy)
            if "edit" in request.POST:
                return self.edit_again(request, policy, SectionsForm(name=name, config=config), config)
        else:
            if request.POST.get("etag") != etag_for(policy):
                self.message_user(request, CHANGED_MEANWHILE, messages.WARNING)
            form = SectionsForm(request.POST, name=policy.name, config=_base_of(request, policy))
            if not form.is_valid():
                return self.edit_again(request, policy, form, _base_of(request, policy))
            name, config = form.cleaned_data["policy_name"], form.config
        return self._preview_page(request, policy, name, config)

    def replace(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Replace the policy; with the token of the preview also the rows that it listed."""
        policy = self.row_to_change(request, pk)
        page = reverse("admin:remediation_policy_change", args=[pk])
        # The sign-in after an expired session redirects here without the form.
        if request.method != "POST":
            return HttpResponseRedirect(page)
        name, config = self._entered_json(request)
        if config is None:
            return HttpResponseRedirect(page)
        try:
            policies.replace(
                policy.project,
                config=config,
                name=name,
                by=staff_actor(request),
                if_match=request.POST.get("etag"),
                plan_token=request.POST.get("plan_token") if "apply" in request.POST else None,
            )
        except (PreconditionFailed, PlanOutdated):
            self.message_user(request, CHANGED_SINCE, messages.WARNING)
            return self._preview_page(request, self.row_to_change(request, pk), name, config)
        except ApiError as error:
            self.message_user(request, error_text(error), messages.ERROR)
            return HttpResponseRedirect(page)
        done = "The policy was changed, and the listed findings and tasks with it."
        new_only = "The policy was changed. It applies to new findings and tasks."
        self.message_user(request, done if "apply" in request.POST else new_only, messages.SUCCESS)
        return HttpResponseRedirect(page)

    def compare(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the changes between two versions; by default to the current one."""
        policy = self.get_object(request, str(pk))
        if policy is None:
            raise Http404
        if not self.has_view_permission(request, policy):
            raise PermissionDenied
        try:
            before, after = (
                get_version(policy, UUID(request.GET.get(name) or str(pk))) for name in ("before", "after")
            )
        except (ValueError, NotFound):
            raise Http404 from None
        return self.page(
            request,
            "admin/remediation/policy/compare.html",
            title=f"Version {before.version} and version {after.version}",
            original=policy,
            archived_project=self.archived_project(policy),
            before=before,
            after=after,
            before_label=f"Version {before.version}",
            after_label=f"Version {after.version}",
            changes=changes(before.config, after.config),
            config_json=as_text(before.config),
            may_restore=before.pk != policy.pk and self.has_change_permission(request, policy),
        )

    def edit_again(
        self, request: HttpRequest, policy: Policy, form: SectionsForm, base: dict[str, Any]
    ) -> HttpResponse:
        request.policy_draft = (form, base)  # type: ignore[attr-defined]  # read by detail_context
        request.method = "GET"
        return self.change_view(request, str(policy.pk))

    def _entered_json(self, request: HttpRequest) -> tuple[str, dict[str, Any] | None]:
        name = request.POST.get("name", "")
        try:
            config = parse_json(request.POST.get("config", "").encode(), name="config")
        except ApiError as error:
            self._show_json_error(request, error_text(error))
            return name, None
        body = ReplacePolicyRequestSerializer(data={"name": name, "config": config})
        if body.is_valid():
            return name, config
        self._show_json_error(request, " ".join(flatten_errors(body.errors)))
        return name, None

    def _show_json_error(self, request: HttpRequest, sentence: str) -> None:
        self.message_user(request, sentence, messages.ERROR)
        request.json_error = sentence  # type: ignore[attr-defined]  # read by detail_context

    def _show_entered_json(self, request: HttpRequest, policy: Policy) -> HttpResponse:
        entered = (request.POST.get("name", ""), request.POST.get("config", ""))
        request.entered_json = entered  # type: ignore[attr-defined]  # read by get_form
        request.method = "GET"
        return self.change_view(request, str(policy.pk))

    def _preview_page(
        self, request: HttpRequest, policy: Policy, name: str, config: dict[str, Any]
    ) -> HttpResponse:
        plan = plans.simulate(policy, config)
        about_fields, others = by_field(ignored_parts(config))
        changed = changes(policy.config, config)
        return self.page(
            request,
            "admin/remediation/policy/preview.html",
            title="Preview of the policy",
            original=policy,
            name=name,
            renamed=name != policy.name,
            config_json=as_text(config),
            changes=changed,
            is_changed=name != policy.name or as_text(config) != as_text(policy.config),
            warnings=[sentence for _, sentence in about_fields] + others,
            impact=impact_in_words(plan["simulation"]),
            impact_of_present=impact_in_words(plans.simulate_present(policy)),
            alerts=[
                (AlertChannel(channel).label, rows) for channel, rows in plan["simulation"]["alerts"].items()
            ],
            plan_token=plan["plan_token"],
            etag=etag_for(policy),
        )


def _base_of(request: HttpRequest, policy: Policy) -> dict[str, Any]:
    try:
        base = parse_json(request.POST.get("base", "").encode())
    except ApiError:
        base = policy.config
    return base if isinstance(base, dict) else {}


def as_text(config: Any) -> str:
    return json.dumps(config, cls=ReadableEncoder)
