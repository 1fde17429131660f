from typing import Any

from django.template import Context, Library

from accounts import saved_views
from accounts.models import Membership, Organization

register = Library()


@register.inclusion_tag("admin/saved_views.html", takes_context=True, name="saved_views")
def saved_views_of_list(context: Context, changelist: Any) -> dict[str, Any]:
    """Return the person's views of a list, which is shown, and where a new one can be shared."""
    request: Any = context["request"]
    shown = saved_views.normalized(request.GET.urlencode())
    list_name = changelist.opts.label_lower
    views = list(saved_views.visible(request.user, list_name))
    sharing = (
        [pk for pk, role in request.user.roles.items() if role != Membership.Role.VIEWER] if shown else []
    )
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "list": list_name,
        "shown": shown,
        "views": [
            {
                "view": view,
                "shared": view.organization
                if view.user_id != request.user.pk or view.organization_id
                else None,
                "chosen": view.query == shown,
                "changeable": view.query == shown and saved_views.may_change(view, request.user),
            }
            for view in views
        ],
        "organizations": Organization.objects.filter(pk__in=sharing).order_by("name") if sharing else [],
        "is_saved": any(view.query == shown and view.user_id == request.user.pk for view in views),
    }
