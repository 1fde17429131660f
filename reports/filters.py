from krafter_audit.api.filters import ChoicesFilter, ListFilter
from reports.models import Format, Report


class ReportFilter(ListFilter):
    """Filters by status and format, which may be repeated, and time."""

    status = ChoicesFilter(choices=Report.Status.choices)
    format = ChoicesFilter(choices=Format.choices)

    class Meta:
        model = Report
        fields = ("status", "format")
