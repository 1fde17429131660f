from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from accounts.invitations.views import accept
from events.views import OrganizationEventViewSet
from integrations.webhooks.views import webhook
from krafter_audit.admin_site import palette, saved_views
from krafter_audit.api.exceptions import not_found
from krafter_audit.api.openapi.views import DocsView, SchemaView, error_list
from krafter_audit.web import health
from remediation.views import public_keys
from reports.views import report_schema
from scans.admin.screenshots import screenshot

PROJECT = "api/v1/orgs/<str:org_id>/projects/<str:project_id>/audit/"
# The most frequent first; `findings/bulk` before the `findings/<pk>` of assurance.
APPS = (
    "findings",
    "assurance",
    "remediation",
    "reports",
    "scans",
    "campaigns",
    "integrations",
    "notifications",
    "events",
    "bulk_changes",
)

urlpatterns = [
    path(PROJECT, include([path("", include(f"{app}.urls")) for app in APPS])),
    path("", RedirectView.as_view(url="/docs")),
    path(
        "admin/screenshots/<uuid:project_id>/<str:sha256>.jpg",
        admin.site.admin_view(screenshot, cacheable=True),
        name="admin_screenshot",
    ),
    path("admin/palette/", admin.site.admin_view(palette.palette), name="admin_palette"),
    path("admin/choose-project/", admin.site.admin_view(palette.choose), name="admin_choose_project"),
    path("admin/saved-views/", admin.site.admin_view(saved_views.save), name="admin_save_view"),
    path(
        "admin/saved-views/<uuid:pk>/",
        admin.site.admin_view(saved_views.change),
        name="admin_change_saved_view",
    ),
    path("admin/", include("accounts.sign_in.urls")),
    path("admin/", admin.site.urls),
    path("invitations/<str:token>", accept, name="invitation"),
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("metrics", health.metrics),
    path("api/v1/schema", SchemaView.as_view(), name="schema"),
    path("api/docs/errors", error_list, name="errors"),
    path("api/docs", DocsView.as_view(), name="docs"),
    path("api/v1/orgs/<str:org_id>/events", OrganizationEventViewSet.as_view({"get": "list"})),
    path("api/v1/orgs/<str:org_id>/", include("notifications.webhooks.urls")),
    path("api/v1/", include("accounts.urls")),
    path(".well-known/krafter-evidence-keys.json", require_safe(public_keys), name="evidence-keys"),
    path("schemas/report-1.json", require_safe(report_schema), name="report-schema"),
    path("", include("documentation.urls")),
    path("", include("reports.sharing.urls")),
    path("", include("notifications.public_urls")),
    path("api/v1/hooks/<str:provider>/<str:integration>", webhook, name="webhook"),
    re_path(r"^api/", not_found),
]

handler400 = "krafter_audit.web.error_pages.bad_request"
handler403 = "krafter_audit.web.error_pages.forbidden"
handler404 = "krafter_audit.web.error_pages.not_found"
handler500 = "krafter_audit.web.error_pages.server_error"
