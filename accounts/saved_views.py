"""Saved views of lists: a person's own, and those shared by members of an organisation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.admin import site
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.errors import InsufficientRole
from accounts.models import Organization, SavedView, User
from accounts.roles import Role, is_at_least
from krafter_audit.api.errors import Forbidden, InvalidParams, NotFound
from krafter_audit.api.etags import require_match
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.security.control_characters import is_invisible

MAX_VIEWS = 50  # of a person and a list
MAX_QUERY_LENGTH = 2000
# Parameters that say nothing about which rows a list shows, or in which order.
UNSAVED_PARAMETERS = ("p", "e", "all", "_popup", "_to_field", "_changelist_filters", "_facets")


class NameTaken(InvalidParams):
    message = "There is a view with this name already."


def visible(user: User, list_name: str) -> QuerySet[SavedView]:
    """Return the user's own and shared views of a list, by name."""
    # Without the views that the user shared with an organisation and left: its administrators may have changed them.
    own = Q(user=user, organization=None)
    rows = SavedView.objects.filter(own | Q(organization__in=list(user.roles)), list=list_name)
    return rows.select_related("user", "organization").order_by("name", "pk")


def normalized(query: str) -> str:
    """Return a query string without pages, in one order: equal views have equal texts."""
    params = QueryDict(query, mutable=True)
    for name in UNSAVED_PARAMETERS:
        params.pop(name, None)
    kept = QueryDict(mutable=True)
    for name in sorted(params):
        kept.setlist(name, sorted(params.getlist(name)))
    return kept.urlencode()


def visible_in(user_id: UUID, organization: Organization) -> QuerySet[SavedView]:
    """Return the user's own views, and those shared with the organisation, of all lists."""
    own = Q(user=user_id, organization=None)
    return SavedView.objects.filter(own | Q(organization=organization))


def lists() -> list[str]:
    """Return the lists of the admin, such as `findings.finding`, sorted."""
    return sorted(model._meta.label_lower for model in site._registry)


@transaction.atomic
def save(
    user: User,
    *,
    list_name: str,
    name: str,
    query: str,
    organization_id: UUID | None,
    within: Organization | None = None,
) -> tuple[SavedView, bool]:
    """Save a view, replacing one with the same name; return whether it is new.

    Members of an organisation share views with it, viewers do not. With `within`, no view that is shared with another
    organisation is replaced.
    """
    name, query = _valid_name(name), _valid_query(query)
    if organization_id is not None:
        _require_may_share(user, organization_id)
    # Two requests at once must not both take the last place.
    advisory_lock(f"saved views:{user.pk}")
    own = SavedView.objects.filter(user=user, list=list_name).exclude(name=name)
    if own.count() >= MAX_VIEWS:
        raise InvalidParams(f"You have {MAX_VIEWS} saved views of this list. Delete one first.")
    same = SavedView.objects.filter(user=user, list=list_name, name=name, organization__isnull=False)
    if within is not None and same.exclude(organization=within).exists():
        raise NameTaken
    values = {"query": query, "organization_id": organization_id}
    rows = SavedView.objects.select_for_update()
    view, created = rows.get_or_create(user=user, list=list_name, name=name, defaults=values)
    if not created:
        if not may_change(view, user):
            raise NameTaken
        _store(view, values)
    return view, created


@transaction.atomic
def update(view_id: UUID, *, changes: Mapping[str, Any], by: User, if_match: str | None = None) -> SavedView:
    """Change `name`, `query` or `organization_id` of a view that the user owns or administers."""
    view = _changeable(view_id, by, if_match)
    if (organization_id := changes.get("organization_id")) is not None:
        _require_may_share(by, organization_id)
    valid = {"name": _valid_name, "query": _valid_query}
    values = {name: valid[name](value) if name in valid else value for name, value in changes.items()}
    try:
        with transaction.atomic():
            _store(view, values)
    except IntegrityError:
        raise NameTaken from None
    return view


def _store(view: SavedView, values: Mapping[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(view, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(view, name, value)
        view.save(update_fields=[*changed, "updated_at"])


@transaction.atomic
def delete(view_id: UUID, *, by: User, if_match: str | None = None) -> SavedView:
    """Delete a view that the user owns or administers."""
    view = _changeable(view_id, by, if_match)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


def may_change(view: SavedView, user: User) -> bool:
    is_own = view.user_id == user.pk
    if view.organization_id is None:
        return is_own
    # A user who has left the organisation, or is a viewer now, does not change what its members see.
    return is_at_least(user.roles.get(view.organization_id), Role.MEMBER if is_own else Role.ADMIN)


def _changeable(view_id: UUID, user: User, if_match: str | None) -> SavedView:
    view = SavedView.objects.select_for_update().filter(pk=view_id).first()
    # The same error as for an unknown view: the existence of another user's view is not disclosed.
    is_visible = view is not None and (
        view.organization_id in user.roles if view.organization_id else view.user_id == user.pk
    )
    if view is None or not is_visible:
        raise NotFound("This view was not found among those that you can change.")
    if not may_change(view, user):
        raise InsufficientRole(
            "A shared view can be changed by its user, if not a viewer, and by owners and admins."
        )
    require_match(if_match, view)
    return view


def _require_may_share(user: User, organization_id: UUID) -> None:
    if not is_at_least(user.roles.get(organization_id), Role.MEMBER):
        raise Forbidden("Your role does not allow you to share a view with this organisation.")


def _valid_query(query: str) -> str:
    query = normalized(query)
    if len(query) > MAX_QUERY_LENGTH:
        raise InvalidParams("This view has too many filters to be saved.")
    return query


def _valid_name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if is_invisible(name) or len(name) > 80:
        raise InvalidParams("The name of a view has 1 to 80 characters.")
    return name
