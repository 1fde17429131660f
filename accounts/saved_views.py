"""Saved views of lists: each person's, and those that members of an organisation share."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Membership, SavedView, User
from accounts.roles import RANKS, Role
from krafter_audit.api.errors import Forbidden, InvalidParams, NotFound

MAX_VIEWS = 50  # of a person and a list
MAX_QUERY_LENGTH = 2000
# Parameters that say nothing about which rows a list shows, or in which order.
NOT_SAVED = ("p", "e", "all", "_popup", "_to_field", "_changelist_filters", "_facets")


def visible(user: User, list_name: str) -> QuerySet[SavedView]:
    """Return the user's views of a list, and those shared with the user's organisations, by name."""
    rows = SavedView.objects.filter(Q(user=user) | Q(organization__in=list(user.roles)), list=list_name)
    return rows.select_related("user", "organization").order_by("name", "pk")


def normalized(query: str) -> str:
    """Return a query string without pages, in one order: equal views have equal texts."""
    params = QueryDict(query, mutable=True)
    for name in NOT_SAVED:
        params.pop(name, None)
    kept = QueryDict(mutable=True)
    for name in sorted(params):
        kept.setlist(name, sorted(params.getlist(name)))
    return kept.urlencode()


def save(user: User, *, list_name: str, name: str, query: str, organization_id: UUID | None) -> SavedView:
    """Save a view; one with the same name is replaced. Shared with an organisation by its members only."""
    name, query = _valid_name(name), normalized(query)
    if len(query) > MAX_QUERY_LENGTH:
        raise InvalidParams("This view has too many filters to be saved.")
    if organization_id is not None:
        _require_role(user, organization_id, Role.MEMBER)
    own = SavedView.objects.filter(user=user, list=list_name).exclude(name=name)
    if own.count() >= MAX_VIEWS:
        raise InvalidParams(f"You have {MAX_VIEWS} saved views of this list. Delete one first.")
    view, _ = SavedView.objects.update_or_create(
        user=user,
        list=list_name,
        name=name,
        defaults={"query": query, "organization_id": organization_id},
    )
    return view


def rename(view_id: UUID, *, name: str, by: User) -> SavedView:
    """Rename a view of the user, or a shared one of an organisation that the user administers."""
    view = _changeable(view_id, by)
    view.name = _valid_name(name)
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "updated_at"])
    except IntegrityError:
        raise InvalidParams("There is a view with this name already.") from None
    return view


def delete(view_id: UUID, *, by: User) -> SavedView:
    """Delete a view, as `rename` may change it."""
    view = _changeable(view_id, by)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


def may_change(view: SavedView, user: User) -> bool:
    if view.user_id == user.pk:
        return True
    role = user.roles.get(view.organization_id) if view.organization_id else None
    return role is not None and RANKS[Role(role)] >= RANKS[Role.ADMIN]


def _changeable(view_id: UUID, user: User) -> SavedView:
    view = SavedView.objects.filter(pk=view_id).first()
    # A view that the user does not see is not told apart from none.
    if view is None or not may_change(view, user):
        raise NotFound("This view was not found among those that you can change.")
    return view


def _require_role(user: User, organization_id: UUID, needed: Membership.Role) -> None:
    role = user.roles.get(organization_id)
    if role is None or RANKS[Role(role)] < RANKS[needed]:
        raise Forbidden("Your role does not allow you to share a view with this organisation.")


def _valid_name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(name) <= 80:
        raise InvalidParams("The name of a view has 1 to 80 characters.")
    return name
