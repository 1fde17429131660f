import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import saved_views
from accounts.models import ApiKey, Membership, SavedView
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.filters import ChoiceFilter, ChoicesFilter, IsSetFilter, ListFilter


class ProjectFilter(ListFilter):
    archived = IsSetFilter("archived_at")


class MemberFilter(ListFilter):
    role = ChoicesFilter(choices=Membership.Role.choices)
    email = django_filters.CharFilter("user__email", "iexact")


class ApiKeyFilter(ListFilter):
    """Filters by status (revoked before expired), user and time."""

    status = ChoiceFilter(
        choices=[(value, value) for value in ("active", "expired", "revoked")], method="by_status"
    )
    user_id = django_filters.UUIDFilter()

    def by_status(self, rows: QuerySet[ApiKey], name: str, value: str) -> QuerySet[ApiKey]:
        revoked, expired = Q(revoked_at__isnull=False), Q(expires_at__lte=timezone.now())
        if value == "revoked":
            return rows.filter(revoked)
        rows = rows.exclude(revoked)
        return rows.filter(expired) if value == "expired" else rows.exclude(expired)


class SavedViewFilter(ListFilter):
    """Filters by list, shared and time."""

    list = django_filters.CharFilter(method="by_list")
    shared = IsSetFilter("organization")

    def by_list(self, rows: QuerySet[SavedView], name: str, value: str) -> QuerySet[SavedView]:
        if value not in (known := saved_views.lists()):
            raise InvalidParams(details={name: [f"Use one of {', '.join(known)}."]})
        return rows.filter(list=value)
