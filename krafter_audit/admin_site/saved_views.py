from uuid import UUID

from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import saved_views
from krafter_audit.admin.base import staff_of
from krafter_audit.admin_site.menu import list_url
from krafter_audit.api.errors import ApiError


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save a view of a list (`list`, `name`, `query`), shared with an organisation if named."""
    model = _listed_model(request, request.POST.get("list", ""))
    query = request.POST.get("query", "")
    try:
        view, _ = saved_views.save(
            staff_of(request),
            list_name=model._meta.label_lower,
            name=request.POST.get("name", ""),
            query=query,
            organization_id=_uuid(request.POST.get("organization", "")),
        )
        query = view.query
        messages.success(request, f"View “{view.name}” saved.")
    except ApiError as error:
        messages.error(request, error.message)
    return _to_list(model, query)


@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    user, deletes = staff_of(request), "delete" in request.POST
    try:
        if deletes:
            view = saved_views.delete(pk, by=user)
        else:
            view = saved_views.update(pk, changes={"name": request.POST.get("name", "")}, by=user)
    except ApiError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:index"))
    messages.success(request, f"View “{view.name}” {'deleted' if deletes else 'renamed'}.")
    return _to_list(_listed_model(request, view.list), "" if deletes else view.query)


def _listed_model(request: HttpRequest, label: str) -> type[Model]:
    found = next((model for model in site._registry if model._meta.label_lower == label), None)
    if found is None:
        raise Http404
    if not site.get_model_admin(found).has_view_permission(request):
        raise PermissionDenied
    return found


def _to_list(model: type[Model], query: str) -> HttpResponse:
    url = list_url(model._meta.label_lower)
    params = saved_views.normalized(query)
    return HttpResponseRedirect(f"{url}?{params}" if params else url)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None
