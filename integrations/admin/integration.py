from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from unfold.decorators import display

from accounts.admin.actor import staff_actor
from integrations import connection, queries, services
from integrations.admin.connection_pages import ConnectionPages
from integrations.admin.records import OUTCOMES, value_of
from integrations.admin.state import LABELS, TONES, duration_of, state_of
from integrations.models import Integration
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.serializers import CreateWebhookRequestSerializer
from integrations.webhooks import services as webhooks
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.base import AutocompleteFilter
from krafter_audit.admin.forms import error_text, flatten_errors
from krafter_audit.admin.text import ago
from krafter_audit.api.errors import ApiError, InvalidParams, NotFound

Status = Integration.Status
COLOURS = {LABELS[status]: tone or "primary" for status, tone in TONES.items()}
MAX_CONFLICTS, MAX_TICKETS = 20, 20
DISCONNECT_CONSEQUENCE = (
    "The credentials and the webhook are deleted. Findings, tasks and links to tickets stay, and are no longer"
    " synced."
)
NOT_CONNECTED = "It is not connected."


@admin.register(Integration)
class IntegrationAdmin(ConnectionPages):
    organization_path = "organization"
    list_display = ("title", "project", "state", "synced", "next_sync_at", "last_error")
    list_filter = ("provider", "status", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("project__name", "^project__slug", "^organization__name", "^provider")
    exclude = ("credentials", "cursor", "credentials_version")
    deferred_fields = ("credentials",)
    actions: ClassVar = ["sync_now", "test_connection", "disconnect"]
    tones: ClassVar = {"sync_now": "primary", "disconnect": "danger"}
    list_before_template = "admin/integrations/integration/list_tiles.html"
    change_form_template = "admin/integrations/integration/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        return [self.page_url("webhook", self.webhook_view), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("project", "provider")

    @admin.display(description="provider", ordering="provider")
    def title(self, row: Integration) -> str:
        return PROVIDER_CLASSES[row.provider].title

    @display(description="state", label=COLOURS)
    def state(self, row: Integration) -> str:
        return LABELS[Status(row.status)]

    @admin.display(description="last sync")
    def synced(self, row: Integration) -> str:
        return ago(row.last_sync_at)

    # ---- The page

    def is_in_progress(self, row: Integration) -> bool:
        return bool(row.status == Status.SYNCING)

    def refusals(self, request: HttpRequest, row: Integration) -> dict[str, str]:
        if row.status == Status.DISCONNECTED:
            return dict.fromkeys(self.actions, NOT_CONNECTED)
        return {"sync_now": "A sync is running."} if row.status == Status.SYNCING else {}

    def detail_context(self, request: HttpRequest, row: Integration) -> dict[str, Any]:
        runs = list(queries.latest_runs(row.project, row.provider))
        open_conflicts = queries.conflicts(row.project, row.provider).filter(resolved_at=None)
        provider_class = PROVIDER_CLASSES[row.provider]
        return {
            "provider_class": provider_class,
            "state": state_of(row),
            "may_change": self.may(request, "change", row),
            "may_disable": self.may(request, OPERATE_ON_ARCHIVED, row),
            "filters": self.get_preserved_filters(request),
            "connect_url": self._connect_url(request, row.project_id, row.provider),
            "strip": runs[::-1],
            "runs": [(run, OUTCOMES[run.outcome], duration_of(run)) for run in runs],
            "conflicts": [
                (conflict, value_of(conflict, conflict.ours), value_of(conflict, conflict.theirs))
                for conflict in open_conflicts.select_related("link__task").order_by("-pk")[:MAX_CONFLICTS]
            ],
            "conflicts_total": open_conflicts.count(),
            "tickets": row.links.select_related("task").order_by("-pk")[:MAX_TICKETS],
            "tickets_total": row.links.count(),
            "has_webhooks": provider_class.webhooks is not None,
            "webhook": _webhook(row),
        }

    # ---- Actions

    @row_action("Sync now")
    def sync_now(self, request: HttpRequest, integration: Integration) -> str:
        services.sync_now(integration.project, integration.provider, by=staff_actor(request))
        return "a sync has started."

    @row_action("Test connection")
    def test_connection(self, request: HttpRequest, integration: Integration) -> str:
        if integration.status == Status.DISCONNECTED:
            raise InvalidParams(NOT_CONNECTED)
        check = connection.check_stored(integration)
        if not check.is_accepted:
            raise InvalidParams(check.message)
        return check.message

    @row_action("Disconnect", permission=OPERATE_ON_ARCHIVED, consequence=DISCONNECT_CONSEQUENCE)
    def disconnect(self, request: HttpRequest, integration: Integration) -> str:
        services.disconnect(integration.project, integration.provider, by=staff_actor(request))
        return "disconnected."

    # ---- The webhook

    def webhook_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Enable the webhook, or replace its secret; a generated secret is shown once."""
        integration = self.row_to_change(request, pk)
        back = self.with_filters(self._url("change", pk), self.get_preserved_filters(request))
        if request.method != "POST":
            return HttpResponseRedirect(back)
        try:
            secret = self._enable_webhook(request, integration)
        except ApiError as error:
            self.message_user(request, error_text(error), messages.ERROR)
            return HttpResponseRedirect(back)
        if secret is None:
            self.message_user(request, "The webhook accepts deliveries with your secret.", messages.SUCCESS)
            return HttpResponseRedirect(back)
        title, url = PROVIDER_CLASSES[integration.provider].title, _webhook(integration)["url"]
        return self.page(
            request,
            "admin/secret.html",
            title=f"Webhook of {title}",
            label="Secret of the webhook",
            secret=secret,
            note=f"Enter it at {title} as the secret of a webhook to {url}",
            back=back,
        )

    def _enable_webhook(self, request: HttpRequest, integration: Integration) -> str | None:
        given = request.POST.get("secret", "").strip()
        body = CreateWebhookRequestSerializer(data={"secret": given} if given else {})
        if not body.is_valid():
            raise InvalidParams(" ".join(flatten_errors(dict(body.errors))))
        _, generated = webhooks.enable(
            integration.project, integration.provider, secret=given or None, by=staff_actor(request)
        )
        return generated


def _webhook(integration: Integration) -> dict[str, Any]:
    try:
        webhook = webhooks.get_webhook(integration.project, integration.provider)
    except NotFound:
        return {}
    return {**webhooks.describe(webhook), "pk": webhook.pk}
