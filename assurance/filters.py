import django_filters

from assurance.models import GuardWindow
from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter


class DeployFilter(ListFilter):
    sha = django_filters.CharFilter()
    environment = django_filters.CharFilter()


class GuardWindowFilter(ListFilter):
    status = ChoicesFilter(choices=GuardWindow.Status.choices)
    finding_id = django_filters.UUIDFilter()
