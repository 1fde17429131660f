"""The organisations of the person who is signed in, which they may leave."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.admin.actor import staff_actor
from accounts.admin.api_keys import removal_warning
from accounts.models import Membership
from krafter_audit.admin.base import staff_of
from krafter_audit.api.errors import ApiError


@require_safe
def own_organizations(request: HttpRequest) -> HttpResponse:
    """Show the organisations with the role, since when, and the link to leave."""
    rows = Membership.objects.filter(user=staff_of(request).pk).select_related("organization", "user")
    memberships = list(rows.order_by("organization__name", "pk"))
    reasons = services.last_owner_reasons(memberships)
    context = {"title": "Organisations", "memberships": zip(memberships, reasons, strict=True)}
    return TemplateResponse(request, "accounts/organizations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """Ask for a confirmation, or end the membership of the signed-in person."""
    rows = Membership.objects.select_related("organization", "user")
    membership = get_object_or_404(rows, user=staff_of(request).pk, organization=organization_id)
    name = membership.organization.name
    if request.method != "POST":
        keys = removal_warning(membership)
        context = {"title": f"Leave {name}", "membership": membership, "keys": keys}
        return TemplateResponse(request, "accounts/leave_organization.html", context)
    try:
        services.remove_member(membership, by=staff_actor(request))
    except ApiError as error:
        messages.error(request, f"{name}: {error.message}")
    else:
        messages.success(request, f"You have left {name}.")
    return redirect("organizations")
