import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import saved_views
from accounts.models import ApiKey, Membership, Project, SavedView
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.filters import ChoiceFilter, ChoicesFilter, ListFilter, TrueOrFalseFilter


class ProjectFilter(ListFilter):
    archived = TrueOrFalseFilter(method="by_archived")

    def by_archived(self, rows: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return rows.filter(archived_at__isnull=value == "false")


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
    shared = TrueOrFalseFilter(method="by_shared")

    def by_list(self, rows: QuerySet[SavedView], name: str, value: str) -> QuerySet[SavedView]:
        if value not in (known := saved_views.lists()):
            raise InvalidParams(details={name: [f"Use one of {', '.join(known)}."]})
        return rows.filter(list=value)

    def by_shared(self, rows: QuerySet[SavedView], name: str, value: str) -> QuerySet[SavedView]:
        return rows.filter(organization__isnull=value == "false")
