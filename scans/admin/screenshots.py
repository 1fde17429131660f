"""The screenshots that evidence names, for pages of the admin."""

from uuid import UUID

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Project
from krafter_audit.admin.base import staff_of
from scans import screenshots


def screenshot(request: HttpRequest, project_id: UUID, sha256: str) -> HttpResponse:
    """Return a screenshot of one of the user's projects."""
    user = staff_of(request)
    if not site.has_permission(request) or not user.has_perm("findings.view_finding"):
        raise PermissionDenied
    known = Project.objects.visible_to(user).filter(pk=project_id).exists()
    image = screenshots.load(project_id, sha256) if known else None
    if image is None:
        raise Http404
    # Named by its hash, so that it never changes.
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return HttpResponse(image, content_type="image/jpeg", headers=headers)
