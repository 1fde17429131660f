import django_filters

from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter
from reports.models import Format, Report, Share


class ReportFilter(ListFilter):
    status = ChoicesFilter(choices=Report.Status.choices)
    format = ChoicesFilter(choices=Format.choices)


class ShareFilter(ListFilter):
    channel = ChoicesFilter(choices=Share.Channel.choices)
    status = ChoicesFilter(choices=Share.Status.choices)
    report_id = django_filters.UUIDFilter()
