"""Every address of the system."""

from django.contrib import admin
from django.urls import include, path

AUDIT = "api/v1/orgs/<str:org_id>/projects/<str:project_id>/audit/"

urlpatterns = [
    path("admin/", admin.site.urls),
]

handler400 = "krafter_audit.api.exceptions.bad_request"
handler403 = "krafter_audit.api.exceptions.forbidden"
handler404 = "krafter_audit.api.exceptions.not_found"
handler500 = "krafter_audit.api.exceptions.server_error"
