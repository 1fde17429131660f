"""To which page a request of the admin leads back."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def page_to_return_to(request: HttpRequest, field: str = "_back") -> str:
    """Return the URL in a field of the sent form; empty without one, and for a URL of another host."""
    back = request.POST.get(field, "")
    # Any other host would make this an open redirect.
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if allowed else ""


def page_after_action(request: HttpRequest, rows: QuerySet[Any]) -> str:
    """Return the page from which the action was sent, or the list if its row is no longer among `rows`.

    `rows` are those that the person may see: the response does not disclose whether there are others.
    """
    back = page_to_return_to(request)
    name = f"admin:{rows.model._meta.app_label}_{rows.model._meta.model_name}"
    for pk in request.POST.getlist(ACTION_CHECKBOX_NAME):
        is_of_row = urlsplit(back).path == reverse(f"{name}_change", args=[pk])
        if is_of_row and not rows.filter(pk=pk).exists():
            filters = parse_qs(urlsplit(back).query).get("_changelist_filters", [""])[0]
            return reverse(f"{name}_changelist") + (f"?{filters}" if filters else "")
    return back


class PageOfNewRowMixin:
    """Redirect to the page of a new row that has no form: it shows the next steps."""

    opts: Any
    has_change_permission: Any

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if self.has_change_permission(request, obj):
            return super().response_post_save_add(request, obj)  # type: ignore[misc]  # of ModelAdmin
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[obj.pk]))
